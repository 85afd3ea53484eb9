"""Bulk imports (批量导入): a source's file becomes records, each line once, however often it is run."""

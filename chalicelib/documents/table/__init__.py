"""The table of documents (材料文件)."""

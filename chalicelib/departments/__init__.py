"""The departments of a place (部门): what they are called, and where and when people find them."""

"""The rules on documents (材料文件): what a file is by its content, and what becomes of it."""

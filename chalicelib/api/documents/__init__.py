"""Routes and bodies of documents (材料文件)."""

"""The procedures on documents (材料文件)."""

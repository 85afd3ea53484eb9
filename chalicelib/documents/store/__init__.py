"""Storage of documents (材料文件): their rows, and the bucket that holds their content."""

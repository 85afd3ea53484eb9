"""Documents (材料文件): files handed in for a case, kept in a bucket, opened by nobody before they were looked at."""

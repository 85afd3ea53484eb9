"""Storage of issued documents (文书): rows, bucket, and the texts that they are made of."""

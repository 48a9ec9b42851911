"""One data product per consumer; manifest; generations."""

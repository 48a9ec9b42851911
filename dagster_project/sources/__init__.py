"""One module per vendor: bytes or pages in, batches out."""

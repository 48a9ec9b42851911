"""What outlives every run: ids by contract, judgements, and the file that holds them."""

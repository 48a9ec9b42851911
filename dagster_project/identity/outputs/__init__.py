"""What a run leaves in the warehouse for marts and stewards, and what it says of itself."""

"""Contact records in, customer_id out."""

"""One row per record with all that comparisons read, and how rare its values are."""

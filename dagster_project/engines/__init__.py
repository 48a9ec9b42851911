"""What runs SQL: DuckDB embedded today, Spark as a seam."""

"""DuckDB embedded: sessions, the writer lock, the dbt child process."""

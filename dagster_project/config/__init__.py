"""Typed readers of the files in config/, with errors that name file, line and remedy."""

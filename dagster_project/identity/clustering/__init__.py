"""Scored links, judgements and limits become clusters of records."""

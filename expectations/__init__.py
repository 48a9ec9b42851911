"""Great Expectations suites, one per stream, mart and publication, as functions."""

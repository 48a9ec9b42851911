"""Runs an expectation suite against a table of the engine, returns a verdict of counts."""

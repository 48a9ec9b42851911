"""The steward's room: asking why, seeing what deserves a look, and having the last word."""

"""Anybody's own table: what its columns mean, and its rows in the shape identity reads.

Belongs here: columns of unknown tables, told by their headers and contents. Does not belong
here: reading files (``sources.plain_table``) and any rule of matching (the rest of identity).
"""

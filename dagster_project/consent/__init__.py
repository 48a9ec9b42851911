"""What people have said about their data, as far as ingest and publication must ask for it.

Belongs here: the root's own key, and tombstones of people who were erased. Does not belong here:
who is erased, and where (``privacy``); what a source says of consents (dbt).
"""

"""People's rights over their data: who saw it, what is held, and how all of it goes.

Belongs here: the audit log, erasure, copies for the person, retention. Does not belong here: what
ingest asks of people who are gone (``consent``), or commands that start any of it (``cli``).
"""

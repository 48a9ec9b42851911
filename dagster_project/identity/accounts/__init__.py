"""Organisations of the warehouse: their records in, accounts with stable ids out.

Belongs here: what an account's record says in one notation, what keeps companies of one name, site
or group apart, how they are related, and the accounts' tables and evidence.
Does not belong here: how words and contact points become links (``works``), the ledger of ids
(``ledger``), and golden records (dbt marts).
"""

"""Contact records in, customers with stable ids out.

Belongs here: normalising, blocking, comparing, weighing, clustering, ids, judgements, evaluation.
Does not belong here: reading vendors' formats (sources, dbt) and golden records (dbt marts).
"""

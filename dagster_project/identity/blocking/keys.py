"""Which record has which key of which blocking rule, kept so that a change finds whom it may meet."""

from collections.abc import Sequence

from dagster_project.identity.blocking.candidates import keyed_sql
from dagster_project.identity.blocking.rules import Rule
from dagster_project.identity.workspace import Workspace


def write_keys(work: Workspace, rules: Sequence[Rule], into: str) -> None:
    """Fill ``into`` (rule, key, rid) with the keys of all records in ``work``."""
    for number, rule in enumerate(rules):
        work.run(
            f"insert into {into} select {number}, key, rid from ({keyed_sql(rule.blocking_keys)}) "
            "order by key, rid"
        )


KEYS = "(rule utinyint, key ubigint, rid integer)"
"""Columns of a table of keys."""

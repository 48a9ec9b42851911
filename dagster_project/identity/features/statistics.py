"""How often values occur: counted when a model is trained, and frozen with it.

A record's features depend on the record and on these, so that nobody's features change because
somebody else came or went.

Belongs here: the tables of counts, and counting.
Does not belong here: keeping them with a model (``learning.kept``); what follows from a count
(``tf_weight``, ``aliases``, ``values``).
"""

from dagster_project.identity.workspace import Workspace

STATISTICS = {
    "common": "field varchar, value ubigint, held bigint",
    "total": "field varchar, held double",
    "spelled": (
        "word ubigint, form utinyint, tf_weight smallint, family_tf_weight smallint, "
        "given_tf_weight smallint"
    ),
}
"""Values by hash: how many records hold each (``common``), how many hold any (``total``), and
the words that spell names (``spelled``): in full (``form`` 1), in short (2) or in part (null), and
how rare those names are."""


CANARY = "hash('customer 360')::varchar"
"""What an engine must make the same of as the one that counted, or it cannot read the hashes."""


def empty_statistics(work: Workspace) -> None:
    """Make ``work.common``, ``work.total`` and ``work.spelled`` without rows."""
    for table, columns in STATISTICS.items():
        work.run(f"create or replace table work.{table} ({columns})")


def count_values(work: Workspace, field: str, values: str) -> None:
    """Count the hashes that the query ``values`` yields, one per record, as ``field``."""
    work.run(
        f"insert into work.common select '{field}', value, count(*) "
        f"from ({values}) as counted(value) where value is not null group by value"
    )
    total_up(work, field)


def total_up(work: Workspace, field: str) -> None:
    """Add the total of a counted field."""
    work.run(
        f"insert into work.total select '{field}', greatest(coalesce(sum(held), 0), 1) "
        f"from work.common where field = '{field}'"
    )


STATE_TABLES = "".join(
    f"create table if not exists {{schema}}.model_{table} (version varchar, {columns});\n"
    for table, columns in {**STATISTICS, "hashing": "canary varchar"}.items()
)
"""Where ``ledger.state`` keeps them."""

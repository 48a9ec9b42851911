"""How often values occur: counted when a model is trained, and frozen with it.

A record's features depend on the record and on these, so that nobody's features change because
somebody else came or went.

Belongs here: keeping counts with a model, and handing them to later runs.
Does not belong here: what follows from a count (``rarity``, ``aliases``, ``features``).
"""

from dagster_project.identity.workspace import Workspace

_TABLES = {
    "common": "field varchar, value ubigint, held bigint",
    "total": "field varchar, held double",
    "spelled": (
        "word ubigint, form utinyint, rarity smallint, family_rarity smallint, "
        "given_rarity smallint"
    ),
}
"""Values by hash: how many records hold each (``common``), how many hold any (``total``), and
the words that spell names (``spelled``): in full (``form`` 1), in short (2) or in part (null), and
how rare those names are."""

_CANARY = "select hash('customer 360')::varchar"


def empty_statistics(work: Workspace) -> None:
    """Make ``work.common``, ``work.total`` and ``work.spelled`` without rows."""
    for table, columns in _TABLES.items():
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


def keep_statistics(work: Workspace, version: str) -> None:
    """Put the counts of this training beside the model, in place of those of earlier ones.

    In order, so that a few values are found without reading all.

    Needs the state attached as ``idstate``, and a transaction around it.
    """
    for table in _TABLES:
        work.run(f"delete from idstate.model_{table}")
        work.run(
            f"insert into idstate.model_{table} select $1, * from work.{table} order by all",
            [version],
        )
    work.run("delete from idstate.model_hashing")
    work.run(f"insert into idstate.model_hashing select $1, ({_CANARY})", [version])


def load_statistics(work: Workspace, version: str) -> bool:
    """Make the statistics' tables of a model in state; false where there are none of it.

    An engine that hashes otherwise than the one that counted cannot read them.
    """
    is_there = work.rows(
        "select count(*) from duckdb_tables() "
        "where database_name = 'idstate' and table_name = 'model_hashing'"
    )[0][0]
    if not is_there or not work.rows(
        f"select 1 from idstate.model_hashing where version = $1 and canary = ({_CANARY})",
        [version],
    ):
        return False
    empty_statistics(work)
    for table in _TABLES:
        work.run(
            f"insert into work.{table} "
            f"select * exclude (version) from idstate.model_{table} where version = $1",
            [version],
        )
    return True


STATE_TABLES = "".join(
    f"create table if not exists {{schema}}.model_{table} (version varchar, {columns});\n"
    for table, columns in {**_TABLES, "hashing": "canary varchar"}.items()
)
"""Where ``state`` keeps them."""

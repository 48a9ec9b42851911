"""Which tables of evidence belong to a record, and moving their rows between runs."""

from dagster_project.identity.workspace import Workspace

READ = ("identifier", "address", "record_name")
"""Tables made of a record alone, by ``rid``."""

DERIVED = ("alias", "address_key", "dweller", "domain", "feature")
"""Tables that take the statistics and judgements of values to make."""

SOUGHT = ("value_holder", "nameless", "key")
"""Tables that find pairs."""

NAMES = ("name", "name_word")
"""Tables of distinct names, by ``name_id``."""

JUDGED = ("alias", "address_key", "dweller", "value_holder")
"""Tables in which other holders of a value are looked up."""


def take_out(
    work: Workspace, rids: str, tables: tuple[str, ...] = ("record", *READ, *DERIVED, *SOUGHT)
) -> None:
    """Delete the records of the table ``rids`` from tables of ``kept`` that have a row each."""
    for table in tables:
        work.run(f"delete from kept.{table} where rid in (select rid from {rids})")


def take_out_rest(work: Workspace, rids: str) -> None:
    """Delete them from all tables but the ``JUDGED``, in which they no longer stand."""
    rest = ("record", *READ, *DERIVED, *SOUGHT)
    take_out(work, rids, tuple(table for table in rest if table not in JUDGED))


def copy_in(work: Workspace, rids: str, tables: tuple[str, ...]) -> None:
    """Add rows of records that stand in ``kept`` to the tables of ``work``."""
    for table in tables:
        work.run(
            f"insert into work.{table} by name "
            f"select * from kept.{table} where rid in (select rid from {rids})"
        )


def copy_names(work: Workspace, name_ids: str, tables: tuple[str, ...] = ("name",)) -> None:
    """Add the names that the query ``name_ids`` yields, where ``work`` lacks them."""
    for table in tables:
        work.run(
            f"insert into work.{table} by name select * from kept.{table} as known "
            f"where name_id in ({name_ids}) "
            f"and name_id not in (select name_id from work.{table})"
        )


_LEFT_NAMES = (
    "select name_id from before.record_name "
    "where rid in (from work.departed) or rid in (from work.dirty)"
)
"""Names that records had which were read again or are gone."""


def put_back(work: Workspace) -> None:
    """Add all that was made of the records in ``work`` to ``kept``."""
    for table in ("record", *READ, *DERIVED, *SOUGHT):
        work.run(f"insert into kept.{table} by name select * from work.{table}")
    for table in NAMES:
        work.run(
            f"insert into kept.{table} by name select * from work.{table} "
            f"where name_id not in (select name_id from kept.{table})"
        )
        work.run(
            f"delete from kept.{table} where name_id in ({_LEFT_NAMES}) "
            f"and name_id not in (select name_id from kept.record_name where name_id in ({_LEFT_NAMES}))"
        )

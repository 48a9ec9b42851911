"""Names what a file has no columns for, though its source's stream told it before.

Nothing is lost by it: staging carries on what was said last. A company should know all the same
that a view it exports from has shrunk.
"""

from pathlib import Path

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.engines.duckdb.session import quoted
from dagster_project.landing.ledger import Ledger

MOST_NAMED = 12
"""Columns a note lists by name."""


def absent_columns(connection: duckdb.DuckDBPyConnection, rows: Path) -> list[str]:
    """The columns that no row of a written load has."""
    found = connection.execute(
        f"select distinct coalesce(_absent, '') from read_parquet('{quoted(str(rows))}')"
    ).fetchall()
    sets = [set(text.strip(",").split(",")) - {""} for (text,) in found]
    return sorted(set.intersection(*sets)) if sets else []


def narrower_note(
    ledger: Ledger, source: str, stream: str, absent: list[str]
) -> tuple[str, ...]:
    """One sentence, where accepted loads of the stream had columns this one lacks."""
    before = ledger.absent_before(source, stream)
    if not before or not absent:
        return ()
    lost = sorted(set(absent) - frozenset.intersection(*before))
    if not lost:
        return ()
    named = ", ".join(lost[:MOST_NAMED]) + (" …" if len(lost) > MOST_NAMED else "")
    return (
        f"narrower than before: {counted(len(lost), 'column is', 'columns are')} not in it "
        f"({named}); what was known of {'it' if len(lost) == 1 else 'them'} stays",
    )

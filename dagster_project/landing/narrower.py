"""Names what a file has no columns for, though its source's stream told it before.

Nothing is lost by it: staging carries on what was said last. A company should know all the same
that a view it exports from has shrunk. Files of another kind, and the parts of one archive, are other
views: a list of cleaned addresses never had the columns of the list of subscribers.
"""

import re
from pathlib import Path, PurePosixPath

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
    ledger: Ledger, source: str, stream: str, origin: str, absent: list[str]
) -> tuple[str, ...]:
    """One sentence, where accepted loads of the same view had columns this one lacks."""
    before = [
        columns
        for other, columns in ledger.absent_before(source, stream)
        if _view(other) == _view(origin)
    ]
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


def _view(origin: str) -> tuple[str, str]:
    """What tells one export from another: the kind of file and, in an archive, which part it is.

    A file may be renamed from one export to the next; parts of archives are named by the vendor,
    with numbers that change.
    """
    file, _, part = origin.partition("!")
    return PurePosixPath(file).suffix.lower(), re.sub(r"\d+", "", part)

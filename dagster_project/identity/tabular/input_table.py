"""The input in the engine: one table with the user's own columns and the number of each row.

Belongs here: where it stands, ids of its rows, a cell as text. Does not belong here: files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.plain_text import is_trimmed

TABLE = "input.rows"
"""Where a table to be resolved stands."""

ROW = "_c360_row"
"""Its column with the 1-based position of the row."""

PLACED = "input.placed"
"""The same rows with their ``PLACE``, once ``place_rows`` has run."""

COPIES = "input.copies"
"""Rows that say what ``MOST_COPIES`` others say, with the hash of it."""

PLACE = "_c360_place"
"""A row's place in the order of what the rows hold: a whole number, from 1."""

_NOTHING = (
    "",
    "null",
    "nan",
    "none",
    "n/a",
    "#n/a",
    "<na>",
    "nat",
    "\\n",
    "-",
    "--",
    "?",
    "[unknown]",
)
"""What exports write where there is no value, in lower case."""


NOTHING = ", ".join(f"'{word}'" for word in _NOTHING)
"""The same, to stand in a SQL list."""


def identifier(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


LONGEST_NOTHING = max(map(len, _NOTHING))


def cell(name: str) -> str:
    """SQL: the trimmed text of a cell, null where it holds nothing.

    Most cells are plain letters without blanks around them: they are not trimmed, which would take
    longer than all else that is asked of them.
    """
    text = f"{identifier(name)}::varchar"
    return (
        f"case when {is_trimmed(text)} then case when strlen({text}) > {LONGEST_NOTHING} "
        f"or lower({text}) not in ({NOTHING}) then {text} end "
        f"when lower(trim({text})) not in ({NOTHING}) then trim({text}) end"
    )


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The user's columns and their types."""
    rows = connection.execute(
        f"select column_name, column_type from (describe {TABLE})"
    ).fetchall()
    return {str(name): str(kind) for name, kind in rows if name != ROW}


MOST_COPIES = 10
"""Rows of the same contents that are compared with each other; the others go where these go.
Comparing all would take pairs by the square, and a value with hundreds of holders says nothing."""


def place_rows(
    connection: duckdb.DuckDBPyConnection,
    evidence: Sequence[str],
    *,
    most_copies: int | None = MOST_COPIES,
) -> None:
    """Make ``PLACED``: rows by what they hold in the columns that are evidence.

    Records are matched under these places, so that neither ids nor the order of rows can break
    a tie or choose a sample. Rows that hold the same are interchangeable: more than
    ``most_copies`` of them (None: any number) are not placed, and stand in ``COPIES``.
    """
    contents = ", ".join(identifier(name) for name in sorted(evidence))
    # hashed before they are put in order: a window would carry the columns along
    connection.execute(
        f"""
        create or replace table input.place as
        select
            {ROW},
            (row_number() over (order by contents, {ROW}))::integer as {PLACE},
            contents,
            row_number() over (partition by contents order by {ROW}) as copy
        from (select {ROW}, hash({contents}) as contents from {TABLE})
        """
    )
    connection.execute(
        f"create or replace view {PLACED} as select place.{PLACE}, rows.* "
        f"from {TABLE} as rows inner join input.place as place on rows.{ROW} = place.{ROW} "
        f"where {'true' if most_copies is None else f'place.copy <= {most_copies}'}"
    )
    connection.execute(
        f"create or replace view {COPIES} as "
        f"select rows.*, place.contents from {TABLE} as rows "
        f"inner join input.place as place on rows.{ROW} = place.{ROW} "
        f"where {'false' if most_copies is None else f'place.copy > {most_copies}'}"
    )


@dataclass(frozen=True)
class RecordIds:
    """How rows are named: the SQL of a unique id, and what to tell of it."""

    sql: str
    note: str | None = None


def record_ids(connection: duckdb.DuckDBPyConnection, column: str | None) -> RecordIds:
    """Ids from the column; repeated or missing ones get the row's number behind them."""
    if column is None:
        return RecordIds(
            f"{ROW}::varchar", "no column unique_id, record_id or id: rows go by their number"
        )
    text = cell(column)
    rows, distinct = connection.execute(
        f"select count(*), count(distinct {text}) from {TABLE}"
    ).fetchall()[0]
    if rows == distinct:
        return RecordIds(text)
    repeated = f"count(*) over (partition by {text}) > 1 or {text} is null"
    return RecordIds(
        f"case when {repeated} then coalesce({text}, '') || '#' || {ROW} else {text} end",
        counted(rows - distinct, "row repeats", "rows repeat")
        + f" an id of column {column} or stand without: '#' and the row's number were put "
        "behind repeated ids",
    )


def require_rows(connection: duckdb.DuckDBPyConnection, where: str) -> int:
    """How many rows there are; an error when there are none."""
    rows = int(connection.execute(f"select count(*) from {TABLE}").fetchall()[0][0])
    if not rows:
        raise Customer360Error(
            "the input has no rows", where, "export it again, or name another file or table"
        )
    return rows

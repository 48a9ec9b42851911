"""Anybody's table into the engine: delimited text of any dress, Parquet, a table of DuckDB.

Belongs here: from a name on the command line to rows with their numbers. Does not belong here:
what the columns mean (``identity.tabular``).
"""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import quoted
from dagster_project.sources.members import BrokenFileError
from dagster_project.sources.rows import scan_sql
from dagster_project.sources.tabular import read_plain_rows

_DATABASES = (".duckdb", ".db", ".ddb")
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class PlainTable:
    """Where the rows are (SQL to select from), and what is worth a warning.

    ``rows_sql`` has the user's columns and ``row_column`` with the 1-based position;
    ``is_cheap``: it may be read again and again instead of being copied.
    """

    rows_sql: str
    is_cheap: bool = False
    notes: tuple[str, ...] = ()


def open_table(
    connection: duckdb.DuckDBPyConnection, name: str, *, workdir: Path, row_column: str
) -> PlainTable:
    """Find ``FILE.csv``, ``FILE.parquet`` or ``FILE.duckdb:[schema.]table``.

    Raises ``Customer360Error`` where there is no such file or table, or it cannot be read.
    """
    file, table = _split(name)
    if not file.is_file():
        raise Customer360Error("there is no such file", str(file), "correct the path")
    if table is not None:
        return _from_database(connection, file, table, row_column)
    if file.suffix.lower() in _PARQUET:
        return _from_parquet(connection, file, row_column)
    return _from_text(file, workdir, row_column)


def _split(name: str) -> tuple[Path, str | None]:
    path, colon, table = name.rpartition(":")
    if colon and Path(path).suffix.lower() in _DATABASES:
        return Path(path), table
    if Path(name).suffix.lower() in _DATABASES:
        raise Customer360Error(
            "a DuckDB file holds many tables", name, f"say which one: {name}:TABLE"
        )
    return Path(name), None


def _from_database(
    connection: duckdb.DuckDBPyConnection, file: Path, table: str, row_column: str
) -> PlainTable:
    connection.execute("detach database if exists given")
    try:
        connection.execute(f"attach '{quoted(str(file))}' as given (read_only)")
        parts = ".".join('"' + part.replace('"', '""') + '"' for part in table.split("."))
        connection.execute(f"select * from given.{parts} limit 0")
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException):
        raise Customer360Error(
            f"the database has no table {table or 'without a name'}",
            str(file),
            "name one of its tables, with the schema in front where it is not main",
        ) from None
    except (duckdb.IOException, duckdb.InvalidInputException):
        raise _unreadable(file, "a DuckDB file", "close programs that write it") from None
    return PlainTable(f"select row_number() over () as {row_column}, * from given.{parts}")


def _from_parquet(
    connection: duckdb.DuckDBPyConnection, file: Path, row_column: str
) -> PlainTable:
    scan = f"read_parquet('{quoted(str(file))}', file_row_number = true)"
    try:
        connection.execute(f"select * from {scan} limit 0")
    except duckdb.Error:
        raise _unreadable(file, "a Parquet file", "write it again") from None
    return PlainTable(
        f"select file_row_number + 1 as {row_column}, * exclude (file_row_number) from {scan}",
        is_cheap=True,
    )


def _from_text(file: Path, workdir: Path, row_column: str) -> PlainTable:
    try:
        rows = read_plain_rows(file, workdir / "input.ndjson")
    except BrokenFileError as broken:
        raise Customer360Error(broken.reason, str(file), broken.remedy) from None
    fields = [f"x{position}" for position in range(len(rows.header))]
    labels = _labels(("",) * len(fields) if _is_of_values(rows.header) else rows.header)
    named = ", ".join(
        f"nullif({field}, '') as \"{label}\""
        for field, label in zip(fields, labels, strict=True)
    )
    scan = scan_sql(rows.file, fields)
    if not _is_of_values(rows.header):
        return PlainTable(f"select _row as {row_column}, {named} from {scan}", notes=rows.notes)
    first = ", ".join(f"nullif('{quoted(value)}', '')" for value in rows.header)
    return PlainTable(
        f"select _row + 1 as {row_column}, {named} from {scan} union all select 1, {first}",
        notes=(*rows.notes, "the first row holds values: columns go by their place"),
    )


_VALUE = re.compile(
    r"[^@\s]+@[^@\s]+[.][A-Za-z]{2,}"  # an e-mail address
    r"|[+(0][0-9 ()/.-]{7,}|[0-9]{9,}"  # a telephone number
    r"|[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}"  # a date
)

_SENTENCE = 4
"""Words from which on a cell is a text, where it stands beside cells that hold nothing."""

_EMPTY = 0.25
"""Share of cells without a name from which on a row with a text in it names no columns."""


def _is_of_values(header: tuple[str, ...]) -> bool:
    """Whether a first row names no columns: one of its cells is what only a record has."""
    if any(_VALUE.fullmatch(cell.strip()) for cell in header):
        return True
    empty = sum(not cell.strip() for cell in header)
    return empty >= max(2, _EMPTY * len(header)) and any(
        len(cell.split()) >= _SENTENCE for cell in header
    )


def _labels(header: tuple[str, ...]) -> list[str]:
    """Header cells as column names: none empty, none twice (in any case)."""
    labels: list[str] = []
    for position, cell in enumerate(header, start=1):
        label = cell.replace('"', "'") or f"column_{position}"
        taken = {each.lower() for each in labels}
        while label.lower() in taken:
            label += f"_{position}"
        labels.append(label)
    return labels


def _unreadable(file: Path, kind: str, remedy: str) -> Customer360Error:
    return Customer360Error(f"this cannot be read as {kind}", str(file), remedy)

"""Files that a user asked for: written aside and renamed, so that a broken run leaves no half a one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.session import quoted

_CSV = (".csv", ".txt")


def write_atomically(connection: duckdb.DuckDBPyConnection, select: str, file: Path) -> None:
    """Write a select as CSV or Parquet by the file's ending."""
    form = "format csv, header true" if file.suffix.lower() in _CSV else "format parquet"
    with written_aside(file) as aside:
        connection.execute(f"copy ({select}) to '{quoted(str(aside))}' ({form})")


@contextmanager
def written_aside(file: Path) -> Iterator[Path]:
    """A file to write beside ``file``, in whose place it comes when all has gone well."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.partial")
    try:
        yield aside
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)

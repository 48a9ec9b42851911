"""What the commands of identity share: the terminal, opened tables, configurations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING

import click

from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    import duckdb

    from dagster_project.identity.resolve_table import Matching
from dagster_project.cli.terminal import console

FILE = click.Path(dir_okay=False, path_type=Path)

_WRITTEN = (".parquet", ".pq", ".csv", ".txt")


def require_outputs(input_table: str, outputs: tuple[Path, ...]) -> None:
    """Refuse, before any work, files that cannot be written or that would overwrite another."""
    taken = {Path(input_table).resolve()}
    for file in outputs:
        if file.suffix.lower() not in _WRITTEN:
            raise Customer360Error(
                "the ending says no format that is written",
                str(file),
                "end it in .parquet or .csv",
            )
        if file.resolve() in taken:
            raise Customer360Error(
                "this would overwrite the input, or another output",
                str(file),
                "name another file",
            )
        taken.add(file.resolve())
        require_writable_folder(file.parent)


def require_writable_folder(folder: Path) -> None:
    """Make a folder that files will go to; an error, before any work, where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as refused:
        raise Customer360Error(
            f"nothing can be written into this folder: {refused.strerror}",
            str(folder),
            "name a folder that you may write to",
        ) from None


@contextmanager
def opened_input(name: str) -> Iterator["duckdb.DuckDBPyConnection"]:
    """An engine that holds the rows of a file or table."""
    from dagster_project.engines.duckdb.session import EngineOptions, session
    from dagster_project.settings import read_settings

    settings = read_settings()
    options = EngineOptions(settings.threads, settings.memory_limit)
    with session(options=options) as connection:
        read_input(connection, name)
        yield connection


def read_input(connection: "duckdb.DuckDBPyConnection", name: str) -> None:
    """Make the rows of a file or table the engine's input table, in place of what it was."""
    from dagster_project.identity.resolve_table import load_rows
    from dagster_project.identity.tabular.input_table import ROW
    from dagster_project.sources.plain_table import open_table

    with TemporaryDirectory(prefix="c360-") as folder, console.status("reading"):
        table = open_table(connection, name, workdir=Path(folder), row_column=ROW)
        load_rows(connection, table.rows_sql, where=name, as_view=table.is_cheap)
    for note in table.notes:
        console.print(f"note: {note}", style="yellow", markup=False)


def read_matching(config: Path | None) -> "Matching":
    """The configurations of this checkout, or those of another ``config/`` folder."""
    from dagster_project.identity.resolve_table import read_default_matching
    from dagster_project.settings import PROJECT

    return read_default_matching(config or PROJECT / "config")

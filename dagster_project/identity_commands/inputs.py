"""What the commands of identity share: the terminal, opened tables, configurations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    import duckdb

    from dagster_project.identity.tabular.resolve_table import Matching

console = Console(highlight=False, soft_wrap=True)

FILE = click.Path(dir_okay=False, path_type=Path)


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
    from dagster_project.identity.tabular.input_table import ROW
    from dagster_project.identity.tabular.resolve_table import load_rows
    from dagster_project.sources.plain_table import open_table

    with TemporaryDirectory(prefix="c360-") as folder, console.status("reading"):
        table = open_table(connection, name, workdir=Path(folder), row_column=ROW)
        load_rows(connection, table.rows_sql, where=name, as_view=table.is_cheap)
    for note in table.notes:
        console.print(f"note: {note}", style="yellow")


def read_matching(config: Path | None) -> "Matching":
    """The configurations of this checkout, or those of another ``config/`` folder."""
    from dagster_project.identity.tabular.resolve_table import read_default_matching
    from dagster_project.settings import PROJECT

    return read_default_matching(config or PROJECT / "config")

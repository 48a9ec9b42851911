"""DuckDB sessions with the settings every part of the project relies on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb


@dataclass(frozen=True)
class EngineOptions:
    """Limits of one DuckDB instance; ``memory_limit`` in DuckDB's notation (``4GB``)."""

    threads: int = 2
    memory_limit: str = "4GB"
    spill: Path | None = None


_SIZE = re.compile(r"\d+(\.\d+)? ?([KMGT]i?)?B", re.IGNORECASE)


def is_memory_size(text: str) -> bool:
    """Whether ``text`` is a size as DuckDB writes it: ``4GB``, ``512 MiB``."""
    return bool(_SIZE.fullmatch(text))


DEFAULT_OPTIONS = EngineOptions()
"""What a session takes that is given no options."""


@contextmanager
def session(
    database: Path | None = None,
    *,
    options: EngineOptions | None = None,
    read_only: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database (in memory without ``database``), UTC and offline; closed on leaving.

    What does not fit into memory goes to ``options.spill``, or to a temporary folder that is
    removed with the session: spilled rows are personal data.

    While a session writes a file no other process can open it: keep it short, and never
    open one around a dbt run.
    """
    options = options or DEFAULT_OPTIONS
    if database is not None and not read_only:
        database.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        str(database) if database else ":memory:",
        read_only=read_only,
        config={
            "threads": options.threads,
            "memory_limit": options.memory_limit,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        },
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        # DuckDB takes the processes that Dagster starts for a person at a prompt.
        connection.execute("set enable_progress_bar = false")
        with _spill_folder(options) as folder:
            connection.execute(f"set temp_directory = '{quoted(str(folder))}'")
            yield connection
    finally:
        connection.close()


@contextmanager
def _spill_folder(options: EngineOptions) -> Iterator[Path]:
    if options.spill is not None:
        options.spill.mkdir(parents=True, exist_ok=True)
        yield options.spill
        return
    with TemporaryDirectory(prefix="c360-spill-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def quoted(text: str) -> str:
    """``text`` with single quotes doubled, to stand inside a SQL string literal."""
    return text.replace("'", "''")

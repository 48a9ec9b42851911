"""A data product opened to be asked in SQL: read-only, offline, nothing but its own tables.

Belongs here: finding and opening a published file, asking it, and errors that say what to do.
Does not belong here: how an answer looks on a terminal.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import duckdb

from dagster_project.config.roots import open_root
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import EngineOptions, session

_CHUNK = 1_000


@dataclass(frozen=True)
class Answer:
    """Columns of a result, and its rows as they are fetched."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


class Product:
    """One consumer's published file; each question meets the generation in force.

    The file is opened read-only, so a run may publish meanwhile; the engine can reach no other
    file, no network and no extension, and the settings that say so are locked.
    """

    def __init__(self, root: Root, consumer: str, *, options: EngineOptions) -> None:
        self._file = _product_file(root, consumer)
        self._options = replace(options, spill=None)  # a reader leaves nothing in the root
        self._open = ExitStack()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._generation: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ask(self, sql: str, parameters: object = None) -> Answer | None:
        """The answer to one statement; nothing for an empty one.

        Raises ``Customer360Error`` for what the engine does not understand or may not do.
        """
        connection = self._newest()
        try:
            result = connection.execute(sql, parameters)
        except duckdb.Error as refused:
            raise self._explained(refused) from None
        if result is None or result.description is None:
            return None
        columns = tuple(str(column[0]) for column in result.description)
        return Answer(columns, self._fetched(result))

    def statements(self, sql: str) -> list[str]:
        """The statements of a text; ``Customer360Error`` where it is no SQL."""
        try:
            return [statement.query for statement in duckdb.extract_statements(sql)]
        except duckdb.Error as broken:
            raise self._explained(broken) from None

    def tables(self) -> dict[str, tuple[str, ...]]:
        """Columns by table, the product's own manifest last."""
        answer = self.ask(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where database_name = current_database() and not internal "
            "group by table_name order by starts_with(table_name, '_'), table_name"
        )
        return {name: tuple(columns) for name, columns in answer.rows} if answer else {}

    def _newest(self) -> duckdb.DuckDBPyConnection:
        generation = self._file.resolve()
        if self._connection is None or generation != self._generation:
            self._open.close()
            self._connection = self._open.enter_context(
                session(self._file, options=self._options, read_only=True)
            )
            self._connection.execute("set enable_external_access = false")
            self._connection.execute("set lock_configuration = true")
            self._generation = generation
        return self._connection

    def _fetched(self, result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
        try:
            while rows := result.fetchmany(_CHUNK):
                yield from rows
        except duckdb.Error as refused:
            raise self._explained(refused) from None

    def _explained(self, error: duckdb.Error) -> Customer360Error:
        said = str(error)
        if isinstance(error, duckdb.OutOfMemoryException):
            raise error
        if isinstance(error, duckdb.PermissionException):
            return Customer360Error(
                "a published file is asked by itself: no other file, extension or address",
                str(self._file),
                'to keep an answer: c360 sql --format csv "…" > answer.csv',
            )
        if "read-only mode" in said:
            return Customer360Error(
                "a published file is only read; the next run writes it anew",
                str(self._file),
                "`create temp table` is allowed, for as long as the prompt is open",
            )
        if isinstance(error, duckdb.CatalogException) and said.startswith(
            "Catalog Error: Table"
        ):
            return Customer360Error(said, "", self._tables_there_are(said))
        return Customer360Error(
            said, "", "correct the statement; `show tables` lists the tables"
        )

    def _tables_there_are(self, said: str) -> str:
        tables = tuple(self.tables())
        asked = said.removeprefix("Catalog Error: Table with name ").split(" ", 1)[0]
        close = get_close_matches(asked, tables, n=3)
        first = f"did you mean {' or '.join(close)}? " if close else ""
        return f"{first}the tables are: {', '.join(tables)}"


def published_products(root: Root) -> tuple[str, ...]:
    """Consumers whose file can be opened."""
    return tuple(sorted(p.stem for p in root.published.glob("*.duckdb") if p.is_file()))


def _product_file(root: Root, consumer: str) -> Path:
    open_root(root)
    file = root.published / f"{consumer}.duckdb"
    if file.is_file():
        return file
    others = published_products(root)
    raise Customer360Error(
        f"nothing is published for {consumer}",
        str(root.published),
        f"name one of these with --consumer: {', '.join(others)}"
        if others
        else "run `c360 run` first: it publishes at its end",
    )

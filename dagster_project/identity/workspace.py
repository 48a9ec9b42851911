"""Scratch tables of one resolution: an in-memory database beside the warehouse.

They never reach the warehouse file, so a killed run leaves nothing behind, and DuckDB may
spill them like any other table.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Progress = Callable[[str, int, float], None]
"""Told of every finished stage: its name, the rows it made, its seconds."""


ROWS_OF_ONE_THREAD = 300_000
"""Records up to which a change is resolved by one thread: the engine shares a scan out in pieces of
122,880 rows, and most statements read far fewer. At a million, 10,000 more took 17 CPU seconds on one
thread and 21 on two, which on idle cores is less time by the clock."""

RECORDS_OF_ONE_THREAD = 20_000
"""Records up to which all of them are resolved by one thread. 12,000 took 4.8 CPU seconds on one and
6.4 on two, 1,000 took 2.5 and 3.1, and on busy cores less time by the clock: only samples of pairs
have more rows than one piece."""


@dataclass
class Workspace:
    """The connection, and how long each stage took on it."""

    connection: duckdb.DuckDBPyConnection
    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, sql: str, parameters: list[object] | None = None) -> None:
        """Execute statements whose result nobody reads."""
        self.connection.execute(sql, parameters or [])

    def rows(self, sql: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return self.connection.execute(sql, parameters or []).fetchall()

    def number(self, sql: str, parameters: list[object] | None = None) -> int:
        """The one whole number that a query yields."""
        return int(self.rows(sql, parameters)[0][0])

    def forget(self, *tables: str) -> None:
        """Free tables of ``work`` that nobody reads any more, where they are worth it."""
        for table in tables:
            self.run(f"drop table work.{table}")

    def count(self, relation: str) -> int:
        """Rows of a table or of a ``(select …)``."""
        return self.number(f"select count(*) from {relation}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything or, when anything goes wrong, nothing."""
        self.run("begin transaction")
        try:
            yield
            self.run("commit")
        except BaseException:
            self.run("rollback")
            raise

    @contextmanager
    def columns(
        self, name: str, **columns: "Sequence[object] | npt.NDArray[np.int64]"
    ) -> Iterator[None]:
        """Lend the engine a table of Python's values; a long list as a parameter is slow."""
        import pandas as pd

        self.connection.register(name, pd.DataFrame(columns))
        try:
            yield
        finally:
            self.connection.unregister(name)

    @contextmanager
    def joins_as_written(self) -> Iterator[None]:
        """Every join keeps its right side in memory and passes the left one through.

        For joins of many parts of one row: the engine takes a few rows for the outcome of each, and
        would copy all that has been joined so far, a wide row per record, again at every join.
        """
        before = self.rows("select current_setting('disabled_optimizers')")[0][0]
        self.run("set disabled_optimizers = 'join_order,build_side_probe_side'")
        try:
            yield
        finally:
            self.run(f"set disabled_optimizers = '{before}'")

    @contextmanager
    def threads_for(self, rows: int, *, most: int = ROWS_OF_ONE_THREAD) -> Iterator[None]:
        """One thread up to ``most`` rows: handing work on would take longer than doing it."""
        if rows > most:
            yield
            return
        threads = self.rows("select current_setting('threads')")[0][0]
        self.run("set threads = 1")
        try:
            yield
        finally:
            self.run(f"set threads = {threads}")

    @contextmanager
    def stage(self, name: str, relation: str | None = None) -> Iterator[None]:
        """Time a stage; ``relation`` is the table whose rows are reported with it."""
        start = perf_counter()
        yield
        taken = perf_counter() - start
        self.seconds[name] = self.seconds.get(name, 0.0) + taken
        if self.progress is not None:
            self.progress(name, self.count(relation) if relation else 0, taken)


@contextmanager
def workspace(
    connection: duckdb.DuckDBPyConnection, progress: Progress | None = None
) -> Iterator[Workspace]:
    """Attach the scratch database ``work``; it is gone on leaving, whatever happened."""
    try:
        yield opened_workspace(connection, progress)
    finally:
        connection.execute("detach work")


def opened_workspace(
    connection: duckdb.DuckDBPyConnection, progress: Progress | None = None
) -> Workspace:
    """An empty scratch database ``work`` that stays until the connection closes."""
    connection.execute("detach database if exists work")
    connection.execute("attach ':memory:' as work")
    return Workspace(connection, progress)


def write_labels(
    work: Workspace, table: str, labels: "npt.NDArray[np.int64]", *, column: str = "label"
) -> None:
    """Make ``work.<table>(rid, <column>)`` of the label of every rid."""
    import numpy as np

    with work.columns("labels_of_records", rid=np.arange(len(labels)), label=labels):
        work.run(
            f"create or replace table work.{table} as "
            f"select rid::integer as rid, label::integer as {column} from labels_of_records"
        )

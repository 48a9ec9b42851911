"""Readers that open a published file over and over and note everything that is not whole."""

import multiprocessing as mp
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from types import TracebackType


class Readers:
    """``count`` processes reading ``published/crm.duckdb`` until the block ends."""

    def __init__(self, root: Path, *, count: int) -> None:
        context = mp.get_context("spawn")
        self._stop: Event = context.Event()
        self._queue = context.Queue()
        self._processes = [
            context.Process(
                target=read_until, args=(root, self._stop, self._queue), daemon=True
            )
            for _ in range(count)
        ]
        self.problems: list[str] = []

    def __enter__(self) -> "Readers":
        for process in self._processes:
            process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for process in self._processes:
            process.join(timeout=30)
            if process.is_alive():
                process.kill()
        while not self._queue.empty():
            self.problems.append(self._queue.get())


def read_until(root: Path, stop: Event, problems: "mp.Queue[str]") -> None:
    """Open the newest generation again and again; one connection stays open beside it (warm)."""
    import duckdb

    file = root / "published" / "crm.duckdb"
    warm = None
    while not stop.is_set():
        time.sleep(0.3)
        if not file.exists():
            continue
        try:
            if warm is None:
                warm = duckdb.connect(str(file.resolve()), read_only=True)
            with duckdb.connect(str(file.resolve()), read_only=True) as connection:
                problem = _incomplete(connection)
        except duckdb.Error as error:
            problem = f"{type(error).__name__}: {error}"
        if problem:
            problems.put(problem)


def _incomplete(connection: "duckdb.DuckDBPyConnection") -> str:  # noqa: F821
    """What the manifest promises and the file does not hold."""
    promised = connection.execute("select table_name, row_count from _manifest").fetchall()
    if not promised:
        return "the manifest is empty"
    for table, rows in promised:
        found = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
        if found != rows:
            return f"{table} has {found} rows, the manifest says {rows}"
    return ""

"""Readers that open a published file over and over and note everything that is not whole.

Each keeps one connection open (warm) while it opens others, all of them through the path that
readers are given: a new connection of a warm process must see the newest generation.
"""

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.chaos.processes import CONTEXT

PAUSE_SECONDS = 1.0
ROUNDS_WARM = 5
"""After so many rounds the warm connection is opened anew."""


class Readers:
    """``count`` processes reading ``published/crm.duckdb`` until the block ends."""

    def __init__(self, root: Path, *, count: int) -> None:
        self._root = root
        self._stop = CONTEXT.Event()
        self._queue = CONTEXT.Queue()
        self._processes = [
            CONTEXT.Process(
                target=read_until, args=(root, self._stop, self._queue), daemon=True
            )
            for _ in range(count)
        ]
        self.problems: list[str] = []
        """Distinct problems, once the block has ended."""

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
        reports = [self._queue.get(timeout=120) for _ in self._processes]
        for process in self._processes:
            process.join()
        problems = [problem for report in reports for problem in report["problems"]]
        problems += [
            "a reader's last new connection did not see the newest generation"
            for report in reports
            if report["last"] != _current(self._root)
        ]
        self.problems = [f"a reader met: {problem}" for problem in dict.fromkeys(problems)]


def _current(root: Path) -> str | None:
    link = root / "published" / "crm" / "current"
    return str(link.readlink()) if link.is_symlink() else None


def read_until(root: Path, stop: Any, reports: Any) -> None:
    """Read until ``stop`` is set, once more after that, and report."""
    import duckdb

    file = root / "published" / "crm.duckdb"
    warm: Any = None
    problems: list[str] = []
    last: str | None = None
    rounds = 0
    is_last = False
    parent = os.getppid()
    while not is_last and os.getppid() == parent:  # the harness itself may be ended
        is_last = stop.wait(PAUSE_SECONDS)
        if not file.exists():
            continue
        rounds += 1
        try:
            if warm is None or rounds % ROUNDS_WARM == 0:
                warm = duckdb.connect(str(file), read_only=True)
            with duckdb.connect(str(file), read_only=True) as connection:
                seen, problem = _look(connection)
            _, warm_problem = _look(warm)
        except duckdb.Error as error:
            problems.append(f"{type(error).__name__}: {error}")
            continue
        problems += [p for p in (problem, warm_problem) if p]
        if last is not None and seen is not None and seen < last:
            problems.append("an older generation after a newer one")
        last = seen
    reports.put({"problems": problems, "last": last, "rounds": rounds, "at": time.time()})


def _look(connection: Any) -> tuple[str | None, str]:
    """The generation, and what its manifest promises that the file does not hold."""
    promised = connection.execute(
        "select generation, table_name, row_count from _manifest"
    ).fetchall()
    if not promised:
        return None, "the manifest is empty"
    for _, table, rows in promised:
        found = connection.execute(f'select count(*) from "{table}"').fetchall()[0][0]
        if found != rows:
            return promised[0][0], f"{table} has {found} rows, the manifest says {rows}"
    return promised[0][0], ""

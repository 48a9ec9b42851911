"""One writer per root: an operating-system lock that the kernel frees when its holder dies."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from dagster_project.domain.errors import LockHeldError
from dagster_project.domain.root import Root

_POLL_SECONDS = 0.2
_held: dict[tuple[int, Path], int] = {}
"""How deep the locks of a process are nested; a forked child is another process."""


@dataclass(frozen=True)
class LockHolder:
    """Who writes a root. ``started`` is the process's start in seconds since the epoch."""

    name: str
    pid: int
    started: float

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.started))
        return f"{self.name} (process {self.pid}, started {since} UTC)"


@contextmanager
def writer_lock(
    root: Root,
    holder: str,
    *,
    wait_seconds: float = 6 * 3600,
    on_wait: Callable[[LockHolder | None], None] = lambda holder: None,
) -> Iterator[None]:
    """Hold ``state/writer.lock``; the same process may take it again.

    ``on_wait`` hears once who holds the lock (``None``: it has not said so yet). After
    ``wait_seconds`` a ``LockHeldError`` names the holder.
    """
    path = root.state.resolve() / "writer.lock"
    own = (os.getpid(), path)
    if own in _held:
        _held[own] += 1
        try:
            yield
        finally:
            _held[own] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        _wait_for(file, path, wait_seconds, on_wait)
        _sign(file, holder)
        _held[own] = 1
        try:
            yield
        finally:
            _held.pop(own, None)
            file.truncate(0)


def holder_of(root: Root) -> LockHolder | None:
    """Who writes the root at this moment; ``None`` when nobody does."""
    path = root.state / "writer.lock"
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as file:
        return None if _try(file, fcntl.LOCK_SH) else _read(path)


def _wait_for(
    file: IO[str],
    path: Path,
    wait_seconds: float,
    on_wait: Callable[[LockHolder | None], None],
) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while not _try(file, fcntl.LOCK_EX):
        if time.monotonic() >= deadline:
            raise LockHeldError(
                f"another run writes this root: {_read(path) or 'unknown'}",
                str(path.parent.parent),
                "wait until it ends, or end that process; its lock goes with it",
            )
        if not told:
            on_wait(_read(path))
            told = True
        time.sleep(_POLL_SECONDS)


def _try(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file.fileno(), kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[str], holder: str) -> None:
    file.truncate(0)
    started = psutil.Process().create_time()
    file.write(json.dumps({"name": holder, "pid": os.getpid(), "started": started}))
    file.flush()


def _read(path: Path) -> LockHolder | None:
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        return LockHolder(entry["name"], entry["pid"], entry["started"])
    except (ValueError, KeyError, OSError):
        return None

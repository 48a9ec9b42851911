"""SQLite files of ``state/``: their tables, versions of these, and transactions that a kill cannot halve."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dagster_project.domain.errors import StateError


class SqliteFile:
    """A file, brought to the present version of its tables when it is opened.

    ``steps`` holds the statements that lead to each version from the one before; ``what`` is what
    the file is called in an error.
    """

    def __init__(self, path: Path, steps: Mapping[int, str], *, what: str) -> None:
        self.path = path
        self._steps = steps
        self._what = what
        self._prepare()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is done inside, or nothing of it."""
        with _connect(self.path) as connection:
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to ask something."""
        with _connect(self.path) as connection:
            yield connection

    def _prepare(self) -> None:
        newest = max(self._steps)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _connect(self.path) as connection:
                version = _version_of(connection)
            if version < newest:
                version = self._migrate(newest)
        except sqlite3.DatabaseError as damaged:
            raise StateError(
                f"{self._what} cannot be opened: {type(damaged).__name__}",
                str(self.path),
                "restore the folder state/ from your copy of it",
            ) from None
        if version > newest:
            raise StateError(
                f"{self._what} has format {version}, this version reads up to {newest}",
                str(self.path),
                "install the newer version of Customer 360",
            )

    def _migrate(self, newest: int) -> int:
        """Bring the tables up to date, one version after another; returns the one they have now."""
        with self.transaction() as connection:
            found = _version_of(connection)  # another process may have been here meanwhile
            for version in range(found + 1, newest + 1):
                for statement in self._steps[version].split(";\n"):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {version}")
            return max(found, newest)


@contextmanager
def _connect(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own per question: nothing to close late, safe from any thread.

    SQLite's rollback journal with full synchronisation survives a kill and a power cut.
    """
    connection = sqlite3.connect(file, timeout=60, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("pragma synchronous = full")
        yield connection
    finally:
        connection.close()


def _version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])

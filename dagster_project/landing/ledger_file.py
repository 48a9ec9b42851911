"""The file of the ledger: its tables, their versions, and transactions that a kill cannot halve."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.domain.errors import StateError

FORMAT = 2
"""Version of the ledger's tables; a newer one is refused, an older one is migrated."""


class LedgerFile:
    """``state/ledger.sqlite``, brought to the present version when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
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
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _connect(self.path) as connection:
                version = _version_of(connection)
            if version < FORMAT:
                version = self._migrate()
        except sqlite3.DatabaseError as damaged:
            raise StateError(
                f"the ledger of loads cannot be opened: {type(damaged).__name__}",
                str(self.path),
                "restore the folder state/ from your copy of it",
            ) from None
        if version > FORMAT:
            raise StateError(
                f"the ledger has format {version}, this version reads up to {FORMAT}",
                str(self.path),
                "install the newer version of Customer 360",
            )

    def _migrate(self) -> int:
        """Bring the tables up to date, one version after another; returns the one they have now."""
        with self.transaction() as connection:
            found = _version_of(connection)  # another process may have been here meanwhile
            for version in range(found + 1, FORMAT + 1):
                for statement in _STEPS[version].split(";\n"):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {version}")
            return max(found, FORMAT)


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


_STEPS = {
    1: """
create table loads (
    load_id text primary key,
    source text not null,
    vendor text not null,
    stream text not null,
    state text not null,
    as_of text not null,
    origin text not null,
    rows integer not null,
    delivery text not null,
    manifest text not null,
    landed_at text not null,
    quarantined integer not null default 0,
    gate_seq integer
);
create index loads_by_stream on loads (vendor, stream, source);
create table decisions (
    gate_seq integer primary key autoincrement,
    load_id text not null references loads (load_id),
    state text not null,
    quarantined integer not null,
    suite_hash text not null,
    reasons text not null,
    notes text not null,
    verdict text not null,
    decided_at text not null
);
create index decisions_by_load on decisions (load_id, gate_seq);
create table cursors (
    source text not null,
    stream text not null,
    cursor text not null,
    primary key (source, stream)
);
""",
    # What is held back, since when, and what runs have told of; loads of before count as told.
    2: """
alter table loads add column corrected integer not null default 0;
alter table loads add column dismissed_seq integer;
alter table decisions add column consent text not null default '[]';
create table unread (
    place text primary key,
    source text,
    vendor text not null,
    reason text not null,
    remedy text not null,
    fingerprint text not null,
    is_api integer not null,
    since text not null
);
create table told (vendor text primary key, gate_seq integer not null);
insert into told select vendor, max(gate_seq) from loads where gate_seq is not null group by vendor;
drop table if exists unknown_files;
""",
}
"""Statements that lead from each version to the next."""

"""Dagster's event log in SQLite, with a run's files left open by the process that works on it.

Dagster opens, configures and closes a database for each event it stores, up to three times: a
fifth of a small run. What lies on disk is the same, so any Dagster reads it. Only methods of the
documented storage class are replaced; everybody but the working process reads as Dagster does.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage

INDEX = "index"
"""The file that answers questions across runs; Dagster's name for it."""

RUNLESS = "runless"
"""The file of events that belong to no run; Dagster would name it by the empty run id: `.db`."""

BUSY_SECONDS = 20
"""How long an open file waits for another process that writes it."""

MOST_WAL_BYTES = 2**16
"""What a write-ahead log is cut to after it was moved into its file."""

_ENDED = frozenset(
    {
        dg.DagsterEventType.RUN_SUCCESS,
        dg.DagsterEventType.RUN_FAILURE,
        dg.DagsterEventType.RUN_CANCELED,
    }
)


class OpenEventLog(SqliteEventLogStorage):
    """Named in the instance's ``dagster.yaml``; Dagster makes it."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._open: dict[str, sqlalchemy.Engine] = {}
        self._transactions: dict[str, sqlalchemy.Connection] = {}
        self._open_lock = threading.RLock()
        self._there: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "OpenEventLog":
        """The storage that the configuration describes."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store one event and let those who watch the run know."""
        kind = event.dagster_event.event_type if event.dagster_event else None
        with self._open_lock:
            if kind is dg.DagsterEventType.RUN_START and not self._transactions:
                self._let_go()
                self._open_files(event.run_id, INDEX)
            super().store_event(event)
            if not self._transactions:
                self._announce(event.run_id)
                if kind in _ENDED:
                    self._let_go()

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store events in one transaction: a run begins with hundreds that tell what is planned."""
        runs = list(dict.fromkeys(event.run_id or RUNLESS for event in events))
        with self._open_lock:
            opened = self._open_files(*runs, INDEX)
            try:
                with ExitStack() as until_stored:
                    until_stored.callback(self._transactions.clear)
                    for shard in (*runs, INDEX):
                        self._transactions[shard] = until_stored.enter_context(
                            self._open[shard].begin()
                        )
                    for event in events:
                        self.store_event(event)
            finally:
                if opened:
                    self._let_go(*opened)
            for run in runs:
                self._announce(run)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Any]:
        """A transaction on a run's file."""
        run = run_id or RUNLESS
        return self._shared(run) or super().run_connection(run)

    def index_connection(self) -> AbstractContextManager[Any]:
        """A transaction on the file that answers questions across runs."""
        return self._shared(INDEX) or super().index_connection()

    def has_table(self, table_name: str) -> bool:
        """Whether the file across runs has a table; Dagster asks with each event of an asset.

        Its tables are made with it and never dropped, so one that was there is not looked for again.
        """
        if table_name not in self._there and super().has_table(table_name):
            self._there.add(table_name)
        return table_name in self._there

    def has_secondary_index(self, name: str) -> bool:
        """Whether a migration of Dagster's is done; asked with each event, and never undone."""
        mark = f"migration {name}"
        if mark not in self._there and super().has_secondary_index(name):
            self._there.add(mark)
        return mark in self._there

    def get_all_run_ids(self) -> Sequence[str]:
        """The runs that have a file."""
        return [run for run in super().get_all_run_ids() if run != RUNLESS]

    def watch(self, run_id: str, cursor: str | None, callback: Any) -> None:
        """Tell of a run's events as they come, and at once of those since ``cursor``."""
        super().watch(run_id, cursor, callback)
        self._announce(run_id)

    def wipe(self) -> None:
        """Remove all events, and let go of the files they were in."""
        self._let_go()
        self._there.clear()
        super().wipe()

    def dispose(self) -> None:
        """Close all files."""
        self._let_go()
        super().dispose()

    def _announce(self, run_id: str) -> None:
        """Touch a run's file: Dagster's live view looks at it alone, not at its log of writes."""
        with suppress(FileNotFoundError):
            os.utime(self.path_for_shard(run_id or RUNLESS))

    def _open_files(self, *shards: str) -> list[str]:
        """Leave these files open from here on; returns those that were not open yet."""
        opened = [shard for shard in shards if shard not in self._open]
        for shard in opened:
            with super().run_connection(shard):
                pass  # Dagster makes the file if it is not there
            self._open[shard] = _engine(self.conn_string_for_shard(shard))
        return opened

    def _let_go(self, *shards: str) -> None:
        with self._open_lock:
            for shard in shards or tuple(self._open):
                self._open.pop(shard).dispose()

    def _shared(self, shard: str) -> AbstractContextManager[Any] | None:
        """The open transaction, or one on a file that is left open; None where there is neither."""
        with self._open_lock:
            if shard in self._open or shard in self._transactions:
                return self._begin(shard)
            return None

    @contextmanager
    def _begin(self, shard: str) -> Iterator[Any]:
        with self._open_lock:
            if shard in self._transactions:
                yield self._transactions[shard]
                return
            with self._open[shard].begin() as connection:
                yield connection


def _engine(address: str) -> sqlalchemy.Engine:
    """One connection is kept. A crash of the machine may lose the last events, never the log."""
    engine = sqlalchemy.create_engine(
        address, pool_size=1, connect_args={"timeout": BUSY_SECONDS}
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.execute("pragma synchronous = normal")
        connection.execute(f"pragma journal_size_limit = {MOST_WAL_BYTES}")

    return engine

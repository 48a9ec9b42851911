"""Dagster's event log in SQLite, with its files left open between two events.

Dagster opens, configures and closes a database for each event it stores, up to three times: a
fifth of a small run. What lies on disk is the same, so any Dagster reads it.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData

MOST_OPEN = 4
"""Files left open: the index, and the runs used last (the UI may look at many)."""


class OpenEventLog(SqliteEventLogStorage):
    """Named in the instance's ``dagster.yaml``; Dagster makes it."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, sqlalchemy.Engine] = OrderedDict()
        self._batch: dict[str, sqlalchemy.Connection] | None = None
        super().__init__(base_dir, inst_data)
        self._db_lock: Any = threading.RLock()

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "OpenEventLog":
        """The storage that the configuration describes."""
        return cls(inst_data=inst_data, **config_value)

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store events in one transaction: a run begins with hundreds that tell what is planned."""
        with self._db_lock, ExitStack() as open_until_stored:
            self._batch = {}
            open_until_stored.callback(setattr, self, "_batch", None)
            for event in events:
                for shard in (event.run_id, INDEX_SHARD_NAME):
                    if shard not in self._batch:
                        self._batch[shard] = open_until_stored.enter_context(self._begin(shard))
                self.store_event(event)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock:
            if self._batch and shard in self._batch:
                yield self._batch[shard]
                return
            with self._begin(shard) as connection:
                yield connection

    @contextmanager
    def _begin(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        engine = self._engine(shard)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        with engine.begin() as connection:
            yield connection

    def _engine(self, shard: str) -> sqlalchemy.Engine:
        if shard not in self._engines:
            while len(self._engines) >= MOST_OPEN:
                self._engines.popitem(last=False)[1].dispose()
            self._engines[shard] = _open(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def wipe(self) -> None:
        """Remove all events, and let go of the files they were in."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close all files."""
        self._close()
        super().dispose()

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _open(address: str) -> sqlalchemy.Engine:
    """One connection is kept. A crash of the machine may lose the last events, never the log."""
    engine = sqlalchemy.create_engine(
        address,
        pool_size=1,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.execute("pragma synchronous = normal")

    return engine

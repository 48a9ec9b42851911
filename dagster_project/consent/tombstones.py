"""``state/tombstones.parquet``: that somebody was erased, without saying who.

A row holds the keyed hash of one key of a person (``identifiers``), the source it is limited to
(none: all), when and by which request. A landed row that has such a key is not written: an old
export, or a vendor that was not told, does not bring the person back. Only keys that nobody else
holds are kept, so that a family's telephone goes on working for the rest of it.

Belongs here: the store, and the test of rows that land. Does not belong here: who is erased.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import duckdb

from dagster_project.consent.secret import derived, hmac_sql, read_key, write_pad
from dagster_project.domain.errors import StateError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import quoted
from dagster_project.engines.durable import sync_file, sync_folder

_COLUMNS = {
    "hash": "varchar",
    "source": "varchar",
    "request": "varchar",
    "erased_at": "timestamptz",
    "key_id": "varchar",
}


@dataclass(frozen=True)
class Tombstone:
    """One key of a person who was erased; ``source``: only rows of this source stay out."""

    key: str
    source: str | None
    request: str
    erased_at: datetime


class Tombstones:
    """The tombstones of one root. Without any, asking costs one look at the disk."""

    def __init__(self, root: Root, *, key: str | None = None) -> None:
        """``key``: the root's secret, where the environment holds it."""
        self._root = root
        self._given = key

    @property
    def file(self) -> Path:
        """Where they lie."""
        return self._root.state / "tombstones.parquet"

    def exist(self) -> bool:
        """Whether anybody was erased from this root."""
        return self.file.is_file()

    def add(
        self, connection: duckdb.DuckDBPyConnection, tombstones: Iterable[Tombstone]
    ) -> int:
        """Keep more of them; those that are there stay as they are. Returns how many are new."""
        rows = [
            (self._hash(t.key), t.source, t.request, t.erased_at, self._key_id)
            for t in tombstones
        ]
        lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _COLUMNS]
        unnested = ", ".join(
            f"unnest(${place}::{kind}[]) as {name}"
            for place, (name, kind) in enumerate(_COLUMNS.items(), start=1)
        )
        connection.execute(f"create or replace temp table more as select {unnested}", lists)
        before = self._count(connection)
        known = f"union all select *, 0 as is_new from {self._read()}" if before else ""
        self._replace(
            connection,
            f"""
            select * exclude (is_new) from (select *, 1 as is_new from more {known})
            qualify row_number() over (partition by hash, source order by is_new, erased_at) = 1
            order by erased_at, request, hash, source
            """,
        )
        return self._count(connection) - before

    def lift(self, connection: duckdb.DuckDBPyConnection, keys: Iterable[str]) -> int:
        """Let somebody in again, by their keys: they came back, or a number has a new owner."""
        if not self.exist():
            return 0
        before = self._count(connection)
        self._replace(
            connection,
            f"select * from {self._read()} where not list_contains(?, hash)",
            [[self._hash(key) for key in keys]],
        )
        return before - self._count(connection)

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make ``temp.tombstone(hash, source)`` and ``temp.pad`` in a session that asks often."""
        found = connection.execute(f"select distinct key_id from {self._read()}").fetchall()
        if any(key_id != self._key_id for (key_id,) in found):
            raise StateError(
                "tombstones were made with another key: nobody could be held back",
                str(self.file),
                "restore state/privacy.key, or set C360_PRIVACY_KEY to the key of before",
            )
        connection.execute(
            f"create or replace temp table tombstone as select hash, source from {self._read()}"
        )
        write_pad(connection, "temp.pad", self._secret)

    @property
    def _secret(self) -> bytes:
        return derived(read_key(self._root, self._given), "tombstones")

    @property
    def _key_id(self) -> str:
        return hmac.digest(self._secret, b"key id", sha256).hex()[:16]

    def _hash(self, key: str) -> str:
        return hmac.digest(self._secret, key.encode(), sha256).hex()[:_DIGITS]

    def _count(self, connection: duckdb.DuckDBPyConnection) -> int:
        if not self.exist():
            return 0
        rows = connection.execute(f"select count(*) from {self._read()}").fetchall()
        return int(rows[0][0])

    def _read(self) -> str:
        return f"read_parquet('{quoted(str(self.file))}')"

    def _replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        select: str,
        values: list[object] | None = None,
    ) -> None:
        """Written aside and renamed: a kill leaves the old ones or the new ones."""
        aside = self.file.with_name(f".{self.file.name}.partial")
        connection.execute(f"create or replace temp table kept as {select}", values)
        connection.execute(
            f"copy kept to '{quoted(str(aside))}' (format parquet, compression zstd)"
        )
        connection.execute("drop table kept")
        aside.chmod(0o600)
        sync_file(aside)
        aside.replace(self.file)
        sync_folder(self.file.parent)


_DIGITS = 32
"""Hexadecimal digits of a hash: 128 bits, so that two keys never meet by chance."""

HASHED_SQL = hmac_sql("key", "temp.pad")
"""SQL of the hash of a column ``key``, as ``_hash`` has it; needs ``Tombstones.prepare``."""

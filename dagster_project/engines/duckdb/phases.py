"""Which phases of a run are still true: each remembers the inputs it was last finished with."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import duckdb


def finished_with(connection: duckdb.DuckDBPyConnection, phase: str) -> str | None:
    """Fingerprint of the inputs that ``phase`` was last finished with, if it ever was."""
    _prepare(connection)
    row = connection.execute(
        "select fingerprint from meta.phases where phase = ?", [phase]
    ).fetchall()
    return row[0][0] if row else None


def mark_finished(connection: duckdb.DuckDBPyConnection, phase: str, fingerprint: str) -> None:
    """Remember that ``phase`` is true for these inputs; call it last."""
    _prepare(connection)
    connection.execute("insert or replace into meta.phases values (?, ?)", [phase, fingerprint])


def mark_started(connection: duckdb.DuckDBPyConnection, phase: str) -> None:
    """Forget ``phase`` before it is rebuilt, so that a kill half-way is seen by the next run."""
    _prepare(connection)
    connection.execute("delete from meta.phases where phase = ?", [phase])


def fingerprint_of(*parts: str) -> str:
    """One short hash of several texts, order included."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def fingerprint_of_files(folders: Iterable[Path], suffixes: frozenset[str]) -> str:
    """Hash of names and contents of the files below ``folders`` that end in one of ``suffixes``."""
    digest = sha256()
    for folder in folders:
        files = sorted(
            f
            for f in folder.rglob("*")
            if f.suffix in suffixes and not {"target", "logs", "__pycache__"} & set(f.parts)
        )
        for file in files:
            digest.update(str(file.relative_to(folder)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:24]


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists meta")
    connection.execute(
        "create table if not exists meta.phases (phase varchar primary key, fingerprint varchar)"
    )

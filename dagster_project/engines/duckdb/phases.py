"""Which phases of a run are still true: each remembers the inputs it was last finished with.

A phase may also leave what was found out about its tables (results of checks, as counts), so that
a run that leaves the tables as they are can say it again.

Reading binds no value: for the first one that a process binds, DuckDB imports pandas, which takes
as long as all that a run without news has to look up.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import orjson


def finished_with(connection: duckdb.DuckDBPyConnection, phase: str) -> str | None:
    """Fingerprint of the inputs that ``phase`` was last finished with, if it ever was."""
    _prepare(connection)
    rows = connection.execute("select phase, fingerprint from meta.phases").fetchall()
    return dict(rows).get(phase)


def mark_finished(connection: duckdb.DuckDBPyConnection, phase: str, fingerprint: str) -> None:
    """Remember that ``phase`` is true for these inputs; call it last."""
    _prepare(connection)
    connection.execute("insert or replace into meta.phases values (?, ?)", [phase, fingerprint])


def mark_started(connection: duckdb.DuckDBPyConnection, phase: str) -> None:
    """Forget ``phase`` before it is rebuilt, so that a kill half-way is seen by the next run."""
    _prepare(connection)
    connection.execute("delete from meta.phases where phase = ?", [phase])


def keep_findings(
    connection: duckdb.DuckDBPyConnection, phase: str, findings: Iterable[Mapping[str, Any]]
) -> None:
    """Replace what is known of the tables of ``phase``; counts and names only, never a value."""
    _prepare(connection)
    rows = [[phase, orjson.dumps(finding).decode()] for finding in findings]
    connection.execute("begin")
    connection.execute("delete from meta.findings where phase = ?", [phase])
    if rows:
        connection.executemany("insert into meta.findings values (?, ?)", rows)
    connection.execute("commit")


def kept_findings(connection: duckdb.DuckDBPyConnection, phase: str) -> list[dict[str, Any]]:
    """What was found out about the tables of ``phase`` when they were made."""
    _prepare(connection)
    rows = connection.execute(
        "select phase, finding from meta.findings order by finding"
    ).fetchall()
    return [orjson.loads(finding) for of, finding in rows if of == phase]


def fingerprint_of(*parts: str) -> str:
    """One short hash of several texts, order included."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:24]


_NO_CODE = frozenset({"target", "logs", "__pycache__"})


def fingerprint_of_files(
    folders: Iterable[Path],
    suffixes: frozenset[str],
    *,
    without: frozenset[str] = frozenset(),
) -> str:
    """Hash of names and contents of the files below ``folders`` that end in one of ``suffixes``.

    ``without``: folders directly inside one of ``folders`` that do not count.
    """
    digest = sha256()
    for folder in folders:
        files = sorted(
            f
            for f in folder.rglob("*")
            if f.suffix in suffixes
            and not _NO_CODE & set(f.parts)
            and f.relative_to(folder).parts[0] not in without
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
    connection.execute(
        "create table if not exists meta.findings (phase varchar, finding varchar)"
    )

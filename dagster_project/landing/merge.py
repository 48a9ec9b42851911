"""Merges the small Parquet files of many loads into one, without changing a load or a row.

A merged file lies in ``landing/.merged/<source>/<stream>/``; each load's ``rows.parquet`` becomes
a link to it, replaced in one step. Rows keep their provenance, and ``parquet_sql`` asks a merged
file for the rows of the loads it was given. A kill leaves loads with a file or with a link.
Does not belong here: rewriting the warehouse (``engines.duckdb.storage``).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from dagster_project.domain.errors import StateError
from dagster_project.domain.loads import Load, LoadState
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.engines.duckdb.storage import full_disk_explained
from dagster_project.engines.durable import point_link, sync_file, sync_folder
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.store import ROWS, parquet_sql

SMALL = 4 * 2**20
"""Files below this size (bytes) are merged."""

WORTH_IT = 8
"""A stream is left alone until it has this many small files."""


@dataclass(frozen=True)
class Merged:
    """What merging did: loads that now share a file, and files before and after."""

    loads: int = 0
    files_before: int = 0
    files_after: int = 0


def merge_small_loads(
    root: Root,
    ledger: Ledger,
    *,
    options: EngineOptions | None = None,
    small: int = SMALL,
    worth_it: int = WORTH_IT,
) -> Merged:
    """Merge accepted loads of each source's stream. Call it with the writer lock held.

    No session may be open on the warehouse: its views of landing are dropped, not left stale.
    """
    by_stream: dict[tuple[str, str], list[Load]] = {}
    for load in ledger.loads(state=LoadState.ACCEPTED):
        if load.rows:
            by_stream.setdefault((load.source, load.stream), []).append(load)
    done = Merged()
    with full_disk_explained(root.landing), session(options=options) as connection:
        for (source, stream), loads in sorted(by_stream.items()):
            files = _small_files(root, loads, small)
            if len({file.resolve() for file in files}) >= worth_it:
                folder = root.landing / ".merged" / source / stream
                before = len({file.resolve() for file in files})
                _merge(connection, folder, files)
                done = Merged(
                    done.loads + len(files), done.files_before + before, done.files_after + 1
                )
    if done.loads:
        _drop_views(root, options)
    _remove_unused(root)
    return done


def _small_files(root: Root, loads: Iterable[Load], small: int) -> list[Path]:
    files = [root.landing / load.source / load.stream / load.load_id / ROWS for load in loads]
    return [file for file in files if file.stat().st_size < small]


def _merge(connection: duckdb.DuckDBPyConnection, folder: Path, files: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = "|".join(sorted(file.parent.name for file in files))
    merged = folder / f"{sha256(names.encode()).hexdigest()[:16]}.parquet"
    aside = folder / f".{merged.name}.partial"
    connection.execute(
        f"copy (select * from {parquet_sql(files)} order by _load_id, _row) "
        f"to '{quoted(str(aside))}' (format parquet, compression zstd)"
    )
    _compare(connection, files, aside)
    sync_file(aside)
    aside.rename(merged)
    sync_folder(folder)
    for file in files:
        point_link(file, os.path.relpath(merged, file.parent))


def _compare(connection: duckdb.DuckDBPyConnection, files: list[Path], merged: Path) -> None:
    """The merged file has every row of every load, by the hash each row landed with."""
    question = "select _load_id, count(*), sum(hash(_row, _hash)::hugeint) from {} group by all order by all"
    before = connection.execute(question.format(parquet_sql(files))).fetchall()
    after = connection.execute(
        question.format(f"read_parquet('{quoted(str(merged))}')")
    ).fetchall()
    if before != after:
        merged.unlink()
        raise StateError(
            "merged loads differ from the loads they were made of; nothing was changed",
            str(merged.parent),
            "check the disk; the loads themselves are untouched",
        )


def _drop_views(root: Root, options: EngineOptions | None) -> None:
    """Views made before name files that are links now; the next run makes them anew."""
    if not root.database.is_file():
        return
    with session(root.database, options=options) as connection:
        views = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'landing' order by all"
        ).fetchall()
        for (view,) in views:
            connection.execute(f'drop view landing."{view}"')


def _remove_unused(root: Root) -> None:
    """Remove merged files no load links to: superseded ones, and what a kill left."""
    base = root.landing / ".merged"
    used = {file.resolve() for file in root.landing.glob(f"*/*/*/{ROWS}") if file.is_symlink()}
    for file in base.rglob("*"):
        if file.is_file() and file.resolve() not in used:
            file.unlink()

"""Keeps storage small and full disks harmless: rewriting a grown warehouse, asking for room first.

Belongs here: the warehouse file, and free space. Does not belong here: generations of products.
"""

import errno
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.domain.errors import Customer360Error, StateError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.engines.durable import sync_file, sync_folder

GROWN = 1.25
"""A warehouse is rewritten when it is this many times the size of a fresh one."""


class DiskFullError(Customer360Error):
    """There is no room to write; nothing that was there before is touched."""


@dataclass(frozen=True)
class Compaction:
    """What rewriting did; bytes of the warehouse file before and after."""

    before: int
    after: int
    rewritten: bool


def require_space(folder: Path, needed: int, *, doing: str) -> None:
    """``DiskFullError`` before a big write when ``folder``'s disk has less than ``needed`` bytes."""
    free = shutil.disk_usage(_existing(folder)).free
    if free < needed:
        raise DiskFullError(
            f"{doing} needs {_megabytes(needed)}, the disk has {_megabytes(free)} left",
            str(folder),
            "free some space or move the root, then run again: nothing is lost",
        )


@contextmanager
def full_disk_explained(folder: Path) -> Iterator[None]:
    """Turn what a full disk raises, in DuckDB, SQLite or the system, into a ``DiskFullError``."""
    try:
        yield
    except (OSError, duckdb.Error, sqlite3.Error) as error:
        if not is_disk_full(error):
            raise
        raise disk_full(folder) from None


def disk_full(place: Path | str) -> DiskFullError:
    """What to say when there was no room for a write below ``place``."""
    return DiskFullError(
        "the disk is full",
        str(place),
        "free some space or move the root, then run again: what was there before is untouched",
    )


def is_disk_full(error: Exception | str) -> bool:
    """Whether an error, or a message of one, says that there is no room left to write."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return True
    return any(sign in str(error) for sign in _NO_ROOM_SIGNS)


def compact_warehouse(
    root: Root,
    *,
    options: EngineOptions | None = None,
    grown: float = GROWN,
    reached: Callable[[str], None] = lambda point: None,
) -> Compaction:
    """Rewrite the warehouse when it has grown past ``grown`` times the size of a fresh one.

    Fresh is what its used blocks take: measured within a tenth of a real rewrite. Call it with
    the writer lock held and no session open. The fresh file is written beside the old one,
    compared with it table by table, and renamed over it: a kill leaves the old or the new one.
    """
    database = root.database
    if not database.is_file():
        return Compaction(0, 0, rewritten=False)
    fresh = database.with_name(f".{database.name}.fresh")
    _remove_with_wal(fresh)
    used = _checkpointed(database, options)
    before = database.stat().st_size
    if before <= grown * used:
        return Compaction(before, before, rewritten=False)
    require_space(database.parent, used, doing="rewriting the warehouse")
    try:
        with full_disk_explained(database.parent):
            _copy_whole(database, fresh, options)
            sync_file(fresh)
        reached("compact: fresh warehouse written")
        _swap(fresh, database)
    finally:
        _remove_with_wal(fresh)
    reached("compact: warehouse swapped")
    return Compaction(before, database.stat().st_size, rewritten=True)


def _checkpointed(database: Path, options: EngineOptions | None) -> int:
    """Write the log into the file, so that none is left beside it; returns bytes in use."""
    with session(database, options=options) as connection:
        connection.execute("checkpoint")
        block, used = connection.execute(
            "select block_size, used_blocks from pragma_database_size()"
        ).fetchall()[0]
    return int(block) * int(used)


def _copy_whole(database: Path, fresh: Path, options: EngineOptions | None) -> None:
    """Copy every schema, table and view; views name the catalog, so its alias is the file's name."""
    catalog = database.stem
    with session(options=options) as connection:
        connection.execute(f"attach '{quoted(str(database))}' as \"{catalog}\" (read_only)")
        connection.execute(f"attach '{quoted(str(fresh))}' as fresh")
        connection.execute(f'copy from database "{catalog}" to fresh')
        connection.execute("checkpoint fresh")
        if _rows(connection, catalog) != _rows(connection, "fresh"):
            raise StateError(
                "the rewritten warehouse differs from the old one; the old one stays",
                str(database),
                "delete warehouse/ and run again: it is rebuilt from landing and state",
            )
        connection.execute("detach fresh")
        connection.execute(f'detach "{catalog}"')


def _rows(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[tuple[str, str, int]]:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? "
        "and not internal order by all",
        [catalog],
    ).fetchall()
    counted = []
    for schema, table in tables:
        name = ".".join(identifier(part) for part in (catalog, schema, table))
        rows = connection.execute(f"select count(*) from {name}").fetchall()[0][0]
        counted.append((schema, table, int(rows)))
    return counted


def _swap(fresh: Path, database: Path) -> None:
    """Rename over the old file. DuckDB 1.5 would replay a log left beside it into the new one."""
    _wal(database).unlink(missing_ok=True)
    fresh.replace(database)
    sync_folder(database.parent)


def _remove_with_wal(file: Path) -> None:
    file.unlink(missing_ok=True)
    _wal(file).unlink(missing_ok=True)


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


def _existing(folder: Path) -> Path:
    return next(f for f in (folder, *folder.parents) if f.exists())


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_ROOM_SIGNS = ("No space left", "disk is full", "File too large", "Disk quota exceeded")

"""Rows a gate held back: which row of which load, and the rule that says why.

The rows themselves stay in landing; a file here lists them, so that they can be judged again.
"""

from pathlib import Path

import duckdb

from dagster_project.domain.loads import Load
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import quoted
from dagster_project.engines.durable import sync_file
from dagster_project.landing.files import rename_durably


def quarantine_file(root: Root, load: Load) -> Path:
    """``quarantine/<source>/<stream>/<load_id>.parquet``."""
    return root.quarantine / load.source / load.stream / f"{load.load_id}.parquet"


def write_quarantine(
    connection: duckdb.DuckDBPyConnection, root: Root, load: Load, held_back_sql: str
) -> int:
    """Keep what a gate held back of one load; returns the number of distinct rows.

    ``held_back_sql`` yields ``_native_id``, ``_row`` and ``rule``, one row per broken rule. No
    file is left when nothing was held back.
    """
    file = quarantine_file(root, load)
    aside = root.quarantine / ".partial" / file.name
    aside.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"""
        copy (
            select
                '{quoted(load.source)}' as _source,
                '{quoted(load.stream)}' as _stream,
                _native_id,
                '{load.load_id}' as _load_id,
                _row,
                rule
            from ({held_back_sql})
            order by _row, rule
        ) to '{quoted(str(aside))}' (format parquet, compression zstd)
        """
    )
    counted = connection.execute(
        f"select count(distinct _row) from read_parquet('{quoted(str(aside))}')"
    ).fetchall()
    rows = int(counted[0][0])
    if rows:
        sync_file(aside)
        rename_durably(aside, file)
    else:
        aside.unlink()
        file.unlink(missing_ok=True)
    return rows


def forget_quarantine(root: Root, load: Load) -> None:
    """Remove the list of a load that is refused as a whole, or has nothing left to hold back."""
    quarantine_file(root, load).unlink(missing_ok=True)

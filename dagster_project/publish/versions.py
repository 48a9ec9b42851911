"""Versions of customers over time, kept in ``state/history/``: what earlier runs have shown.

They cannot be rebuilt, for landing does not know what was published on a day. dbt compares the
customers of a run with the versions kept and writes all of them to ``marts.customer_history``,
whose content is kept in turn: a run that was killed in between finds the versions of before.
Does not belong here: what a version is; ``customer_history`` says that.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import duckdb

from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import quoted
from dagster_project.engines.durable import sync_file, sync_folder

SCHEMA = "history"

VERSIONS: Mapping[str, str] = {
    "customer_id": "varchar",
    **dict.fromkeys(
        ["kind", "full_name", "given_name", "family_name"],
        "varchar",
    ),
    "birth_date": "date",
    **dict.fromkeys(
        [
            "email",
            "email_state",
            "phone",
            "phone_state",
            "street",
            "city",
            "state",
            "postal_code",
            "country",
            "language",
            "title",
            "department",
            "organisation",
            "account_id",
            "owner",
            "lead_status",
            "lead_source",
            "lifecycle_stage",
            "lifecycle",
            "email_consent",
            "phone_consent",
            "contactable_email",
            "contactable_phone",
            "household_id",
        ],
        "varchar",
    ),
    "is_employee": "boolean",
    "is_test": "boolean",
    "record_count": "bigint",
    "last_merged_at": "timestamptz",
    "_inputs_version": "bigint",
    "reason": "varchar",
    "valid_from": "timestamptz",
    "recorded_from": "timestamptz",
    "recorded_to": "timestamptz",
}
"""Columns of a version; those of ``tracked_fields()`` in dbt/macros/marts/history.sql among them."""

ROWS: Mapping[str, str] = {
    "customer_id": "varchar",
    "row_version": "bigint",
    "row_updated_at": "timestamptz",
}
"""Of every customer, the hash of its row of ``customer_360`` and since when it is that."""

MEMBERSHIPS: Mapping[str, str] = {
    **dict.fromkeys(["customer_id", "segment", "title", "because"], "varchar"),
    "member_from": "timestamptz",
    "member_to": "timestamptz",
}
"""Who was in which segment, from when to when."""


def expose_versions(connection: duckdb.DuckDBPyConnection, root: Root) -> None:
    """Show what is kept to dbt as views; without anything kept, with no row.

    A column that was not kept yet is null: what it holds now then counts as a change of rules.
    """
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table, columns, file in (
        ("customer_versions", VERSIONS, _versions_file(root)),
        ("customer_rows", ROWS, _rows_file(root)),
        ("customer_segments", MEMBERSHIPS, _memberships_file(root)),
    ):
        empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
        rows = f"select {empty} where false"
        if file.exists():
            names = ", ".join(columns)
            rows = (
                f"select {names} from ({rows} union all by name "
                f"select * from read_parquet('{quoted(str(file))}'))"
            )
        connection.execute(f"create or replace view {SCHEMA}.{table} as {rows}")


def keep_versions(connection: duckdb.DuckDBPyConnection, root: Root) -> None:
    """Keep what a whole run has shown; each file is replaced in one step."""
    folder = _versions_file(root).parent
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        connection,
        f"select {', '.join(VERSIONS)} from marts.customer_history order by customer_id, recorded_from",
        _versions_file(root),
    )
    _write(
        connection,
        "select customer_id, _row_version as row_version, row_updated_at "
        "from marts.customer_360 order by customer_id",
        _rows_file(root),
    )
    _write(
        connection,
        f"select {', '.join(MEMBERSHIPS)} from marts.customer_segments order by all",
        _memberships_file(root),
    )
    sync_folder(folder)


def _write(connection: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    connection.execute(
        f"copy ({rows}) to '{quoted(str(aside))}' (format parquet, compression zstd)"
    )
    sync_file(aside)
    aside.replace(file)


def _versions_file(root: Root) -> Path:
    return root.state / "history" / "customer_versions.parquet"


def _memberships_file(root: Root) -> Path:
    return root.state / "history" / "customer_segments.parquet"


def _rows_file(root: Root) -> Path:
    return root.state / "history" / "customer_rows.parquet"

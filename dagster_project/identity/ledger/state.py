"""``state/identity.duckdb``: the id ledger, judgements and models; cannot be rebuilt.

Written in one transaction per run, so a killed run leaves either all of it or nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.domain.errors import StateError
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.features.statistics import STATE_TABLES

FORMAT = 1

_TABLES = (
    """
create table if not exists {schema}.format (version integer);
create table if not exists {schema}.ids (
    customer_id varchar, serial bigint, created_run bigint, created_at timestamptz,
    run_id varchar, seed_record_id varchar, retired_at timestamptz, redirects_to varchar
);
create table if not exists {schema}.members (
    record_id varchar, customer_id varchar, valid_from timestamptz, valid_to timestamptz
);
create table if not exists {schema}.events (
    event_id varchar, serial bigint, event_type varchar, customer_id varchar,
    other_customer_id varchar, record_count bigint, run_id varchar, actor varchar,
    occurred_at timestamptz
);
create table if not exists {schema}.judgements (
    number bigint, verdict varchar, record_id_l varchar, record_id_r varchar, author varchar,
    reason varchar, made_at timestamptz, expires_at timestamptz, withdrawn_at timestamptz
);
create table if not exists {schema}.models (
    number bigint, version varchar, body varchar, trained_at timestamptz, run_id varchar,
    reason varchar
);
create table if not exists {schema}.runs (
    number bigint, run_id varchar, model_version varchar, occurred_at timestamptz
);
"""
    + STATE_TABLES
)


def state_file(state_dir: Path) -> Path:
    """Where the ledger of ids lies."""
    return state_dir / "identity.duckdb"


def accounts_state(state_dir: Path) -> Path:
    """Where the ledger and the judgements of accounts lie, in a file of their own."""
    return state_dir / "accounts"


@contextmanager
def opened_state(state_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The state alone, without a warehouse: for judgements and look-ups."""
    state_dir.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(state_file(state_dir)), config={"threads": 1})
    try:
        connection.execute("set TimeZone = 'UTC'")
        _prepare(connection, "main", state_dir)
        yield connection
    finally:
        connection.close()


@contextmanager
def attached_state(
    connection: duckdb.DuckDBPyConnection, state_dir: Path, *, read_only: bool = False
) -> Iterator[None]:
    """The state beside an open warehouse, as database ``idstate``."""
    state_dir.mkdir(parents=True, exist_ok=True)
    options = " (read_only)" if read_only else ""
    connection.execute(f"attach '{quoted(str(state_file(state_dir)))}' as idstate{options}")
    try:
        if not read_only:
            _prepare(connection, "idstate", state_dir)
        yield
        if not read_only:
            connection.execute("checkpoint idstate")
    finally:
        connection.execute("detach idstate")


def _prepare(connection: duckdb.DuckDBPyConnection, schema: str, state_dir: Path) -> None:
    for statement in _TABLES.format(schema=schema).split(";"):
        if statement.strip():
            connection.execute(statement)
    versions = connection.execute(f"select version from {schema}.format").fetchall()
    if not versions:
        connection.execute(f"insert into {schema}.format values ({FORMAT})")
    elif versions[0][0] != FORMAT:
        raise StateError(
            f"the ledger of ids has format {versions[0][0]}, this version reads {FORMAT}",
            str(state_file(state_dir)),
            "install the version of Customer 360 that wrote it",
        )

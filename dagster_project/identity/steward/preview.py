"""A dry run: which customers the present configuration would merge or split, told beforehand.

Belongs here: resolving without writing anything, and the list of changes.
Does not belong here: stopping a run that moves too many (``resolve``).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.learning.kept import frozen_model
from dagster_project.identity.ledger.judgements import standing_judgements
from dagster_project.identity.ledger.naming import Moves, name_clusters
from dagster_project.identity.ledger.state import attached_state
from dagster_project.identity.reading.phones import CACHE
from dagster_project.identity.stages import run_stages
from dagster_project.identity.workspace import Progress, Workspace, workspace


@dataclass(frozen=True)
class Change:
    """What would happen to one customer: merge, split, create, absorb or retire."""

    event_type: str
    customer_id: str
    other_customer_id: str | None
    records: int


@dataclass(frozen=True)
class Preview:
    """What a run would do. ``trained``: why it would train a new model, if it would."""

    moves: Moves
    changes: tuple[Change, ...]
    trained: str | None
    customers: int
    warnings: tuple[str, ...]

    def count(self, event_type: str) -> int:
        """How many events of a kind there would be."""
        return sum(change.event_type == event_type for change in self.changes)


def look_at(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Show an in-memory session the contact records of a warehouse that it must not write."""
    connection.execute(f"attach '{quoted(str(warehouse))}' as warehouse (read_only)")
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name in ('intermediate', 'identity')"
    ).fetchall()
    for schema in ("intermediate", "identity"):
        connection.execute(f"create schema if not exists {schema}")
    for schema, table in found:
        kind = "table" if f"{schema}.{table}" == CACHE else "view"
        connection.execute(f"create {kind} {schema}.{table} as from warehouse.{schema}.{table}")


def preview(
    connection: duckdb.DuckDBPyConnection,
    *,
    spec: IdentitySpec,
    state_dir: Path,
    as_of: datetime,
    retrain: bool = False,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Resolve schema ``intermediate`` by ``spec`` and compare with the ledger of ids.

    ``out``: a Parquet file for every record that would move (record_id, customer_id_before,
    customer_id_after).
    """
    with (
        workspace(connection, progress) as work,
        attached_state(connection, state_dir, read_only=True),
    ):
        judgements = standing_judgements(connection, as_of, schema="idstate")
        clustered = run_stages(
            work,
            spec=spec,
            judgements=judgements,
            model=None if retrain else frozen_model(work),
        )
        moves = name_clusters(work, judgements)
        changes = told_changes(work)
        if out is not None:
            work.run(f"copy ({_MOVED}) to '{quoted(str(out))}' (format parquet)")
        return Preview(
            moves=moves,
            changes=changes,
            trained="asked for" if retrain else clustered.trained,
            customers=work.count("(select distinct customer_id from work.named)"),
            warnings=clustered.warnings,
        )


def told_changes(work: Workspace) -> tuple[Change, ...]:
    """What ``name_clusters`` has found would be said of each customer, the largest first."""
    rows = work.rows(
        "select event_type, customer_id, other_customer_id, records from work.id_event "
        "order by kind, records desc, customer_id, other_customer_id nulls first"
    )
    return tuple(
        Change(str(kind), str(one), None if two is None else str(two), int(str(records)))
        for kind, one, two, records in rows
    )


_MOVED = """
select
    old.record_id,
    old.customer_id as customer_id_before,
    named.customer_id as customer_id_after
from work.old_member as old
inner join work.named on old.record_id = named.record_id
where not old.is_retired and named.customer_id <> old.customer_id
order by old.record_id
"""

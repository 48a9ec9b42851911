"""Data versions: what an asset's content was made from, so that the same again can be told.

An asset that other steps read is yielded by every run, for Dagster skips whatever reads one that
is not: it carries the version it had. Sources and products, which no other step reads, are
yielded only when something has come, or when a product was brought up to date with other inputs.

Belongs here: versions, and which of them Dagster knows. Does not belong here: what is built.
"""

from collections.abc import Callable, Mapping
from graphlib import TopologicalSorter

import dagster as dg
import duckdb

from dagster_project.defs.keys import (
    compliance_key,
    identity_key,
    landing_key,
    listening_key,
    service_level_key,
    value_key,
)
from dagster_project.defs.phase import Phase, desk_fingerprint, inputs_fingerprint
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import fingerprint_of
from dagster_project.sources.catalogue import STREAMS

Reads = Mapping[dg.AssetKey, frozenset[dg.AssetKey]]
"""For each table of dbt, what it is made from."""

_LEDGER_TABLES = ("loads", "quarantined")
_VERSION = "dagster/data_version"

ACCOUNT_TABLE = "account_"
"""What the names of tables begin with that the resolution of accounts writes."""

ACCOUNT_RUNS = "account_runs"

MADE_OF = "c360/made_of"
"""Tag of a product's materialisation: the inputs it was compared with, whose news it may not show."""


NOTHING_YET = "nothing yet"


def landed_versions(workbench: Workbench) -> dict[dg.AssetKey, str]:
    """Per stream, changes with every load and every decision on one."""
    known = workbench.ledger.fingerprints()
    return {
        landing_key(spec): known.get((spec.vendor, spec.stream), NOTHING_YET)
        for spec in STREAMS
    }


def resolved_version(connection: duckdb.DuckDBPyConnection) -> str:
    """Changes with every resolution that wrote anything: what the newest one was made from."""
    return _version_of(
        connection, "runs", "input_hash, evidence_hash, spec_hash, model_version, ledger_run"
    )


def accounts_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The same of accounts."""
    return _version_of(connection, ACCOUNT_RUNS, "input_hash, ledger_run")


def _version_of(connection: duckdb.DuckDBPyConnection, runs: str, made_from: str) -> str:
    known = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'identity' "
        f"and table_name = '{runs}' and database_name = current_database()"
    ).fetchall()
    if not known[0][0]:
        return NOTHING_YET
    rows = connection.execute(
        f"select {made_from} from identity.{runs} order by rowid desc limit 1"
    ).fetchall()
    return fingerprint_of(*map(str, rows[0])) if rows else NOTHING_YET


def built_versions(
    workbench: Workbench, reads: Reads, identity: str, accounts: str = NOTHING_YET
) -> dict[dg.AssetKey, dg.DataVersion]:
    """Version of every table of dbt: of its inputs, and of the code and configuration of all.

    ``identity`` and ``accounts``: the versions of what was resolved.
    """
    known = {
        key: accounts if key.path[-1].startswith(ACCOUNT_TABLE) else identity
        for key in _of_schema(reads, identity_key)
    }
    known |= landed_versions(workbench)
    ledger = workbench.ledger.fingerprint()
    known |= dict.fromkeys(_of_schema(reads, value_key), value_version(workbench, identity))
    known |= dict.fromkeys(
        _of_schema(reads, service_level_key), value_version(workbench, identity)
    )
    known |= dict.fromkeys(
        _of_schema(reads, listening_key), value_version(workbench, NOTHING_YET)
    )
    known |= dict.fromkeys(_of_schema(reads, compliance_key), desk_version(workbench, identity))
    known |= {dg.AssetKey(["landing", table]): ledger for table in _LEDGER_TABLES}
    versions = dict(known)
    for key in TopologicalSorter(reads).static_order():
        if key in reads:
            inputs = sorted(f"{k.to_user_string()}={versions.get(k, '')}" for k in reads[key])
            versions[key] = fingerprint_of(workbench.code_fingerprint, *inputs)
    return {key: dg.DataVersion(versions[key]) for key in reads}


def value_version(workbench: Workbench, identity: str) -> str:
    """Changes with what has landed, with who is whom, and with the code."""
    return fingerprint_of(workbench.code_fingerprint, workbench.ledger.fingerprint(), identity)


def desk_version(workbench: Workbench, identity: str) -> str:
    """The same, and with what the compliance desk has found and decided."""
    return fingerprint_of(value_version(workbench, identity), desk_fingerprint(workbench))


def _of_schema(reads: Reads, key: Callable[[str], dg.AssetKey]) -> set[dg.AssetKey]:
    schema = key("").path[0]
    return {key for inputs in reads.values() for key in inputs if key.path[0] == schema}


def product_inputs(workbench: Workbench, connection: duckdb.DuckDBPyConnection) -> str:
    """Changes with everything a product is made of: a model learnt anew gives other customers too."""
    return fingerprint_of(
        inputs_fingerprint(workbench, Phase.PUBLICATION),
        resolved_version(connection),
        accounts_version(connection),
    )


def changed(
    instance: dg.DagsterInstance, versions: Mapping[dg.AssetKey, str], *, tag: str = _VERSION
) -> set[dg.AssetKey]:
    """The assets whose version is not the one they were last materialised with."""
    events = {
        record.asset_entry.asset_key: record.asset_entry.last_materialization
        for record in instance.get_asset_records(list(versions))
    }
    known = {
        key: (event.asset_materialization.tags or {}).get(tag)
        for key, event in events.items()
        if event is not None and event.asset_materialization is not None
    }
    return {key for key, version in versions.items() if known.get(key) != version}

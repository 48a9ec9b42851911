"""The two dbt selections around identity: staging before it, marts and insights after it.

dbt runs inside this process (`engines/duckdb/dbt_run.py`), and is imported when it runs; what its
nodes and events are to Dagster stands in `defs/dbt_nodes.py`.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.consent.secret import VARIABLE
from dagster_project.defs.absent_streams import absent_tables, make_empty
from dagster_project.defs.dbt_nodes import UNIQUE_ID, Selection, dagster_events, read_nodes
from dagster_project.defs.findings import keep_results, repeat_results
from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import named, require_built
from dagster_project.defs.keys import GROUP_OF_SCHEMA
from dagster_project.defs.manifest import share_column_types
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.versions import (
    Reads,
    accounts_version,
    built_versions,
    resolved_version,
)
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.column_types import keep_types, read_types
from dagster_project.engines.duckdb.dbt_run import DbtError, Event, run_dbt
from dagster_project.engines.duckdb.phases import fingerprint_of, mark_started
from dagster_project.engines.duckdb.row_counts import RowCounts, count_rows
from dagster_project.privacy.objectors import note_objectors
from dagster_project.publish.versions import expose_versions, keep_versions


def dbt_step(selection: Selection, manifest: Path, reads: Reads) -> dg.AssetsDefinition:
    """All models of one selection, with their tests as asset checks.

    ``reads``: of every table of dbt, what it is made from.
    """
    nodes = read_nodes(manifest, selection)

    @dg.multi_asset(
        name=f"dbt_{selection.phase}",
        specs=nodes.assets,
        check_specs=nodes.checks,
        can_subset=True,
        op_tags={"dagster_dbt/select": selection.select},
    )
    def step(
        context: dg.AssetExecutionContext, workbench: dg.ResourceParam[Workbench]
    ) -> Iterator[Any]:
        with guarded(f"dbt {selection.phase}"):
            yield from _build(context, workbench, selection, reads)

    return step


def _build(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    selection: Selection,
    reads: Reads,
) -> Iterator[Any]:
    started = time.monotonic()
    rebuild, full_refresh = needs_rebuild(workbench, selection.phase, chosen=context.is_subset)
    if not rebuild:
        workbench.journal.write(str(selection.phase), unchanged=True, seconds=0)
        yield from _unchanged(context, _standing(workbench, reads))
        yield from repeat_results(workbench, selection.phase, context.selected_asset_check_keys)
        return
    fingerprint = inputs_fingerprint(workbench, selection.phase)
    absent = _begin(context, workbench, selection, reads)
    events: list[Event] = []
    failure: DbtError | None = None
    workbench.let_go()
    try:
        run_dbt(
            workbench.dbt,
            [
                "build",
                "--select",
                *_chosen(context, selection),
                *(["--exclude", *(key.path[-1] for key in absent)] if absent else []),
                "--exclude-resource-type",
                "unit_test",
                "--indirect-selection",
                selection.indirect,
                "--threads",
                str(workbench.settings.threads),
                *(["--full-refresh"] if full_refresh else []),
            ],
            variables=_variables(workbench, selection),
            on_event=events.append,
            is_parsed=True,
        )
    except DbtError as error:
        failure = error
    standing = _standing(workbench, reads, is_whole=failure is None, chosen=context.is_subset)
    for key in absent:
        yield standing.result(key, {"nothing_came": True})
    checked: list[dg.AssetCheckResult] = []
    for result in _dagster_events(context, events, standing):
        if isinstance(result, dg.AssetCheckResult):
            checked.append(result)
        yield result
    if failure is not None:
        raise failure
    _keep_types(workbench)
    if not context.is_subset:
        if selection.phase is Phase.MARTS:
            share_column_types(workbench.dbt)
            with workbench.warehouse() as connection:
                keep_versions(connection, workbench.root)
                note_objectors(
                    connection,
                    workbench.root,
                    key=workbench.settings.variables.get(VARIABLE),
                )
        keep_results(workbench, selection.phase, checked)
        finish(workbench, selection.phase, fingerprint)
    workbench.journal.write(
        str(selection.phase),
        models=sum(e["info"]["name"] == "LogModelResult" for e in events),
        tests=sum(e["info"]["name"] == "LogTestResult" for e in events),
        full_refresh=full_refresh,
        seconds=round(time.monotonic() - started, 3),
        slowest=_slowest(events),
    )


def _begin(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    selection: Selection,
    reads: Reads,
) -> list[dg.AssetKey]:
    """Mark the phase as begun and show dbt what has landed; returns tables it need not make."""
    absent: dict[dg.AssetKey, str] = {}
    with workbench.warehouse() as connection:
        picked = context.selected_asset_keys
        require_built(connection, named(picked), _read_by(picked, reads))
        mark_started(connection, selection.phase)
        if selection.phase is Phase.MARTS:
            mark_started(connection, Phase.GATES)
            expose_versions(connection, workbench.root)
        if selection.phase is Phase.STAGING:
            from dagster_project.defs.ingest import expose_landing

            expose_landing(connection, workbench)
            absent = {} if context.is_subset else absent_tables(workbench, reads)
            make_empty(connection, absent.values())
    return list(absent)


def _read_by(chosen: AbstractSet[dg.AssetKey], reads: Reads) -> frozenset[dg.AssetKey]:
    """What the chosen tables read and are not themselves; what is shown to dbt is there anyway."""
    read = frozenset().union(*(reads[key] for key in chosen if key in reads)) - chosen
    return frozenset(key for key in read if key.path[0] not in _SHOWN)


_SHOWN = frozenset({"landing", "config", "history"})
"""Schemas that are made of files each time before dbt runs."""


def _keep_types(workbench: Workbench) -> None:
    """Leave the types of all columns where the definitions find them when they are next loaded."""
    with workbench.warehouse() as connection:
        types = read_types(connection, GROUP_OF_SCHEMA)
    keep_types(workbench.dbt.column_types, types)


def _slowest(events: list[Event], shown: int = 20) -> dict[str, float]:
    """Seconds of the nodes that took longest, as dbt measured them."""
    seconds = {
        e["data"]["node_info"]["node_name"]: round(float(e["data"].get("execution_time", 0)), 3)
        for e in events
        if e["info"]["name"] in {"LogModelResult", "LogTestResult"}
    }
    return dict(sorted(seconds.items(), key=lambda node: -node[1])[:shown])


def _chosen(context: dg.AssetExecutionContext, selection: Selection) -> Iterable[str]:
    """Dbt's selection: everything, or the models that were picked in the UI."""
    if not context.is_subset:
        return selection.select.split()
    nodes = context.assets_def.specs_by_key
    names = (nodes[key].metadata[UNIQUE_ID] for key in context.selected_asset_keys)
    return sorted(name.rpartition(".")[2] for name in names)


def _variables(workbench: Workbench, selection: Selection) -> dict[str, object]:
    as_of = workbench.settings.as_of
    given: dict[str, object] = {"as_of": as_of.isoformat()} if as_of else {}
    if selection.phase is Phase.MARTS:
        from dagster_project.config.segments import customer_columns, read_segments

        settings = workbench.settings
        given["segments"] = read_segments(
            settings.config_dir / "segments.yml", customer_columns(settings.dbt_project)
        )
    return given


@dataclass(frozen=True)
class _Standing:
    """The tables as they stand: how many rows, and what they were made from."""

    rows: RowCounts
    versions: Mapping[dg.AssetKey, dg.DataVersion]

    def rows_of(self, key: dg.AssetKey) -> dict[str, int]:
        """What Dagster shows as a table's size; nothing of a view."""
        schema, table = key.path
        count = self.rows.get((schema, table))
        return {} if count is None else {"dagster/row_count": count}

    def result(
        self, key: dg.AssetKey, metadata: Mapping[str, Any]
    ) -> dg.MaterializeResult[None]:
        """A table as it stands, with its size and version."""
        return dg.MaterializeResult(
            asset_key=key,
            metadata={**metadata, **self.rows_of(key)},
            data_version=self.versions[key],
        )


def _standing(
    workbench: Workbench, reads: Reads, *, is_whole: bool = True, chosen: bool = False
) -> _Standing:
    """Rows are told of a phase that is whole.

    Of ``chosen`` tables nobody knows whether their inputs are up to date: their version is their
    run's own, and the next whole run's is another.
    """
    with workbench.warehouse() as connection:
        rows = count_rows(connection, GROUP_OF_SCHEMA) if is_whole else {}
        identity, accounts = resolved_version(connection), accounts_version(connection)
    versions = built_versions(workbench, reads, identity, accounts)
    if chosen:
        versions = {
            key: dg.DataVersion(fingerprint_of(version.value, workbench.run_id))
            for key, version in versions.items()
        }
    return _Standing(rows, versions)


def _dagster_events(
    context: dg.AssetExecutionContext, events: list[Event], standing: _Standing
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Dbt's results, with the size and version of every table that was built."""
    for result in dagster_events(context.assets_def, context.selected_asset_check_keys, events):
        if isinstance(result, dg.MaterializeResult) and result.asset_key is not None:
            yield standing.result(result.asset_key, result.metadata or {})
        else:
            yield result


def _unchanged(
    context: dg.AssetExecutionContext, standing: _Standing
) -> Iterator[dg.MaterializeResult[None]]:
    """Every table stands as it was built last."""
    parents = context.assets_def.asset_deps
    for key in TopologicalSorter(
        {k: parents.get(k, set()) for k in sorted(context.selected_asset_keys)}
    ).static_order():
        if key not in context.selected_asset_keys:
            continue
        yield standing.result(key, {"unchanged": True})

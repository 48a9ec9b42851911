"""The two dbt selections around identity: staging before it, marts and insights after it.

dbt runs inside this process (`engines/duckdb/dbt_run.py`); its events become Dagster's by
dagster-dbt's own conversion.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project.defs.findings import keep_results, repeat_results
from dagster_project.defs.guard import guarded
from dagster_project.defs.keys import GROUP_OF_SCHEMA
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.dbt_run import DbtError, Event, run_dbt
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.engines.duckdb.row_counts import RowCounts, count_rows


@dataclass(frozen=True)
class Selection:
    """One dbt selection: its step, its models, how far its tests reach.

    ``indirect``: dbt's indirect selection of tests. Before identity only tests whose models
    are all there may run (``cautious``); after it every test that touches a mart (``eager``).
    """

    phase: Phase
    select: str
    indirect: str


STAGE = Selection(Phase.STAGING, "staging intermediate", "cautious")
MARTS = Selection(Phase.MARTS, "marts insights", "eager")


class Translator(DagsterDbtTranslator):
    """Groups models by folder and shows their grain as the description."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The room of the house a model stands in: its folder, which is also the step it runs in.

        Not its schema: an intermediate model that reads marts is built with them, and in the
        group of its schema it would close a circle through the groups.
        """
        kind = dbt_resource_props.get("resource_type")
        folder = "seeds" if kind == "seed" else dbt_resource_props["fqn"][1]
        return GROUP_OF_SCHEMA.get(folder)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The model's own description, without its SQL."""
        return str(dbt_resource_props.get("description") or dbt_resource_props["name"])


def dbt_step(selection: Selection, manifest: Path) -> dg.AssetsDefinition:
    """All models of one selection, with their tests as asset checks."""

    @dbt_assets(
        manifest=manifest,
        select=selection.select,
        name=f"dbt_{selection.phase}",
        dagster_dbt_translator=Translator(),
    )
    def step(
        context: dg.AssetExecutionContext, workbench: dg.ResourceParam[Workbench]
    ) -> Iterator[Any]:
        with guarded(f"dbt {selection.phase}"):
            yield from _build(context, workbench, selection, manifest)

    return step


def _build(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    selection: Selection,
    manifest: Path,
) -> Iterator[Any]:
    started = time.monotonic()
    rebuild, full_refresh = needs_rebuild(workbench, selection.phase, chosen=context.is_subset)
    if not rebuild:
        workbench.journal.write(str(selection.phase), unchanged=True, seconds=0)
        yield from _unchanged(context, _row_counts(workbench))
        yield from repeat_results(workbench, selection.phase, context.selected_asset_check_keys)
        return
    fingerprint = inputs_fingerprint(workbench)
    with workbench.warehouse() as connection:
        mark_started(connection, selection.phase)
        if selection.phase is Phase.MARTS:
            mark_started(connection, Phase.GATES)
        if selection.phase is Phase.STAGING:
            from dagster_project.defs.ingest import expose_landing

            expose_landing(connection, workbench)
    events: list[Event] = []
    failure: DbtError | None = None
    try:
        run_dbt(
            workbench.dbt,
            [
                "build",
                "--select",
                *_chosen(context, selection, manifest),
                "--exclude-resource-type",
                "unit_test",
                "--indirect-selection",
                selection.indirect,
                "--threads",
                str(workbench.settings.threads),
                *(["--full-refresh"] if full_refresh else []),
            ],
            variables=_variables(workbench),
            on_event=events.append,
            is_parsed=True,
        )
    except DbtError as error:
        failure = error
    rows = _row_counts(workbench) if failure is None else {}
    checked: list[dg.AssetCheckResult] = []
    for result in _dagster_events(context, events, manifest, rows):
        if isinstance(result, dg.AssetCheckResult):
            checked.append(result)
        yield result
    if failure is not None:
        raise failure
    if not context.is_subset:
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


def _slowest(events: list[Event], shown: int = 20) -> dict[str, float]:
    """Seconds of the nodes that took longest, as dbt measured them."""
    seconds = {
        e["data"]["node_info"]["node_name"]: round(float(e["data"].get("execution_time", 0)), 3)
        for e in events
        if e["info"]["name"] in {"LogModelResult", "LogTestResult"}
    }
    return dict(sorted(seconds.items(), key=lambda node: -node[1])[:shown])


def _chosen(
    context: dg.AssetExecutionContext, selection: Selection, manifest: Path
) -> Iterable[str]:
    """Dbt's selection: everything, or the models that were picked in the UI."""
    if not context.is_subset:
        return selection.select.split()
    nodes = orjson.loads(manifest.read_bytes())["nodes"]
    translator = Translator()
    keys = context.selected_asset_keys
    return [
        node["name"]
        for node in nodes.values()
        if node["resource_type"] in {"model", "seed"} and translator.get_asset_key(node) in keys
    ]


def _variables(workbench: Workbench) -> dict[str, object]:
    as_of = workbench.settings.as_of
    return {"as_of": as_of.isoformat()} if as_of else {}


def _row_counts(workbench: Workbench) -> RowCounts:
    with workbench.warehouse() as connection:
        return count_rows(connection, GROUP_OF_SCHEMA)


def _dagster_events(
    context: dg.AssetExecutionContext,
    events: list[Event],
    manifest: Path,
    rows: RowCounts,
) -> Iterator[Any]:
    translator = Translator()
    parsed = orjson.loads(manifest.read_bytes())
    for event in events:
        message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
        for result in message.to_default_asset_events(
            manifest=parsed, dagster_dbt_translator=translator, context=context
        ):
            if isinstance(result, dg.AssetObservation):
                continue
            if isinstance(result, dg.Output):
                relation = event["data"]["node_info"]["node_relation"]
                size = _rows_of(rows, relation["schema"], relation["alias"])
                yield dg.Output(
                    None, output_name=result.output_name, metadata={**result.metadata, **size}
                )
            else:
                yield result


def _unchanged(context: dg.AssetExecutionContext, rows: RowCounts) -> Iterator[dg.Output[None]]:
    """Every table stands as it was built last."""
    parents = context.assets_def.asset_deps
    for key in TopologicalSorter(
        {k: parents.get(k, set()) for k in sorted(context.selected_asset_keys)}
    ).static_order():
        if key not in context.selected_asset_keys:
            continue
        schema, table = key.path
        yield dg.Output(
            None,
            output_name=key.to_python_identifier(),
            metadata={"unchanged": True, **_rows_of(rows, schema, table)},
        )


def _rows_of(rows: RowCounts, schema: str, table: str) -> dict[str, int]:
    """What Dagster shows as a table's size; nothing of a view."""
    count = rows.get((schema, table))
    return {} if count is None else {"dagster/row_count": count}

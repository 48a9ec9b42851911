"""The dbt project's nodes as Dagster's assets and checks, and dbt's results as Dagster's events.

Belongs here: reading what dagster-dbt made of the project (``dbt_translation``) without importing
it or dbt. Does not belong here: running dbt; that is ``transform``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from dagster_project.defs.phase import Phase
from dagster_project.engines.duckdb.dbt_run import Event

TRANSLATION = "dagster_specs.json"
"""Beside the manifest: its nodes as Dagster's assets and checks."""

UNIQUE_ID = "dagster_dbt/unique_id"
"""Metadata of an asset or check: the node it is of. dagster-dbt's name for it."""


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
SELECTIONS = (STAGE, MARTS)


@dataclass(frozen=True)
class DbtNodes:
    """The assets and checks of one selection."""

    assets: tuple[dg.AssetSpec, ...]
    checks: tuple[dg.AssetCheckSpec, ...]


def read_nodes(manifest: Path, selection: Selection) -> DbtNodes:
    """What dagster-dbt made of a selection when the project was parsed."""
    written = orjson.loads((manifest.parent / TRANSLATION).read_bytes())[str(selection.phase)]
    return DbtNodes(
        assets=tuple(_asset(spec) for spec in written["assets"]),
        checks=tuple(_check(spec) for spec in written["checks"]),
    )


def _asset(written: Mapping[str, Any]) -> dg.AssetSpec:
    facts = dict(written)
    return dg.AssetSpec(
        dg.AssetKey(facts.pop("key")),
        deps=_keys(facts.pop("deps")),
        metadata=_metadata(facts.pop("metadata")),
        **facts,
    )


def _check(written: Mapping[str, Any]) -> dg.AssetCheckSpec:
    facts = dict(written)
    return dg.AssetCheckSpec(
        asset=dg.AssetKey(facts.pop("asset")),
        additional_deps=_keys(facts.pop("additional_deps")),
        metadata=_metadata(facts.pop("metadata")),
        **facts,
    )


def _keys(paths: Iterable[list[str]]) -> list[dg.AssetKey]:
    return [dg.AssetKey(path) for path in paths]


def _metadata(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else dg.deserialize_value(value["value"])
        for name, value in written.items()
    }


_BUILT = frozenset({"success", "no-op", "reused", "warn"})
"""What dbt says of a model or seed that stands."""


def dagster_events(
    nodes: dg.AssetsDefinition,
    asked: Iterable[dg.AssetCheckKey],
    events: Iterable[Event],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What dbt told of its nodes; of tests only those that Dagster ``asked`` for.

    The names of the metadata are dagster-dbt's.
    """
    assets = {spec.metadata[UNIQUE_ID]: spec.key for spec in nodes.specs}
    wanted = set(asked)
    checks = {
        spec.metadata[UNIQUE_ID]: spec.key for spec in nodes.check_specs if spec.key in wanted
    }
    for event in events:
        node = event["data"].get("node_info", {})
        unique_id, status = node.get("unique_id"), _status(event)
        if unique_id in assets and status in _BUILT:
            yield dg.MaterializeResult(
                asset_key=assets[unique_id],
                metadata={**_told(event), "status": status},
            )
        elif unique_id in checks and status != "skipped":
            yield dg.AssetCheckResult(
                asset_key=checks[unique_id].asset_key,
                check_name=checks[unique_id].name,
                passed=status == "pass",
                severity=dg.AssetCheckSeverity.WARN
                if status == "warn"
                else dg.AssetCheckSeverity.ERROR,
                metadata={**_told(event), "status": status, **_failures(event)},
            )


def _status(event: Event) -> str:
    said = event["data"].get("node_info", {}).get("node_status")
    return str(said if said not in _NOTHING else event["data"].get("status", "")).lower()


_NOTHING = frozenset({"", "None", None})
"""How dbt writes that there is no value."""


def _told(event: Event) -> dict[str, Any]:
    return {
        **_duration(event),
        UNIQUE_ID.partition("/")[2]: event["data"]["node_info"]["unique_id"],
        "invocation_id": event["info"]["invocation_id"],
    }


def _duration(event: Event) -> dict[str, float]:
    node = event["data"]["node_info"]
    began, ended = node.get("node_started_at"), node.get("node_finished_at")
    if began in _NOTHING or ended in _NOTHING:
        seconds = event["data"].get("execution_time")
        return {"Execution Duration": float(seconds)} if seconds else {}
    took = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
    return {"Execution Duration": took.total_seconds()}


def _failures(event: Event) -> dict[str, int]:
    failed = event["data"].get("num_failures")
    return {} if failed is None else {"dagster_dbt/failed_row_count": failed}

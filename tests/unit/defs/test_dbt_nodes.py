"""dbt's results become Dagster's events as dagster-dbt makes them."""

from typing import Any

import dagster as dg
import pytest
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project.defs.dbt_nodes import UNIQUE_ID, dagster_events

MODEL = "model.customer360.dim_thing"
TEST = "test.customer360.primary_key_dim_thing"
MANIFEST = {
    "metadata": {"project_name": "customer360", "adapter_type": "duckdb"},
    "nodes": {
        MODEL: {
            "unique_id": MODEL,
            "resource_type": "model",
            "schema": "marts",
            "name": "dim_thing",
            "alias": "dim_thing",
            "package_name": "customer360",
            "original_file_path": "models/marts/dim_thing.sql",
            "fqn": ["customer360", "marts", "dim_thing"],
            "tags": [],
            "meta": {},
            "config": {"materialized": "table"},
            "description": "",
            "columns": {},
            "depends_on": {"nodes": []},
            "relation_name": '"c360"."marts"."dim_thing"',
        },
        TEST: {
            "unique_id": TEST,
            "resource_type": "test",
            "name": "primary_key_dim_thing",
            "attached_node": MODEL,
            "config": {"severity": "error", "meta": {}},
            "meta": {},
            "depends_on": {"nodes": [MODEL]},
        },
    },
    "sources": {},
}


@dg.multi_asset(
    specs=[dg.AssetSpec(dg.AssetKey(["marts", "dim_thing"]), metadata={UNIQUE_ID: MODEL})],
    check_specs=[
        dg.AssetCheckSpec(
            "primary_key_dim_thing",
            asset=dg.AssetKey(["marts", "dim_thing"]),
            metadata={UNIQUE_ID: TEST},
        )
    ],
)
def nodes() -> Any:
    yield from ()


def event(
    unique_id: str = MODEL, status: str = "success", *, timed: bool = True, **data: Any
) -> dict[str, Any]:
    """One event of dbt as ``run_dbt`` hands it over."""
    return {
        "info": {
            "name": "LogModelResult" if unique_id == MODEL else "LogTestResult",
            "invocation_id": "inv-1",
        },
        "data": {
            "node_info": {
                "unique_id": unique_id,
                "node_status": status,
                "materialized": "table" if unique_id == MODEL else "test",
                "node_started_at": "2026-01-01T10:00:00.250000" if timed else "",
                "node_finished_at": "2026-01-01T10:00:02.500000" if timed else "",
            },
            "status": status,
            "execution_time": 1.5,
            **data,
        },
    }


EVENTS = [
    pytest.param(event(), id="a model is built"),
    pytest.param(event(timed=False), id="a model without times"),
    pytest.param(event(status="error"), id="a model fails"),
    pytest.param(event(status="skipped"), id="a model is left out"),
    pytest.param(event(TEST, "pass", num_failures=0), id="a test passes"),
    pytest.param(event(TEST, "fail", num_failures=3), id="a test fails"),
    pytest.param(event(TEST, "warn", num_failures=1), id="a test warns"),
    pytest.param(event(TEST, "error"), id="a test cannot be asked"),
    pytest.param(event(TEST, "skipped"), id="a test is left out"),
]


@pytest.mark.parametrize("told", EVENTS)
def test_an_event_means_to_dagster_what_dagster_dbt_says(told: dict[str, Any]) -> None:
    said = DbtCoreCliEventMessage(raw_event=told, event_history_metadata={})

    ours = list(dagster_events(nodes, nodes.check_keys, [told]))

    assert [_facts(e) for e in ours] == [
        _facts(e) for e in said.to_default_asset_events(manifest=MANIFEST)
    ]


def _facts(told: Any) -> dict[str, Any]:
    """What an event says, whether it belongs to a step or stands alone."""
    facts = {"metadata": {name: getattr(v, "value", v) for name, v in told.metadata.items()}}
    if hasattr(told, "check_name"):
        facts |= {"passed": told.passed, "severity": told.severity, "check": told.check_name}
    return facts


def test_a_check_that_nobody_asked_for_is_not_told() -> None:
    assert list(dagster_events(nodes, [], [event(TEST, "fail", num_failures=3)])) == []

"""Rules every dbt model keeps, read from the parsed project."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dagster_project.domain.streams import PROVENANCE, REGISTER
from dagster_project.publish.column_classes import class_of
from dagster_project.sources.catalogue import STREAMS
from tests.parsed_project import parsed_project

PROJECT = Path(__file__).resolve().parents[2]
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": (
        "dim_",
        "fct_",
        "bridge_",
        "customer_",
        "identity_",
        "account_",
        "campaign_",
        "consent_",
        "product_",
        "conversation_",
        "agent_",
    ),
    "insights": ("insight_",),
}


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    project = parsed_project(tmp_path_factory.mktemp("dbt"))
    parsed: dict[str, Any] = json.loads(project.manifest.read_text(encoding="utf-8"))
    return parsed


@pytest.fixture
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


def test_every_model_names_its_grain_first(models: list[dict[str, Any]]) -> None:
    assert models
    assert [m["name"] for m in models if not m["description"].startswith("One row")] == []


def test_every_column_is_described(models: list[dict[str, Any]]) -> None:
    bare = [
        f"{m['name']}.{name}"
        for m in models
        for name, column in m["columns"].items()
        if not column["description"].strip()
    ]

    assert bare == []


def test_prefixes_tell_the_layer(models: list[dict[str, Any]]) -> None:
    wrong = [m["name"] for m in models if not m["name"].startswith(PREFIXES[m["schema"]])]

    assert wrong == []


def test_staging_models_read_one_source_and_no_model(models: list[dict[str, Any]]) -> None:
    for model in models:
        if model["schema"] == "staging":
            parents = [p for p in model["depends_on"]["nodes"] if not p.startswith("seed.")]
            assert [p.split(".")[0] for p in parents] == ["source"], model["name"]


def test_marts_and_insights_enforce_their_contract(models: list[dict[str, Any]]) -> None:
    outside = [m for m in models if m["schema"] in {"marts", "insights"}]

    assert outside
    assert [m["name"] for m in outside if not m["contract"]["enforced"]] == []


def test_keys_are_tested(manifest: dict[str, Any], models: list[dict[str, Any]]) -> None:
    tested = {
        (test["attached_node"], test["test_metadata"]["name"])
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test" and test.get("test_metadata")
    }
    for model in models:
        is_table = model["config"]["materialized"] != "ephemeral"
        if is_table and model["schema"] in {"intermediate", "marts", "insights"}:
            kinds = {name for node, name in tested if node == model["unique_id"]}
            has_key = bool(kinds & {"primary_key", "unique_together"})
            assert has_key or "int_as_of" in model["name"], model["name"]


def test_no_model_asks_which_engine_it_runs_on(models: list[dict[str, Any]]) -> None:
    assert [m["name"] for m in models if "target.type" in m["raw_code"]] == []


def test_no_model_reads_the_clock(models: list[dict[str, Any]]) -> None:
    clock = re.compile(r"\b(now\(\)|current_timestamp|current_date|today\(\))", re.IGNORECASE)

    assert [m["name"] for m in models if clock.search(m["raw_code"])] == []


def test_landing_sources_are_the_catalogue(manifest: dict[str, Any]) -> None:
    declared = {
        s["name"] for s in manifest["sources"].values() if s["source_name"] == "landing"
    }

    assert {spec.table for spec in STREAMS} <= declared
    known = {"quarantined", "loads"}
    assert declared - {spec.table for spec in STREAMS} <= known
    for source in manifest["sources"].values():
        spec = next((s for s in STREAMS if s.table == source["name"]), None)
        if spec and source["source_name"] == "landing" and source["columns"]:
            allowed = {*spec.columns, *PROVENANCE, *REGISTER}
            assert set(source["columns"]) <= allowed, source["name"]


def test_every_column_has_a_class_of_personal_data(manifest: dict[str, Any]) -> None:
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    unclassified = [
        f"{node['name']}.{name}"
        for node in nodes
        if node["resource_type"] in {"model", "source", "seed"}
        for name, column in node["columns"].items()
        if class_of(column) is None
    ]

    assert unclassified == []
    assert class_of({"config": {"meta": {"pii": "some"}}}) is None


def test_every_insight_lets_its_generations_be_compared(models: list[dict[str, Any]]) -> None:
    """The publication counts by these how many customers two generations of a row differ in."""
    insights = [m for m in models if m["schema"] == "insights"]

    assert insights
    assert [
        m["name"] for m in insights if not {"_block", "_members"} <= set(m["columns"])
    ] == []


def test_insight_models_hold_no_personal_column(models: list[dict[str, Any]]) -> None:
    def pii(column: dict[str, Any]) -> str:
        meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
        return str(meta.get("pii", "missing"))

    marked = {
        f"{m['name']}.{n}"
        for m in models
        for n, c in m["columns"].items()
        if pii(c) == "direct"
    }
    leaking = [
        f"{m['name']}.{n}: {pii(c)}"
        for m in models
        if m["schema"] == "insights"
        for n, c in m["columns"].items()
        if pii(c) != "none" and not n.startswith("_")  # these are never published
    ]

    assert marked, "no column anywhere is marked as personal: the marks are missing"
    assert leaking == []

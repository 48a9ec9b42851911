"""What the catalogue reads of the dbt project."""

from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from dagster_project.defs.described import DbtCatalogue


def _node(name: str, *reads: str, kind: str = "table") -> dict[str, Any]:
    return {
        "unique_id": name,
        "resource_type": "model",
        "schema": "marts",
        "name": name,
        "alias": name,
        "meta": {},
        "columns": {},
        "config": {"materialized": kind},
        "depends_on": {"nodes": list(reads)},
    }


def test_a_table_is_made_from_what_its_inlined_parts_read(tmp_path: Path) -> None:
    nodes = [
        _node("fact"),
        _node("inner_part", "fact", kind="ephemeral"),
        _node("part", "inner_part", kind="ephemeral"),
        _node("mart", "part"),
    ]
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(
        orjson.dumps({"nodes": {n["unique_id"]: n for n in nodes}, "sources": {}})
    )

    catalogue = DbtCatalogue(manifest)

    fact, mart = dg.AssetKey(["marts", "fact"]), dg.AssetKey(["marts", "mart"])
    assert catalogue.reads == {fact: frozenset(), mart: frozenset({fact})}
    assert set(catalogue.made) == {fact, mart}

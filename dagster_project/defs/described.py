"""What Dagster's catalogue says of each asset: group, description, owners, tags and columns."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from dagster_project.defs.columns import (
    COLUMNS,
    landed_schema,
    personal_tag,
    product_schema,
    table_schema,
)
from dagster_project.defs.keys import (
    COMPLIANCE,
    CONFIG,
    IDENTITY,
    LANDING,
    LISTENING,
    MARTS,
    PUBLISHED,
    SERVICE_LEVELS,
    VALUE,
    landing_key,
)
from dagster_project.defs.versions import Reads
from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.column_types import Types, kept_types

_GROUP_OF_SOURCE = {
    "config": CONFIG,
    "landing": LANDING,
    "identity": IDENTITY,
    "history": MARTS,
    "value": VALUE,
    "service_levels": SERVICE_LEVELS,
    "listening": LISTENING,
    "compliance": COMPLIANCE,
}


class DbtCatalogue:
    """What the dbt project says of its sources and models, read from its manifest once."""

    def __init__(self, manifest: Path) -> None:
        parsed = orjson.loads(manifest.read_bytes())
        self.sources: Mapping[dg.AssetKey, Mapping[str, Any]] = {
            dg.AssetKey([source["schema"], source["name"]]): source
            for source in parsed["sources"].values()
        }
        nodes = parsed["nodes"].values()
        self.reads: Reads = _reads(parsed)
        self.made: Mapping[dg.AssetKey, Mapping[str, Any]] = {
            dg.AssetKey([node["schema"], node["alias"]]): node
            for node in nodes
            if node["resource_type"] in {"model", "seed"} and not is_inlined(node)
        }
        self.tested: set[tuple[str, str, str]] = {
            (node["attached_node"], node["column_name"], node["test_metadata"]["name"])
            for node in nodes
            if node["resource_type"] == "test"
            and node.get("test_metadata")
            and node.get("column_name")
            and not node["config"].get("where")
        }
        self.types: Types = kept_types(manifest.with_name("column_types.json"))
        self.owners: tuple[str, ...] = tuple(
            dict.fromkeys(
                owner
                for made in self.made.values()
                for owner in made["meta"].get("dagster", {}).get("owners", ())
            )
        )

    def schema_of(
        self, spec: dg.AssetSpec, stream: StreamSpec | None = None
    ) -> dg.TableSchema | None:
        """Columns of a stream, of a table of dbt, or of all tables that a product is made of."""
        if stream is not None:
            return landed_schema(stream)
        if spec.group_name == PUBLISHED:
            parts = {
                dep.asset_key.path[-1]: self._table(dep.asset_key)
                for dep in sorted(spec.deps, key=lambda dep: dep.asset_key)
            }
            known = {name: part for name, part in parts.items() if part}
            return product_schema(known) if known else None
        return self._table(spec.key)

    def _table(self, key: dg.AssetKey) -> dg.TableSchema | None:
        node = self.made.get(key) or self.sources.get(key)
        if node is None or not node["columns"]:
            return None
        tested = [(of, test) for table, of, test in self.tested if table == node["unique_id"]]
        return table_schema(node, self.types.get(".".join(key.path), {}), tested)


def _reads(parsed: Mapping[str, Any]) -> dict[dg.AssetKey, frozenset[dg.AssetKey]]:
    """Of every model and seed, the tables it is made from, also through models that make none."""
    made = {
        node["unique_id"]: node
        for node in parsed["nodes"].values()
        if node["resource_type"] in {"model", "seed"}
    }
    tables = {
        node["unique_id"]: dg.AssetKey([node["schema"], node.get("alias") or node["name"]])
        for node in (*made.values(), *parsed["sources"].values())
        if not is_inlined(node)
    }

    def read_by(node: Mapping[str, Any]) -> Iterable[dg.AssetKey]:
        for read in node["depends_on"].get("nodes", ()):
            if read in tables:
                yield tables[read]
            elif read in made:
                yield from read_by(made[read])

    return {
        key: frozenset(read_by(made[identifier]))
        for identifier, key in tables.items()
        if identifier in made
    }


def is_inlined(node: Mapping[str, Any]) -> bool:
    """Whether a model is a part of others' SQL and makes no table of its own."""
    return bool(node.get("config", {}).get("materialized") == "ephemeral")


def given_tables(
    catalogue: DbtCatalogue, made: Iterable[dg.AssetKey], streams: Iterable[StreamSpec]
) -> list[dg.AssetSpec]:
    """Sources of dbt that no step makes: config/ as tables, the ledger, streams nobody configured.

    Without a spec of their own Dagster makes stubs of them, in a group ``default``.
    """
    own = set(made)
    by_key = {landing_key(spec): spec for spec in streams}
    specs = [
        dg.AssetSpec(
            key,
            group_name=_GROUP_OF_SOURCE[source["schema"]],
            description=_told(source)
            + (" No source of the register delivers it." if key in by_key else ""),
            kinds={"duckdb"},
            owners=list(catalogue.owners),
            tags={"layer": _GROUP_OF_SOURCE[source["schema"]].partition("_")[2]},
        )
        for key, source in catalogue.sources.items()
        if key not in own
    ]
    return [_with_columns(s, catalogue.schema_of(s, by_key.get(s.key))) for s in specs]


def described(
    catalogue: DbtCatalogue, spec: dg.AssetSpec, streams: Iterable[StreamSpec]
) -> dg.AssetSpec:
    """The spec with what dbt and the specs of the streams know of it; its own owners stay."""
    layer = (spec.group_name or "").partition("_")[2]
    spec = spec.merge_attributes(tags={"layer": layer})
    if not spec.owners:
        spec = spec.replace_attributes(owners=list(catalogue.owners))
    stream = next((s for s in streams if landing_key(s) == spec.key), None)
    if stream is not None:
        spec = spec.merge_attributes(tags={"vendor": stream.vendor})
        if spec.key in catalogue.sources:
            told = _told(catalogue.sources[spec.key])
            spec = spec.replace_attributes(
                description=f"{told} As received: every load, every version."
            )
    return _with_columns(spec, catalogue.schema_of(spec, stream))


def _with_columns(spec: dg.AssetSpec, schema: dg.TableSchema | None) -> dg.AssetSpec:
    if schema is None:
        return spec
    return spec.merge_attributes(tags=personal_tag(schema), metadata={COLUMNS: schema})


def as_owner(name: str) -> str:
    """An owner of the register as Dagster wants it: an e-mail address, or a team."""
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", name) or re.fullmatch("team:.+", name):
        return name
    return "team:" + re.sub(r"\W+", "_", name).strip("_")


def expected_every(days: int | None) -> dg.FreshnessPolicy | None:
    """Overdue when nothing new has come for so many days; never where nobody expects anything."""
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=days)) if days else None


def _told(source: Mapping[str, Any]) -> str:
    return str(source["description"]).strip()

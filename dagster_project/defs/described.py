"""What Dagster's catalogue says of each asset: group, description, owners, tags and columns."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from dagster_project.defs.keys import CONFIG, IDENTITY, LANDING, landing_key
from dagster_project.domain.streams import PROVENANCE, StreamSpec

_GROUP_OF_SOURCE = {"config": CONFIG, "landing": LANDING, "identity": IDENTITY}


class DbtCatalogue:
    """What the dbt project says of its sources and models, read from its manifest once."""

    def __init__(self, manifest: Path) -> None:
        parsed = orjson.loads(manifest.read_bytes())
        self.sources: Mapping[dg.AssetKey, Mapping[str, Any]] = {
            dg.AssetKey([source["schema"], source["name"]]): source
            for source in parsed["sources"].values()
        }
        nodes = parsed["nodes"].values()
        self.models: Mapping[dg.AssetKey, Mapping[str, Any]] = {
            dg.AssetKey([node["schema"], node["alias"]]): node
            for node in nodes
            if node["resource_type"] == "model"
        }
        self.tested: set[tuple[str, str, str]] = {
            (node["attached_node"], node["column_name"], node["test_metadata"]["name"])
            for node in nodes
            if node["resource_type"] == "test"
            and node.get("test_metadata")
            and node.get("column_name")
            and not node["config"].get("where")
        }
        self.owners: tuple[str, ...] = tuple(
            dict.fromkeys(
                owner
                for model in self.models.values()
                for owner in model["meta"].get("dagster", {}).get("owners", ())
            )
        )


def given_tables(
    catalogue: DbtCatalogue, made: Iterable[dg.AssetKey], streams: Iterable[StreamSpec]
) -> list[dg.AssetSpec]:
    """Sources of dbt that no step makes: config/ as tables, the ledger, streams nobody configured.

    Without a spec of their own Dagster makes stubs of them, in a group ``default``.
    """
    own, landed = set(made), {landing_key(spec) for spec in streams}
    return [
        dg.AssetSpec(
            key,
            group_name=_GROUP_OF_SOURCE[source["schema"]],
            description=_told(source)
            + (" No source of the register delivers it." if key in landed else ""),
            kinds={"duckdb"},
            owners=list(catalogue.owners),
            tags={"layer": _GROUP_OF_SOURCE[source["schema"]].partition("_")[2]},
        )
        for key, source in catalogue.sources.items()
        if key not in own
    ]


def described(
    catalogue: DbtCatalogue, spec: dg.AssetSpec, streams: Iterable[StreamSpec]
) -> dg.AssetSpec:
    """The spec with what dbt and the specs of the streams know of it; its own owners stay."""
    layer = (spec.group_name or "").partition("_")[2]
    spec = spec.merge_attributes(tags={"layer": layer})
    if not spec.owners:
        spec = spec.replace_attributes(owners=list(catalogue.owners))
    model = catalogue.models.get(spec.key)
    if model is not None:
        return _with_columns_of(catalogue, spec, model)
    stream = next((s for s in streams if landing_key(s) == spec.key), None)
    if stream is None:
        return spec
    landed = spec.merge_attributes(
        tags={"vendor": stream.vendor}, metadata={_COLUMNS: _landed_columns(stream)}
    )
    source = catalogue.sources.get(spec.key)
    return (
        landed
        if source is None
        else landed.replace_attributes(
            description=f"{_told(source)} As received: every load, every version."
        )
    )


def as_owner(name: str) -> str:
    """An owner of the register as Dagster wants it: an e-mail address, or a team."""
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", name) or re.fullmatch("team:.+", name):
        return name
    return "team:" + re.sub(r"\W+", "_", name).strip("_")


_COLUMNS = "dagster/column_schema"


def _with_columns_of(
    catalogue: DbtCatalogue, spec: dg.AssetSpec, model: Mapping[str, Any]
) -> dg.AssetSpec:
    columns = model["columns"]
    told = {column["meta"].get("pii") for column in columns.values()}
    worst = next((pii for pii in ("direct", "quasi") if pii in told), None)
    schema = dg.TableSchema(
        columns=[_column(catalogue, model["unique_id"], column) for column in columns.values()]
    )
    return spec.merge_attributes(
        tags={"pii": worst} if worst else {}, metadata={_COLUMNS: schema} if columns else {}
    )


def _column(catalogue: DbtCatalogue, model: str, column: Mapping[str, Any]) -> dg.TableColumn:
    """A column, its kind of personal data, and what dbt's tests and contract hold it to."""
    name, pii = column["name"], column["meta"].get("pii", "none")
    tests = {test for node, of, test in catalogue.tested if (node, of) == (model, name)}
    asked = tests | {constraint["type"] for constraint in column["constraints"]}
    return dg.TableColumn(
        name,
        type=column["data_type"] or "?",
        description=column["description"],
        constraints=dg.TableColumnConstraints(
            nullable=not asked & {"primary_key", "not_null"},
            unique=bool(asked & {"primary_key", "unique"}),
        ),
        tags={} if pii == "none" else {"pii": pii},
    )


def _landed_columns(stream: StreamSpec) -> dg.TableSchema:
    """Vendors' columns land as text, with where they came from beside them."""
    types = {**dict.fromkeys(stream.columns, "varchar"), **PROVENANCE}
    return dg.TableSchema(columns=[dg.TableColumn(name, type=t) for name, t in types.items()])


def _told(source: Mapping[str, Any]) -> str:
    return str(source["description"]).strip()

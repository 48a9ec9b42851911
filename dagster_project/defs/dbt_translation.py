"""What dagster-dbt makes of the dbt project, written down as plain JSON beside the manifest.

Importing dbt and dagster-dbt takes longer than everything else of an idle run, and what they say
of the project changes with its files only. So they are asked when the project is parsed; a run
reads their answer (``dbt_nodes``).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
from dagster_dbt import dbt_assets

from dagster_project.defs.dbt_nodes import SELECTIONS, Selection
from dagster_project.defs.translator import Translator

_NOT_PLAIN = frozenset({"dagster_dbt/manifest", "dagster_dbt/dagster_dbt_translator"})
"""Metadata that carry the parsed project and the translator along, for dagster-dbt itself."""


def translated(selection: Selection, manifest: Path) -> dg.AssetsDefinition:
    """The nodes of one selection as dagster-dbt defines them; never executed."""

    @dbt_assets(
        manifest=manifest,
        select=selection.select,
        name=f"dbt_{selection.phase}",
        dagster_dbt_translator=Translator(),
    )
    def nodes() -> Iterator[Any]:
        yield from ()  # defined, never run

    return nodes


def write_translation(manifest: Path, file: Path) -> None:
    """Write down the assets and checks of all selections of a parsed project."""
    file.write_bytes(
        orjson.dumps(
            {str(s.phase): _plain(translated(s, manifest)) for s in SELECTIONS},
            option=orjson.OPT_INDENT_2,
        )
    )


def _plain(nodes: dg.AssetsDefinition) -> dict[str, Any]:
    return {
        "assets": sorted(map(_plain_asset, nodes.specs), key=lambda spec: spec["key"]),
        "checks": sorted(
            map(_plain_check, nodes.check_specs), key=lambda spec: (spec["asset"], spec["name"])
        ),
    }


def _plain_asset(spec: dg.AssetSpec) -> dict[str, Any]:
    return {
        "key": list(spec.key.path),
        "deps": _paths(dep.asset_key for dep in spec.deps),
        "description": spec.description,
        "group_name": spec.group_name,
        "owners": list(spec.owners),
        "tags": dict(spec.tags),
        "code_version": spec.code_version,
        "skippable": spec.skippable,
        "metadata": _plain_metadata(spec.metadata),
    }


def _plain_check(spec: dg.AssetCheckSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "asset": list(spec.asset_key.path),
        "additional_deps": _paths(dep.asset_key for dep in spec.additional_deps),
        "description": spec.description,
        "blocking": spec.blocking,
        "metadata": _plain_metadata(spec.metadata),
    }


def _paths(keys: Iterable[dg.AssetKey]) -> list[list[str]]:
    return [list(key.path) for key in keys]


def _plain_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Text as it is, Dagster's own values as Dagster writes them."""
    return {
        name: value if isinstance(value, str) else {"value": dg.serialize_value(value)}
        for name, value in metadata.items()
        if name not in _NOT_PLAIN
    }

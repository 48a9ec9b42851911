"""What Dagster's catalogue says of each asset: its group and description, from dbt's sources."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from dagster_project.defs.keys import CONFIG, IDENTITY, LANDING, landing_key
from dagster_project.domain.streams import StreamSpec

_GROUP_OF_SOURCE = {"config": CONFIG, "landing": LANDING, "identity": IDENTITY}


class DbtCatalogue:
    """What the dbt project says of its sources and models, read from its manifest once."""

    def __init__(self, manifest: Path) -> None:
        parsed = orjson.loads(manifest.read_bytes())
        self.sources: Mapping[dg.AssetKey, Mapping[str, Any]] = {
            dg.AssetKey([source["schema"], source["name"]]): source
            for source in parsed["sources"].values()
        }


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
        )
        for key, source in catalogue.sources.items()
        if key not in own
    ]


def described(catalogue: DbtCatalogue, spec: dg.AssetSpec) -> dg.AssetSpec:
    """The spec with the description dbt's source of that name has, where it is one."""
    source = catalogue.sources.get(spec.key)
    if source is None or source["schema"] != "landing":
        return spec
    return spec.replace_attributes(
        description=f"{_told(source)} As received: every load, every version."
    )


def _told(source: Mapping[str, Any]) -> str:
    return str(source["description"]).strip()

"""Which files an asset is made by: its SQL, its reader and gate, what the company configured.

Paths are this installation's own, made when definitions are loaded: they stand in no file.
``C360_GIT_URL`` turns them into links to the company's repository, for a UI that runs elsewhere.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.defs.keys import (
    COMPLIANCE,
    IDENTITY,
    INBOX,
    LANDING,
    LISTENING,
    PUBLISHED,
    SERVICE_LEVELS,
    VALUE,
)
from dagster_project.settings import PROJECT, Settings

REFERENCES = "dagster/code_references"

File = tuple[str, Path]
"""What a file says of the asset, and where it lies."""


def with_code(
    made: Iterable[dg.AssetsDefinition],
    nodes: Mapping[dg.AssetKey, Mapping[str, Any]],
    settings: Settings,
) -> list[dg.AssetsDefinition]:
    """The assets with references to their files. ``nodes``: what dbt makes, by key."""

    def refer(spec: dg.AssetSpec) -> dg.AssetSpec:
        files = [
            (label, file) for label, file in _files(spec, nodes, settings) if file.is_file()
        ]
        return spec.merge_attributes(metadata={REFERENCES: _value(files)}) if files else spec

    with warnings.catch_warnings():
        # Dagster calls the classes of references a beta; the version is pinned, a test loads them.
        warnings.simplefilter("ignore", dg.BetaWarning)
        referring = [each.map_asset_specs(refer) for each in made]
        if not settings.git_url:
            return referring
        linked = dg.link_code_references_to_git(
            referring,
            git_url=settings.git_url,
            git_branch=settings.git_branch,
            file_path_mapping=dg.AnchorBasedFilePathMapping(
                local_file_anchor=PROJECT / "pyproject.toml",
                file_anchor_path_in_repository="pyproject.toml",
            ),
        )
        return [each for each in linked if isinstance(each, dg.AssetsDefinition)]


def _value(files: Iterable[File]) -> dg.CodeReferencesMetadataValue:
    return dg.CodeReferencesMetadataValue(
        code_references=[
            dg.LocalFileCodeReference(file_path=str(file), label=label) for label, file in files
        ]
    )


def _files(
    spec: dg.AssetSpec, nodes: Mapping[dg.AssetKey, Mapping[str, Any]], settings: Settings
) -> Iterator[File]:
    """The files that decide what an asset holds; those that are not there are left out later."""
    package, config = PROJECT / "dagster_project", settings.config_dir
    node = nodes.get(spec.key)
    vendor = spec.tags.get("vendor", "")
    if node is not None:
        yield "SQL" if node["resource_type"] == "model" else "rows", _below_dbt(node)
        if node.get("patch_path"):
            described = node["patch_path"].partition("://")[2]
            yield "description", settings.dbt_project / described
        if node["schema"] == "marts":
            yield "gate", PROJECT / "expectations" / "marts.py"
    elif spec.group_name in {INBOX, LANDING}:
        yield "reader", package / "sources" / f"{vendor}.py"
        if spec.group_name == LANDING:
            yield "columns", package / "sources" / "catalogue.py"
            yield "gate", PROJECT / "expectations" / f"{vendor}.py"
        yield "register", config / "sources.yml"
    elif spec.group_name == IDENTITY:
        yield "resolution", package / "identity" / "resolve.py"
        yield "tables", package / "identity" / "outputs" / "tables.py"
        yield "rules", config / "identity.yml"
    elif spec.group_name in _COMPUTED:
        (what, code), *configured = _COMPUTED[spec.group_name]
        yield what, package / code
        yield from ((label, config / file) for label, file in configured)
    elif spec.group_name == PUBLISHED:
        yield "consumers", config / "consumers.yml"
        yield "publication", package / "publish" / "publication.py"
        yield "gate", PROJECT / "expectations" / "publications.py"
    else:
        yield "configuration", config / f"{_CONFIG_OF.get(spec.key.path[-1], 'sources')}.yml"


_COMPUTED = {
    VALUE: (("models", "value/purchases.py"),),
    SERVICE_LEVELS: (
        ("clocks", "service_levels/warehouse.py"),
        ("promises", "service_levels.yml"),
    ),
    COMPLIANCE: (("desk", "compliance/looking.py"), ("rules", "compliance.yml")),
    LISTENING: (("labels", "listening/warehouse.py"), ("rules", "listening.yml")),
}
"""Of what is computed outside dbt: its code, and the configuration beside it."""

_CONFIG_OF = {
    "settings": "email_engagement",
    "conversation_lists": "service_levels",
    "survivorship": "survivorship",
}


def _below_dbt(node: Mapping[str, Any]) -> Path:
    return PROJECT / "dbt" / str(node["original_file_path"])

"""Roots share one parsed dbt project."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs.dbt_nodes import SELECTIONS, Selection
from dagster_project.defs.dbt_translation import translated
from dagster_project.defs.manifest import prepare_manifest, share_column_types
from dagster_project.defs.transform import dbt_step
from dagster_project.engines.duckdb.column_types import keep_types, kept_types
from dagster_project.engines.duckdb.dbt_run import DbtProject
from dagster_project.settings import read_settings


@pytest.fixture
def parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The manifest of some root, after which the project is parsed."""
    settings = read_settings(tmp_path / "first")
    monkeypatch.setenv("C360_DATABASE", str(settings.root.database))
    return prepare_manifest(settings)


def was_parsed_here(manifest: Path) -> bool:
    return (manifest.parent / "perf_info.json").exists()


def test_a_root_takes_what_was_parsed_for_another(parsed_once: Path, tmp_path: Path) -> None:
    manifest = prepare_manifest(read_settings(tmp_path / "second"))

    assert manifest.read_bytes() == parsed_once.read_bytes()
    assert not was_parsed_here(manifest)
    assert (manifest.parent / "partial_parse.msgpack").exists()


def test_a_root_with_an_older_project_takes_the_present_one(
    parsed_once: Path, tmp_path: Path
) -> None:
    settings = read_settings(tmp_path / "second")
    manifest = prepare_manifest(settings)
    (manifest.parent / "manifest.fingerprint").write_text("another state of the project")
    manifest.write_text("{}")

    prepare_manifest(settings)

    assert manifest.read_bytes() == parsed_once.read_bytes()


def test_types_of_a_run_are_left_to_roots_in_which_none_has_been(tmp_path: Path) -> None:
    project = DbtProject(tmp_path / "dbt", tmp_path / "root")
    shared = project.directory / "target" / "parsed" / "state-1"
    for folder in (project.target, shared):
        folder.mkdir(parents=True)
    (project.target / "manifest.fingerprint").write_text("state-1")
    keep_types(project.column_types, {"staging.stg_x__posts": {"post_id": "varchar"}})

    share_column_types(project)

    assert kept_types(shared / project.column_types.name) == kept_types(project.column_types)
    (project.target / "manifest.fingerprint").write_text("a state that nobody parsed here")
    share_column_types(project)  # nothing to leave it in: no obstacle


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda s: str(s.phase))
def test_dagster_is_told_of_every_node_what_dagster_dbt_says(
    selection: Selection, parsed_once: Path
) -> None:
    said = translated(selection, parsed_once)

    step = dbt_step(selection, parsed_once, {})

    assert _told(step) == _told(said)
    assert len(_told(step)) > 10
    assert {spec.key: spec for spec in step.check_specs} == {
        spec.key: spec for spec in said.check_specs
    }


def _told(nodes: dg.AssetsDefinition) -> dict[dg.AssetKey, list[object]]:
    return {
        spec.key: [
            {dep.asset_key for dep in spec.deps},
            spec.description,
            spec.group_name,
            spec.owners,
            spec.tags,
            spec.code_version,
            spec.skippable,
            {
                name: value
                for name, value in spec.metadata.items()
                if name not in {"dagster_dbt/manifest", "dagster_dbt/dagster_dbt_translator"}
            },
        ]
        for spec in nodes.specs
    }

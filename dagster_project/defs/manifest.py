"""The dbt manifest, parsed when the project has changed and not at every start."""

from pathlib import Path

from dagster_project.engines.duckdb.dbt_run import DbtProject, run_dbt
from dagster_project.engines.duckdb.phases import fingerprint_of_files
from dagster_project.settings import Settings

_PROJECT_FILES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})


def prepare_manifest(settings: Settings) -> Path:
    """Path of an up-to-date ``manifest.json`` for this root."""
    project = DbtProject(settings.dbt_project, settings.root.warehouse / "dbt")
    fingerprint = fingerprint_of_files((settings.dbt_project,), _PROJECT_FILES)
    stamp = project.target / "manifest.fingerprint"
    if project.manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return project.manifest
    project.target.mkdir(parents=True, exist_ok=True)
    run_dbt(project, ["parse"])
    stamp.write_text(fingerprint)
    return project.manifest

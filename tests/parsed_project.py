"""The dbt project as it was parsed once for all, for tests that run dbt on files of their own."""

from pathlib import Path

import pytest

from dagster_project.defs.manifest import prepare_manifest
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.dbt_run import DbtProject
from dagster_project.settings import read_settings

CATALOG = Root(Path()).database.stem
"""What the parsed project calls the warehouse; a test's file is ``<CATALOG>.duckdb``."""


def parsed_project(folder: Path) -> DbtProject:
    """The project with its artefacts below ``folder``; run it with ``is_parsed=True``."""
    settings = read_settings(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_DATABASE", str(settings.root.database))
        target = prepare_manifest(settings).parent
    return DbtProject(settings.dbt_project, target)

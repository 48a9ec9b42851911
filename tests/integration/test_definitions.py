"""What Dagster loads when its UI opens: every job, asset, check, schedule and sensor at once."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.definitions import build_definitions
from dagster_project.settings import PROJECT, read_settings


def test_everything_can_be_loaded_with_every_source_of_the_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("C360_ROOT", "C360_DATABASE", "C360_SPILL", "C360_THREADS", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "replaced by settings")
    monkeypatch.setenv("C360_THREADS", "1")
    settings = read_settings(tmp_path)
    assert settings.config_dir == PROJECT / "config"  # a register that has APIs to pull again

    definitions = build_definitions(settings)

    dg.Definitions.validate_loadable(definitions)
    jobs = {job.name for job in definitions.resolve_all_job_defs()}
    assert {"customer_360", "repull_api_window"} <= jobs

"""The sensor that closes runs whose process is gone."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs.instance import PROCESS_TAG
from dagster_project.defs.killed_runs import killed_runs_sensor
from dagster_project.engines.duckdb.writer_lock import writer_lock
from dagster_project.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def killed(instance: dg.DagsterInstance) -> str:
    """A run that is at work in a process that is gone."""

    @dg.job
    def nothing() -> None:
        pass

    run_id = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED).run_id
    instance.add_run_tags(run_id, {PROCESS_TAG: f"{run_id} 999999999 1"})
    return run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_killed_run_is_closed_within_a_look(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    run_id = killed(instance)
    sensor = killed_runs_sensor(settings)

    sensor.evaluate_tick(dg.build_sensor_context(instance=instance))

    assert status(instance, run_id) is dg.DagsterRunStatus.FAILURE
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_no_run_is_closed_while_somebody_writes_the_root(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    run_id = killed(instance)

    with writer_lock(settings.root, "c360 run elsewhere"):
        tick = killed_runs_sensor(settings).evaluate_tick(
            dg.build_sensor_context(instance=instance)
        )

    assert status(instance, run_id) is dg.DagsterRunStatus.STARTED
    assert "c360 run elsewhere" in str(tick.skip_message)

"""The instance of a root: runs whose process is gone are closed, others are left alone."""

import os
from collections.abc import Iterator

import dagster as dg
import pytest

from dagster_project.defs.instance import PROCESS_TAG, close_dead_runs, this_process


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def started(instance: dg.DagsterInstance, tags: dict[str, str]) -> str:
    @dg.job
    def nothing() -> None:
        pass

    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run.run_id


def is_open(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return not run.is_finished


@pytest.mark.parametrize(
    ("tags", "is_left"),
    [
        pytest.param(this_process(), True, id="alive"),
        pytest.param({PROCESS_TAG: "999999999@1"}, False, id="gone"),
        pytest.param({PROCESS_TAG: f"{os.getpid()}@1"}, False, id="its-id-is-anothers-now"),
        pytest.param({}, True, id="has-not-begun"),
    ],
)
def test_only_a_run_whose_process_is_gone_is_closed(
    instance: dg.DagsterInstance, tags: dict[str, str], is_left: bool
) -> None:
    run_id = started(instance, tags)

    closed = close_dead_runs(instance)

    assert closed == (not is_left)
    assert is_open(instance, run_id) is is_left

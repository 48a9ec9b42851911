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


def created(
    instance: dg.DagsterInstance, tag: str, status: dg.DagsterRunStatus
) -> dg.DagsterRun:
    @dg.job
    def nothing() -> None:
        pass

    run = instance.create_run_for_job(nothing, status=status)
    instance.add_run_tags(run.run_id, {PROCESS_TAG: tag.replace("ITS-ID", run.run_id)})
    return run


def is_open(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return not run.is_finished


OURS = this_process("ITS-ID")[PROCESS_TAG]


@pytest.mark.parametrize(
    "status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED], ids=str
)
@pytest.mark.parametrize(
    ("tag", "is_left"),
    [
        pytest.param(OURS, True, id="alive"),
        pytest.param("ITS-ID 999999999 1", False, id="gone"),
        pytest.param(f"ITS-ID {os.getpid()} 1", False, id="its-process-id-is-anothers-now"),
        pytest.param("another-run 999999999 1", True, id="executed-again"),
        pytest.param("", True, id="has-not-begun"),
    ],
)
def test_only_a_run_whose_process_is_gone_is_closed(
    instance: dg.DagsterInstance, tag: str, is_left: bool, status: dg.DagsterRunStatus
) -> None:
    run = created(instance, tag, status)

    closed = close_dead_runs(instance)

    assert closed == (not is_left)
    assert is_open(instance, run.run_id) is is_left

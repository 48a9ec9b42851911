"""The instance of a root: its log of events, what is seen of a run, runs that were killed."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.storage.event_log import SqliteEventLogStorage

from dagster_project.defs.event_log import OpenEventLog
from dagster_project.defs.instance import (
    PROCESS_TAG,
    StepSeen,
    close_dead_runs,
    prepare_instance,
    this_process,
    watching,
)
from dagster_project.settings import read_settings


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


@dg.op
def fine() -> None:
    pass


@dg.op
def broken() -> None:
    raise dg.Failure("a reason")


@dg.job
def two_steps() -> None:
    fine()
    broken()


@pytest.fixture
def own_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    settings = read_settings(tmp_path)
    prepare_instance(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        yield instance


def test_dagsters_own_storage_reads_what_was_stored(
    own_instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    result = two_steps.execute_in_process(instance=own_instance, raise_on_error=False)
    stored = own_instance.all_logs(result.run_id)

    assert isinstance(own_instance.event_log_storage, OpenEventLog)
    others = SqliteEventLogStorage(str(tmp_path / ".dagster" / "history" / "runs"))
    assert others.get_logs_for_run(result.run_id) == stored
    assert len(stored) > 8


def test_events_stored_together_are_stored_whole_or_not_at_all(
    own_instance: dg.DagsterInstance,
) -> None:
    result = two_steps.execute_in_process(instance=own_instance, raise_on_error=False)
    storage = own_instance.event_log_storage
    told = [
        entry._replace(run_id=run_id)
        for run_id in ("one", "other")
        for entry in own_instance.all_logs(result.run_id)
    ]

    storage.store_event_batch(told)
    with pytest.raises(AttributeError, match="run_id"):
        storage.store_event_batch([told[0]._replace(run_id="third"), None])  # type: ignore[list-item]
    storage.store_event_batch(told[:1])

    counts = [len(storage.get_logs_for_run(run)) for run in ("one", "other", "third")]
    assert counts == [len(told) // 2 + 1, len(told) // 2, 0]


def test_many_runs_are_read_with_few_files_open(
    own_instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    runs = [
        two_steps.execute_in_process(instance=own_instance, raise_on_error=False).run_id
        for _ in range(6)
    ]

    counts = {len(own_instance.all_logs(run)) for run in runs}

    assert len(counts) == 1
    logs = tmp_path / ".dagster" / "history" / "runs"
    assert len(list(logs.glob("*.db-wal"))) <= 4


def test_progress_sees_how_each_step_went(own_instance: dg.DagsterInstance) -> None:
    seen: list[StepSeen] = []
    run_id = dg.DagsterRun("two_steps").run_id

    with watching(own_instance, run_id, seen.append):
        two_steps.execute_in_process(instance=own_instance, run_id=run_id, raise_on_error=False)

    assert {(s.step, s.event) for s in seen} == {
        ("fine", "start"),
        ("fine", "success"),
        ("broken", "start"),
        ("broken", "failure"),
    }
    assert [s.message for s in seen if s.event == "failure"] == ["a reason"]


@dg.op
def stopped() -> None:
    raise DagsterExecutionInterruptedError


@dg.job
def stopped_by_hand() -> None:
    stopped()


def test_a_step_stopped_by_hand_is_called_interrupted(
    own_instance: dg.DagsterInstance,
) -> None:
    seen: list[StepSeen] = []
    run_id = dg.DagsterRun("stopped_by_hand").run_id

    with (
        watching(own_instance, run_id, seen.append),
        pytest.raises(DagsterExecutionInterruptedError),
    ):
        stopped_by_hand.execute_in_process(instance=own_instance, run_id=run_id)

    assert [s.message.split(";")[0] for s in seen if s.event == "failure"] == ["interrupted"]


def test_what_a_step_prints_is_not_kept(
    own_instance: dg.DagsterInstance, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    @dg.op
    def talkative() -> None:
        print("said aloud", flush=True)

    @dg.job
    def talk() -> None:
        talkative()

    talk.execute_in_process(instance=own_instance)

    kept = [f for f in tmp_path.rglob("*") if f.is_file() and b"said aloud" in f.read_bytes()]
    assert "said aloud" in capfd.readouterr().out
    assert kept == []

"""The instance of a root: its log of events, what is seen of a run, runs that were killed."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster import reconstructable
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log import SqliteEventLogStorage

from dagster_project.defs.event_log import OpenEventLog
from dagster_project.defs.instance import (
    PROCESS_TAG,
    StepSeen,
    close_dead_runs,
    from_the_command_line,
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

    assert [c.run_id for c in closed] == ([] if is_left else [run.run_id])
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


def test_what_does_not_change_is_looked_for_once(
    own_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = own_instance.event_log_storage
    assert isinstance(storage, OpenEventLog)
    looked: list[str] = []
    for question in ("has_table", "has_secondary_index"):
        monkeypatch.setattr(
            SqliteEventLogStorage,
            question,
            lambda _, name: looked.append(name) or "no" not in name,
        )

    answers = [storage.has_table(name) for name in ("a", "no", "a", "no")]
    migrated = [storage.has_secondary_index(name) for name in ("a", "no", "a", "no")]

    assert answers == migrated == [True, False, True, False]
    assert looked == ["a", "no", "no"] * 2


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


def test_another_process_sees_every_event_of_a_run_as_it_is_written(
    own_instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    seen: list[str] = []
    run_id = dg.DagsterRun("two_steps").run_id
    watcher = SqliteEventLogStorage(str(tmp_path / ".dagster" / "history" / "runs"))
    watcher.watch(run_id, None, lambda entry, cursor: seen.append(entry.user_message))
    storage = own_instance.event_log_storage
    with storage.run_connection(run_id):
        pass

    storage.store_event(_begun(run_id))
    delivered = []
    for number in range(20):
        storage.store_event(_said(run_id, f"{number}"))
        delivered.append(_soon(lambda told=str(number): told in seen))

    watcher.dispose()
    assert delivered == [True] * 20


def _said(run_id: str, message: str) -> dg.EventLogEntry:
    return dg.EventLogEntry(
        error_info=None,
        level=20,
        user_message=message,
        run_id=run_id,
        timestamp=time.time(),
        job_name="two_steps",
    )


def _begun(run_id: str) -> dg.EventLogEntry:
    start = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "two_steps")
    return _said(run_id, "begun")._replace(dagster_event=start)


def _soon(is_true: Callable[[], bool]) -> bool:
    """Whether it comes true within seconds."""
    until = time.monotonic() + 5
    while not is_true() and time.monotonic() < until:
        time.sleep(0.005)
    return is_true()


def test_a_run_leaves_no_log_of_writes_and_no_file_without_a_name(
    own_instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    two_steps.execute_in_process(instance=own_instance, raise_on_error=False)
    own_instance.event_log_storage.store_event(_said("", "of no run"))

    left = {f.name for f in (tmp_path / ".dagster" / "history" / "runs").iterdir()}
    assert not [name for name in left if name.endswith("-wal") or name.startswith(".")]
    assert "runless.db" in left
    assert "runless" not in own_instance.event_log_storage.get_all_run_ids()
    assert [e.user_message for e in own_instance.all_logs("")] == ["of no run"]


def test_a_run_of_the_command_line_belongs_to_its_job_and_says_who_began_it(
    own_instance: dg.DagsterInstance,
) -> None:
    result = two_steps.execute_in_process(
        instance=own_instance,
        raise_on_error=False,
        tags=from_the_command_line("its-id", demo=True),
    )

    run = own_instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.remote_job_origin == RemoteJobOrigin(
        RemoteRepositoryOrigin(
            RegisteredCodeLocationOrigin("dagster_project.definitions"), "__repository__"
        ),
        "two_steps",
    )
    assert run.tags[".dagster/repository"] == "__repository__@dagster_project.definitions"
    assert run.tags["user"] == "c360 run --demo"


def test_a_run_that_names_no_place_is_given_none(own_instance: dg.DagsterInstance) -> None:
    result = two_steps.execute_in_process(instance=own_instance, raise_on_error=False)

    run = own_instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.remote_job_origin is None


def test_a_second_run_is_queued_and_says_for_whom_it_waits(
    own_instance: dg.DagsterInstance,
) -> None:
    location = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "__repository__")
    first, second = (
        own_instance.create_run_for_job(
            two_steps,
            remote_job_origin=RemoteJobOrigin(location, "two_steps"),
            job_code_origin=reconstructable(two_steps).get_python_origin(),
        )
        for _ in range(2)
    )
    own_instance.add_run_tags(first.run_id, {"user": "c360 run"})
    own_instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "two_steps"), first.run_id
    )

    queued = own_instance.run_coordinator.submit_run(dg.SubmitRunContext(second, None))  # type: ignore[arg-type]

    stored = own_instance.get_run_by_id(queued.run_id)
    assert stored is not None
    assert stored.status is dg.DagsterRunStatus.QUEUED
    assert stored.tags["c360/waits_for"] == first.run_id[:8]
    told = [e.message for e in own_instance.all_logs(queued.run_id)]
    assert any(first.run_id[:8] in text and "c360 run" in text for text in told)


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

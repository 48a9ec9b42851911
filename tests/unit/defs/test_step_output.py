"""What Dagster's pages show as a run's output."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.compute_log_manager import CapturedLogData

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.defs.instance import prepare_instance
from dagster_project.defs.journal import Journal
from dagster_project.domain.root import Root
from dagster_project.settings import Settings, read_settings

CANARY = "ada.canary@example.org"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    prepare_root(Root(tmp_path), RootKind.COMPANY)
    settings = read_settings(tmp_path, variables={})
    prepare_instance(settings)
    return settings


@dg.op
def prints_a_row_and_fails() -> None:
    """What a library might do with the rows it reads."""
    print(CANARY)
    raise dg.Failure("reading: row 7 has no key", allow_retries=False)


@dg.job(executor_def=dg.in_process_executor)
def failing() -> None:
    """One step."""
    prints_a_row_and_fails()


def test_the_output_of_a_run_is_its_journal_and_why_a_step_failed(settings: Settings) -> None:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        run = failing.execute_in_process(instance=instance, raise_on_error=False)
        Journal(settings.root.audit / "runs" / f"{run.run_id}.jsonl").write("staging", models=3)

        shown = output_of(instance, run.run_id)

    assert (shown.stdout or b"").startswith(b"staging: models 3, cpu ")
    assert b"prints_a_row_and_fails" in (shown.stderr or b"")
    assert b"row 7 has no key" in (shown.stderr or b"")


def test_nothing_that_a_step_prints_is_kept(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        run = failing.execute_in_process(instance=instance, raise_on_error=False)
        shown = output_of(instance, run.run_id)

    assert CANARY in capsys.readouterr().out
    assert CANARY.encode() not in (shown.stdout or b"") + (shown.stderr or b"")
    kept = [file for file in settings.root.path.rglob("*") if file.is_file()]
    assert kept
    assert [file for file in kept if CANARY.encode() in file.read_bytes()] == []


def test_a_reader_gets_only_what_is_new_to_it(settings: Settings) -> None:
    journal = Journal(settings.root.audit / "runs" / "run-1.jsonl")
    journal.write("staging", models=3)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        first = output_of(instance, "run-1")
        journal.write("gates", marts=4)

        more = output_of(instance, "run-1", first.cursor)

    assert (more.stdout or b"").startswith(b"gates: marts 4")


def test_asking_for_what_is_no_run_leaves_no_file(settings: Settings) -> None:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        shown = output_of(instance, "__repository__")

    assert (shown.stdout, shown.stderr) == (None, None)
    assert list(settings.root.path.rglob("__repository__*")) == []


def output_of(
    instance: dg.DagsterInstance, run_id: str, cursor: str | None = None
) -> CapturedLogData:
    """What the page of a run asks for."""
    key = [run_id, "compute_logs", "any"]
    return instance.compute_log_manager.get_log_data(key, cursor)

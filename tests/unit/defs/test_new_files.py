"""The sensor for new files: what it starts a run for, and when it tries a failed one again."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs.jobs import MAIN_JOB
from dagster_project.defs.new_files import WAITS, list_inbox, new_files_sensor
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root

Ended = dg.DagsterRunStatus


class Company:
    """A root with an inbox, its instance and sensor, and a clock that is set by hand."""

    def __init__(self, root: Root, instance: dg.DagsterInstance) -> None:
        self.root = root
        self.instance = instance
        self.cursor: str | None = None
        self.seconds = 0.0
        self.sensor = new_files_sensor(root, clock=self.time)

    def time(self) -> float:
        newest = self.instance.get_run_records(limit=1)
        return (newest[0].update_timestamp.timestamp() if newest else 0) + self.seconds

    def drop(self, name: str, text: str = "Id\n1\n") -> Path:
        file = self.root.inbox / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def tick(self, after: float = 60) -> dg.RunRequest | str:
        """One look: the run it asks for, or why there is none."""
        self.seconds = after
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        tick = self.sensor.evaluate_tick(context)
        self.cursor = tick.cursor
        requests = tick.run_requests or []
        return requests[0] if requests else str(tick.skip_message)

    def runs(self, request: dg.RunRequest | str, status: dg.DagsterRunStatus) -> str:
        """The run that was asked for, and how it ended."""
        assert isinstance(request, dg.RunRequest)
        return self.run(status, dict(request.tags))

    def run(self, status: dg.DagsterRunStatus, tags: dict[str, str] | None = None) -> str:
        @dg.job(name=MAIN_JOB)
        def nothing() -> None:
            pass

        return self.instance.create_run_for_job(nothing, status=status, tags=tags).run_id


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Company(Root(tmp_path), instance)


def test_loaded_and_hidden_files_do_not_wait(company: Company) -> None:
    for name in ("crm/Contact.csv", "loaded/crm/Old.csv", "crm/.partial.csv", ".tmp/a.csv"):
        company.drop(name)

    assert [x.split("|")[0] for x in list_inbox(company.root.inbox)] == ["crm/Contact.csv"]


def test_an_empty_inbox_is_skipped_with_a_reason(company: Company) -> None:
    assert company.tick() == "the inbox is empty"


def test_one_run_is_started_per_set_of_files(company: Company) -> None:
    company.drop("crm/Contact.csv")

    first = company.tick()
    company.runs(first, Ended.SUCCESS)

    assert isinstance(first, dg.RunRequest)
    assert (first.tags["c360/files"], first.tags["c360/try"]) == ("1", "1")
    assert company.tick() == "1 file, seen before"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: c.drop("crm/Lead.csv"), id="one-more"),
        pytest.param(lambda c: c.drop("crm/Contact.csv", "Id\n1\n2\n"), id="another-content"),
    ],
)
def test_a_change_starts_another_run(company: Company, change: object) -> None:
    company.drop("crm/Contact.csv")
    company.runs(company.tick(), Ended.SUCCESS)

    change(company)  # type: ignore[operator]

    assert isinstance(company.tick(), dg.RunRequest)


def test_a_file_that_left_and_came_again_starts_another_run(company: Company) -> None:
    file = company.drop("crm/Contact.csv")
    first = company.tick()
    company.runs(first, Ended.SUCCESS)
    aside = file.rename(company.root.path / "aside.csv")
    company.tick()
    aside.rename(file)

    again = company.tick()

    assert isinstance(first, dg.RunRequest)
    assert isinstance(again, dg.RunRequest)
    assert again.run_key != first.run_key


def test_files_wait_for_the_run_that_is_queued(company: Company) -> None:
    company.drop("crm/Contact.csv")
    company.instance.add_run(_queued())

    assert company.tick() == "1 file: a run is queued and will read them"
    assert not company.cursor


def _queued() -> dg.DagsterRun:
    from dagster_project.defs.run_storage import HOME, origin

    run = dg.DagsterRun(MAIN_JOB).with_job_origin(origin(HOME, MAIN_JOB))
    return run.with_status(Ended.QUEUED)


@pytest.mark.parametrize("is_read", [False, True], ids=["files-left", "all-files-read"])
def test_a_run_that_failed_is_tried_again_after_longer_and_longer_and_not_for_ever(
    company: Company, is_read: bool
) -> None:
    file = company.drop("crm/Contact.csv")
    request = company.tick()
    if is_read:
        file.unlink()
    keys = set()
    for wait in WAITS:
        assert isinstance(request, dg.RunRequest)
        keys.add(request.run_key)
        company.runs(request, Ended.FAILURE)
        early = company.tick(wait.total_seconds() - 30)
        assert "it is tried again in 1 minute" in str(early)
        request = company.tick(wait.total_seconds() + 1)

    company.runs(request, Ended.FAILURE)
    for days in range(1, 5):
        assert "4 runs in a row failed" in str(company.tick(days * 86_400))
    assert len(keys) == len(WAITS)


def test_a_new_file_after_the_last_try_starts_over(company: Company) -> None:
    company.drop("crm/Contact.csv")
    request = company.tick()
    for wait in WAITS:
        company.runs(request, Ended.FAILURE)
        request = company.tick(wait.total_seconds() + 1)
    company.runs(request, Ended.FAILURE)

    company.drop("crm/Lead.csv")
    over = company.tick()

    assert isinstance(over, dg.RunRequest)
    assert over.tags["c360/try"] == "1"


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        pytest.param(Ended.CANCELED, {"c360/files": "1", "c360/try": "1"}, id="canceled"),
        pytest.param(Ended.FAILURE, {}, id="failed-by-hand"),
        pytest.param(Ended.SUCCESS, {}, id="succeeded-by-hand"),
        pytest.param(Ended.STARTED, {"c360/files": "1", "c360/try": "1"}, id="at-work"),
    ],
)
def test_what_a_person_ended_or_began_is_left_to_that_person(
    company: Company, status: dg.DagsterRunStatus, tags: dict[str, str]
) -> None:
    company.drop("crm/Contact.csv")
    company.runs(company.tick(), Ended.FAILURE)
    company.run(status, tags)

    assert company.tick(WAITS[-1].total_seconds() * 2) == "1 file, seen before"


def test_a_run_that_a_person_executed_again_is_left_to_that_person(company: Company) -> None:
    company.drop("crm/Contact.csv")
    first = company.tick()
    before = company.runs(first, Ended.FAILURE)
    assert isinstance(first, dg.RunRequest)
    again = dg.DagsterRun(
        MAIN_JOB,
        tags=first.tags,
        status=Ended.FAILURE,
        root_run_id=before,
        parent_run_id=before,
    )
    company.instance.add_run(again)

    assert company.tick(WAITS[-1].total_seconds() * 2) == "1 file, seen before"


def test_a_listing_that_failed_is_made_again_and_loses_nothing(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.drop("crm/Contact.csv")
    company.runs(company.tick(), Ended.SUCCESS)
    company.drop("crm/Lead.csv")
    before = company.cursor
    with monkeypatch.context() as broken:
        broken.setattr(Path, "iterdir", _stale)
        with pytest.raises(Customer360Error, match="cannot be listed"):
            company.tick()

    assert company.cursor == before
    assert isinstance(company.tick(), dg.RunRequest)


def _stale(folder: Path) -> Iterator[Path]:
    raise OSError(116, "Stale file handle", str(folder))


def test_a_file_that_goes_while_the_inbox_is_listed_is_no_failure(company: Company) -> None:
    company.drop("crm/Contact.csv")
    (company.root.inbox / "crm" / "gone.csv").symlink_to("nowhere.csv")

    assert [x.split("|")[0] for x in list_inbox(company.root.inbox)] == ["crm/Contact.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_can_be_listed_again_starts_a_run(company: Company) -> None:
    company.drop("crm/Contact.csv")
    folder = company.drop("hub/Deal.csv").parent
    folder.chmod(0)
    company.runs(company.tick(), Ended.SUCCESS)
    folder.chmod(0o700)

    assert isinstance(company.tick(), dg.RunRequest)

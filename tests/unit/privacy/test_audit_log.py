"""The audit log: who did what to whom, and every way to change that afterwards is found."""

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.privacy.audit_log import AuditLog, UnreadableLogError

CUSTOMER = "c-0001-ada-kestrel"


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    root = Root(tmp_path)
    root.state.mkdir()
    log = AuditLog(root)
    for number in range(5):
        log.record("show", [CUSTOMER if number == 2 else f"c{number}"], {"found": 1})
    return log


def change(log: AuditLog, edit: Callable[[list[str]], list[str]]) -> list[tuple[int, str]]:
    """Change the file's lines behind the log's back; returns what verifying says."""
    lines = log.file.read_text().splitlines()
    log.file.write_text("".join(f"{line}\n" for line in edit(lines)))
    return [(p.line, p.what) for p in log.verify().problems]


def test_an_untouched_log_is_whole_and_names_nobody(log: AuditLog) -> None:
    verdict = log.verify()

    assert (verdict.entries, verdict.problems) == (5, ())
    assert CUSTOMER not in log.file.read_text()
    assert log.file.stat().st_mode & 0o077 == 0


def test_entries_about_one_customer_are_found(log: AuditLog) -> None:
    assert [e.number for e in log.entries(CUSTOMER)] == [3]
    assert len(list(log.entries())) == 5


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        pytest.param(lambda x: [*x[:2], x[2].replace("show", "find"), *x[3:]], 3, id="changed"),
        pytest.param(
            lambda x: [*x[:2], json.dumps(json.loads(x[2]) | {"note": 1}), *x[3:]], 3, id="added-to"
        ),
        pytest.param(lambda x: [*x[:2], *x[3:]], 3, id="taken-out"),
        pytest.param(lambda x: [*x[:3], x[2], *x[3:]], 4, id="put-in"),
        pytest.param(lambda x: [x[1], x[0], *x[2:]], 1, id="moved"),
        pytest.param(lambda x: x[1:], 1, id="first-taken-out"),
        pytest.param(lambda x: [*x[:3], "{}", *x[4:]], 4, id="overwritten"),
        pytest.param(lambda x: x[:4], 5, id="end-cut-off"),
        pytest.param(lambda x: [], 1, id="emptied"),
    ],
)  # fmt: skip
def test_tampering_is_found_at_its_line(
    log: AuditLog, edit: Callable[[list[str]], list[str]], line: int
) -> None:
    problems = change(log, edit)

    assert problems
    assert problems[0][0] == line


def test_an_end_that_was_cut_off_is_still_missed_after_more_was_written(log: AuditLog) -> None:
    change(log, lambda lines: lines[:3])

    log.record("show", ["c9"])

    assert [p.line for p in log.verify().problems] == [4]


def test_who_cuts_the_end_off_in_both_places_is_found_by_a_head_that_was_noted(
    log: AuditLog,
) -> None:
    head = log.verify().head
    end = log.root.state / "audit_end.json"
    before = json.loads(log.file.read_text().splitlines()[2])
    end.write_text(json.dumps({"n": before["n"], "hash": before["hash"]}))

    problems = change(log, lambda lines: lines[:3])

    assert problems == []
    assert [p.line for p in log.verify(head=head).problems] == [4]


def test_what_a_killed_writer_left_of_a_line_is_taken_away(log: AuditLog) -> None:
    with log.file.open("ab") as file:
        file.write(b'{"n": 6, "comm')

    log.record("show", ["c5"])

    assert log.verify().problems == ()
    assert [e.number for e in log.entries()] == [1, 2, 3, 4, 5, 6]


def test_a_log_whose_last_line_is_no_entry_is_not_written_on(log: AuditLog) -> None:
    change(log, lambda lines: [*lines[:4], "{}"])

    with pytest.raises(UnreadableLogError):
        log.record("show")


def test_a_log_of_another_key_does_not_verify(log: AuditLog) -> None:
    assert AuditLog(log.root, key="ab" * 32).verify().problems[0].line == 1


def test_a_key_that_others_may_read_is_refused(log: AuditLog) -> None:
    (log.root.state / "privacy.key").chmod(0o644)

    with pytest.raises(Customer360Error, match="chmod 600"):
        log.record("show")


def _write(root: Path, times: int) -> None:
    log = AuditLog(Root(root))
    for number in range(times):
        log.record("show", [f"c{number}"])


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    spawned = multiprocessing.get_context("fork")
    writers = [spawned.Process(target=_write, args=(tmp_path, 25)) for _ in range(4)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    verdict = AuditLog(Root(tmp_path)).verify()
    assert (verdict.entries, verdict.problems) == (100, ())

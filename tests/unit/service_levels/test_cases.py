"""A file of service-level cases: answers worked out by hand, and cells that cannot be read."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.service_levels.cases import compute_cases

NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
SHARED_CASES = Path("../shared/data/service_levels/cases.csv").resolve()


def case(case_id: str = "C1", **changed: Any) -> dict[str, Any]:
    """A first reply within an hour of business time in Berlin, asked on Friday at 16:30."""
    written = {
        "case_id": case_id,
        "clock": "first_reply",
        "calendar": [{"valid_from": None, "tz": "Europe/Berlin", "week": NINE_TO_FIVE}],
        "policy": {"hours": "business", "target_min": 60},
        "start": "2026-11-20T15:30:00Z",
        "events": [],
        "as_of": "2026-11-24T00:00:00Z",
    } | changed
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in written.items()}


def at(time: str, event: str) -> dict[str, str]:
    return {"t": time, "e": event}


@pytest.fixture
def compute(tmp_path: Path) -> Any:
    """One case's result as a tuple: due, end, status, business minutes, calendar minutes."""

    def computed(**changed: Any) -> tuple[str, ...]:
        _write(tmp_path / "cases.csv", [case(**changed)])
        compute_cases(tmp_path / "cases.csv", tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(newline="") as opened:
            (row,) = csv.DictReader(opened)
        return tuple(row.values())[1:]

    return computed


def _write(file: Path, cases: list[dict[str, Any]]) -> None:
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(cases[0]))
        writer.writeheader()
        writer.writerows(cases)


def test_half_an_hour_on_friday_and_half_on_monday(compute: Any) -> None:
    answered = [at("2026-11-23T08:30:00Z", "agent_public")]

    assert compute(events=answered) == (
        *("2026-11-23T08:30:00Z", "2026-11-23T08:30:00Z", "met", "60", "3900"),
    )


def test_a_second_after_the_due_time_is_missed(compute: Any) -> None:
    answered = [at("2026-11-23T08:30:01Z", "agent_public")]

    assert compute(events=answered)[2:] == ("missed", "60.016667", "3900.016667")


def test_a_night_shift_belongs_to_the_day_it_starts(compute: Any) -> None:
    nights = [{"valid_from": None, "tz": "UTC", "week": {"fri": [["22:00", "06:00"]]}}]

    due, *_ = compute(calendar=nights, policy={"hours": "business", "target_min": 300})
    assert due == "2026-11-21T03:00:00Z"

    holiday = [{**nights[0], "holidays": ["2026-11-20"]}]
    due, *_ = compute(calendar=holiday, policy={"hours": "business", "target_min": 300})
    assert due == "2026-11-28T03:00:00Z"  # a week later

    day_after = [{**nights[0], "holidays": ["2026-11-21"]}]
    due, *_ = compute(calendar=day_after, policy={"hours": "business", "target_min": 300})
    assert due == "2026-11-21T03:00:00Z"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        pytest.param("bot", "running", id="bot"),
        pytest.param("agent_private", "running", id="private-note"),
        pytest.param("auto_reply", "running", id="auto-reply"),
        pytest.param("like", "running", id="like"),
        pytest.param("agent_public", "met", id="answer"),
        pytest.param("solved", "closed_unanswered", id="solved-without-a-reply"),
        pytest.param("customer_deleted", "void", id="deleted"),
        pytest.param("merged_into:A", "void", id="absorbed"),
    ],
)
def test_what_ends_a_first_reply_clock(compute: Any, event: str, status: str) -> None:
    events = [at("2026-11-20T15:50:00Z", event)]

    assert compute(events=events, as_of="2026-11-20T15:55:00Z")[2] == status


@pytest.mark.parametrize("event", ["solved", "customer_deleted"])
def test_what_comes_after_a_miss_leaves_it_missed(compute: Any, event: str) -> None:
    assert compute(events=[at("2026-11-23T12:00:00Z", event)])[2] == "missed"


def test_a_merged_thread_is_owed_a_reply_from_its_earliest_message(compute: Any) -> None:
    merged = [at("2026-11-20T15:00:00Z", "customer"), at("2026-11-20T15:40:00Z", "merged_in:B")]

    assert compute(events=merged)[0] == "2026-11-20T16:00:00Z"
    assert compute(events=merged, as_of="2026-11-20T15:35:00Z")[0] == "2026-11-23T08:30:00Z"


def test_a_next_reply_is_owed_only_after_a_first_one(compute: Any) -> None:
    later = [at("2026-11-20T15:40:00Z", "agent_public")]
    before = [at("2026-11-20T15:00:00Z", "agent_public")]

    assert compute(clock="next_reply", events=later) == ("", "", "not_started", "", "")
    assert compute(clock="next_reply", events=before)[2] == "missed"


def test_a_priority_changed_after_the_miss_changes_nothing(compute: Any) -> None:
    policy = {
        "hours": "business",
        "targets": {"normal": 60, "low": 960},
        "priority_at_start": "normal",
        "on_priority_change": "retarget_open_from_start",
    }

    in_time = compute(policy=policy, events=[at("2026-11-23T08:30:00Z", "priority:low")])
    too_late = compute(policy=policy, events=[at("2026-11-23T08:30:01Z", "priority:low")])

    assert in_time[:3] == ("2026-11-24T15:30:00Z", "", "running")
    assert too_late[:3] == ("2026-11-23T08:30:00Z", "", "missed")


def test_the_version_that_was_valid_and_recorded_at_the_start_applies(compute: Any) -> None:
    def version(valid_from: str, recorded_at: str, minutes: int) -> dict[str, Any]:
        return {"valid_from": valid_from, "recorded_at": recorded_at, "target_min": minutes}

    early, late = "2026-01-01T00:00:00Z", "2026-11-22T00:00:00Z"
    policy = {
        "hours": "business",
        "versions": [
            version(early, early, 20),
            version(early, late, 1),
            version(late, early, 2),
        ],
    }

    assert compute(policy=policy)[0] == "2026-11-20T15:50:00Z"


def test_pauses_of_a_clock_around_the_clock_are_real_hours(compute: Any) -> None:
    states = [at("2026-11-20T16:30:00Z", "pending"), at("2026-11-22T16:30:00Z", "open")]
    policy = {"hours": "calendar", "target_min": 120, "pause_on": ["pending"]}

    due, _, status, _, used = compute(clock="resolution", policy=policy, events=states)
    assert (due, status) == ("2026-11-22T17:30:00Z", "missed")
    assert used == "1950"  # an hour on Friday, 31.5 hours from Sunday 16:30 to Tuesday 00:00


def test_a_clock_paused_before_its_start_has_used_nothing(compute: Any) -> None:
    pending = [at("2026-11-20T15:00:00Z", "pending")]
    policy = {"hours": "business", "target_min": 60, "pause_on": ["pending"]}

    assert compute(clock="resolution", policy=policy, events=pending) == (
        *("", "", "paused", "0", "4830"),
    )
    at_once = policy | {"target_min": 0}
    assert compute(clock="resolution", policy=at_once, events=pending)[:3] == (
        *("2026-11-20T15:30:00Z", "", "missed"),
    )


def test_a_month_of_holidays_does_not_end_the_search(compute: Any) -> None:
    shut = [{"valid_from": None, "tz": "UTC", "week": {"mon": [["09:00", "09:30"]]}}]

    due, *_ = compute(calendar=shut, policy={"hours": "business", "target_min": 30 * 200})
    assert due == "2030-09-16T09:30:00Z"  # the 200th Monday from 2026-11-23


def test_what_nothing_reads_is_warned_of(tmp_path: Path) -> None:
    policy = {"hours": "business", "target_min": 60, "grace_min": 5}
    _write(tmp_path / "cases.csv", [case("C1"), case("C2", policy=policy)])

    computed = compute_cases(tmp_path / "cases.csv", tmp_path / "out.csv")

    assert computed.warnings == (
        "policy has an entry 'grace_min' that nothing reads (1 times)",
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"start": "Friday"}, "case C1: start is no time", id="start"),
        pytest.param({"clock": "reply"}, "case C1: clock is none of", id="clock"),
        pytest.param({"events": "[{"}, "case C1: events is no JSON", id="events"),
        pytest.param({"events": [{"e": "bot"}]}, "an event has no time t", id="event"),
        pytest.param(
            {"calendar": [{"tz": "Europe/Atlantis"}]}, "calendar.0.tz: ", id="unknown-zone"
        ),
        pytest.param(
            {"calendar": [{"tz": "UTC", "week": {"mon": [["9", "17:00"]]}}]},
            "calendar.0.week.mon.0.0: Value error, a time of day is written HH:MM",
            id="time-of-day",
        ),
        pytest.param(
            {"calendar": [{"tz": "UTC", "library": {"country": "Atlantis"}}]},
            "no public holidays are listed",
            id="country",
        ),
        pytest.param({"policy": {"target_min": -1}}, "policy.target_min: ", id="target"),
    ],
)
def test_cells_that_cannot_be_read_are_named(
    tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    _write(tmp_path / "cases.csv", [case(**changed)])

    with pytest.raises(Customer360Error, match="cannot be read") as refused:
        compute_cases(tmp_path / "cases.csv", tmp_path / "out.csv")

    assert told in str(refused.value)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("written", [b"", b"a,b\n1,2\n", bytes(range(256)) * 9])
def test_a_file_that_is_no_table_of_cases_says_what_one_is(
    tmp_path: Path, written: bytes
) -> None:
    (tmp_path / "cases.csv").write_bytes(written)

    with pytest.raises(Customer360Error, match=r"has no column|cannot be read as a table"):
        compute_cases(tmp_path / "cases.csv", tmp_path / "out.csv")


@pytest.mark.skipif(not SHARED_CASES.exists(), reason="needs the shared service-level cases")
def test_the_shared_cases_are_all_right(tmp_path: Path) -> None:
    compute_cases(SHARED_CASES, tmp_path / "out.csv")

    with SHARED_CASES.open(newline="") as cases, (tmp_path / "out.csv").open(newline="") as out:
        for expected, computed in zip(csv.DictReader(cases), csv.DictReader(out), strict=True):
            assert computed == {
                "case_id": expected["case_id"],
                "due": expected["expected_due"],
                "end": expected["expected_end"],
                "status": expected["expected_status"],
                "elapsed_business_min": expected["expected_elapsed_business_min"],
                "elapsed_calendar_min": expected["expected_elapsed_calendar_min"],
            }, expected["property"]

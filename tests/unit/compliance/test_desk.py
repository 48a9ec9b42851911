"""The desk: findings kept once, steps checked and only added, two people, kills and crowds."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.compliance.desk import FILE, Desk, Found, Sampled
from dagster_project.compliance.states import (
    NEXT,
    DeskError,
    State,
    Step,
    require_allowed,
    same_person,
    state_of,
)
from dagster_project.domain.compliance import STATES
from dagster_project.domain.errors import StateError

FOUND_AT = datetime(2026, 3, 27, 16, 0, tzinfo=UTC)
"""A Friday; the week-end on which the clocks of Europe go forward follows."""


def found(message: str = "x_quay:tweet:1", **more: object) -> Found:
    values: dict[str, object] = {
        "message_id": message, "version_number": 1, "rule_id": "breach", "rule_version": 1,
        "kind": "privacy_breach", "severity": "critical", "owner": "data-protection",
        "deadline_hours": 72, "author_role": "brand", "author_record_id": "x_quay:user:99",
        "record_id": "x_quay:user:7", "channel": "x", "brand": "quay", "language": "en",
        "labelled_by": None, "spans": "[]", "redacted_text": "[email]",
        "posted_at": FOUND_AT - timedelta(hours=3), "found_at": FOUND_AT, **more,
    }  # fmt: skip
    return Found(**values)  # type: ignore[arg-type]


def step(to: State, actor: str = "ana", hours: float = 1, **more: object) -> Step:
    return Step(to, actor, "seen", FOUND_AT + timedelta(hours=hours), **more)  # type: ignore[arg-type]


def through(desk: Desk, number: int, steps: Iterable[State], actor: str = "ana") -> None:
    for hours, to in enumerate(steps, 1):
        desk.decide(number, step(to, actor, hours), two_people=["privacy_breach"])


TO_REMEDIATED = (State.IN_REVIEW, State.CONFIRMED, State.ESCALATED, State.REMEDIATED)


def test_the_same_found_again_changes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = desk.register([found(), found("x_quay:tweet:2")])
    before = desk.findings()

    again = Desk(tmp_path).register(
        [found("x_quay:tweet:2", found_at=FOUND_AT + timedelta(days=9)), found()]
    )

    assert (first, again) == ((1, 2), ())
    assert desk.findings() == before


def test_seventy_two_hours_are_real_ones_over_a_week_end_and_a_change_of_clocks(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])

    assert desk.finding(1).due_at == datetime(2026, 3, 30, 16, 0, tzinfo=UTC)


def test_awareness_may_be_said_to_be_earlier_and_never_later(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])
    desk.decide(1, step(State.IN_REVIEW))
    later = replace(step(State.CONFIRMED), aware_at=FOUND_AT + timedelta(minutes=1))
    earlier = replace(step(State.CONFIRMED), aware_at=FOUND_AT - timedelta(hours=2))

    with pytest.raises(DeskError, match="never later"):
        desk.decide(1, later)
    finding = desk.decide(1, earlier)

    assert finding.due_at == FOUND_AT + timedelta(hours=70)


def test_whoever_confirmed_a_breach_cannot_close_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])
    through(desk, 1, TO_REMEDIATED)

    for name in ("ana", " Ana "):
        with pytest.raises(DeskError, match="cannot close"):
            desk.decide(1, step(State.CLOSED, name), two_people=["privacy_breach"])
    closed = desk.decide(1, step(State.CLOSED, "ben"), two_people=["privacy_breach"])

    assert closed.state is State.CLOSED
    assert [s.actor for s in closed.steps] == ["ana"] * 4 + ["ben"]


def test_kinds_that_one_person_may_close_are_closed_by_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found(kind="threat")])
    through(desk, 1, (*TO_REMEDIATED, State.CLOSED))

    assert desk.finding(1).state is State.CLOSED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(step(State.CLOSED), "cannot become closed", id="skips"),
        pytest.param(replace(step(State.IN_REVIEW), reason=" "), "must be said", id="no-reason"),
        pytest.param(step(State.IN_REVIEW, actor=" "), "must be said", id="nobody"),
        pytest.param(step(State.IN_REVIEW, duplicate_of=1), "duplicate", id="of-without-duplicate"),
    ],
)  # fmt: skip
def test_a_step_that_may_not_follow_leaves_nothing(
    tmp_path: Path, wrong: Step, said: str
) -> None:
    desk = Desk(tmp_path)
    desk.register([found(), found("x_quay:tweet:2")])

    with pytest.raises(DeskError, match=said):
        desk.decide(2, wrong)

    assert desk.finding(2).steps == ()


def test_a_duplicate_names_another_finding_that_there_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found(), found("x_quay:tweet:2")])
    desk.decide(2, step(State.IN_REVIEW))

    for other, said in ((None, "duplicate"), (2, "of itself"), (9, "no finding")):
        with pytest.raises(DeskError, match=said):
            desk.decide(2, step(State.DUPLICATE, duplicate_of=other))
    assert desk.decide(2, step(State.DUPLICATE, duplicate_of=1)).state is State.DUPLICATE


def test_a_new_version_of_a_rule_goes_on_from_what_was_decided(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])
    through(desk, 1, TO_REMEDIATED)

    (number,) = desk.register([found(rule_version=2, found_at=FOUND_AT + timedelta(days=30))])
    old, new = desk.findings()

    assert (new.number, new.carried_from, old.superseded_by) == (number, 1, number)
    assert new.state is State.REMEDIATED
    assert new.verdict is None, "nobody has judged the new version"
    assert old.verdict is True
    with pytest.raises(DeskError, match="cannot close"):
        desk.decide(number, step(State.CLOSED, "ana"), two_people=["privacy_breach"])
    with pytest.raises(DeskError, match=f"finding {number}"):
        desk.decide(1, step(State.CLOSED, "ben"))


def test_a_new_version_opens_again_what_its_rule_asks_for_and_keeps_the_decisions(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])
    through(desk, 1, (State.IN_REVIEW, State.FALSE_POSITIVE))

    (number,) = desk.register([found(rule_version=2, reopens=True)])
    new = desk.finding(number)

    assert new.state is State.NEW
    assert [s.to for s in new.steps] == [State.IN_REVIEW, State.FALSE_POSITIVE, State.NEW]


def test_another_version_of_a_message_is_found_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])

    assert desk.register([found(version_number=2)]) == (2,)
    assert desk.finding(2).carried_from is None


@given(
    st.lists(st.tuples(st.sampled_from(State), st.sampled_from(["ana", "ben"])), max_size=12)
)
def test_however_the_desk_decides_no_breach_is_closed_by_who_confirmed_it(
    said: list[tuple[State, str]],
) -> None:
    steps: list[Step] = []
    for to, actor in said:
        wanted = step(to, actor, duplicate_of=2 if to is State.DUPLICATE else None)
        try:
            require_allowed(1, steps, wanted, needs_two=True, found_at=FOUND_AT)
        except DeskError:
            continue
        assert to in NEXT[state_of(steps)]
        steps.append(wanted)
    for place, taken in enumerate(steps):
        if taken.to is State.CLOSED:
            confirmations = [s for s in steps[:place] if s.to is State.CONFIRMED]
            assert confirmations, "closed without ever being confirmed"
            assert not same_person(confirmations[-1].actor, taken.actor)


def test_every_state_can_be_left_and_reached() -> None:
    reached = {State.NEW}
    while more := {n for s in reached for n in NEXT[s]} - reached:
        reached |= more

    assert reached == set(State) == set(NEXT) == set(STATES)
    assert all(NEXT.values())


def test_the_file_itself_refuses_to_change_or_forget_a_step(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])
    desk.decide(1, step(State.IN_REVIEW))
    connection = sqlite3.connect(tmp_path / FILE)

    for change in (
        "delete from step",
        "update step set to_state = 'closed'",
        "update step set said_at = '2020-01-01'",
        "delete from finding",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=r"kept|stay"):
            connection.execute(change)
    connection.close()


def test_of_many_who_take_the_same_step_at_once_one_does(tmp_path: Path) -> None:
    Desk(tmp_path).register([found()])

    def take(nth: int) -> bool:
        try:
            Desk(tmp_path).decide(1, step(State.IN_REVIEW, f"person {nth}"))
        except DeskError:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        taken = list(people.map(take, range(8)))

    assert sum(taken) == 1
    assert len(Desk(tmp_path).finding(1).steps) == 1


KILLED = """
import sys, datetime
from pathlib import Path
import dagster_project.compliance.desk as desk_module
from dagster_project.compliance.states import State, Step
at = datetime.datetime(2026, 3, 28, tzinfo=datetime.UTC)
add = desk_module._add_step
def slowly(connection, number, step):
    add(connection, number, step)
    print("written", flush=True)
    import time; time.sleep(60)
desk_module._add_step = slowly
desk_module.Desk(Path(sys.argv[1])).decide(1, Step(State.IN_REVIEW, "ana", "seen", at))
"""


def test_a_kill_in_the_middle_of_a_step_leaves_none_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register([found()])
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    process.stdout.readline()  # the step stands in the transaction, which is not over

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert Desk(tmp_path).finding(1).steps == ()
    assert Desk(tmp_path).decide(1, step(State.IN_REVIEW, "ben")).state is State.IN_REVIEW


def sampled(message: str) -> Sampled:
    return Sampled(
        0, message, 1, "", 0, 0, "customer", None, "x", "quay", "en", "hello", FOUND_AT
    )


def test_a_day_is_drawn_once_and_the_last_word_on_a_message_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.draw("2026-03-27", 400, [sampled("a"), sampled("b")])
    desk.draw("2026-03-27", 500, [sampled("c")])

    desk.judge_sample(1, kind=None, actor="ana", reason="harmless", at=FOUND_AT)
    desk.judge_sample(1, kind="threat", actor="ben", reason="veiled", at=FOUND_AT)

    first, second = desk.sample()
    assert (first.verdict, first.kind, first.actor, first.eligible, first.drawn) == (
        "missed", "threat", "ben", 400, 2,
    )  # fmt: skip
    assert (second.message_id, second.verdict) == ("b", None)
    with pytest.raises(DeskError, match="no message of the sample"):
        desk.judge_sample(9, kind=None, actor="ana", reason="x", at=FOUND_AT)


def test_erasure_takes_the_person_and_the_text_and_leaves_the_decision(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.register(
        [
            found("gone:1", spans='[{"kind": "email"}]'),
            found("other:1", record_id="gone:7"),
            found("kept:1", record_id="kept:7"),
        ]
    )
    desk.draw("2026-03-27", 10, [sampled("gone:2"), sampled("kept:2")])
    desk.decide(1, step(State.IN_REVIEW))
    before = desk.fingerprint()
    changed = desk.erase(["gone:1", "gone:2", "gone:7"])

    first, second, third = (f.found for f in desk.findings())
    assert changed == 3
    assert desk.fingerprint() != before
    for emptied in (first, second):
        assert (emptied.message_id, emptied.record_id, emptied.author_record_id) == (None,) * 3
        assert (emptied.spans, emptied.redacted_text) == ("[]", None)
    assert third == found("kept:1", record_id="kept:7")
    assert desk.finding(1).state is State.IN_REVIEW
    assert [s.message_id for s in desk.sample()] == [None, "kept:2"]
    assert desk.ids() == {"kept:1", "kept:7", "kept:2", "x_quay:user:99"}
    assert b"gone:" not in (tmp_path / FILE).read_bytes()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Desk(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()

    with pytest.raises(StateError, match="compliance desk has format 99"):
        Desk(tmp_path)

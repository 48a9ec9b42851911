"""Merges and splits by a steward hold; the queue and the dry run tell the truth beforehand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.ledger.judgements import all_judgements, withdraw
from dagster_project.identity.ledger.naming import TooManyMovesError
from dagster_project.identity.steward.foretold import foretell
from dagster_project.identity.steward.preview import Change, preview
from dagster_project.identity.steward.review import Question, build_queue
from dagster_project.identity.steward.subjects import find_subject
from dagster_project.identity.steward.words import Decision, merge, split
from tests.unit.identity.steward.room import Room, copied_room, room
from tests.unit.identity.world import AS_OF, Contact, record_id

_SAID = Decision("steward", "asked them", datetime(2026, 10, 1, tzinfo=UTC))

_TWO_PEOPLE = [
    Contact("a", "Maud", "Tressider", email="maud@example.org", birth_date="1941-03-05"),
    Contact("b", "Maud", "Tressider", email="maud@example.org", source="newsletter"),
    Contact("x", "Ilse", "Quarrington", email="ilse@example.org", birth_date="1972-11-20"),
    Contact("y", "Ilse", "Quarrington", email="ilse@example.org", source="newsletter"),
]


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two people among others, resolved once for all tests."""
    folder = tmp_path_factory.mktemp("resolved")
    with room(folder, _TWO_PEOPLE):
        return folder


@pytest.fixture
def made(resolved: Path, tmp_path: Path) -> Iterator[Room]:
    """A copy of what was resolved, for a test of its own to go on from."""
    with copied_room(resolved, tmp_path / "room") as made:
        yield made


def _merge(made: Room, left: str, right: str) -> None:
    with made.asked() as (work, _):
        merge(work, made.state, find_subject(work, left), find_subject(work, right), _SAID)


def test_a_merge_holds_for_every_record_of_both_even_against_a_veto(made: Room) -> None:
    before = made.customers()
    _merge(made, before[record_id("a")], before[record_id("x")])

    made.resolve()
    made.resolve(run_id="again")

    after = made.customers()
    assert len({before[record_id("a")], before[record_id("x")]}) == 2
    assert len({after[c.record_id] for c in _TWO_PEOPLE}) == 1


def test_a_customer_is_not_merged_with_itself(made: Room) -> None:
    customer = made.customers()[record_id("a")]

    with pytest.raises(Customer360Error, match="two different"):
        _merge(made, customer, customer)


def test_a_word_that_is_over_before_it_is_said_is_refused() -> None:
    with pytest.raises(Customer360Error, match="expired before"):
        Decision("steward", "late", _SAID.made_at, expires_at=datetime(2026, 9, 30, tzinfo=UTC))


def test_the_event_of_a_merge_names_the_steward(made: Room) -> None:
    before = made.customers()
    _merge(made, before[record_id("a")], before[record_id("x")])

    made.resolve()

    actors = made.connection.execute(
        "select actor from identity.events where event_type = 'merge'"
    ).fetchall()
    assert actors == [("steward",)]


def test_a_split_holds_the_named_records_apart_until_it_is_taken_back(made: Room) -> None:
    whole = made.customers()[record_id("a")]
    with made.asked() as (work, _):
        leaving = [find_subject(work, record_id("b", "newsletter"))]
        split(work, made.state, find_subject(work, whole), leaving, _SAID)
    made.resolve()
    apart = made.customers()

    for judgement, _ in all_judgements(made.state):
        withdraw(made.state, judgement.number, at=AS_OF)
    made.resolve()
    again = made.customers()
    assert apart[record_id("a")] != apart[record_id("b", "newsletter")]
    assert again[record_id("a")] == again[record_id("b", "newsletter")] == whole


def test_a_split_of_somebody_elses_record_is_refused(made: Room) -> None:
    with (
        made.asked() as (work, _),
        pytest.raises(Customer360Error, match="1 record does not belong"),
    ):
        split(
            work,
            made.state,
            find_subject(work, made.customers()[record_id("a")]),
            [find_subject(work, record_id("x"))],
            _SAID,
        )


def test_a_question_answered_does_not_come_again(made: Room) -> None:
    nothing_is_sure = made.spec.clusters.model_copy(update={"sure_bits": 1_000.0})
    doubting = made.spec.model_copy(update={"clusters": nothing_is_sure})
    with made.asked() as (work, _):
        first = build_queue(work, doubting, limit=500)
    asked = next(c for c in first if c.record_id_l == record_id("a"))
    with made.asked() as (work, _):
        subject = find_subject(work, asked.customer_id_l)
        split(work, made.state, subject, [find_subject(work, asked.record_id_l)], _SAID)

    with made.asked() as (work, _):
        second = build_queue(work, doubting, limit=500, state_dir=made.state)

    assert asked.question is Question.SPLIT
    assert asked.record_id_r == record_id("b", "newsletter")
    assert asked.leaving == (asked.record_id_r,)
    assert [c.worth for c in first] == sorted((c.worth for c in first), reverse=True)
    assert asked not in second
    assert set(second) < set(first)


def test_the_dry_run_tells_what_the_run_then_does_and_writes_nothing(made: Room) -> None:
    before = made.customers()
    _merge(made, before[record_id("a")], before[record_id("x")])
    told = preview(made.connection, spec=made.spec, state_dir=made.state, as_of=AS_OF)
    unchanged = made.customers()

    report = made.resolve()

    assert unchanged == before
    assert (
        (told.count("merge"), told.moves.moved) == (report.merged, report.moves.moved) == (1, 2)
    )


def test_a_run_that_would_move_too_many_records_changes_nothing_until_accepted(
    made: Room,
) -> None:
    before = made.customers()
    moves = made.spec.moves.model_copy(update={"stop_above": 0.01, "from_records": 10})
    made.spec = made.spec.model_copy(update={"moves": moves})
    _merge(made, before[record_id("a")], before[record_id("x")])

    with pytest.raises(TooManyMovesError, match="2 of 84 known records"):
        made.resolve(accept_moves=False)
    held = made.customers()
    made.resolve(accept_moves=True)
    accepted = made.customers()

    assert held == before
    assert accepted[record_id("a")] == accepted[record_id("x")]


def test_a_merge_and_a_split_are_foretold_as_the_next_run_makes_them(made: Room) -> None:
    before = made.customers()
    maud, ilse = before[record_id("a")], before[record_id("x")]
    _merge(made, maud, ilse)
    merged = foretell(made.file, made.state, made.spec)
    made.resolve()
    lives_on = made.customers()[record_id("x")]

    with made.asked() as (work, _):
        leaving = [find_subject(work, record_id("y", "newsletter"))]
        split(work, made.state, find_subject(work, lives_on), leaving, _SAID)
    parted = foretell(made.file, made.state, made.spec)
    made.resolve(run_id="again")

    (gone,) = {maud, ilse} - {lives_on}
    assert merged == (Change("merge", lives_on, gone, 2),)
    alone = made.customers()[record_id("y", "newsletter")]
    assert ("split", lives_on, alone) in [
        (c.event_type, c.customer_id, c.other_customer_id) for c in parted
    ]
    assert made.customers()[record_id("a")] == lives_on


def test_without_a_new_word_nothing_is_foretold(made: Room) -> None:
    assert foretell(made.file, made.state, made.spec) == ()

"""Explanations add up, hide values, and name the reason that really decides."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.domain.errors import Customer360Error, StateError
from dagster_project.identity.evidence.file import opened_evidence
from dagster_project.identity.ledger.judgements import Verdict, judge
from dagster_project.identity.steward.apart import Apart, Reason, bits, explain_apart
from dagster_project.identity.steward.customers import explain_customer
from dagster_project.identity.steward.pairs import (
    PairEvidence,
    explain_pairs,
    what_would_change,
)
from dagster_project.identity.steward.subjects import find_subject
from dagster_project.identity.steward.waterfall import draw_waterfall
from tests.unit.identity.steward.room import Room, room
from tests.unit.identity.world import Contact, record_id

_CONTACTS = [
    Contact("a", "Maud", "Tressider", email="maud@example.org", phone="+442079460958"),
    Contact("b", "Maud", "Tressider", email="maud@example.org", source="newsletter"),
    Contact("c", "Maud", "Tressider", phone="+442079460958", source="desk"),
    Contact(
        "old", "Piers", "Ansty", birth_date="1941-03-05", street="4 Mill Lane", city="Ely",
        postal_code="C11 1XY",
    ),
    Contact(
        "young", "Piers", "Ansty", birth_date="1972-11-20", street="4 Mill Lane", city="Ely",
        postal_code="C11 1XY", source="newsletter",
    ),
    Contact("box", kind="shared_mailbox", email="info@example.net"),
]  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(tmp_path_factory.mktemp("steward"), _CONTACTS) as made:
        yield made


def _pair(asked: Room, left: str, right: str, *, shown: bool = False) -> PairEvidence:
    with asked.asked() as (work, model):
        rids = (find_subject(work, left).rids[0], find_subject(work, right).rids[0])
        return explain_pairs(work, asked.spec, model, [rids], shown=shown)[0]


def _reason(asked: Room, left: str, right: str) -> Reason:
    with asked.asked() as (work, model):
        subjects = find_subject(work, left), find_subject(work, right)
        return explain_apart(work, asked.spec, model, *subjects, shown=False).reason


def test_the_bits_of_all_fields_add_up_to_the_odds_that_the_resolution_used(
    asked: Room,
) -> None:
    evidence = _pair(asked, record_id("a"), record_id("b", "newsletter"))

    with asked.asked() as (work, _):
        used = work.rows(
            """
            select edge.odds / 10.0 from kept.edge
            inner join kept.record as l on edge.l = l.rid
            inner join kept.record as r on edge.r = r.rid
            where l.record_id = $1 and r.record_id = $2
            """,
            [record_id("a"), record_id("b", "newsletter")],
        )
    assert evidence.odds == pytest.approx(float(str(used[0][0])))
    assert sum(said.bits for said in evidence.contributions) == pytest.approx(evidence.odds)
    assert {"name", "email"} <= {said.field for said in evidence.contributions}


def test_values_are_masked_unless_asked_for(asked: Room) -> None:
    pair = (record_id("a"), record_id("b", "newsletter"))

    hidden, open_ = _pair(asked, *pair), _pair(asked, *pair, shown=True)

    assert "Tressider" not in str(hidden)
    assert "maud@" not in str(hidden)
    assert any("Maud Tressider" in said.value_l for said in open_.contributions)


def test_a_customer_is_held_together_by_the_strongest_path_through_its_records(
    asked: Room,
) -> None:
    with asked.asked() as (work, _):
        customer = asked.customers()[record_id("a")]
        found = explain_customer(work, find_subject(work, customer))

    assert [m.record_id for m in found.members] == [
        record_id("a"), record_id("c", "desk"), record_id("b", "newsletter")
    ]  # fmt: skip
    ends = {frozenset((tie.record_id_l, tie.record_id_r)) for tie in found.path}
    assert ends == {
        frozenset((record_id("a"), record_id("b", "newsletter"))),
        frozenset((record_id("a"), record_id("c", "desk"))),
    }
    assert found.weakest is not None
    assert found.weakest.tie == found.path[-1]
    assert sorted((found.weakest.records_l, found.weakest.records_r)) == [1, 2]


def test_two_people_of_one_name_and_address_are_apart_for_their_birth_dates(
    asked: Room,
) -> None:
    assert _reason(asked, record_id("old"), record_id("young", "newsletter")) is Reason.VETOED


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        pytest.param(
            record_id("b", "newsletter"), record_id("old"), Reason.TOO_LITTLE, id="non_matches"
        ),
        pytest.param(
            record_id("a"), record_id("c", "desk"), Reason.TOGETHER, id="one customer"
        ),
        pytest.param(record_id("a"), record_id("box"), Reason.MAILBOX, id="a mailbox"),
    ],
)
def test_the_reason_is_the_one_that_decides(
    asked: Room, left: str, right: str, reason: Reason
) -> None:
    assert _reason(asked, left, right) is reason


def test_a_stewards_word_is_the_reason_once_a_run_has_obeyed(tmp_path: Path) -> None:
    with room(tmp_path, _CONTACTS) as made:
        judge(
            made.state,
            verdict=Verdict.DIFFERENT,
            record_ids=(record_id("a"), record_id("b", "newsletter")),
            author="steward",
            reason="asked them",
            made_at=datetime(2026, 10, 1, tzinfo=UTC),
        )
        made.resolve()

        assert _reason(made, record_id("a"), record_id("b", "newsletter")) is Reason.JUDGED


def _apart(asked: Room, left: str, right: str) -> Apart:
    with asked.asked() as (work, model):
        subjects = find_subject(work, left), find_subject(work, right)
        return explain_apart(work, asked.spec, model, *subjects, shown=False)


@pytest.mark.parametrize(
    ("left", "right", "sentence"),
    [
        pytest.param(
            record_id("old"), record_id("young", "newsletter"),
            "two customers: vetoed by birth date, which overrules all evidence", id="veto",
        ),
        pytest.param(
            record_id("a"), record_id("b", "newsletter"), "one customer: +", id="one",
        ),
        pytest.param(
            record_id("b", "newsletter"), record_id("old"), "two customers: -", id="too little",
        ),
    ],
)  # fmt: skip
def test_the_verdict_comes_first_and_stands_in_the_picture(
    asked: Room, left: str, right: str, sentence: str, tmp_path: Path
) -> None:
    found = _apart(asked, left, right)
    assert found.best is not None
    file = tmp_path / "pair.svg"

    draw_waterfall(found.best, found, file)

    assert found.sentence.startswith(sentence)
    # matplotlib writes every text into the picture as a comment beside its glyphs
    drawn = " ".join(re.findall(r"<!-- (.*?) -->", file.read_text(encoding="utf-8")))
    assert found.sentence[:40] in drawn
    assert "prior: two records taken at random" in drawn
    assert "Ansty" not in drawn
    assert "-0.0" not in drawn


def test_pairs_that_are_vetoed_do_not_count_as_bits(asked: Room) -> None:
    found = _apart(asked, record_id("old"), record_id("young", "newsletter"))

    assert found.vetoed_pairs == 1
    assert found.net_bits is None or abs(found.net_bits) < 100


def test_advice_is_given_only_where_it_would_turn_the_answer(asked: Room) -> None:
    found = _apart(asked, record_id("b", "newsletter"), record_id("old"))
    assert found.best is not None
    with asked.asked() as (_, model):
        lines = what_would_change(found.best, model, is_one=False)

    gains = [float(re.findall(r"\(([-+][0-9.]+) bits", line)[0]) for line in lines]
    assert lines
    assert all(found.best.odds + gain > found.best.needed for gain in gains)
    # who has a name on both sides goes by no other
    assert not any("alias" in line for line in lines)


def test_bits_have_a_sign_and_zero_has_none() -> None:
    assert [bits(value) for value in (1.04, -0.04, 0.0, -2.5)] == ["+1.0", "0.0", "0.0", "-2.5"]


def test_of_two_ids_the_unknown_one_is_named(asked: Room) -> None:
    with asked.asked() as (work, _), pytest.raises(Customer360Error, match="nobody"):
        find_subject(work, "nobody")


def test_an_unknown_id_is_told_where_to_find_ids(asked: Room) -> None:
    with asked.asked() as (work, _), pytest.raises(Customer360Error, match="customer_xref"):
        find_subject(work, "nobody")


def test_without_evidence_the_error_says_which_command_makes_it(tmp_path: Path) -> None:
    with (
        pytest.raises(StateError, match="c360 run"),
        opened_evidence(tmp_path / "evidence.duckdb"),
    ):
        pass

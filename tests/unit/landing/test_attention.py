"""What is held back stays named until it is solved, and what happened is told once, by whom it may."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from dagster_project.domain.held_back import Held, Unread, sum_up
from dagster_project.domain.loads import Load, LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.domain.streams import Delivery
from dagster_project.landing.attention import Attention, fingerprint_of
from dagster_project.landing.ledger import Ledger
from tests.unit.landing.builders import DAY

LOAD = Load("a", "shop", "hubspot", "contact", LoadState.LANDED, DAY, "contacts.csv", 3)


@pytest.fixture
def attention(root: Root) -> Attention:
    return Attention(root)


@pytest.fixture
def ledger(root: Root) -> Ledger:
    return Ledger(root)


def decided(
    ledger: Ledger, load_id: str, state: LoadState = LoadState.ACCEPTED, **given: object
) -> None:
    fields = {
        name: given.pop(name)
        for name in ("as_of", "origin", "rows", "delivery")
        if name in given
    }
    load = replace(LOAD, load_id=load_id, **fields)  # type: ignore[arg-type]
    if ledger.find(load_id) is None:
        ledger.enter(load, manifest={"file_name": load.origin})
    values = {"verdict": Verdict("s"), "quarantined": 0, "suite_hash": "h", **given}
    ledger.decide(load_id, state=state, **values)  # type: ignore[arg-type]


def held(attention: Attention) -> list[tuple[Held, str]]:
    return [(h.how, h.load_id or h.what) for h in attention.held_back()]


def test_loads_rows_and_consent_are_held_back_as_often_as_one_asks(
    ledger: Ledger, attention: Attention
) -> None:
    decided(ledger, "a", LoadState.REFUSED, origin="1.csv")
    decided(ledger, "b", quarantined=2, origin="2.csv")
    decided(ledger, "c", consent=["opted_out_boolean: 1 of 3 rows fails"], origin="3.csv")
    decided(ledger, "d", origin="4.csv")

    asked = [held(attention) for _ in range(4)]

    assert asked == [[(Held.REFUSED, "a"), (Held.QUARANTINED, "b"), (Held.CONSENT, "c")]] * 4
    assert sum_up(attention.held_back()) == (
        "1 load refused, 2 rows quarantined, 1 load with consent that could not be read"
    )


def test_a_load_that_is_accepted_after_all_is_solved(
    ledger: Ledger, attention: Attention
) -> None:
    decided(ledger, "a", LoadState.REFUSED)
    decided(ledger, "a")

    assert held(attention) == []


@pytest.mark.parametrize(
    ("later", "is_solved"),
    [
        pytest.param({}, True, id="the-same-file-of-the-same-day"),
        pytest.param({"rows": 2}, False, id="fewer-rows"),
        pytest.param({"as_of": DAY + timedelta(days=1)}, False, id="the-next-day's-delta"),
        pytest.param({"origin": "other.csv"}, False, id="another-file"),
    ],
)
def test_a_refused_load_is_solved_by_what_takes_its_place(
    ledger: Ledger, attention: Attention, later: dict[str, object], is_solved: bool
) -> None:
    decided(ledger, "a", LoadState.REFUSED)
    decided(ledger, "b", **later)

    assert held(attention) == ([] if is_solved else [(Held.REFUSED, "a")])


def test_a_newer_whole_snapshot_takes_the_place_of_a_refused_one(
    ledger: Ledger, attention: Attention
) -> None:
    decided(ledger, "a", LoadState.REFUSED, delivery=Delivery.SNAPSHOT, origin="1.csv")
    decided(ledger, "b", delivery=Delivery.SNAPSHOT, origin="2.csv")
    assert held(attention) == [(Held.REFUSED, "a")]  # a part of the same day's snapshot

    decided(
        ledger, "c", delivery=Delivery.SNAPSHOT, origin="3.csv", as_of=DAY + timedelta(days=1)
    )

    assert held(attention) == []


def test_what_is_dismissed_is_named_no_more_until_it_is_decided_anew(
    ledger: Ledger, attention: Attention
) -> None:
    decided(ledger, "a", LoadState.REFUSED)

    ((load_id, _),) = attention.find("shop/contacts.csv", is_dismissed=False)
    attention.dismiss(load_id)
    assert held(attention) == []
    attention.dismiss(load_id, undo=True)
    assert held(attention) == [(Held.REFUSED, "a")]
    attention.dismiss(load_id)
    decided(ledger, "a", quarantined=1)

    assert held(attention) == [(Held.QUARANTINED, "a")]


def test_rows_with_a_good_version_wait_no_more(ledger: Ledger, attention: Attention) -> None:
    decided(ledger, "a", quarantined=2)

    attention.note_corrected("a", 1)
    assert [h.rows for h in attention.held_back()] == [1]
    attention.note_corrected("a", 2)

    assert held(attention) == []


def test_a_file_is_unread_until_it_is_gone_replaced_or_read(
    root: Root, attention: Attention
) -> None:
    file = root.inbox / "shop" / "odd.csv"
    file.parent.mkdir(parents=True)
    file.write_text("odd")
    unread = Unread("shop/odd.csv", "shop", "hubspot", "odd", "mend it", fingerprint_of(file))

    attention.note_unread("hubspot", [unread])
    since = attention.held_back()[0].since
    attention.note_unread("hubspot", [unread])
    attention.note_unread("salesforce", [])
    assert [(h.what, h.since) for h in attention.held_back()] == [("shop/odd.csv", since)]

    file.write_text("longer than before")
    assert held(attention) == []  # the next run reads it
    attention.note_unread("hubspot", [])
    assert held(attention) == []


def test_an_api_is_unread_until_its_step_says_otherwise(attention: Attention) -> None:
    api = Unread("social", "social", "mastodon", "refuses the token", "make one", is_api=True)

    attention.note_unread("mastodon", [api])
    assert held(attention) == [(Held.UNREAD, "social")]
    attention.note_unread("mastodon", [])

    assert held(attention) == []


def test_what_happened_is_news_until_it_was_told(ledger: Ledger, attention: Attention) -> None:
    decided(ledger, "a")
    first = [attention.news("hubspot") for _ in range(2)]  # the first run was killed

    attention.mark_told("hubspot", first[1][0].load.gate_seq or 0)

    assert [[n.load.load_id for n in news] for news in first] == [["a"], ["a"]]
    assert attention.news("hubspot") == ()


def test_rows_that_a_later_decision_lets_in_are_told_as_that(
    ledger: Ledger, attention: Attention
) -> None:
    decided(ledger, "a", quarantined=2)
    attention.mark_told("hubspot", attention.news()[0].load.gate_seq or 0)
    decided(ledger, "a")

    (news,) = attention.news("hubspot")

    assert (news.is_first, news.let_in) == (False, 2)


def test_an_older_ledger_is_brought_up_and_its_loads_count_as_told(root: Root) -> None:
    ledger = Ledger(root)
    decided(ledger, "a", LoadState.REFUSED)
    with sqlite3.connect(ledger.file) as connection:
        for statement in (
            "alter table loads drop column corrected",
            "alter table loads drop column dismissed_seq",
            "alter table decisions drop column consent",
            "drop table unread",
            "drop table told",
            "create table unknown_files (source text)",
            "pragma user_version = 1",
        ):
            connection.execute(statement)

    attention = Attention(root)

    assert held(attention) == [(Held.REFUSED, "a")]
    assert attention.news() == ()

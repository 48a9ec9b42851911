"""Contact records of one small world become customers as the rules say."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.ledger.judgements import Verdict, judge, withdraw
from tests.unit.identity.world import (
    AS_OF,
    Contact,
    Resolved,
    build,
    non_matches,
    record_id,
    run,
)

_CASES = [
    # one person in two systems
    Contact("marta", "Marta", "Silva", email="marta.silva@example.org"),
    Contact("marta", "Marta", "Silva", email="marta.silva@example.org", source="shop"),
    # a household: one phone, one address, two given names
    Contact(
        "paul", "Paul", "Winterbourne", "paul.w@example.org", "+442071234561",
        "4 Mill Lane", "Leeds", "LS1 4AP",
    ),
    Contact(
        "judith", "Judith", "Winterbourne", "judith.w@example.org", "+442071234561",
        "4 Mill Lane", "Leeds", "LS1 4AP",
    ),
    # two colleagues who give the office's address
    Contact("colleague_1", "Tobias", "Rennick", email="info@example.com"),
    Contact("colleague_2", "Samira", "Haddad", email="info@example.com"),
    # father and son of one name under one roof
    Contact(
        "father", "George", "Ashdown", phone="+442071234562", street="9 Hill Street",
        city="York", postal_code="YO1 7HH", birth_date="1951-03-14",
    ),
    Contact(
        "son", "George", "Ashdown", phone="+442071234562", street="9 Hill Street",
        city="York", postal_code="YO1 7HH", birth_date="1979-11-02",
    ),
    # what a source merged, twice over, without a value in common
    Contact("survivor", "Beatrix", "Colbourne", email="beatrix@example.org"),
    Contact(
        "loser", "Bea", "Wetherby", email="bea.old@example.org", merged_into=record_id("survivor"),
        deleted_at="2025-06-01 00:00:00+00",
    ),
    Contact(
        "earlier_loser", None, None, email="b.w@example.org", merged_into=record_id("loser"),
        deleted_at="2025-03-01 00:00:00+00",
    ),
    # records that are nobody's
    Contact("deleted", "Otto", "Klein", email="otto@example.org", deleted_at="2025-06-01 00:00:00+00"),
    Contact("brand", "Quay", "Coffee", email="quay@example.com", kind="brand"),
    Contact("employee", "Ines", "Faro", email="ines@example.com", kind="employee"),
    Contact("organisation", None, None, organisation="Faro Ltd", kind="organisation"),
    # two records with nothing in common, for a steward to judge
    Contact("before_wedding", "Lucia", "Bertoni", email="lucia.bertoni@example.org"),
    Contact("after_wedding", "Philippa", "Oyelaran", email="po@example.com"),
]  # fmt: skip


def _contacts() -> list[Contact]:
    return [*_CASES, *non_matches(90)]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of ids that all resolutions of this module share."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """The small world, built once."""
    with session() as connection:
        build(connection, _contacts())
        yield connection


@pytest.fixture(scope="module")
def resolved(warehouse: duckdb.DuckDBPyConnection, state: Path) -> Resolved:
    """The small world, resolved for the first time."""
    return run(warehouse, state)


@pytest.fixture
def later(state: Path, resolved: Resolved, tmp_path: Path) -> Path:
    """A copy of the ledger as the first run left it, for a test of its own to go on from."""
    del resolved
    return Path(shutil.copytree(state, tmp_path / "state"))


def _same(resolved: Resolved, left: str, right: str) -> bool:
    return resolved.customers[left] == resolved.customers[right]


def test_records_with_one_email_and_one_name_are_one_customer(resolved: Resolved) -> None:
    assert _same(resolved, record_id("marta"), record_id("marta", "shop"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("paul", "judith", id="household-with-one-phone-and-address"),
        pytest.param("colleague_1", "colleague_2", id="role-mailbox-of-two-people"),
        pytest.param("father", "son", id="father-and-son-born-on-other-days"),
        pytest.param("before_wedding", "after_wedding", id="nothing-in-common"),
    ],
)
def test_two_people_stay_two_customers(resolved: Resolved, left: str, right: str) -> None:
    assert not _same(resolved, record_id(left), record_id(right))


@pytest.mark.parametrize("merged", ["loser", "earlier_loser"])
def test_a_record_its_source_merged_joins_the_survivor(resolved: Resolved, merged: str) -> None:
    assert _same(resolved, record_id(merged), record_id("survivor"))


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [
        pytest.param("deleted", "withdrawn", "deleted by its source", id="deleted"),
        pytest.param("brand", "not_a_customer", "brand", id="brand"),
        pytest.param("employee", "not_a_customer", "employee", id="employee"),
        pytest.param("organisation", "not_a_customer", "organisation", id="organisation"),
        pytest.param("loser", "resolved", "merged by its source", id="merged"),
        pytest.param("marta", "resolved", "living record", id="living"),
    ],
)
def test_every_status_has_its_reason(
    resolved: Resolved, key: str, status: str, reason: str
) -> None:
    assert (record_id(key), status, reason) in resolved.status


def test_every_record_has_exactly_one_status(resolved: Resolved) -> None:
    counted = Counter(record for record, _, _ in resolved.status)

    assert counted == Counter(contact.record_id for contact in _contacts())


def test_only_resolved_records_have_a_customer(resolved: Resolved) -> None:
    assert set(resolved.customers) == {
        record for record, status, _ in resolved.status if status == "resolved"
    }


def test_people_in_two_sources_are_found_and_non_matches_are_not_glued(
    resolved: Resolved,
) -> None:
    truth = {c.record_id: c.key for c in non_matches(90)}
    groups = [{truth[r] for r in group if r in truth} for group in resolved.partition]
    in_two = [c for c in non_matches(90) if c.source == "newsletter"]

    assert max(len(people) for people in groups) == 1
    assert all(_same(resolved, record_id(c.key), c.record_id) for c in in_two)


def test_the_first_run_creates_every_customer_once(resolved: Resolved) -> None:
    assert Counter(kind for kind, _, _ in resolved.events) == {
        "create": len(set(resolved.customers.values()))
    }


def test_running_again_does_nothing(
    warehouse: duckdb.DuckDBPyConnection, state: Path, resolved: Resolved
) -> None:
    again = run(warehouse, state, run_id="again")

    assert again.report.is_unchanged
    assert (again.customers, again.events) == (resolved.customers, resolved.events)


def test_a_rebuilt_warehouse_gives_every_record_its_old_id(
    later: Path, resolved: Resolved
) -> None:
    rebuilt = _resolve(_contacts(), later, day=0)

    assert not rebuilt.report.is_unchanged
    assert rebuilt.customers == resolved.customers
    assert rebuilt.events == resolved.events


def test_the_order_of_rows_does_not_matter_even_without_a_ledger(
    tmp_path: Path, resolved: Resolved
) -> None:
    shuffled = _contacts()
    random.Random(3).shuffle(shuffled)

    other = _resolve(shuffled, tmp_path, day=0)

    assert other.customers == resolved.customers


def test_a_deleted_record_leaves_and_comes_back_to_its_id(
    later: Path, resolved: Resolved
) -> None:
    marta = record_id("marta")
    away = [
        replace(c, deleted_at="2026-10-01 00:00:00+00") if c.key == "marta" else c
        for c in _contacts()
    ]

    gone = _resolve(away, later, day=1)
    back = _resolve(_contacts(), later, day=2)

    assert marta not in gone.customers
    assert gone.redirects == {resolved.customers[marta]: None}
    assert back.customers == resolved.customers


def test_a_stewards_word_beats_evidence_vetoes_and_sources_until_it_is_taken_back(
    later: Path, resolved: Resolved
) -> None:
    nothing_in_common = record_id("before_wedding"), record_id("after_wedding")
    vetoed = record_id("father"), record_id("son")
    evident = record_id("marta"), record_id("marta", "shop")
    merged_by_source = record_id("loser"), record_id("survivor")
    words = [
        *(_judge(later, Verdict.SAME, *pair) for pair in (nothing_in_common, vetoed)),
        *(_judge(later, Verdict.DIFFERENT, *pair) for pair in (evident, merged_by_source)),
    ]

    judged = _resolve(_contacts(), later, day=1)
    for number in words:
        withdraw(later, number, at=AS_OF)
    taken_back = _resolve(_contacts(), later, day=2)

    assert _same(judged, *nothing_in_common)
    assert _same(judged, *vetoed)
    assert not _same(judged, *evident)
    assert not _same(judged, *merged_by_source)
    assert taken_back.partition == resolved.partition


def test_ids_lost_in_a_merge_lead_to_the_customer_that_is_left(
    later: Path, resolved: Resolved
) -> None:
    bride, wife = record_id("before_wedding"), record_id("after_wedding")

    _judge(later, Verdict.SAME, bride, wife)
    merged = _resolve(_contacts(), later, day=1)

    before = {resolved.customers[bride], resolved.customers[wife]}
    (lost,) = before - {merged.customers[bride]}
    assert merged.redirects == {lost: merged.customers[bride]}
    assert ("merge", merged.customers[bride], lost) in merged.events


def _resolve(contacts: list[Contact], state: Path, *, day: int) -> Resolved:
    with session() as fresh:
        build(fresh, contacts)
        return run(fresh, state, run_id=f"day {day}", as_of=AS_OF + timedelta(days=day))


def _judge(state: Path, verdict: Verdict, left: str, right: str) -> int:
    return judge(
        state,
        verdict=verdict,
        record_ids=(left, right),
        author="steward",
        reason="asked them",
        made_at=datetime(2026, 10, 1, tzinfo=UTC),
    ).number

"""Golden cases of the id contract in docs/identity.md, on the ledger alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.ledger.ids import IdChanges, assign_ids
from dagster_project.identity.ledger.naming import name_clusters
from dagster_project.identity.ledger.state import attached_state
from dagster_project.identity.workspace import Workspace, workspace

_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Ledger:
    """Names the clusters of one day after the other, as a resolution would."""

    work: Workspace
    day: int = 0

    def name(self, *clusters: str) -> dict[str, str]:
        """Clusters given as ``"a b c"``, records by their letters; returns record → customer."""
        self.changes = self._assign(clusters)
        return {
            str(record): str(customer)
            for record, customer in self.work.rows(
                "select record_id, customer_id from work.named order by record_id"
            )
        }

    def redirects(self) -> dict[str, str | None]:
        """Retired ids and where they lead."""
        return {
            str(old): None if new is None else str(new)
            for old, new in self.work.rows(
                "select customer_id, redirects_to from idstate.ids where retired_at is not null"
            )
        }

    def last_events(self) -> list[tuple[object, ...]]:
        """Kind, customer, other customer and records of the events of the last run."""
        return self.work.rows(
            "select event_type, customer_id, other_customer_id, record_count "
            "from idstate.events where run_id = $1 order by serial",
            [f"day {self.day}"],
        )

    def _assign(self, clusters: tuple[str, ...]) -> IdChanges:
        self.day += 1
        records = sorted(record for cluster in clusters for record in cluster.split())
        self.work.run("create or replace table work.record (rid integer, record_id varchar)")
        self.work.run("create or replace table work.assignment (rid integer, cluster integer)")
        for rid, record in enumerate(records):
            self.work.run("insert into work.record values (?, ?)", [rid, record])
        for cluster in clusters:
            rids = sorted(records.index(record) for record in cluster.split())
            for rid in rids:
                self.work.run("insert into work.assignment values (?, ?)", [rid, rids[0]])
        name_clusters(self.work)
        return assign_ids(
            self.work,
            run_id=f"day {self.day}",
            as_of=_START + timedelta(days=self.day),
            model_version="m1",
        )


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One engine for all cases; every case has a ledger of its own."""
    with session() as connection:
        yield connection


@pytest.fixture
def ledger(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with workspace(engine) as work, attached_state(engine, tmp_path):
        yield Ledger(work)


def test_the_same_clusters_keep_their_ids_and_nothing_happens(ledger: Ledger) -> None:
    first = ledger.name("a b", "c")

    again = ledger.name("c", "a b")

    assert again == first
    assert ledger.last_events() == []


def test_a_new_record_is_absorbed_without_moving_the_id(ledger: Ledger) -> None:
    first = ledger.name("b c")

    after = ledger.name("a b c")

    assert set(after.values()) == {first["b"]}
    assert ledger.last_events() == [("absorb", first["b"], None, 1)]


def test_an_id_goes_where_most_of_its_members_go(ledger: Ledger) -> None:
    first = ledger.name("a b c")

    after = ledger.name("a", "b c")

    assert after["b"] == after["c"] == first["a"]
    assert after["a"] != first["a"]
    assert ("split", first["a"], after["a"], 1) in ledger.last_events()


def test_an_id_torn_in_equal_halves_stays_with_the_smallest_record(ledger: Ledger) -> None:
    first = ledger.name("a b c d")

    after = ledger.name("b c", "a d")

    assert after["a"] == after["d"] == first["a"]
    assert after["b"] != first["a"]


def test_a_merge_keeps_the_oldest_id_even_of_the_smaller_customer(ledger: Ledger) -> None:
    oldest = ledger.name("z")["z"]
    younger = ledger.name("z", "a b c")["a"]

    after = ledger.name("a b c z")

    assert set(after.values()) == {oldest}
    assert ledger.redirects() == {younger: oldest}
    assert ledger.last_events() == [("merge", oldest, younger, 3)]


def test_of_ids_of_one_age_the_larger_customer_keeps_its_own(ledger: Ledger) -> None:
    first = ledger.name("a", "b c")

    after = ledger.name("a b c")

    assert set(after.values()) == {first["b"]}


def test_of_ids_of_one_age_and_size_the_smallest_is_kept(ledger: Ledger) -> None:
    first = ledger.name("a", "b", "c")

    after = ledger.name("a b c")

    assert set(after.values()) == {min(first.values())}


def test_redirects_of_redirects_lead_to_the_living_customer(ledger: Ledger) -> None:
    oldest = ledger.name("c")["c"]
    middle = ledger.name("c", "b")["b"]
    youngest = ledger.name("c", "b", "a")["a"]

    ledger.name("c", "a b")
    ledger.name("a b c")

    assert ledger.redirects() == {youngest: oldest, middle: oldest}


def test_a_customer_that_is_split_off_again_gets_an_id_never_used_before(
    ledger: Ledger,
) -> None:
    first = ledger.name("a", "b")
    ledger.name("a b")

    after = ledger.name("a", "b")

    lost = set(ledger.redirects())
    assert len(set(first.values()) & set(after.values())) == 1
    assert not lost & set(after.values())


def test_a_customer_without_records_is_retired_and_returns_with_them(ledger: Ledger) -> None:
    first = ledger.name("a", "b c")
    ledger.name("b c")
    retired = ledger.redirects()

    after = ledger.name("a", "b c")

    assert retired == {first["a"]: None}
    assert after == first
    assert ledger.redirects() == {}


def test_memberships_have_validity_times_that_join_without_a_gap(ledger: Ledger) -> None:
    first = ledger.name("a b c")
    after = ledger.name("a", "b c")

    rows = ledger.work.rows(
        "select customer_id, valid_from, valid_to from idstate.members "
        "where record_id = 'a' order by valid_from"
    )

    moved = _START + timedelta(days=2)
    assert rows == [
        (first["a"], _START + timedelta(days=1), moved),
        (after["a"], moved, None),
    ]


def test_changes_are_counted_by_kind(ledger: Ledger) -> None:
    ledger.name("a", "b", "c d")
    ledger.name("a b e", "c", "d", "f")

    changes = ledger.changes

    assert (changes.created, changes.absorbed, changes.merged, changes.split) == (2, 1, 1, 1)
    assert changes.retired == 0

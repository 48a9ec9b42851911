"""What a contact point may prove, by who holds it and when it was seen."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from tests.unit.identity.test_incremental import Root
from tests.unit.identity.world import Contact, build, non_matches, record_id, run, spec

PHONE = "+447700900750"
TEAM = "zx-team@example.net"


def _seen(connection: duckdb.DuckDBPyConnection, key: str, first: str, last: str) -> None:
    connection.execute(
        "update intermediate.int_contact_identifiers set first_seen_at = $2::timestamptz, "
        "last_seen_at = $3::timestamptz where record_id = $1",
        [record_id(key), f"{first} 00:00:00+00", f"{last} 00:00:00+00"],
    )


def _flags(connection: duckdb.DuckDBPyConnection, value: str) -> set[str | None]:
    return {
        row[0]
        for row in connection.execute(
            "select flag from identity.record_identifiers where value_norm = $1", [value]
        ).fetchall()
    }


@pytest.mark.parametrize(
    ("later", "flag"),
    [
        pytest.param(("2020-06-01", "2021-01-01"), None, id="seen-again-soon"),
        pytest.param(("2024-06-01", "2024-07-01"), "shared", id="idle-for-years"),
    ],
)
def test_a_number_nobody_had_for_long_may_be_anothers(
    tmp_path: Path, later: tuple[str, str], flag: str | None
) -> None:
    contacts = [*non_matches(20), Contact("a", phone=PHONE), Contact("b", phone=PHONE)]
    with session() as connection:
        build(connection, contacts)
        _seen(connection, "a", "2019-01-01", "2020-01-01")
        _seen(connection, "b", *later)

        run(connection, tmp_path)

        assert _flags(connection, PHONE) == {flag}


@pytest.mark.parametrize(
    ("years_apart", "flag"),
    [pytest.param(0, "generic", id="at-once"), pytest.param(8, "shared", id="in-turn")],
)
def test_people_count_towards_a_limit_only_within_its_window(
    tmp_path: Path, years_apart: int, flag: str
) -> None:
    limit = spec().identifiers["phone"].retire_above
    names = [("Ada", "Bruno", "Carla", "Dmitri"), ("Abelard", "Kestrel", "Okafor")]
    people = [(given, family) for given in names[0] for family in names[1]][: limit + 1]
    contacts = [
        Contact(f"p{n}", *person, phone=PHONE, source="crm") for n, person in enumerate(people)
    ]
    with session() as connection:
        build(connection, [*non_matches(20), *contacts])
        for n in range(len(people)):
            year = 1950 + n * years_apart
            _seen(connection, f"p{n}", f"{year}-01-01", f"{year}-06-01")

        run(connection, tmp_path)

        assert _flags(connection, PHONE) == {flag}


def test_two_people_of_one_unlisted_mailbox_stay_two(tmp_path: Path) -> None:
    contacts = [
        Contact("a", "Priya", "Okafor", email=TEAM),
        Contact("b", "Stefan", "Lindqvist", email=TEAM, source="shop"),
    ]
    with session() as connection:
        build(connection, [*non_matches(60), *contacts])

        resolved = run(connection, tmp_path)

        assert _flags(connection, TEAM) == {"shared"}
        assert (
            resolved.customers[contacts[0].record_id]
            != resolved.customers[contacts[1].record_id]
        )


def test_one_name_in_two_romanisations_is_not_two_people(tmp_path: Path) -> None:
    contacts = [
        Contact("a", "Wai", "Koo", email=TEAM),
        Contact("b", "Hui", "Gu", email=TEAM, source="shop"),
    ]
    with session() as connection:
        build(connection, [*non_matches(20), *contacts])

        run(connection, tmp_path)

        assert _flags(connection, TEAM) == {None}


def test_times_alone_can_change_what_a_number_proves(tmp_path: Path) -> None:
    contacts = [*non_matches(60), Contact("a", phone=PHONE), Contact("b", phone=PHONE)]
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve(contacts)
        together = root.customers()[record_id("a")] == root.customers()[record_id("b")]
        root.seen = {"a": ("2012-01-01", "2013-01-01")}

        report = root.resolve(contacts)

        assert together
        assert report.is_incremental
        assert _flags(connection, PHONE) == {"shared"}
        assert root.customers()[record_id("a")] != root.customers()[record_id("b")]

"""Survivorship: which record's value the golden record shows."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

SALESFORCE, HUBSPOT, X = (
    "salesforce_emea:contact:1",
    "hubspot_apac:contact:2",
    "x_quay:user:3",
)
OLD, NEW = "2025-01-01 00:00:00+00", "2026-01-01 00:00:00+00"


def with_rules(world: World, field: str, *rules: str, trust: tuple[str, ...] = ()) -> World:
    """Decide one field, and nothing else, by ``rules``."""
    priority = 0
    for rule in rules:
        for vendor in trust if rule == "most_trusted" else (None,):
            priority += 1
            world.add(
                "config.survivorship", field=field, priority=priority, vendor=vendor, rule=rule
            )
    return world


def test_the_most_trusted_vendor_gives_the_name_with_its_source_and_date(build: Build) -> None:
    world = World()
    world.record(X, "c1", full_name="ana b 🌊", updated_at=NEW)
    world.record(
        SALESFORCE,
        "c1",
        full_name="Ana Bauer",
        given_name="Ana",
        family_name="Bauer",
        updated_at=OLD,
    )

    customer = build(world, "dim_customer").row("select * from marts.dim_customer")

    assert (customer["full_name"], customer["given_name"], customer["family_name"]) == (
        "Ana Bauer",
        "Ana",
        "Bauer",
    )
    assert customer["name_source"] == "salesforce_emea"
    assert customer["name_as_of"] == datetime(2025, 1, 1, tzinfo=UTC)


def test_the_newest_record_gives_the_title(build: Build) -> None:
    world = World()
    world.record(SALESFORCE, "c1", title="Engineer", updated_at=OLD)
    world.record(HUBSPOT, "c1", title="Director", updated_at=NEW)

    customer = build(world, "dim_customer").row(
        "select title, title_source from marts.dim_customer"
    )

    assert customer == {"title": "Director", "title_source": "hubspot_apac"}


def test_an_empty_value_never_survives(build: Build) -> None:
    world = World()
    world.record(SALESFORCE, "c1", title="Engineer", updated_at=OLD)
    world.record(HUBSPOT, "c1", title="  ", updated_at=NEW)

    assert build(world, "dim_customer").values("select title from marts.dim_customer") == [
        "Engineer"
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as-read", "reversed"])
def test_a_tie_goes_to_the_smallest_record_id(build: Build, order: tuple[int, int]) -> None:
    records = [("hubspot_apac:contact:1", "Lead"), ("hubspot_apac:contact:2", "Chief")]
    world = World()
    for place in order:
        record_id, title = records[place]
        world.record(record_id, "c1", title=title, updated_at=NEW)

    assert build(world, "dim_customer").values("select title from marts.dim_customer") == [
        "Lead"
    ]


def test_a_tie_of_all_rules_goes_to_the_newer_record(build: Build) -> None:
    world = with_rules(World(), "title", "longest")
    world.record("hubspot_apac:contact:1", "c1", title="Lead", updated_at=OLD)
    world.record("hubspot_apac:contact:2", "c1", title="Boss", updated_at=NEW)

    assert build(world, "dim_customer").values("select title from marts.dim_customer") == [
        "Boss"
    ]


def test_the_most_frequent_value_wins_whatever_its_capitals(build: Build) -> None:
    world = with_rules(World(), "organisation", "most_frequent", "most_recent")
    world.record(SALESFORCE, "c1", organisation="Quay Ltd", updated_at=OLD)
    world.record(HUBSPOT, "c1", organisation="QUAY LTD", updated_at=OLD)
    world.record(X, "c1", organisation="Somewhere else", updated_at=NEW)

    (organisation,) = build(world, "dim_customer").values(
        "select organisation from marts.dim_customer"
    )

    assert organisation.lower() == "quay ltd"


def test_the_longest_value_wins_where_the_rule_says_so(build: Build) -> None:
    world = with_rules(World(), "organisation", "longest")
    world.record(SALESFORCE, "c1", organisation="Q", updated_at=NEW)
    world.record(HUBSPOT, "c1", organisation="Quay Limited", updated_at=OLD)

    assert build(world, "dim_customer").values(
        "select organisation from marts.dim_customer"
    ) == ["Quay Limited"]


def test_a_verified_value_wins_where_the_rule_says_so(build: Build) -> None:
    world = with_rules(World(), "email", "verified", "most_recent")
    world.record(SALESFORCE, "c1", updated_at=NEW).record(HUBSPOT, "c1", updated_at=OLD)
    world.identifier(SALESFORCE, "email", "new@example.org")
    world.identifier(HUBSPOT, "email", "proved@example.org", is_verified=True)

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [
        "proved@example.org"
    ]


def test_a_name_spelled_out_wins_over_initials(build: Build) -> None:
    world = World()
    world.record(SALESFORCE, "c1", full_name="J. Grant", updated_at=NEW)
    world.record(HUBSPOT, "c1", full_name="Justin Grant", updated_at=OLD)

    assert build(world, "dim_customer").values("select full_name from marts.dim_customer") == [
        "Justin Grant"
    ]


def test_a_vendor_nobody_listed_is_trusted_least(build: Build) -> None:
    world = with_rules(World(), "name", "most_trusted", trust=("hubspot",))
    world.record(SALESFORCE, "c1", full_name="Unlisted", updated_at=NEW)
    world.record(HUBSPOT, "c1", full_name="Listed", updated_at=OLD)

    assert build(world, "dim_customer").values("select full_name from marts.dim_customer") == [
        "Listed"
    ]


def test_an_address_of_ones_own_comes_before_a_shared_one(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", updated_at=NEW).record(X, "c1", updated_at=OLD)
    world.identifier(SALESFORCE, "email", "info@example.org", is_shared=True, flag="role")
    world.identifier(X, "email", "ana@example.org", is_shared=False)

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [
        "ana@example.org"
    ]


def test_a_shared_value_is_better_than_none(build: Build) -> None:
    world = World().record(SALESFORCE, "c1")
    world.identifier(SALESFORCE, "phone", "+33100000001", is_shared=True, flag="shared")

    assert build(world, "dim_customer").values("select phone from marts.dim_customer") == [
        "+33100000001"
    ]


@pytest.mark.parametrize("flag", ["placeholder", "malformed", "generic"])
def test_a_value_nobody_can_be_reached_by_never_survives(build: Build, flag: str) -> None:
    world = World().record(SALESFORCE, "c1")
    world.identifier(SALESFORCE, "email", "test@example.org", is_shared=True, flag=flag)

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [None]


def test_a_merged_record_speaks_only_when_its_survivor_is_silent(build: Build) -> None:
    world = World()
    world.record(
        "salesforce_emea:contact:old",
        "c1",
        full_name="Ana Old",
        birth_date=date(1980, 5, 1),
        merged_into=SALESFORCE,
        updated_at=NEW,
    )
    world.record(SALESFORCE, "c1", full_name="Ana New", updated_at=OLD)

    customer = build(world, "dim_customer").row(
        "select full_name, birth_date from marts.dim_customer"
    )

    assert customer == {"full_name": "Ana New", "birth_date": date(1980, 5, 1)}


def test_an_address_is_chosen_whole(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", country="FR").record(HUBSPOT, "c1")
    world.add(
        "intermediate.int_contact_addresses",
        record_id=SALESFORCE,
        street="1 rue A",
        city="Lyon",
    )
    world.add(
        "intermediate.int_contact_addresses",
        record_id=HUBSPOT,
        street="2 Nathan Rd",
        city="Hong Kong",
        postal_code="999077",
        country="HK",
    )

    customer = build(world, "dim_customer").row(
        "select street, city, postal_code, country, country_source from marts.dim_customer"
    )

    assert customer == {
        "street": "1 rue A",
        "city": "Lyon",
        "postal_code": None,
        "country": "FR",
        "country_source": "salesforce_emea",
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [("fr", "FR"), ("Allemagne", "DE"), ("hong kong sar", "HK"), ("atlantis", "atlantis")],
)
def test_countries_are_shown_by_code_where_their_name_is_known(
    build: Build, written: str, expected: str
) -> None:
    world = World().record(SALESFORCE, "c1", country=written).record(HUBSPOT, "c2")
    world.add(
        "intermediate.int_contact_addresses",
        record_id=HUBSPOT,
        street="1 rue A",
        country=written,
    )

    built = build(world, "dim_customer")

    assert built.values("select distinct country from marts.dim_customer") == [expected]


def test_a_customer_with_no_value_at_all_still_has_a_row(build: Build) -> None:
    world = World().record("sendgrid_global:recipient:abc", "c1", kind="shared_mailbox")

    customer = build(world, "dim_customer").row(
        "select customer_id, kind, record_count from marts.dim_customer"
    )

    assert customer == {"customer_id": "c1", "kind": "shared_mailbox", "record_count": 1}


def test_one_person_among_the_records_makes_a_person(build: Build) -> None:
    world = World().record(SALESFORCE, "c1")
    world.record("sendgrid_global:recipient:abc", "c1", kind="shared_mailbox")

    assert build(world, "dim_customer").values("select kind from marts.dim_customer") == [
        "person"
    ]

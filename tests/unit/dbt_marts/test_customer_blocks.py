"""Parts of the customer 360 with rules of their own: converted money, habits, flags, e-mail."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, ANA_X = "salesforce_emea:contact:ana", "x_quay:user:ana"


def ana(**values: Any) -> World:
    return World().record(ANA, "c1", **values).record(ANA_X, "c1")


def customer(build: Build, world: World) -> dict[str, Any]:
    return build(world, "customer_360").row(
        "select * from marts.customer_360 where customer_id = 'c1'"
    )


def rate(world: World, currency: str, value: str, day: str, valid_to: str) -> World:
    return world.add(
        "config.exchange_rates", currency=currency, rate=value, day=day, valid_to=valid_to,
        reporting_currency="EUR",
    )  # fmt: skip


def priced() -> World:
    world = rate(ana(), "EUR", "1", "1900-01-01", "2200-01-01")
    rate(world, "JPY", "0.0061", "2026-10-01", "2026-10-20")
    rate(world, "HKD", "0.10", "2026-09-30", "2026-10-31")
    rate(world, "HKD", "0.12", "2026-10-31", "2026-12-31")
    world.opportunity("eur", ANA, amount_minor=10000, currency="EUR")
    world.opportunity("jpy", ANA, amount_minor=5000, currency="JPY", close_date="2026-10-15")
    return world.opportunity(
        "hkd", ANA, amount_minor=100000, currency="HKD", outcome="open", probability=0.5,
        close_date="2026-10-15",
    )  # fmt: skip


def test_amounts_of_several_currencies_are_summed_at_the_rate_of_their_day(
    build: Build,
) -> None:
    row = customer(build, priced())

    assert row["reporting_currency"] == "EUR"
    assert row["won_amount_minor_converted"] == 10000 + 3050
    assert row["average_won_amount_minor_converted"] == 6525
    assert (
        row["open_amount_minor_converted"],
        row["weighted_open_amount_minor_converted"],
    ) == (
        12000,
        6000,
    )
    assert str(row["oldest_exchange_rate_day"]) == "2026-10-01"
    assert (row["overdue_opportunities"], row["won_opportunities_365d"]) == (1, 2)


def test_where_a_rate_is_missing_there_is_no_sum(build: Build) -> None:
    world = priced().opportunity("usd", ANA, amount_minor=100, currency="USD")

    row = customer(build, world)

    assert row["won_amount_minor_converted"] is None
    assert row["won_amount_minor_converted_365d"] is None
    assert row["open_amount_minor_converted"] == 12000
    assert row["currencies"] == 4


def test_without_rates_nothing_is_converted(build: Build) -> None:
    row = customer(build, ana().opportunity("o1", ANA))

    assert (row["reporting_currency"], row["won_amount_minor_converted"]) == (None, None)
    assert row["won_amount_minor_in_main_currency"] == 1000


def in_hong_kong() -> World:
    world = World().record(ANA, "c1", country="HK").record(ANA_X, "c1")
    world.add("config.sources", name="salesforce_emea", country="FR", timezone="Europe/Paris")
    world.add("config.sources", name="hubspot_apac", country="HK", timezone="Asia/Hong_Kong")
    return world.add("config.sources", name="x_quay", timezone="UTC")


def test_language_and_hour_come_from_what_people_write_and_open(build: Build) -> None:
    world = in_hong_kong()
    for number, hour in enumerate((1, 1, 12)):
        world.message(
            f"m{number}",
            ANA_X,
            language="zh",
            created_at=f"2026-10-0{number + 1} {hour}:20:00+00",
        )
    world.message("m9", ANA_X, language="und")

    row = customer(build, world)

    assert (row["language"], row["language_basis"]) == ("zh", "written")
    assert (row["time_zone"], row["best_hour"], row["active_moments"]) == (
        "Asia/Hong_Kong",
        9,
        4,
    )


def test_one_open_is_no_habit_and_a_zone_nobody_knows_is_none(build: Build) -> None:
    world = in_hong_kong()
    world.record("mailchimp_emea:member:a", "c1", time_zone="Mars/Olympus", language="fr")
    world.message("m1", ANA_X)

    row = customer(build, world)

    assert (row["best_hour"], row["active_moments"], row["time_zone"]) == (
        None,
        1,
        "Asia/Hong_Kong",
    )
    assert (row["language"], row["language_basis"]) == ("fr", "stated")


@pytest.mark.parametrize(
    ("values", "is_test"),
    [
        pytest.param({"given_name": "Test", "family_name": "User"}, True, id="tester"),
        pytest.param({"given_name": "Marie", "family_name": "Test"}, False, id="a family name"),
        pytest.param({"full_name": "test test"}, True, id="in one piece"),
        pytest.param({"full_name": "Ines Quaglia"}, False, id="a person"),
    ],
)
def test_names_that_testers_type_are_told(
    build: Build, values: dict[str, str], is_test: bool
) -> None:
    assert customer(build, ana(**values))["is_test"] is is_test


def test_an_employees_private_record_is_told_by_what_only_one_has(build: Build) -> None:
    world = ana().record("hubspot_apac:contact:ines")
    world.rows["intermediate.int_contact_records"][-1]["kind"] = "employee"
    world.identifier("hubspot_apac:contact:ines", "phone", "+33199000002")
    world.identifier(ANA, "phone", "+33199000002", is_shared=True, flag="shared")
    office = customer(build, world)["is_employee"]
    world.rows["identity.record_identifiers"][-1].update(is_shared=False, flag=None)

    assert (office, customer(build, world)["is_employee"]) == (False, True)


@pytest.mark.parametrize(
    ("deals", "lifecycle"),
    [
        pytest.param([], "lead", id="in the CRM"),
        pytest.param([{"outcome": "open"}], "opportunity", id="open deal"),
        pytest.param([{}], "customer", id="won this year"),
        pytest.param([{"close_date": "2024-01-01"}], "lapsed", id="won long ago"),
        pytest.param(
            [{"close_date": "2024-01-01"}, {"outcome": "open"}], "opportunity", id="won back"
        ),
    ],
)
def test_lifecycle_follows_the_deals(
    build: Build, deals: list[dict[str, str]], lifecycle: str
) -> None:
    world = ana()
    for number, values in enumerate(deals):
        world.opportunity(f"o{number}", ANA, **values)

    row = customer(build, world)

    assert row["lifecycle"] == lifecycle
    assert (row["is_purchaser"], row["is_prospect"]) == (
        row["won_opportunities"] > 0,
        row["won_opportunities"] == 0,
    )


def test_a_tool_that_reports_no_deliveries_has_no_part_in_the_share_read(build: Build) -> None:
    world = ana()
    for key in ("k1", "k2"):
        world.email_event(f"d{key}", "delivered", record_id=ANA, send_key=key)
    world.email_event("o1", "open", record_id=ANA, send_key="k1",
                      occurred_at="2026-10-02 00:00:00+00")  # fmt: skip
    world.email_event("o2", "open", record_id=ANA, send_key="mailchimp",
                      occurred_at="2026-10-20 00:00:00+00")  # fmt: skip

    row = customer(build, world)

    assert (row["emails_delivered"], row["emails_read"]) == (2, 1)
    assert (row["email_human_opens"], row["email_engagement"]) == (2, "engaged")
    assert str(row["last_email_at"].date()) == "2026-10-20"

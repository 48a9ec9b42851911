"""What customers were worth, and what is foretold of them."""

from collections.abc import Callable

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]


def buyer(world: World, name: str, *days: str, amount: int = 1000) -> World:
    record = f"salesforce_emea:contact:{name}"
    world.record(record, name)
    for number, day in enumerate(days):
        world.opportunity(f"{name}-{number}", record, close_date=day, amount_minor=amount)
    return world.add(
        "value.predictions",
        customer_id=name,
        currency="EUR",
        probability_alive=0.75,
        expected_purchases_52w=2.0,
        expected_average_minor=1100,
    )


def test_recency_frequency_and_money(build: Build) -> None:
    world = World()
    buyer(world, "often", "2026-10-30", "2026-10-01", "2025-01-01", amount=5000)
    buyer(world, "once", "2026-10-29")
    buyer(world, "long_ago", "2024-01-01")

    built = build(world, "customer_value")

    rows = {r["customer_id"]: r for r in built.rows("select * from marts.customer_value")}
    often = rows["often"]
    assert (often["purchases"], often["purchases_365d"], often["days_since_purchase"]) == (
        3,
        2,
        2,
    )
    assert (often["amount_minor"], often["amount_365d_minor"]) == (15000, 10000)
    assert often["rfm_segment"] == "champions"
    assert often["churn_risk"] == pytest.approx(0.25)
    assert often["expected_amount_52w_minor"] == 2200
    assert rows["long_ago"]["recency_score"] == 1
    # who bought as often has the same score, whoever stands first
    assert rows["once"]["frequency_score"] == rows["long_ago"]["frequency_score"] == 1


def test_deals_to_come_and_lost_ones_are_no_purchase(build: Build) -> None:
    world = buyer(World(), "one", "2026-10-01", "2027-01-01")
    world.opportunity("lost", "salesforce_emea:contact:one", outcome="lost")

    built = build(world, "customer_value")

    assert built.row("select purchases, amount_minor from marts.customer_value") == {
        "purchases": 1,
        "amount_minor": 1000,
    }


def test_where_nothing_is_foretold_the_reason_stands(build: Build) -> None:
    world = World().record("salesforce_emea:contact:one", "one")
    world.opportunity("deal", "salesforce_emea:contact:one")
    world.add("value.predictions", customer_id="one", currency="EUR")
    world.add("value.fits", model="bg_nbd", not_fitted_because="too_few_repeat_buyers")

    row = build(world, "customer_value").row("select * from marts.customer_value")

    assert row["probability_alive"] is None
    assert row["expected_amount_52w_minor"] is None
    assert row["unpredicted_reason"] == "too_few_repeat_buyers"

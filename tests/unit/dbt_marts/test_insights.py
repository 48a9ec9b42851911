"""Insight views: no small groups, nothing summed across currencies."""

from collections.abc import Callable

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

FEEDBACK = "insight_design__feedback_by_channel_month"
PIPELINE = "insight_finance__pipeline_by_region_month"


def people(count: int) -> World:
    world = World()
    for person in range(count):
        world.record(f"x_quay:user:{person}", f"c{person}")
    return world


def test_feedback_counts_people_and_not_posts(build: Build) -> None:
    world = people(5)
    for person in range(5):
        for post in range(2):
            world.message(f"m{person}-{post}", f"x_quay:user:{person}", language="fr")

    row = build(world, FEEDBACK).row(f"select * from insights.{FEEDBACK}")

    assert (row["messages"], row["customers"], row["unanswered_share"]) == (10, 5, 1.0)
    assert (str(row["month_start"]), row["language"]) == ("2026-10-01", "fr")


def test_a_group_of_four_is_left_out_however_much_they_write(build: Build) -> None:
    world = people(4)
    for post in range(40):
        world.message(f"m{post}", f"x_quay:user:{post % 4}")

    assert build(world, FEEDBACK).rows(f"select * from insights.{FEEDBACK}") == []


def test_messages_of_nobody_make_no_group_larger(build: Build) -> None:
    world = people(4)
    for person in range(4):
        world.message(f"m{person}", f"x_quay:user:{person}")
    for post in range(9):
        world.message(f"n{post}", None)

    assert build(world, FEEDBACK).rows(f"select * from insights.{FEEDBACK}") == []


def test_deleted_and_hidden_messages_are_no_feedback(build: Build) -> None:
    world = people(5)
    for person in range(5):
        world.message(f"m{person}", f"x_quay:user:{person}")
        world.message(f"h{person}", f"x_quay:user:{person}", is_hidden=True)
        world.message(
            f"d{person}", f"x_quay:user:{person}", deleted_at="2026-10-02 00:00:00+00"
        )

    assert build(world, FEEDBACK).values(f"select messages from insights.{FEEDBACK}") == [5]


def test_pipeline_keeps_currencies_and_outcomes_apart(build: Build) -> None:
    world = people(5)
    for person in range(5):
        for currency in ("EUR", "HKD"):
            world.opportunity(
                f"o{person}{currency}",
                f"x_quay:user:{person}",
                currency=currency,
                amount_minor=100,
            )
        world.opportunity(f"open{person}", f"x_quay:user:{person}", outcome="open")

    rows = build(world, PIPELINE).rows(
        f"select currency, outcome, amount_minor, customers from insights.{PIPELINE} "
        "order by currency, outcome"
    )

    assert [tuple(row.values()) for row in rows] == [
        ("EUR", "open", 5000, 5),
        ("EUR", "won", 500, 5),
        ("HKD", "won", 500, 5),
    ]


def test_one_customers_many_deals_are_a_small_group(build: Build) -> None:
    world = people(1)
    for deal in range(20):
        world.opportunity(f"o{deal}", "x_quay:user:0")

    assert build(world, PIPELINE).rows(f"select * from insights.{PIPELINE}") == []

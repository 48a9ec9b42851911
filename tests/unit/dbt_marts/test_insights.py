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
    world = people(9)
    for person in range(9):
        for post in range(2):
            world.message(f"m{person}-{post}", f"x_quay:user:{person}", language="fr")

    row = build(world, FEEDBACK).row(f"select * from insights.{FEEDBACK}")

    assert (row["messages"], row["customers"], row["unanswered_share"]) == (18, 9, 1.0)
    assert (str(row["month_start"]), row["language"]) == ("2026-10-01", "fr")


def test_a_group_of_eight_is_left_out_however_much_they_write(build: Build) -> None:
    """Four of nine may know of themselves, and the rest is still a figure of five."""
    world = people(8)
    for post in range(40):
        world.message(f"m{post}", f"x_quay:user:{post % 8}")

    assert build(world, FEEDBACK).rows(f"select * from insights.{FEEDBACK}") == []


def test_messages_of_nobody_make_no_group_larger(build: Build) -> None:
    world = people(8)
    for person in range(8):
        world.message(f"m{person}", f"x_quay:user:{person}")
    for post in range(9):
        world.message(f"n{post}", None)

    assert build(world, FEEDBACK).rows(f"select * from insights.{FEEDBACK}") == []


def test_deleted_and_hidden_messages_are_no_feedback(build: Build) -> None:
    world = people(9)
    for person in range(9):
        world.message(f"m{person}", f"x_quay:user:{person}")
        world.message(f"h{person}", f"x_quay:user:{person}", is_hidden=True)
        world.message(
            f"d{person}", f"x_quay:user:{person}", deleted_at="2026-10-02 00:00:00+00"
        )

    assert build(world, FEEDBACK).values(f"select messages from insights.{FEEDBACK}") == [9]


def test_pipeline_keeps_currencies_and_outcomes_apart(build: Build) -> None:
    world = people(9)
    for person in range(9):
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
        ("EUR", "open", 9000, 9),
        ("EUR", "won", 900, 9),
        ("HKD", "won", 900, 9),
    ]


def test_one_customers_many_deals_are_a_small_group(build: Build) -> None:
    world = people(1)
    for deal in range(20):
        world.opportunity(f"o{deal}", "x_quay:user:0")

    assert build(world, PIPELINE).rows(f"select * from insights.{PIPELINE}") == []


def pipeline(world: World, build: Build) -> list[tuple[object, ...]]:
    rows = build(world, PIPELINE).rows(
        f"select cast(close_month as varchar) as m, region, customers, amount_minor "
        f"from insights.{PIPELINE} order by all"
    )
    return [tuple(row.values()) for row in rows]


def test_a_region_that_one_deal_dominates_stands_with_others(build: Build) -> None:
    """Four of the twelve know their own hundreds: the rest would give the large one to 0.8 %."""
    world = people(36)
    for person in range(36):
        region = ("north", "south", "west")[person // 12]
        amount = 100_000 if person == 0 else 100
        world.opportunity(
            f"o{person}", f"x_quay:user:{person}", region=region, amount_minor=amount
        )

    # even with the south there is too little beside the large deal, so all stand together
    assert pipeline(world, build) == []


def test_a_large_deal_among_enough_others_is_shown_with_them(build: Build) -> None:
    world = people(36)
    for person in range(36):
        region = ("north", "south", "west")[person // 12]
        amount = 10_000 if person == 0 else 100
        world.opportunity(
            f"o{person}", f"x_quay:user:{person}", region=region, amount_minor=amount
        )

    # north alone leaves 700 beside 10,000; with the south it is 1,900
    assert pipeline(world, build) == [
        ("2026-10-01", "other", 24, 12_300),
        ("2026-10-01", "west", 12, 1_200),
    ]


def test_small_months_stand_together_so_that_rows_sum_to_the_whole(build: Build) -> None:
    world = people(30)
    for person in range(30):
        day = "2026-10-15" if person < 20 else f"2026-0{1 + person % 5}-15"
        world.opportunity(
            f"o{person}", f"x_quay:user:{person}", close_date=day, amount_minor=100 + person
        )

    rows = pipeline(world, build)

    assert [row[0] for row in rows] == ["2026-10-01", None]
    assert sum(int(str(row[3])) for row in rows) == sum(100 + person for person in range(30))


CREDIT = "insight_marketing__credit_by_channel_month"
COHORTS = "insight_finance__customers_by_cohort"
AGES = "insight_finance__open_deals_by_age"
RESULTS = "insight_executive__results_by_month"


def buyers(touched_on: dict[str, int]) -> World:
    """So many buyers of one deal of 1,000 each, who wrote once on the channel before."""
    world = World()
    for channel, count in touched_on.items():
        for person in range(count):
            name = f"{channel}-{person}"
            record = f"salesforce_emea:contact:{name}"
            world.record(record, name)
            world.message(f"m-{name}", record, channel=channel)
            world.opportunity(f"deal-{name}", record)
    return world


def credit_by_channel(built: Built) -> dict[str, tuple[int, int]]:
    rows = built.rows(f"select * from insights.{CREDIT} where attribution_model = 'linear'")
    return {row["channel"]: (row["customers"], row["amount_minor"]) for row in rows}


def test_small_channels_stand_together_and_nothing_is_lost(build: Build) -> None:
    built = build(buyers({"x": 9, "instagram": 6, "facebook": 4}), CREDIT)

    assert credit_by_channel(built) == {"x": (9, 9000), "other": (10, 10000)}


def test_one_small_channel_is_not_to_be_had_by_taking_the_others_from_the_whole(
    build: Build,
) -> None:
    """The whole is known from the ledger: beside 10 and 9, a lone group of 2 would be the rest."""
    built = build(buyers({"x": 10, "instagram": 9, "facebook": 2}), CREDIT)

    assert credit_by_channel(built) == {"x": (10, 10000), "other": (11, 11000)}


def test_a_month_of_few_buyers_is_not_shown(build: Build) -> None:
    built = build(buyers({"x": 8}), CREDIT)

    assert credit_by_channel(built) == {}


def test_every_model_sums_to_the_same_revenue(build: Build) -> None:
    world = buyers({"x": 9, "instagram": 9})
    for person in range(9):
        world.message(
            f"later-{person}", f"salesforce_emea:contact:x-{person}", channel="mastodon"
        )

    rows = build(world, CREDIT).rows(
        f"select attribution_model, sum(amount_minor) as amount from insights.{CREDIT} group by 1"
    )

    assert {row["amount"] for row in rows} == {18000}
    assert len(rows) == 8


def test_open_deals_by_how_late_they_are(build: Build) -> None:
    world = people(9)
    for person in range(9):
        record = f"x_quay:user:{person}"
        world.opportunity(
            f"late-{person}", record, outcome="open", close_date="2026-10-22", amount_minor=100
        )
        world.opportunity(f"lost-{person}", record, outcome="lost", close_date="2026-10-22")

    row = build(world, AGES).row(f"select * from insights.{AGES}")

    assert (row["age"], row["deals"], row["amount_minor"]) == ("overdue 1 to 30 days", 9, 900)
    assert row["average_days_overdue"] == 10.0


def test_cohorts_say_who_came_back_and_what_hangs_on_the_largest(build: Build) -> None:
    world = people(90)
    for person in range(90):
        record = f"x_quay:user:{person}"
        world.opportunity(f"a{person}", record, close_date="2026-04-02", amount_minor=100)
        world.add("value.predictions", customer_id=f"c{person}", currency="EUR")
    for person in range(9):
        record = f"x_quay:user:{person}"
        world.opportunity(f"b{person}", record, close_date="2026-08-02", amount_minor=900)

    row = build(world, COHORTS).row(f"select * from insights.{COHORTS}")

    assert (row["cohort"], row["customers"]) == ("2026-04-01", 90)
    assert (row["repeat_share"], row["amount_minor"]) == (0.1, 17100)
    assert row["share_of_largest_tenth"] == round(9000 / 17100, 4)
    assert row["expected_amount_52w_minor"] is None


def test_a_cohort_does_not_say_what_hangs_on_one_customer(build: Build) -> None:
    world = people(12)
    for person in range(12):
        world.opportunity(f"a{person}", f"x_quay:user:{person}", amount_minor=100 + person)
        world.add("value.predictions", customer_id=f"c{person}", currency="EUR")

    row = build(world, COHORTS).row(f"select * from insights.{COHORTS}")

    assert (row["customers"], row["share_of_largest_tenth"]) == (12, None)


def test_executives_see_results_beside_those_of_the_month_before(build: Build) -> None:
    world = buyers({"x": 9})
    for person in range(9):
        record = f"salesforce_emea:contact:x-{person}"
        world.opportunity(f"old-{person}", record, close_date="2026-09-15", amount_minor=500)
        world.opportunity(f"lost-{person}", record, outcome="lost")

    built = build(world, RESULTS)

    def result(metric: str) -> tuple[float, float]:
        row = built.row(
            f"select value, value_before from insights.{RESULTS} "
            f"where metric = '{metric}' and month_start = '2026-10-01'"
        )
        return row["value"], row["value_before"]

    assert result("won_revenue") == (9000, 4500)
    assert result("share_of_revenue_after_a_touch") == (1.0, 0.0)
    assert result("share_of_purchases_by_returning_customers") == (1.0, 0.0)
    assert result("share_of_deals_won") == (0.5, 1.0)
    assert result("share_of_messages_answered") == (0.0, None)

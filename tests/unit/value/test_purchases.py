"""Won deals become histories, fits and predictions; where data are too few, nothing is foretold."""

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pytest

from dagster_project.value.purchases import write_value

END = date(2026, 11, 1)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(
            "create schema intermediate; create schema identity;"
            "create table intermediate.int_opportunities (opportunity_id varchar, "
            "primary_record_id varchar, outcome varchar, close_date date, amount_minor bigint, "
            "currency varchar, deleted_at timestamptz);"
            "create table identity.customer_xref (record_id varchar, customer_id varchar, "
            "valid_to timestamptz)"
        )
        yield connection


def deal(
    warehouse: duckdb.DuckDBPyConnection, customer: str, day: str, **values: object
) -> None:
    row = {"outcome": "won", "amount_minor": 1000, "currency": "EUR", **values}
    warehouse.execute(
        "insert into intermediate.int_opportunities by name select $customer as primary_record_id, "
        "$day::date as close_date, $outcome as outcome, $amount_minor::bigint as amount_minor, "
        "$currency as currency",
        {"customer": customer, "day": day, **row},
    )
    known = warehouse.execute(
        "select count(*) from identity.customer_xref where record_id = $1", [customer]
    ).fetchall()
    if not known[0][0]:
        warehouse.execute(
            "insert into identity.customer_xref values ($1, $1, null)", [customer]
        )


def invent_buyers(warehouse: duckdb.DuckDBPyConnection, customers: int) -> None:
    """Buyers who come by chance and leave by chance, over two years, and spend as they like."""
    dice = np.random.default_rng(7)
    for number in range(customers):
        day = np.datetime64("2024-11-01") + dice.integers(0, 300)
        mean, gap, leaves = dice.gamma(4, 2500), 60 / dice.gamma(2, 0.5), dice.beta(2, 8)
        while day < np.datetime64(END):
            amount = int(dice.gamma(6, mean / 6)) + 1
            deal(warehouse, f"C{number:04}", str(day), amount_minor=amount)
            if dice.random() < leaves:
                break
            day = day + 1 + int(dice.exponential(gap))


def test_purchases_of_a_day_are_one_and_other_deals_none(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    deal(warehouse, "C1", "2026-01-01")
    deal(warehouse, "C1", "2026-01-01")
    deal(warehouse, "C1", "2026-01-15")
    deal(warehouse, "C1", "2026-02-01", outcome="lost")
    deal(warehouse, "C1", "2027-02-01")

    (fit,) = write_value(warehouse, END)

    assert fit.not_fitted_because == "too_few_repeat_buyers"
    assert warehouse.execute(
        "select customer_id, repeat_purchases, recency_weeks, probability_alive, currency, "
        "expected_average_minor from value.predictions"
    ).fetchall() == [("C1", 1, 2.0, None, "EUR", None)]


def test_nobody_bought_anything(warehouse: duckdb.DuckDBPyConnection) -> None:
    (fit,) = write_value(warehouse, END)

    assert (fit.customers, fit.not_fitted_because) == (0, "too_few_repeat_buyers")
    assert warehouse.execute("select count(*) from value.predictions").fetchall() == [(0,)]


def test_enough_buyers_are_foretold_and_the_error_is_told(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    invent_buyers(warehouse, 300)

    buying, worth = write_value(warehouse, END)

    assert buying.not_fitted_because is None
    assert buying.holdout_expected == pytest.approx(buying.holdout_purchases, rel=0.3)
    assert worth.model == "gamma_gamma"
    assert worth.not_fitted_because is None
    unknown, low, high = warehouse.execute(
        "select count(*) filter (where probability_alive is null), min(probability_alive), "
        "max(probability_alive) from value.predictions"
    ).fetchall()[0]
    assert unknown == 0
    assert 0 <= low < high <= 1
    paid, expected = warehouse.execute(
        "select avg(amount_minor), avg(expected_average_minor) "
        "from intermediate.int_opportunities, value.predictions"
    ).fetchall()[0]
    assert expected == pytest.approx(paid, rel=0.15)


def test_value_that_grows_with_frequency_is_not_foretold(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for number in range(120):
        for repeat in range(2 + number % 5):
            deal(
                warehouse,
                f"C{number:04}",
                f"2026-0{1 + repeat}-0{1 + number % 9}",
                amount_minor=1000 * (1 + number % 5),
            )

    fits = {fit.model: fit for fit in write_value(warehouse, END)}

    if "gamma_gamma" in fits:
        assert fits["gamma_gamma"].not_fitted_because == "value_depends_on_frequency"
    unforetold = warehouse.execute(
        "select count(expected_average_minor) from value.predictions"
    )
    assert unforetold.fetchall() == [(0,)]

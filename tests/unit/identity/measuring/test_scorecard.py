"""Figures of a clustering, worked out by hand."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.measuring.estimate import estimate_quality, usable
from dagster_project.identity.measuring.scorecard import score


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _judge(connection: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, str]]) -> None:
    connection.execute(
        "create or replace table judged (record_id varchar, customer_id varchar, person_id varchar)"
    )
    connection.executemany("insert into judged values (?, ?, ?)", rows)


# Said: {1 2 3} {4 5} {6}; true: {1 2} {3 4 5} {6}.
_WORLD = [("1", "A", "x"), ("2", "A", "x"), ("3", "A", "y"),
          ("4", "B", "y"), ("5", "B", "y"), ("6", "C", "z")]  # fmt: skip


def test_pairs_b_cubed_and_sizes_are_those_counted_by_hand(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _judge(connection, _WORLD)

    card = score(connection)

    # said pairs: 12 13 23 45; true: 12 34 35 45; both: 12 45
    assert (card.pairs.said, card.pairs.true, card.pairs.both) == (4, 4, 2)
    assert card.pairs.f1 == 0.5
    # precision per record: 2/3 2/3 1/3 1 1 1; recall: 1 1 1/3 2/3 2/3 1
    assert card.b_cubed_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 3) / 6)
    assert card.b_cubed_recall == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert card.sizes == {1: (1, 1), 2: (1, 1), 3: (1, 1)}


def test_blocking_recall_counts_each_pair_once_whichever_way_round(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _judge(connection, _WORLD)

    card = score(
        connection,
        compared="select unnest(['1', '2', '3', '5', '6']) as record_id_l, "
        "unnest(['2', '1', '4', '1', '6']) as record_id_r",
    )

    # 12 (twice), 34, 15; a record with itself is no pair
    assert card.candidates is not None
    assert (card.candidates.pairs, card.candidates.found) == (3, 2)
    assert card.candidates.recall == 0.5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_scores_equal_those_of_listing_all_pairs(labels: list[tuple[int, int]]) -> None:
    rows = [(str(n), f"c{said}", f"p{true}") for n, (said, true) in enumerate(labels)]
    with session() as connection:
        _judge(connection, rows)
        card = score(connection)
    pairs = [(a[1] == b[1], a[2] == b[2]) for n, a in enumerate(rows) for b in rows[n + 1 :]]

    assert card.pairs.said == sum(said for said, _ in pairs)
    assert card.pairs.true == sum(true for _, true in pairs)
    assert card.pairs.both == sum(said and true for said, true in pairs)


def test_estimates_are_expected_shares_and_their_interval_holds_them(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    links = """
        select n as l, -n as r, 'c' || n as customer_l, 'c' || n as customer_r, 0.9 as chance
        from range(300) as t(n)
        union all
        select n, 1000 + n, 'c' || n, 'd' || n, 0.2 from range(150) as t(n)
    """

    estimate = estimate_quality(connection, links)

    assert estimate.precision is not None
    assert estimate.recall is not None
    assert estimate.precision.value == 0.9
    assert estimate.recall.value == 0.9  # 270 of 270 + 30 expected matches are joined
    assert estimate.precision.low < 0.9 < estimate.precision.high
    assert estimate.recall.low < 0.9 < estimate.recall.high


def test_a_weak_link_is_believed_by_way_of_a_third_record(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    links = """
        select * from (
            values (1, 2, 'c', 'c', 0.1), (1, 3, 'c', 'c', 0.98), (2, 3, 'c', 'c', 0.9)
        ) as links(l, r, customer_l, customer_r, chance)
    """

    estimate = estimate_quality(connection, links)

    assert estimate.precision is not None
    assert estimate.precision.value == round((0.9 + 0.98 + 0.9) / 3, 4)


def test_a_few_sure_links_prove_little(connection: duckdb.DuckDBPyConnection) -> None:
    def low(customers: int) -> float:
        links = f"""
            select n as l, -n as r, n as customer_l, n as customer_r, 1.0 as chance
            from range(1, {customers + 1}) as t(n)
        """
        precision = estimate_quality(connection, links).precision
        assert precision is not None
        return precision.low

    # Jeffreys' interval of 5 in 5 begins at 0.62, that of 1000 in 1000 at 0.998
    assert 0.5 < low(5) < 0.7
    assert low(1_000) > 0.995


def test_nothing_compared_gives_no_estimate(connection: duckdb.DuckDBPyConnection) -> None:
    nothing = (
        "select 1 as l, 2 as r, 'a' as customer_l, 'a' as customer_r, 0.5 as chance where false"
    )

    assert estimate_quality(connection, nothing).precision is None


@pytest.mark.parametrize(
    ("customers", "chance", "said"),
    [
        pytest.param(1, 0.003, "unknown (rests on 1 compared pair of 1 customer, too few)", id="one"),
        pytest.param(12, 1.0, "unknown (rests on 12 compared pairs of 12 customers, too few)", id="few"),
        pytest.param(400, 0.5, "unknown (anything from 0.12 to 0.88)", id="as good as a coin"),
        pytest.param(4_000, 1.0, "0.999 to 1.000", id="many"),
    ],
)  # fmt: skip
def test_an_estimate_that_nobody_can_use_is_not_shown_as_a_figure(
    connection: duckdb.DuckDBPyConnection, customers: int, chance: float, said: str
) -> None:
    links = f"""
        select n as l, -n as r, n as customer_l, n as customer_r, {chance} as chance
        from range(1, {customers + 1}) as t(n)
    """

    precision = estimate_quality(connection, links).precision

    assert str(precision) == said
    assert (usable(precision) is None) is said.startswith("unknown")

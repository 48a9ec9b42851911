"""The patterns of the rules, value by value, in the engine they run in."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.engines.duckdb.session import session
from expectations import rules


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as connection:
        yield connection


def matches(connection: duckdb.DuckDBPyConnection, value: str, pattern: str) -> bool:
    return bool(connection.execute("select $1 ~ $2", [value, pattern]).fetchall()[0][0])


@pytest.mark.parametrize(
    "value",
    [
        "2026-10-30",
        "2026-10-30 17:02:11",
        "2026-10-30 17:02",
        "2026-10-30T17:02:11Z",
        "2026-10-30T17:02:11.123Z",
        "2026-10-30T17:02:11.000+0000",
        "2026-10-19T20:00:00+0000",
        "2026-10-19T20:00:00+05:30",
        "2026-10-30 17:02:11 UTC",
        "2024-02-29",
        "2000-02-29",
        "1900-01-01",
        "2016-12-31 23:59:60",
        "1790000000",
        "1790000000.5",
        "1790000000123",
        "999999999",
        "Wed Oct 10 20:19:24 +0000 2018",
    ],
)
def test_times_vendors_write_are_readable(
    connection: duckdb.DuckDBPyConnection, value: str
) -> None:
    assert matches(connection, value, rules.TIME)
    assert matches(connection, f" {value} ", rules.TIME)


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2026-02-30",
        "2026-02-29",
        "1900-02-29",
        "2100-02-29",
        "2026-04-31 10:00:00",
        "2026-13-01",
        "2026-00-10",
        "2026-10-00",
        "0001-01-01",
        "0000-00-00",
        "9999-12-31",
        "2926-01-01",
        "2026-10-30 24:00:00",
        "2026-10-30 10:61",
        "2026-10-30T10:00:00+25:00",
        "12345",
        "9999999999",
        "10/30/2026",
    ],
)
def test_impossible_times_are_not(connection: duckdb.DuckDBPyConnection, value: str) -> None:
    assert not matches(connection, value, rules.TIME)


@pytest.mark.parametrize("value", ["", "  "], ids=["empty", "blank"])
@pytest.mark.parametrize("pattern", [rules.TIME, rules.DAY], ids=["time", "day"])
def test_a_time_that_is_not_told_is_no_impossible_one(
    connection: duckdb.DuckDBPyConnection, pattern: str, value: str
) -> None:
    assert matches(connection, value, pattern)


@settings(max_examples=200, deadline=None)
@given(
    day=st.dates(),
    fake=st.tuples(st.integers(1900, 2099), st.integers(1, 12), st.integers(1, 31)),
)
def test_a_day_is_readable_if_and_only_if_the_calendar_has_it(
    connection: duckdb.DuckDBPyConnection, day: object, fake: tuple[int, int, int]
) -> None:
    import datetime as dt

    assert isinstance(day, dt.date)
    assert matches(connection, day.isoformat(), rules.TIME) == (1900 <= day.year <= 2099)
    text = "{:04}-{:02}-{:02}".format(*fake)
    try:
        dt.date(*fake)
    except ValueError:
        assert not matches(connection, text, rules.TIME)
    else:
        assert matches(connection, text, rules.TIME)


@pytest.mark.parametrize(
    ("pattern", "value", "good"),
    [
        pytest.param(rules.EMAIL, "ada@example.org", True, id="address"),
        pytest.param(rules.EMAIL, " jörg@münchen.example ", True, id="international-address"),
        pytest.param(rules.EMAIL, "ada@@example.org", False, id="two-ats"),
        pytest.param(rules.EMAIL, "ada at example.org", False, id="no-at"),
        pytest.param(rules.EMAIL, "a@b, c@d", False, id="two-addresses"),
        pytest.param(rules.AMOUNT, "18500", True, id="plain"),
        pytest.param(rules.AMOUNT, "18,500.00", True, id="thousands"),
        pytest.param(rules.AMOUNT, "1 234,56 €", True, id="french"),
        pytest.param(rules.AMOUNT, "CHF 1’234.50", True, id="swiss"),
        pytest.param(rules.AMOUNT, "(12.50)", True, id="brackets"),
        pytest.param(rules.AMOUNT, "-12", True, id="negative"),
        pytest.param(rules.AMOUNT, "1.2E+4", True, id="scientific"),
        pytest.param(rules.AMOUNT, "twelve", False, id="words"),
        pytest.param(rules.AMOUNT, "#REF!", False, id="spreadsheet-error"),
        pytest.param(rules.AMOUNT, "12 of 13 paid", False, id="sentence"),
        pytest.param(rules.CURRENCY, "EUR", True, id="code"),
        pytest.param(rules.CURRENCY, "€", False, id="symbol"),
        pytest.param(rules.ROUNDED, "1.01E+17", True, id="rounded"),
        pytest.param(rules.ROUNDED, "3E+02", True, id="rounded-to-hundreds"),
        pytest.param(rules.ROUNDED, "3.01E+02", False, id="every-digit-written"),
        pytest.param(rules.ROUNDED, "3.010E+02", False, id="every-digit-and-a-zero"),
        pytest.param(rules.ROUNDED, "3.015E+02", True, id="half-an-id"),
        pytest.param(rules.ROUNDED, "1,23456789012E+11", False, id="eleven-decimals"),
        pytest.param(rules.ROUNDED, "1,2345678901E+11", True, id="ten-decimals"),
        pytest.param(rules.ROUNDED, "301.0", False, id="spreadsheet's-integer"),
        pytest.param(rules.ROUNDED, "301.5", True, id="fraction"),
        pytest.param(rules.ROUNDED, "301,000", True, id="thousands-or-decimals"),
        pytest.param(rules.ROUNDED, "1E+400", True, id="beyond-any-id"),
        pytest.param(rules.ROUNDED, "101", False, id="whole"),
        pytest.param(rules.ROUNDED, "0035g00000AAAAAQA1", False, id="salesforce-id"),
        pytest.param(rules.FILLED, " \n x", True, id="something"),
        pytest.param(rules.FILLED, " \t\n", False, id="blank"),
    ],
)
def test_patterns_take_what_they_say(
    connection: duckdb.DuckDBPyConnection,
    pattern: str,
    value: str,
    good: bool,
) -> None:
    assert matches(connection, value, pattern) is good

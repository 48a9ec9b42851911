"""Gates and staging know the same amounts: what a gate lets through, staging reads, and no more."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dagster_project.domain.currencies import DECIMALS
from expectations import rules

PROJECT = Path(__file__).resolve().parents[3]

FAST = (Phase.explicit, Phase.generate)
"""Lists of texts shrink for minutes, and the text that differs stands in the message."""

DIGITS = st.integers(1, 18).flatmap(lambda n: st.from_regex(rf"\A[0-9]{{{n}}}\Z"))
FIGURES = st.one_of(
    DIGITS,
    st.builds("{:,}".format, st.integers(0, 10**16)),
    st.builds(
        "{}{}{}".format,
        st.integers(0, 10**15).map("{:,}".format),
        st.sampled_from([".", ",", ".-", ",--", ".–", ""]),
        st.sampled_from(["", "5", "00", "999", "123456789012345"]),
    ),
    st.builds(
        "{}{}{}{}".format,
        st.integers(0, 99999),
        st.sampled_from(["", ".5", ",25", "."]),
        st.sampled_from(["e", "E+", "e-", "E"]),
        st.sampled_from(["0", "3", "07", "9", "13", "14", "400"]),
    ),
    st.sampled_from(
        ["12,34,567", "1,23,45,678.5", ".5", ",5", ".", "", "NaN", "1,2,3", "0,125"]
    ),
).flatmap(
    lambda text: st.sampled_from(
        [
            text,
            text.replace(",", ".").replace(".", ",", 1),
            text.translate(str.maketrans(",.", ".,")),
            text.replace(",", "\u2019"),
            text.replace(",", "\u202f"),
            text.replace(",", " "),
        ]
    )
)
SIDES = st.sampled_from(
    [
        "",
        "",
        " ",
        "-",
        "+",
        "\u2212",
        "--",
        "(",
        "€",
        "EUR ",
        "$",
        "HK$ ",
        "kr ",
        "kr. ",
        "#",
        "x",
    ]
)
ENDS = st.sampled_from(
    ["", "", " ", "-", ")", " €", " EUR", "%", " kr", " zł", ".-", "x", "--"]
)
NOTATIONS = st.builds("{}{}{}{}{}".format, SIDES, SIDES, FIGURES, ENDS, ENDS)


@pytest.fixture(scope="session")
def amounts(macros: dict[str, Any]) -> Callable[..., list[int | None]]:
    """``amounts(texts, currency)``: what staging makes of many texts at once."""

    def of(texts: list[str], currency: str) -> list[int | None]:
        sql = macros["to_minor_units"]("value", f"'{currency}'")
        found = duckdb.execute(
            f"select {sql} from unnest($1) with ordinality as t(value, n) order by n", [texts]
        )
        return [amount for (amount,) in found.fetchall()]

    return of


def gate_lets_through(texts: list[str]) -> list[bool]:
    found = duckdb.execute(
        "select regexp_full_match(value, $2) from unnest($1) with ordinality as t(value, n) "
        "order by n",
        [texts, rules.AMOUNT],
    )
    return [passes for (passes,) in found.fetchall()]


@settings(max_examples=30, deadline=None, phases=FAST)
@given(
    texts=st.lists(NOTATIONS, min_size=80, max_size=80),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]),
)
def test_what_a_gate_lets_through_staging_reads_and_nothing_else(
    amounts: Callable[..., list[int | None]], texts: list[str], currency: str
) -> None:
    read = [amount is not None for amount in amounts(texts, currency)]

    assert list(zip(texts, read, strict=True)) == list(
        zip(texts, gate_lets_through(texts), strict=True)
    )


@settings(max_examples=20, deadline=None, phases=FAST)
@given(
    cents=st.lists(st.integers(-(10**16) + 1, 10**16 - 1), min_size=20, max_size=20),
    written=st.sampled_from(["{:,}.{}", "{:,}.{} EUR", "€ {:,}.{}"]),
    marks=st.sampled_from([",.", ".,", "\u2019.", "\u00a0,", " ,", "'.", "\u202f."]),
    below=st.sampled_from(["-{}", "\u2212{}", "({})"]),
)
def test_an_amount_comes_back_whatever_its_notation(
    amounts: Callable[..., list[int | None]],
    cents: list[int],
    written: str,
    marks: str,
    below: str,
) -> None:
    texts = [
        ("{}" if amount >= 0 else below).format(
            written.format(abs(amount) // 100, f"{abs(amount) % 100:02}").translate(
                str.maketrans(",.", marks)
            )
        )
        for amount in cents
    ]

    assert amounts(texts, "EUR") == cents


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("(1,234.50)", "EUR", -123450),
        ("1.234,50", "EUR", 123450),
        ("€ 1 234", "EUR", 123400),
        ("1'234.50", "CHF", 123450),
        ("CHF 1\u2019234.-", "CHF", 123400),
        ("1.234,-", "EUR", 123400),
        ("1,234.50-", "EUR", -123450),
        ("$(5)", "USD", -500),
        ("-$5", "USD", -500),
        ("$-5", "USD", -500),
        ("1e5", "EUR", 10000000),
        ("1,5E+07", "EUR", 1500000000),
        ("5e-05", "EUR", 0),
        ("0,125", "EUR", 13),
        ("0.125", "JPY", 0),
        ("1.234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("12,34,567.50", "INR", 123456750),
        ("0.00499999999999999", "EUR", 0),
        ("0.005", "EUR", 1),
        ("99999999999999.99", "EUR", 9999999999999999),
        ("1 234 567", "JPY", 1234567),
        ("1e400", "EUR", None),
        ("--5", "EUR", None),
        ("1" * 30, "EUR", None),
        ("12%", "EUR", None),
        ("NaN", "EUR", None),
        ("Infinity", "EUR", None),
        ("1 2 3", "EUR", None),
        ("1,2,3", "EUR", None),
        ("12:30", "EUR", None),
        ("(-5)", "EUR", None),
        ("#12", "EUR", None),
        ("5 of 6", "EUR", None),
    ],
)
def test_an_amount_is_the_one_its_text_means(
    amounts: Callable[..., list[int | None]], text: str, currency: str, minor: int | None
) -> None:
    assert amounts([text], currency) == [minor]
    assert gate_lets_through([text]) == [minor is not None]


@settings(max_examples=30, deadline=None, phases=FAST)
@given(
    values=st.lists(st.decimals(0, 10**9, places=6, allow_nan=False), min_size=20, max_size=20)
)
def test_halves_round_away_from_zero_and_nothing_is_rounded_twice(
    amounts: Callable[..., list[int | None]], values: list[Decimal]
) -> None:
    expected = [int((v * 100).to_integral_value(rounding="ROUND_HALF_UP")) for v in values]

    assert amounts([f"{value:.6f}" for value in values], "EUR") == expected


@pytest.mark.parametrize(
    ("amount", "row", "source", "currency"),
    [
        ("12", None, "eur", "EUR"),
        ("12", "usd", "EUR", "USD"),
        ("12", None, None, "XXX"),
        (None, None, "EUR", "EUR"),
        ("USD 12", None, "EUR", "USD"),
        ("12 €", None, "USD", "EUR"),
        ("HK$ 12", None, "EUR", "HKD"),
        ("R$ 12", "BRL", "EUR", "BRL"),
        ("$12", None, "CAD", "CAD"),
        ("$12", None, "EUR", "XXX"),
        ("USD 12", "EUR", "EUR", "XXX"),
        ("1,200.00", None, "GBP", "GBP"),
        ("kr 12", None, "SEK", "SEK"),
    ],
)
def test_a_currency_is_the_rows_the_amounts_or_the_sources(
    macros: dict[str, Any],
    amount: str | None,
    row: str | None,
    source: str | None,
    currency: str,
) -> None:
    sql = macros["to_currency"]("named", "given", "amount")

    found = duckdb.execute(
        f"select {sql} from (select ?::varchar as named, ?::varchar as given, ?::varchar as amount)",
        [row, source, amount],
    ).fetchone()

    assert found == (currency,)


def test_readers_and_models_know_the_same_minor_units() -> None:
    macro = (PROJECT / "dbt" / "macros" / "staging" / "money.sql").read_text(encoding="utf-8")
    body = macro.split("macro minor_unit_factor")[1].split("endmacro")[0]
    found = {
        code: len(factor) - 1
        for codes, factor in re.findall(r"in \(([^)]*)\)[^)]*?then (1\d*)", body)
        for code in re.findall(r"[A-Z]{3}", codes)
    }

    assert found == dict(DECIMALS)

"""Gates and staging know the same times: what a gate lets through, staging reads, and no more."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import rules

DAYS = st.one_of(
    st.dates().map(str),
    st.builds(
        "{:04}-{:02}-{:02}".format,
        st.integers(1890, 2105),
        st.integers(0, 13),
        st.integers(0, 32),
    ),
)
CLOCKS = st.builds(
    "{}{:02}:{:02}{}".format,
    st.sampled_from(["T", " ", "  ", ""]),
    st.integers(0, 25),
    st.integers(0, 61),
    st.sampled_from(["", ":00", ":59", ":60", ":61", ":07.5", ":07,25", ":07.123456789", ":7"]),
)
OFFSETS = st.sampled_from(
    [
        "",
        "Z",
        "z",
        " Z",
        "UTC",
        " UTC",
        "GMT",
        " GMT",
        "+02:00",
        "+0530",
        " -08",
        "+14:59",
        "+15:00",
        "+25:00",
        "-00:00",
        "+02:60",
        " CEST",
        "+2",
    ]
)
EPOCHS = st.one_of(
    st.integers(0, 4 * 10**15).map(str),
    st.integers(8, 17).flatmap(lambda n: st.integers(10 ** (n - 1), 10**n - 1)).map(str),
    st.sampled_from(["253402300799", "-1", "1790000000.5", "1790000000123.0", "0"]),
)
ARCHIVES = st.builds(
    "{} {} {} {} {} {}".format,
    st.sampled_from(["Mon", "Wed", "Sun", "Day"]),
    st.sampled_from(["Jan", "Feb", "Apr", "Dec", "Mai"]),
    st.sampled_from(["1", "01", "28", "29", "30", "31", "32"]),
    st.sampled_from(["20:19:24", "99:99:99", "23:59:60", "7:00:00"]),
    st.sampled_from(["+0000", "-0730", "+9900"]),
    st.sampled_from(["2018", "2020", "1900", "2100", "18"]),
)
NOTATIONS = st.one_of(
    DAYS, st.builds("{}{}{}".format, DAYS, CLOCKS, OFFSETS), EPOCHS, ARCHIVES
).flatmap(lambda text: st.sampled_from([text, f" {text} ", f"x{text}"]))


@pytest.mark.parametrize(("macro", "pattern"), [("to_utc", rules.TIME), ("to_date", rules.DAY)])
@settings(max_examples=1500, deadline=None)
@given(text=NOTATIONS)
def test_what_a_gate_lets_through_staging_reads_and_nothing_else(
    read: Callable[..., Any], macro: str, pattern: str, text: str
) -> None:
    passes = duckdb.execute("select regexp_full_match(?, ?)", [text, pattern]).fetchall()[0][0]

    assert (read(macro, text) is not None) == passes


@pytest.mark.parametrize(
    ("macro", "text", "found"),
    [
        ("to_utc", "2016-12-31 23:59:60", "2016-12-31 23:59:59+00:00"),
        ("to_utc", "2026-10-30 17:02:11,5GMT", "2026-10-30 17:02:11.500000+00:00"),
        ("to_utc", "1790000000", "2026-09-21 14:13:20+00:00"),
        ("to_utc", "1790000000000", "2026-09-21 14:13:20+00:00"),
        ("to_utc", "1790000000000000", "2026-09-21 14:13:20+00:00"),
        ("to_utc", "253402300799", "None"),
        ("to_utc", "253402300799000", "None"),
        ("to_date", "253402300799", "None"),
        ("to_date", "482803200000", "1985-04-20"),
        ("to_date", "-482803200000", "1954-09-14"),
        ("to_date", "1895-04-20", "1895-04-20"),
        ("to_date", "19850423", "1985-04-23"),
    ],
)
def test_a_time_is_the_one_its_text_means(
    read: Callable[..., Any], macro: str, text: str, found: str
) -> None:
    assert str(read(macro, text)) == found

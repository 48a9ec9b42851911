"""Ids as spreadsheets rewrite them: read where every digit is written, else held back by the gate."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import rules


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("301", "301"),
        (" 301 ", "301"),
        ("301.0", "301"),
        ("301,00", "301"),
        ("3.01E+02", "301"),
        ("3,01e2", "301"),
        ("3.010E+02", "301"),
        ("1.23456789012E+11", "123456789012"),
        ("1.01E+17", "1.01E+17"),
        ("301.5", "301.5"),
        ("0035g00000AAAAAQAE", "0035g00000AAAAAQAE"),
        ("", None),
    ],
)
def test_an_id_is_the_number_whose_digits_are_written(
    read: Callable[..., Any], text: str, found: str | None
) -> None:
    assert read("whole_id", text) == found


@settings(max_examples=100, deadline=None)
@given(number=st.integers(1, 10**15), decimals=st.integers(0, 16), mark=st.sampled_from(".,"))
def test_what_the_gate_lets_through_is_the_id_and_nothing_else(
    read: Callable[..., Any], number: int, decimals: int, mark: str
) -> None:
    text = f"{number:.{decimals}E}".replace(".", mark)
    held_back = duckdb.execute(
        "select regexp_full_match(?, ?)", [text, rules.ROUNDED]
    ).fetchone()

    assert held_back is not None
    assert held_back[0] or read("whole_id", text) == str(number)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("301;302", "301;302"),
        ("301.0; 302.0;303", "301; 302;303"),
        ("301,0;302,0", "301;302"),
        ("3.01E+02", "301"),
        ("301.0", "301"),
        (None, None),
    ],
)
def test_lists_of_ids_are_read_like_ids(
    read: Callable[..., Any], text: str | None, found: str | None
) -> None:
    assert read("whole_ids", text) == found

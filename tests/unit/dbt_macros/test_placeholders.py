"""What people write where they know nothing is nothing; real names that look like it stay."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

Read = Callable[..., Any]


@pytest.mark.parametrize(
    "text",
    [
        "-", "--", "n/a", "N/A", "N.A.", "unknown", "Unbekannt", "test", "xxx", "none", "NULL",
        "kein", "keine Angabe", "nicht angegeben", "sin nombre", "Sans nom", "inconnue",
        "não informado", "onbekend", "неизвестно", "不明", "无", "없음", "[not provided]", "#N/A",
        "Test User", "n/a n/a", "first name",
    ],
)  # fmt: skip
def test_placeholders_of_many_languages_are_none(read: Read, text: str) -> None:
    assert read("known_value", text) is None


@pytest.mark.parametrize(
    "text",
    ["Unknown Pleasures Ltd", "Nilsson", "Testa", "Nona", "Xavier", "Noname Design", "3M"],
)
def test_firms_and_names_that_look_like_it_stay(read: Read, text: str) -> None:
    assert read("known_value", text) == text


@pytest.mark.parametrize(
    ("full", "known"),
    [
        pytest.param("Unknown Lee", "Lee", id="before"),
        pytest.param("n/a Wong", "Wong", id="before-with-a-slash"),
        pytest.param("Ada Unbekannt", "Ada", id="behind"),
        pytest.param("- Ada Lee -", "Ada Lee", id="both-sides"),
        pytest.param("Unknown", None, id="alone"),
        pytest.param("Jennifer Null", "Jennifer Null", id="a-family-called-null"),
        pytest.param("Test Unknown", None, id="nothing-but"),
    ],
)
def test_a_whole_name_loses_its_placeholders(read: Read, full: str, known: str | None) -> None:
    assert read("known_full_name", full) == known


@pytest.mark.parametrize(
    ("given", "family", "known"),
    [
        pytest.param("Jennifer", "Null", "Null", id="null"),
        pytest.param("Ada", "Test", "Test", id="test"),
        pytest.param("Ada", "None", "None", id="none"),
        pytest.param(None, "Null", None, id="null-alone"),
        pytest.param("Test", "User", None, id="both"),
        pytest.param("Ada", "Unknown", None, id="unknown"),
        pytest.param("Ada", "-", None, id="a-dash"),
    ],
)
def test_a_family_name_is_judged_with_the_given_name(
    macros: dict[str, Any], given: str | None, family: str, known: str | None
) -> None:
    given_sql = f"'{given}'" if given else "cast(null as varchar)"
    sql = macros["known_family_name"](given_sql, "value")

    assert duckdb.sql(f"select {sql} from (select '{family}' as value)").fetchone() == (known,)


@pytest.mark.parametrize(
    ("day", "known"),
    [
        pytest.param(date(1900, 1, 1), False, id="1900"),
        pytest.param(date(1970, 1, 1), False, id="1970"),
        pytest.param(date(1899, 12, 30), False, id="day-zero-of-a-spreadsheet"),
        pytest.param(date(9999, 12, 31), False, id="the-last"),
        pytest.param(date(1970, 1, 2), True, id="the-day-after"),
        pytest.param(date(1921, 7, 4), True, id="a-hundred-and-five"),
    ],
)
def test_a_day_that_forms_fill_in_is_no_birth_date(read: Read, day: date, known: bool) -> None:
    assert read("known_birth_date", day) == (day if known else None)

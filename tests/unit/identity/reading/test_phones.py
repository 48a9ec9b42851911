"""Telephone numbers are what a numbering plan allows, read from where they were written."""

import pytest

from dagster_project.identity.reading.phones import read_phone


@pytest.mark.parametrize(
    ("value", "country", "origin", "expected"),
    [
        pytest.param("0085267389939", "HK", "FR", "+85267389939", id="00-from-france"),
        pytest.param("0085267389939", "HK", "HK", "+85267389939", id="00-from-hong-kong"),
        pytest.param("00185267389939", "FR", "HK", "+85267389939", id="001-from-hong-kong"),
        pytest.param("011442079460958", "GB", "US", "+442079460958", id="011-from-us"),
        pytest.param("0011442079460958", "", "AU", "+442079460958", id="0011-from-australia"),
        pytest.param("0033612345678", "US", "US", "+33612345678", id="00-from-us"),
        pytest.param("01033612345678", "FR", "JP", "+33612345678", id="010-from-japan"),
        pytest.param("81033612345678", "FR", "RU", "+33612345678", id="810-from-russia"),
        pytest.param("0014155552671", "", "DE", "+14155552671", id="00-to-us"),
        pytest.param("01144960123", "GB", "US", "+441144960123", id="sheffield-is-no-011"),
        pytest.param("+4901705550001", "", "DE", "+491705550001", id="trunk-zero-after-code"),
        pytest.param("004901705550001", "DE", "FR", "+491705550001", id="trunk-zero-after-00"),
        pytest.param("+00491705550001", "DE", "DE", "+491705550001", id="plus-and-00"),
        pytest.param("+01705550001", "DE", "DE", "+491705550001", id="plus-before-a-trunk-zero"),
        pytest.param("491701112223", "DE", "DE", "+491701112223", id="code-without-plus"),
        pytest.param("491701112223", "", "FR", "+491701112223", id="code-of-another-country"),
        pytest.param("33612345678", "FR", "DE", "+33612345678", id="code-of-the-record"),
        pytest.param("393331234567", "IT", "IT", "+393331234567", id="italian-code-no-plus"),
        pytest.param("3933312345", "IT", "IT", "+393933312345", id="italian-mobile-393"),
        pytest.param("0699331234", "IT", "IT", "+390699331234", id="italian-zero-stays"),
        pytest.param("+390699331234", "", "", "+390699331234", id="italian-zero-with-code"),
        pytest.param("0612345678", "HK", "FR", "+33612345678", id="national-of-the-source"),
        pytest.param("67389939", "HK", "FR", "+85267389939", id="national-of-the-record"),
        pytest.param("89161234567", "RU", "DE", "+79161234567", id="russian-trunk-eight"),
        pytest.param("5511961234567", "BR", "BR", "+5511961234567", id="brazilian-code-no-plus"),
        pytest.param("14155552671", "US", "US", "+14155552671", id="american-trunk-one"),
        pytest.param("07700900123", "GB", "GB", "+447700900123", id="kept-for-fiction"),
        pytest.param("0639983365", "FR", "DE", "+33639983365", id="kept-for-french-fiction"),
    ],
)  # fmt: skip
def test_a_number_is_read_from_where_it_was_written(
    value: str, country: str, origin: str, expected: str | None
) -> None:
    found = read_phone(value, country, origin)

    assert (found if found and found.startswith("+") else None) == expected


@pytest.mark.parametrize(
    ("value", "country"),
    [
        pytest.param("+4912", "DE", id="too-short"),
        pytest.param("4949151212", "FR", id="no-number-of-france"),
        pytest.param("+999123456789", "", id="no-country"),
        pytest.param("12345", "DE", id="five-digits"),
        pytest.param("+11234567890", "US", id="no-area-code-begins-with-one"),
        pytest.param("20240131123456789", "DE", id="a-stamp"),
        pytest.param("4.91512e+12", "DE", id="rounded-by-a-spreadsheet"),
    ],
)
def test_digits_of_no_plan_are_never_e164(value: str, country: str) -> None:
    assert not (read_phone(value, country, country) or "").startswith("+")


def test_equal_digits_of_no_plan_still_agree() -> None:
    assert read_phone("0712345", "AU", "AU") == read_phone("0712345", "AU", "AU") is not None


def test_national_numbers_of_a_table_without_countries_agree_by_their_digits() -> None:
    assert (
        read_phone("7025550143", "", "") == read_phone("702-555-0143", "", "") == "7025550143"
    )

"""The short way of reading telephone numbers says what the library says, or nothing."""

from random import Random

import duckdb
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.identity.reading.phones import LEAST_DIGITS, read_by_library
from dagster_project.identity.reading.plain_phones import (
    is_fixed_line,
    read_plain,
    written_with,
)

_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
_CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_DIGITS = st.text("0123456789", min_size=3, max_size=15)


@given(
    country=st.sampled_from(["", *_REGIONS]),
    origin=st.sampled_from(["", *_REGIONS]),
    prefix=st.sampled_from(["", "0", "1", "8", "00", "011"]),
    digits=_DIGITS,
)
def test_national_numbers_are_read_as_the_library_does(
    country: str, origin: str, prefix: str, digits: str
) -> None:
    found = read_plain(prefix + digits, country, origin)

    assert found in (None, read_by_library(prefix + digits, country, origin))


@given(region=st.sampled_from(_REGIONS), origin=st.sampled_from(_REGIONS), data=st.data())
def test_real_numbers_are_read_as_the_library_does(
    region: str, origin: str, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from([0, 1, 2, 3, 4, 6]))
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    digits = phonenumbers.national_significant_number(example)
    trunk = data.draw(
        st.sampled_from(
            ["", phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""]
        )
    )
    changed = digits[:-1] + data.draw(st.sampled_from("0123456789"))

    found = read_plain(trunk + changed, region, origin)

    assert found in (None, read_by_library(trunk + changed, region, origin))


@given(code=st.sampled_from(_CODES), digits=_DIGITS)
def test_international_numbers_are_read_as_the_library_does(code: int, digits: str) -> None:
    found = read_plain(f"+{code}{digits}", "", "")

    assert found in (None, read_by_library(f"+{code}{digits}", "", ""))


@pytest.mark.parametrize(
    ("value", "region", "expected"),
    [
        pytest.param("+4930901820", "", "+4930901820", id="international"),
        pytest.param("030901820", "DE", "+4930901820", id="trunk-prefix"),
        pytest.param("21234567", "HK", "+85221234567", id="no-trunk-prefix"),
        pytest.param("02 1234567", "IT", None, id="not-digits-alone"),
        pytest.param("0212345678", "IT", None, id="zero-that-stays"),
        pytest.param("0049301234567", "FR", None, id="by-way-of-an-exchange"),
        pytest.param("12345", "", None, id="no-country"),
    ],
)
def test_usual_ways_of_writing(value: str, region: str, expected: str | None) -> None:
    assert read_plain(value, region, region) == expected


@pytest.mark.parametrize("code", _CODES)
def test_lines_are_told_apart_as_the_library_does(code: int) -> None:
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
    kinds = phonenumbers.PhoneNumberType
    for asked in (kinds.FIXED_LINE, kinds.MOBILE):
        example = phonenumbers.example_number_for_type(region, asked)
        if example is None:
            continue

        found = is_fixed_line(
            phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        )

        assert found == (phonenumbers.number_type(example) == kinds.FIXED_LINE)


@pytest.mark.parametrize("code", [1, 7, 33, 39, 44, 48, 49, 52, 55, 86])
def test_the_engine_takes_no_number_that_would_be_read_otherwise(code: int) -> None:
    """What it takes is E.164 as it stands; what it leaves is read one by one."""
    random = Random(code)
    digits = [
        "".join(random.choice("0123456789") for _ in range(random.randint(5, 12)))
        for _ in range(3_000)
    ]
    found: dict[str, tuple[bool, bool, bool]] = {}
    with duckdb.connect() as connection:
        for head in {f"{code}{each}"[:3] for each in digits}:
            written = written_with(head)
            assert written is not None
            assert written.code == str(code)
            national = [each for each in digits if f"{code}{each}"[:3] == head]
            rows = connection.execute(
                f"select national, {written.plain}, {written.fixed}, {written.sure} "
                "from (select unnest($1::varchar[]) as national)",
                [national],
            ).fetchall()
            found |= {f"+{code}{row[0]}": row[1:] for row in rows}

    taken = [value for value, (is_plain, _, _) in found.items() if is_plain]
    left = [value for value, (is_plain, _, sure) in found.items() if sure and not is_plain]

    assert taken
    assert bool(left) is (code in _CODES_OF_ONE_COUNTRY)
    assert [value for value in taken if read_by_library(value, "", "") != value] == []
    assert [value for value in taken if is_fixed_line(value) != found[value][1]] == []
    for value in left:
        is_long = len(value) - len(f"+{code}") >= LEAST_DIGITS
        assert read_by_library(value, "", "") == (value[1:] if is_long else None)


_CODES_OF_ONE_COUNTRY = (48, 49, 52, 55, 86)

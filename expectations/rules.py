"""Rules that many streams share, and what each does when it fails.

A *critical* rule refuses the whole load (``severity=CRITICAL``), a *row rule* holds single rows
back (``meta.row_rule``), a *warning* is only shown. A critical row rule holds rows back as long
as ``mostly`` of them are good, and refuses the load when they are not. Patterns match whole values: the engine's
``~`` is a full match. They are written for RE2, so without look-around.
"""

from collections.abc import Iterable
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.flags import FLAG

CRITICAL = FailureSeverity.CRITICAL
WARNING = FailureSeverity.WARNING

HALF = 0.5
"""Share of good values below which a load is not a load of this stream: a column was mixed up."""

_MONTH_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_YEAR = r"(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)"
_DAY = rf"(?:(?:19|20)[0-9]{{2}}-{_MONTH_DAY}|{_LEAP_YEAR}-02-29)"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?"
_OFFSET = r" ?(?:Z|z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
_EPOCH = r"[1-3]?[0-9]{9}(?:[.][0-9]+)?|[1-3][0-9]{12}|[1-3][0-9]{15}"
"""Seconds from 1973, milliseconds and microseconds from 2001, each to 2096. Twelve digits are
no time: 253402300799, the last second of 9999, would be a day of 1978 as milliseconds."""
_MONTHS_OF = (
    r"(?:(?:Jan|Mar|May|Jul|Aug|Oct|Dec) (?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:Apr|Jun|Sep|Nov) (?:0?[1-9]|[12][0-9]|30)|Feb (?:0?[1-9]|1[0-9]|2[0-8]))"
)
_ZONE_OF_ARCHIVE = r"[+-](?:0[0-9]|1[0-4])[0-5][0-9]"
_CLOCK_OF_ARCHIVE = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_ARCHIVE = (
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:"
    rf"{_MONTHS_OF} {_CLOCK_OF_ARCHIVE} {_ZONE_OF_ARCHIVE} (?:19|20)[0-9]{{2}}"
    rf"|Feb 29 {_CLOCK_OF_ARCHIVE} {_ZONE_OF_ARCHIVE} {_LEAP_YEAR})"
)

TIME = rf"^ *(?:{_DAY}(?:[T ]{_CLOCK}(?:{_OFFSET})?)?|{_EPOCH}|{_ARCHIVE})? *$"
"""A day of the calendar from 1900 to 2099, with or without a time of day and zone; an epoch; or
the form of X archives; or nothing, which some servers write where a time is unknown. 2026-02-30
and 0001-01-01 do not match. Exactly what staging's ``to_utc`` reads
(``tests/unit/dbt_macros/test_times.py``); dates of screens have become ISO on landing."""

_BIRTH_DAY = rf"(?:18[0-9]{{2}}-{_MONTH_DAY}|18(?:0[48]|[2468][048]|[13579][26])-02-29|{_DAY})"

DAY = (
    rf"^ *(?:{_BIRTH_DAY}(?:[T ]{_CLOCK})?|{_DAY}[T ]{_CLOCK}{_OFFSET}|{_EPOCH}|{_ARCHIVE}"
    r"|-?[1-9][0-9]{5,6}00000|(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))? *$"
)
"""A day of birth: as ``TIME``, or of the 19th century, as ``19850423``, or as the milliseconds of
a midnight, which all end in five zeros."""

EMAIL = r"^\s*[^@\s]+@[^@\s]+\s*$"
"""One ``@`` with something on both sides and no blank: more than that is not ours to judge."""

_GAP = "[\\s\u00a0\u2009\u202f]*"
_THIN = "['\u2019\u02bc\\s\u00a0\u2009\u202f]"
_SIGN = "[+\u2212-]"
_UNIT = r"(?:[A-Z]{3}|[A-Z]{0,3}\p{Sc}|kr[.]?|zł|Kč|Ft|S?Fr[.]?|Rs[.]?|R[Mp]?|lei)"
_CENTS = "(?:[.,](?:[0-9]*|--?|[–—]))?"
_DIGITS = 14
"""Before the decimal mark: what ``bigint`` holds of any currency, its minor units multiplied in."""


def _grouped(mark: str, cents: str) -> str:
    """``1,234,567.89``: groups of three behind a first one that is no zero."""
    return (
        f"(?:[1-9][0-9]?(?:{mark}[0-9]{{3}}){{1,4}}|[1-9][0-9]{{2}}(?:{mark}[0-9]{{3}}){{1,3}})"
        f"(?:{cents}(?:[0-9]*|--?|[–—]))?"
    )


_POWERS = "|".join(
    f"[0-9]{{1,{_DIGITS - power}}}(?:[.,][0-9]*)?[eE][+]?0*{power}" for power in range(_DIGITS)
)
_FIGURE = (
    f"(?:[0-9]{{1,{_DIGITS}}}{_CENTS}|[.,][0-9]+|{_POWERS}"
    f"|[0-9]{{1,{_DIGITS}}}(?:[.,][0-9]*)?[eE]-0*[1-9]"
    f"|{_grouped(',', '[.]')}|{_grouped('[.]', ',')}|{_grouped(_THIN, '[.,]')}"
    f"|[1-9][0-9]?(?:,[0-9]{{2}}){{1,4}},[0-9]{{3}}(?:[.][0-9]*)?)"
)
_UNIT_BEFORE, _UNIT_AFTER = f"(?:{_UNIT}{_GAP})?", f"(?:{_GAP}{_UNIT})?"

AMOUNT = (
    f"^{_GAP}(?:"
    f"(?:(?:{_SIGN}{_GAP})?{_UNIT_BEFORE}|{_UNIT}{_GAP}{_SIGN}{_GAP}){_FIGURE}{_UNIT_AFTER}"
    f"|{_UNIT_BEFORE}{_FIGURE}[\u2212-]{_UNIT_AFTER}"
    f"|{_UNIT_BEFORE}[(]{_GAP}{_UNIT_BEFORE}{_FIGURE}{_UNIT_AFTER}{_GAP}[)]{_UNIT_AFTER}"
    f"){_GAP}$"
)
"""A number of up to 14 digits as accounts of any country write it: groups of three (of two in
India) by one mark, the decimals behind another, one sign or brackets for below zero, a currency
beside it, or a power of ten. Percentages, NaN and 1e400 are none. Exactly what staging's
``to_minor_units`` reads (``tests/unit/dbt_macros/test_money.py``)."""

CURRENCY = r"^\s*[A-Za-z]{3}\s*$"

_ROUNDED = "|".join(
    f"[0-9](?:[.,][0-9]{{0,{max(power - 1, 0)}}})?[eE][+]?0*{power}"
    f"|[0-9][.,][0-9]{{{power}}}[0-9]*[1-9][0-9]*[eE][+]?0*{power}"
    for power in range(20)
)
ROUNDED = (
    rf"^\s*(?:{_ROUNDED}|[0-9]+(?:[.,][0-9]+)?[eE][+]?(?:0*[2-9][0-9]|[0-9]{{3,}})"
    r"|[0-9]{2,}(?:[.,][0-9]+)?[eE][+]?[0-9]+|[0-9]+[.,](?:[0-9]*[1-9][0-9]*|0{3,}))\s*$"
)
"""A number of which a spreadsheet has not written every digit (``1.01E+17``), a fraction, or
thousands that may be decimals (``301,000``). ``301.0`` and ``3.01E+02`` are 301 and nothing else:
staging's ``whole_id`` reads them."""

FILLED = r"^[\s\S]*\S[\s\S]*$"


def suite(name: str, *rules: Iterable[Expectation]) -> gx.ExpectationSuite:
    """A suite of several groups of rules."""
    return gx.ExpectationSuite(
        name=name, expectations=[rule for group in rules for rule in group]
    )


def columns_exist(*columns: str) -> list[Expectation]:
    """Refuse a load whose header lacks one of these."""
    return [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=list(columns),
            exact_match=False,
            severity=CRITICAL,
            meta={"rule": "required_columns"},
        )
    ]


def keyed_by(*columns: str) -> list[Expectation]:
    """Hold back rows without a key; refuse a load in which most rows have none."""
    rules: list[Expectation] = []
    for column in columns:
        rules += [
            gxe.ExpectColumnValuesToNotBeNull(
                column=column,
                mostly=HALF,
                severity=CRITICAL,
                meta=_row_rule(f"{column}_present"),
            ),
            _matches(column, FILLED, f"{column}_not_blank", row_rule=True),
        ]
    return rules


def filled(*columns: str) -> list[Expectation]:
    """Hold back rows in which one of these is missing."""
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column, severity=WARNING, meta=_row_rule(f"{column}_present")
        )
        for column in columns
    ]


def readable_times(*columns: str) -> list[Expectation]:
    """Hold back rows with an impossible time; refuse a load in which most times are."""
    return [_mostly_matches(column, TIME, f"{column}_readable") for column in columns]


def plausible_days(*columns: str) -> list[Expectation]:
    """Show days that no calendar has; the rows stay, staging reads the value as missing."""
    return [_matches(column, DAY, f"{column}_readable") for column in columns]


def email_keys(*columns: str) -> list[Expectation]:
    """Hold back rows whose key is an e-mail address that is none; refuse a load full of them."""
    return [_mostly_matches(column, EMAIL, f"{column}_email") for column in columns]


def email_values(*columns: str) -> list[Expectation]:
    """Show it when more than one in twenty values is no e-mail address."""
    return [_matches(column, EMAIL, f"{column}_email", mostly=0.95) for column in columns]


def whole_ids(*columns: str) -> list[Expectation]:
    """Hold back rows whose id a spreadsheet has rounded (1.01E+17): it names several rows."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(
            column=column,
            regex=ROUNDED,
            severity=WARNING,
            meta=_row_rule(f"{column}_not_rounded"),
        )
        for column in columns
    ]


def whole_references(*columns: str) -> list[Expectation]:
    """Show ids of other things that a spreadsheet has rounded: they lead nowhere."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(
            column=column,
            regex=ROUNDED,
            severity=WARNING,
            meta={"rule": f"{column}_not_rounded"},
        )
        for column in columns
    ]


def usual_form(column: str, pattern: str) -> list[Expectation]:
    """Show ids of another form than the vendor documents; ids are opaque, so their rows stay."""
    return [_matches(column, pattern, f"{column}_form")]


def amounts(*columns: str) -> list[Expectation]:
    """Hold back rows whose amount is no number."""
    return [_matches(column, AMOUNT, f"{column}_number", row_rule=True) for column in columns]


def currencies(*columns: str) -> list[Expectation]:
    """Hold back rows whose currency is no three-letter code: their amount means nothing."""
    return [_matches(column, CURRENCY, f"{column}_code", row_rule=True) for column in columns]


def booleans(*columns: str) -> list[Expectation]:
    """Show flags in a form nobody knows: staging reads them as unknown."""
    return [_matches(column, FLAG, f"{column}_flag") for column in columns]


def decisive_flags(*columns: str) -> list[Expectation]:
    """Refuse a load with a flag nobody can read: taken for no, it would mail or keep somebody."""
    return [_matches(column, FLAG, f"{column}_flag", severity=CRITICAL) for column in columns]


def known_values(column: str, *values: str) -> list[Expectation]:
    """Show values the vendor's documents do not name; their rows stay."""
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column=column,
            value_set=list(values),
            severity=WARNING,
            meta={"rule": f"{column}_known"},
        )
    ]


def _mostly_matches(column: str, pattern: str, rule: str) -> Expectation:
    return _matches(column, pattern, rule, mostly=HALF, severity=CRITICAL, row_rule=True)


def _matches(
    column: str,
    pattern: str,
    rule: str,
    *,
    mostly: float = 1,
    severity: FailureSeverity = WARNING,
    row_rule: bool = False,
) -> Expectation:
    return gxe.ExpectColumnValuesToMatchRegex(
        column=column,
        regex=pattern,
        mostly=mostly,
        severity=severity,
        meta=_row_rule(rule) if row_rule else {"rule": rule},
    )


def _row_rule(rule: str) -> dict[str, Any]:
    return {"rule": rule, "row_rule": True}

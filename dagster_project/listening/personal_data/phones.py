"""Telephone numbers, by the numbering of the regions a company's customers write from."""

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from dagster_project.listening.personal_data.numbers import (
    Digits,
    Run,
    begins_whole,
    ends_whole,
)
from dagster_project.listening.personal_data.payment import OTHER_NUMBERS
from dagster_project.listening.personal_data.spans import Span, said_before

_ANYWHERE = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "CH", "AT", "BE", "AU", "SE", "IE")
"""Regions asked when none is known, of numbers that are written as telephone numbers are."""

_CALLED = re.compile(
    r"☎|📞|📱|\b(?:tel|phone|fon|fone|call|calls|calling|called|cell|mobile|mob|fax|desk|ring|text me|sms|dial|"
    r"whats?app|contact|reach me|number is|my number|handy|telefon\w*|rufnummer|nummer lautet|anrufen|"
    r"t[ée]l[ée]phone|portable|appele[rz]|joindre|num[ée]ro|ll[áa]m\w+|tel[ée]fon\w*|celular|m[óo]vil|"
    r"cellulare|chiama\w*|bel|bellen|mobiel\w*|telem[óo]vel|ligue|liga|zadzwo\w+|kom[óo]rk\w+|numer|ring mig|"
    r"ara|telefonum)\b|電話|电话|手机|手機|тел",
    re.IGNORECASE,
)

_CALLED_AFTER = re.compile(
    r"\s?[-–(:]\s?(?:office|fax|mobile|cell|home|desk|work|phone|tel|privat|mobil)\b",
    re.IGNORECASE,
)

_DAY = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?:[ T]\d{1,2}.*)?$"
)
_NANP = re.compile(r"(?:\([2-9]\d{2}\)[-. ]?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}$")
_EXTENSION = re.compile(
    r"(?: ?(?:x|ext\.?|extension|durchwahl|poste) ?)\d{1,6}\b", re.IGNORECASE
)
_SIGNS_BEFORE = re.compile(r"(?:\+|\(\+?|\+\()$")


_TABLE = 40
"""Groups in a row that are a table of numbers, and no telephones one behind the other."""


def find_phones(text: str, run: Run, regions: Sequence[str]) -> Iterator[Span]:
    """Numbers valid in a region, in the world, or called a telephone's by the words before."""
    if len(run.groups) > _TABLE:
        return
    until = 0
    for part in run.parts(6, 17):
        if part.start < until:
            continue
        start = _with_sign(text, part.start)
        if _is_phone(text, start, part, regions):
            extension = _EXTENSION.match(text, part.end)
            until = extension.end() if extension else part.end
            yield Span(start, until, "phone")


def _with_sign(text: str, start: int) -> int:
    before = _SIGNS_BEFORE.search(text, max(0, start - 2), start)
    return before.start() if before else start


def _is_phone(text: str, start: int, part: Digits, regions: Sequence[str]) -> bool:
    said = text[start : part.end]
    if not _may_be_phone(text, start, part):
        return False
    digits = part.joined
    if said.startswith(("+", "(+")):
        return _is_possible("+" + digits)
    if digits.startswith("00") and len(digits) > 10 and _is_possible("+" + digits[2:]):
        return True
    is_called = bool(_CALLED_AFTER.match(text, part.end)) or said_before(_CALLED, text, start)
    if is_called:
        return 7 <= len(digits) <= 15 and len(part.groups) <= 7
    return not said_before(OTHER_NUMBERS, text, start) and _is_dialled(said, part, regions)


def _may_be_phone(text: str, start: int, part: Digits) -> bool:
    """No date, no fraction, and no part of a word or of a longer number."""
    said = text[start : part.end]
    return (
        text[start - 1 : start] != "#"
        and not _DAY.match(said)
        and said.count("/") < 2
        and begins_whole(text, start)
        and bool(ends_whole(text, part.end) or _EXTENSION.match(text, part.end))
    )


def _is_dialled(said: str, part: Digits, regions: Sequence[str]) -> bool:
    """Valid where the company's customers are, or written as only telephone numbers are.

    Seven bare digits may be anything: a number is grouped, or as long as one with its area.
    """
    size, groups = len(part.joined), len(part.groups)
    if (
        (groups > 1 or size >= 9)
        and size >= 7
        and any(_is_valid(said, each) for each in regions)
    ):
        return True
    return bool(_NANP.match(said)) or (
        groups > 1
        and part.shape != (3, 2, 4)  # as the numbers of social security are written
        and part.joined.startswith("0")
        and (size >= 10 or (size == 9 and groups > 2))
        and any(_is_valid(said, region) for region in _ANYWHERE)
    )


def _is_possible(said: str) -> bool:
    """With its country's code, a number long enough: metadata is always behind new ranges."""
    try:
        return len(said) > 9 and phonenumbers.is_possible_number(phonenumbers.parse(said, None))
    except phonenumbers.NumberParseException:
        return False


def _is_valid(said: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)

"""Telephone numbers that are digits alone, read twenty times as fast as by the library.

Most numbers of a table are written plainly, and the library spends its time on what they do
not have: letters, extensions, prefixes of foreign exchanges. The rules here are its own, read
from its metadata; whatever is not sure to come out the same is left to it.

Belongs here: the short way, and what a number's plan says of it.
Does not belong here: which values are numbers (``phones``).
"""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

_INTERNATIONAL = re.compile(r"\+([1-9][0-9]{6,14})", re.ASCII)

_NATIONAL = re.compile(r"[0-9]{6,14}", re.ASCII)


def read_plain(value: str, country: str, origin: str) -> str | None:
    """The number in E.164 if its plan allows it; nothing where only the library can tell.

    ``country`` is the record's, ``origin`` that of the place where the number was written.
    """
    if value.startswith("+"):
        return _international(value)
    plans = [plan for plan in map(_plan_of_region, (country, origin)) if plan is not None]
    if not plans or _NATIONAL.fullmatch(value) is None or value.startswith("00"):
        return None
    if any(plan.is_special(value) for plan in plans):
        return None
    return _joined(plans[0], value)


def is_fixed_line(e164: str) -> bool:
    """Whether a number can only be a place's: its plan has no mobile telephones there.

    Digits alone are no number of any plan.
    """
    if not e164.startswith("+"):
        return False
    plan, national = _plan_and_rest(e164)
    return (
        plan is not None
        and plan.fixed is not None
        and plan.fixed.fullmatch(national) is not None
        and (plan.mobile is None or plan.mobile.fullmatch(national) is None)
    )


@dataclass(frozen=True)
class Written:
    """What numbers with a country's code look like that stand as they are, for the engine.

    ``code``: digits after the plus. ``plain``: SQL that such a number's digits after the code,
    ``national``, are surely a number of the plan; ``fixed``: that it can only be a place's;
    ``sure``: that what is not plain is no number of any plan.
    """

    code: str
    plain: str
    fixed: str
    sure: str


def written_with(head: str) -> Written | None:
    """The plan of numbers whose first three digits after the plus are ``head``, if there is one."""
    plan, rest = _plan_and_rest(f"+{head}")
    if plan is None:
        return None

    def whole(patterns: "tuple[re.Pattern[str] | None, ...]") -> str:
        known = "|".join(f"(?:{each.pattern})" for each in patterns if each is not None)
        return f"regexp_full_match(national, '{known}')" if known else "false"

    no_trunk = (
        f"not regexp_matches(national, '^(?:{plan.prefix.pattern})')" if plan.prefix else "true"
    )
    stands = f"national not like '0%' and {no_trunk}"
    # regions that share a code have a plan each, of which this is the first
    is_alone = len(COUNTRY_CODE_TO_REGION_CODE[int(plan.code)]) == 1
    return Written(
        head.removesuffix(rest),
        f"{whole((plan.numbers,))} and {whole((plan.mobile, plan.fixed, *plan.others))} "
        f"and {stands}",
        f"{whole((plan.fixed,))} and not {whole((plan.mobile,))}",
        stands if is_alone and plan.code not in KEPT_FOR_FICTION else "false",
    )


KEPT_FOR_FICTION = ("33", "44")
"""Codes of countries that keep numbers for films, which are none of any plan (``phones``)."""


def _international(value: str) -> str | None:
    if _INTERNATIONAL.fullmatch(value) is None:
        return None
    plan, national = _plan_and_rest(value)
    return None if plan is None else _joined(plan, national)


def _plan_and_rest(value: str) -> tuple["_Plan | None", str]:
    """The plan that a number with its country's code belongs to, and its other digits."""
    for length in (1, 2, 3):
        plan = _plan_of_code(value[1 : 1 + length])
        if plan is not None:
            return plan, value[1 + length :]
    return None, ""


@dataclass(frozen=True)
class _Plan:
    """The numbering plan of a region, as far as plain numbers need it."""

    code: str
    foreign: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    trunk: str | None
    numbers: re.Pattern[str]
    lengths: frozenset[int]
    fixed: re.Pattern[str] | None
    mobile: re.Pattern[str] | None
    others: tuple[re.Pattern[str], ...]

    def is_special(self, digits: str) -> bool:
        """Whether it may begin with the way to another country, or with this one's own code."""
        return digits.startswith(self.code) or (
            self.foreign is not None and self.foreign.match(digits) is not None
        )

    def allows(self, national: str) -> bool:
        """Whether the plan has such a number, of whatever use."""
        return self.numbers.fullmatch(national) is not None and any(
            kind is not None and kind.fullmatch(national) is not None
            for kind in (self.mobile, self.fixed, *self.others)
        )

    def without_trunk(self, digits: str) -> str | None:
        """The digits less the one that is dialled inside the country; nothing if in doubt."""
        if self.prefix is None or self.prefix.match(digits) is None:
            return digits
        if self.trunk is None or self.numbers.fullmatch(digits):
            return None
        rest = digits.removeprefix(self.trunk)
        return rest if len(rest) in self.lengths else None


def _joined(plan: _Plan, digits: str) -> str | None:
    national = plan.without_trunk(digits)
    if national is None or national.startswith("0"):
        return None
    return f"+{plan.code}{national}" if plan.allows(national) else None


@cache
def _plan_of_code(code: str) -> _Plan | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if not code.startswith("0") else None
    if not regions:
        return None
    return _plan(PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0]))


@cache
def _plan_of_region(region: str) -> _Plan | None:
    return _plan(PhoneMetadata.metadata_for_region(region, None)) if region else None


def _plan(metadata: PhoneMetadata | None) -> _Plan | None:
    usual = metadata.general_desc if metadata else None
    if metadata is None or usual is None or not usual.national_number_pattern:
        return None
    prefix = metadata.national_prefix_for_parsing
    return _Plan(
        code=str(metadata.country_code),
        foreign=_compiled(metadata.international_prefix),
        prefix=_compiled(prefix),
        trunk=prefix if prefix and prefix.isdigit() else None,
        numbers=re.compile(usual.national_number_pattern),
        lengths=frozenset(usual.possible_length),
        fixed=_pattern_of(metadata.fixed_line),
        mobile=_pattern_of(metadata.mobile),
        others=tuple(
            pattern
            for kind in (
                metadata.toll_free,
                metadata.premium_rate,
                metadata.shared_cost,
                metadata.voip,
                metadata.personal_number,
                metadata.pager,
                metadata.uan,
                metadata.voicemail,
            )
            if (pattern := _pattern_of(kind)) is not None
        ),
    )


def _pattern_of(kind: PhoneNumberDesc | None) -> re.Pattern[str] | None:
    return _compiled(kind.national_number_pattern) if kind else None


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None

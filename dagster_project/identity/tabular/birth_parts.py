"""A birth date in three columns: year, month and day, where headers do not name all of them.

Belongs here: columns that are a part of a birth date only beside the other two.
Does not belong here: headers that name a part by themselves (``spellings``).
"""

from collections.abc import Mapping, Sequence
from itertools import permutations

from dagster_project.identity.tabular.headers import meaning_of
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.profile import Profile
from dagster_project.identity.tabular.spec import Column, ColumnSpec

PARTS = (Meaning.BIRTH_YEAR, Meaning.BIRTH_MONTH, Meaning.BIRTH_DAY)

_MOST = 0.95
"""Share of values that must be a year, month or day: some people have none, or a wrong one."""

_ABOVE_TWELVE = 0.2
"""Share of days after the 12th, at least: three fifths are, of months none."""

_YEARS = 20
"""Different years of birth, at least: dates of an event or a survey lie closer together."""


def with_birth_parts(
    columns: Sequence[Column], profiles: Mapping[str, Profile]
) -> list[Column]:
    """Columns with the parts of a birth date that only their values and neighbours tell."""
    means = [column.spec.means for column in columns]
    told = [part for part in PARTS if part in means]
    if Meaning.BIRTH_DATE in means or len(told) == len(PARTS):
        return list(columns)
    found = _third(columns, profiles, told) if len(told) == 2 else _three(columns, profiles)
    return [
        Column(column.name, ColumnSpec(means=found[column.name]), _WHY)
        if column.name in found
        else column
        for column in columns
    ]


_WHY = "beside the other parts, its values make dates of birth"


def _third(
    columns: Sequence[Column], profiles: Mapping[str, Profile], told: Sequence[Meaning]
) -> dict[str, Meaning]:
    """The one part that two others want, if one column alone can be it."""
    (wanted,) = set(PARTS) - set(told)
    fitting = [c.name for c in columns if _is_free(c) and _fits(profiles[c.name], wanted)]
    return {fitting[0]: wanted} if len(fitting) == 1 else {}


def _three(columns: Sequence[Column], profiles: Mapping[str, Profile]) -> dict[str, Meaning]:
    """Three neighbours that are year, month and day in any order, if there is one such three."""
    if not any(column.spec.means in _NAMES for column in columns):
        return {}
    found = [
        dict(zip((c.name for c in three), order, strict=True))
        for three in zip(columns, columns[1:], columns[2:], strict=False)
        if all(map(_is_free, three))
        for order in permutations(PARTS)
        if all(_fits(profiles[c.name], part) for c, part in zip(three, order, strict=True))
    ]
    return found[0] if len(found) == 1 else {}


_NAMES = (Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.FULL_NAME)


def _is_free(column: Column) -> bool:
    """Whether neither header nor content gave the column a meaning of its own."""
    is_open = column.spec.means in (Meaning.IGNORED, *PARTS)
    return is_open and meaning_of(column.name, Kind.PERSONS) in (None, *PARTS, Meaning.NUMBER)


def _fits(profile: Profile, part: Meaning) -> bool:
    if part is Meaning.BIRTH_YEAR:
        return profile.share("year_of_birth") > _MOST and profile.distinct >= _YEARS
    if part is Meaning.BIRTH_MONTH:
        return profile.share("month") > _MOST
    return profile.share("day") > _MOST and 1 - profile.share("month") > _ABOVE_TWELVE

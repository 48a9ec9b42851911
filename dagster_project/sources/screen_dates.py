"""Dates as a person's screen shows them (``10/24/2023 9:36 AM``), rewritten as ISO 8601 on landing.

``_raw`` keeps what the file said. Gates and staging then know one grammar, of which no notation
depends on a country. Which part is the day is never guessed: the register says it, or a part
above 12 anywhere in the column, else in the file's other columns; without either the load is
refused with the line to add.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.streams import StreamSpec

_TIME_NAME = re.compile(
    r"date|time|stamp|(?:^|_)(?:at|created|changed|since)$|birth", re.IGNORECASE
)
_TYPED_BY_HAND = frozenset({"birthdate", "date_of_birth"})
"""Text that people type: what stays ambiguous in them is left unread and costs no load."""

_CLOCK = (
    r"(?:,?[ T]([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?"
    r"(?:[ \x{00a0}\x{202f}]?([aApP])[.]?[ ]?[mM][.]?)?)?"
)
_DAY_FIELDS = r"([0-9]{1,2})([/.-])([0-9]{1,2})[/.-]((?:18|19|20)[0-9]{2})"
_SCREEN = rf"^\s*{_DAY_FIELDS}{_CLOCK}\s*$"
_YEAR_FIRST = rf"^\s*((?:18|19|20)[0-9]{{2}})/([0-9]{{1,2}})/([0-9]{{1,2}}){_CLOCK}\s*$"
_DAY_ABOVE_12 = "between 13 and 31"


def time_columns(spec: StreamSpec) -> tuple[str, ...]:
    """The columns of a stream that hold times, by their names."""
    return tuple(
        column
        for column in spec.columns
        if _TIME_NAME.search(column) and not re.search("timezone|_id$", column)
    )


def order_questions(
    spec: StreamSpec, present: Iterable[str], fields: Mapping[str, str] | None = None
) -> dict[str, str]:
    """For ``inspect``: per column, how many dates show which part is the day, and how many hide it.

    ``fields``: landing column → its field in the work file, where that has another name.
    """
    fields = fields or {}
    questions: dict[str, str] = {}
    for column in sorted(set(present) & set(time_columns(spec))):
        field = fields.get(column, column)
        first, second, dotted = (_part(field, n) for n in (1, 3, 2))
        slashed = f"regexp_matches(\"{field}\", '{_SCREEN}') and {dotted} <> '.'"
        first, second = f"try_cast({first} as integer)", f"try_cast({second} as integer)"
        questions |= {
            f"screen:{column}": f"count(*) filter (regexp_matches(\"{field}\", '{_SCREEN}') "
            f"or regexp_matches(\"{field}\", '{_YEAR_FIRST}'))",
            f"day_first:{column}": f"count(*) filter ({slashed} and {first} {_DAY_ABOVE_12})",
            f"month_first:{column}": f"count(*) filter ({slashed} and {second} {_DAY_ABOVE_12})",
            f"either:{column}": f"count(*) filter ({slashed} and {first} <= 12 "
            f"and {second} <= 12 and {first} <> {second})",
        }
    return questions


def order_problems(facts: Mapping[str, Any], source: SourceConfig) -> tuple[str, ...]:
    """The refusal for dates nobody can tell, with the line to add."""
    unclear = sorted(
        column
        for column in _columns(facts)
        if column not in _TYPED_BY_HAND
        and facts[f"either:{column}"]
        and _order(column, facts, source) is None
    )
    if not unclear:
        return ()
    return (
        f"unclear_date_order: dates in {', '.join(unclear)} can be read day first or month "
        f"first; add `date_order: day_first` (24/10/2023) or `date_order: month_first` "
        f"(10/24/2023) under sources.{source.name} in config/sources.yml",
    )


def as_iso(facts: Mapping[str, Any], source: SourceConfig) -> dict[str, str]:
    """Landing column → SQL over its text, for the columns that hold such dates."""
    return {
        column: _iso_sql(column, _order(column, facts, source))
        for column in _columns(facts)
        if facts[f"screen:{column}"]
    }


def _columns(facts: Mapping[str, Any]) -> list[str]:
    return [name.removeprefix("screen:") for name in facts if name.startswith("screen:")]


def _order(column: str, facts: Mapping[str, Any], source: SourceConfig) -> str | None:
    """The register's word, else the column's, else the other columns' of the same export."""
    if source.date_order is not None:
        return source.date_order
    others = () if column in _TYPED_BY_HAND else set(_columns(facts)) - _TYPED_BY_HAND
    for columns in ((column,), others):
        shown = {
            order
            for order in ("day_first", "month_first")
            if any(facts[f"{order}:{each}"] for each in columns)
        }
        if shown:
            return shown.pop() if len(shown) == 1 else None
    return None


def _iso_sql(column: str, order: str | None) -> str:
    """A date as ISO where its order is known or only one is possible; other text as it stands."""
    first, separator, second, year = (_part(column, n) for n in (1, 2, 3, 4))
    day_first = _joined(year, second, first) + _clock_sql(column, _SCREEN, 5)
    month_first = _joined(year, first, second) + _clock_sql(column, _SCREEN, 5)
    y, m, d = (_part(column, n, _YEAR_FIRST) for n in (1, 2, 3))
    by_order = {"day_first": day_first, "month_first": month_first}.get(
        order or "", f'"{column}"'
    )
    return f"""case
        when regexp_matches("{column}", '{_SCREEN}') then case
            when {separator} = '.' or try_cast({first} as integer) > 12 then {day_first}
            when try_cast({second} as integer) > 12 or {first} = {second} then {month_first}
            else {by_order}
        end
        when regexp_matches("{column}", '{_YEAR_FIRST}')
            then {_joined(y, m, d)}{_clock_sql(column, _YEAR_FIRST, 4)}
        else "{column}"
    end"""


def _joined(year: str, month: str, day: str) -> str:
    return f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"


def _clock_sql(column: str, pattern: str, at: int) -> str:
    """`` || ' 09:36[:00]'`` from hour, minute, second and half of the day, where there are any."""
    hour, minute, second, half = (_part(column, at + n, pattern) for n in range(4))
    of_day = f"""case lower({half})
        when '' then try_cast({hour} as integer)
        when 'a' then try_cast({hour} as integer) % 12
        else try_cast({hour} as integer) % 12 + 12
    end"""
    return f""" || case when {hour} = '' then '' else
        ' ' || lpad(({of_day})::varchar, 2, '0') || ':' || {minute}
        || case when {second} = '' then '' else ':' || {second} end
    end"""


def _part(column: str, group: int, pattern: str = _SCREEN) -> str:
    return f"regexp_extract(\"{column}\", '{pattern}', {group})"

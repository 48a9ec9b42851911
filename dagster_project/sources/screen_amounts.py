"""Amounts that may mean two things (``1.234``), rewritten on landing as the one they mean.

``_raw`` keeps what the file said. Which mark stands before the decimals is never guessed: the
register says it, or an amount of the column that can only be read one way (``1.234,50``, ``99.5``).
Without either, a load with a point before three digits is refused with the line to add; a comma
before three digits is a thousands separator, as in the CRMs' own exports.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.currencies import DECIMALS
from dagster_project.domain.streams import StreamSpec

_AMOUNT_NAME = re.compile(r"(?:^|_)(?:amount|cost)$")

_UNCLEAR_POINT = r"^[^0-9.,]*[1-9][0-9]{0,2}[.][0-9]{3}[^0-9.,]*$"
_UNCLEAR_COMMA = r"^[^0-9.,]*[1-9][0-9]{0,2},[0-9]{3}[^0-9.,]*$"
_COMMA_DECIMALS = r"[0-9],[0-9]{1,2}[^0-9.,]*$|[.][0-9]{3},|[.][0-9]{3}[.][0-9]{3}"
_POINT_DECIMALS = (
    r"[0-9][.](?:[0-9]{1,2}|[0-9]{4,})[^0-9.,]*$|,[0-9]{3}[.]|,[0-9]{2,3},[0-9]{3}"
)

_OTHER_DECIMALS = frozenset(DECIMALS)
"""Currencies that do not have two decimals: staging reads ``1.234`` of them one way only."""


def mark_questions(spec: StreamSpec, present: Iterable[str]) -> dict[str, str]:
    """For ``inspect``: per column, amounts that show the decimal mark, and those that hide it."""
    return {
        f"{name}:{column}": f"count(*) filter (regexp_matches(\"{column}\", '{pattern}'))"
        for column in sorted(set(present) & set(spec.columns))
        if _AMOUNT_NAME.search(column)
        for name, pattern in (
            ("unclear_point", _UNCLEAR_POINT),
            ("unclear_comma", _UNCLEAR_COMMA),
            ("decimal_comma", _COMMA_DECIMALS),
            ("decimal_point", _POINT_DECIMALS),
        )
    }


def mark_problems(facts: Mapping[str, Any], source: SourceConfig) -> tuple[str, ...]:
    """The refusal for amounts nobody can tell, with the line to add."""
    unclear = [
        column
        for column in _columns(facts)
        if facts[f"unclear_point:{column}"]
        and _mark(column, facts, source) is None
        and source.currency not in _OTHER_DECIMALS
    ]
    if not unclear:
        return ()
    return (
        f"unclear_amounts: {', '.join(unclear)} can be read as thousands or as decimals (1.234); "
        f"add `decimal_mark: comma` (1.234 is one thousand) or `decimal_mark: point` (it is 1 and "
        f"234 thousandths) under sources.{source.name} in config/sources.yml",
    )


def as_plain(facts: Mapping[str, Any], source: SourceConfig) -> dict[str, str]:
    """Landing column → SQL over its text, where the decimal mark is a comma."""
    return {
        column: _plain_sql(column)
        for column in _columns(facts)
        if (facts[f"unclear_point:{column}"] or facts[f"unclear_comma:{column}"])
        and _mark(column, facts, source) == "comma"
    }


def _columns(facts: Mapping[str, Any]) -> list[str]:
    return [n.removeprefix("unclear_point:") for n in facts if n.startswith("unclear_point:")]


def _mark(column: str, facts: Mapping[str, Any], source: SourceConfig) -> str | None:
    """The register's word, else what the column shows; nothing where it shows both."""
    if source.decimal_mark is not None:
        return source.decimal_mark
    shown = [mark for mark in ("comma", "point") if facts[f"decimal_{mark}:{column}"]]
    return shown[0] if len(shown) == 1 else None


def _plain_sql(column: str) -> str:
    """Thousands without their point; a fourth decimal makes a decimal comma what it is."""
    return f"""case
        when regexp_matches("{column}", '{_UNCLEAR_POINT}') then replace("{column}", '.', '')
        when regexp_matches("{column}", '{_UNCLEAR_COMMA}')
            then regexp_replace("{column}", '(,[0-9]{{3}})', '\\10')
        else "{column}"
    end"""

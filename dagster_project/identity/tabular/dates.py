"""Dates as people, programs and spreadsheets write them: which notations, and the day as SQL.

Belongs here: notations of dates and what reads them. Does not belong here: which column holds
dates (``infer``).

A column may mix notations, as sources that were put into one table do; where day and month
cannot be told apart, the notation that fits more of the column counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.engines.duckdb.session import quoted

EXCEL = "excel"
"""The notation of days counted from 1899-12-30, as spreadsheets keep them."""

DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y",
    "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%b %d, %Y", "%b %d %Y",
    "%d-%b-%Y", "%d%m%Y", "%m%d%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%d-%b-%y",
)  # fmt: skip
"""Ways to write a date (strptime); where two fit equally well the first counts."""

_MOST_FORMATS = 4
_FEWEST = 0.02
"""Share of a column's dates below which a further notation is taken for errors."""

# e-mails, telephones and streets have digits too, and failing at every notation takes long
_MAY_BE_DATE = """
    length(value) between 6 and 32
    and regexp_matches(value, '[0-9]{2}')
    and not contains(value, '@')
    and not starts_with(value, '+')
    and (
        contains(value, ':')
        or not regexp_matches(value, '[A-Za-z]{2}')
        or regexp_matches(value, '(?i)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec')
    )
"""
_LIKELY = "between '1000-01-01' and '2100-01-01'"
_TIME = "[T ]+[0-9]{1,2}:[0-9]{2}.*$"
_SERIAL = "^([3-9][0-9]{3}|[1-5][0-9]{4})([.]0+)?$"
_TURN = 2030
"""Two digits of a year that strptime puts in this year or later are those of the century before."""


@dataclass(frozen=True)
class DateProfile:
    """Shares of dates among a column's values, its notations, and how many years they span."""

    shares: dict[str, float]
    formats: tuple[str, ...]


def profile_dates(connection: duckdb.DuckDBPyConnection) -> DateProfile:
    """Look at the values of ``input_value``."""
    known = _plain(DATE_FORMATS, "value")
    share, in_life, serial, span = connection.execute(
        f"""
        select
            count(day) / count(*),
            count(*) filter (day {_LIKELY}) / count(*),
            avg(regexp_matches(value, '{_SERIAL}')::int),
            quantile_cont(year(day), 0.9) - quantile_cont(year(day), 0.1)
        from (
            select value, case when {_MAY_BE_DATE} then {known} end as day
            from input_value where value <> ''
        )
        """
    ).fetchall()[0]
    shares = {
        "date": round(share or 0.0, 4),
        "likely_date": round(in_life or 0.0, 4),
        "serial": round(serial or 0.0, 4),
        "spans_years": float(span or 0),
    }
    return DateProfile(shares, _formats(connection) if shares["date"] > 0.2 else ())


def _formats(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The notation of most values, then that of most of the others, and so on."""
    found: list[str] = []
    fewest = 1.0
    while len(found) < _MOST_FORMATS:
        unread = f"{day_sql('value', found)} is null" if found else "true"
        counts = connection.execute(
            "select "
            + ", ".join(
                f"count(*) filter ({_plain([each], 'value')} {_LIKELY})"
                for each in DATE_FORMATS
            )
            + f" from input_value where {_MAY_BE_DATE} and {unread}"
        ).fetchall()[0]
        best = max(range(len(counts)), key=lambda n: (counts[n], -n))
        if counts[best] < fewest:
            break
        fewest = fewest if found else max(fewest, _FEWEST * counts[best])
        found.append(DATE_FORMATS[best])
    return tuple(found)


def day_sql(text: str, formats: Sequence[str]) -> str:
    """SQL: the day that a text says in one of these notations, null where none reads it."""
    named = [each for each in formats if each != EXCEL]
    days = [_plain(named, text)] if named else []
    if EXCEL in formats:
        days.append(
            f"case when regexp_matches({text}, '{_SERIAL}') "
            f"then date '1899-12-30' + floor({text}::double)::integer end"
        )
    return f"coalesce({', '.join(days)})" if days else "null::date"


def _plain(formats: Sequence[str], text: str) -> str:
    """SQL: the day, the time of day behind it left out."""
    # a year of two digits is asked first: %Y would read it as one of antiquity
    ordered = sorted(formats, key=lambda each: "%y" not in each)
    listed = ", ".join(f"'{quoted(each)}'" for each in ordered)
    short = f"case when contains({text}, ':') then regexp_replace({text}, '{_TIME}', '') end"
    day = f"coalesce(try_strptime({text}, [{listed}]), try_strptime({short}, [{listed}]))::date"
    if not any("%y" in each for each in formats):
        return day
    return f"({day} - to_years(case when year({day}) >= {_TURN} then 100 else 0 end))::date"

"""What a file does not say of itself: when it was made, and what its times and amounts mean.

Belongs here: as-of dates, and the refusals for a missing time zone or currency.
Does not belong here: parsing of times; dbt's staging does that.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.streams import Delivery, StreamSpec
from dagster_project.sources.members import Member

_DATED = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


def as_of(member: Member, source: SourceConfig, newest: datetime | None) -> datetime:
    """Export date: the file name's, else the archive's, else the newest change inside, else mtime.

    A date in a name means that day in the source's zone: its start, or the newest change inside
    where that is of the same day.
    """
    named = _date_in(member.name, source) or _date_in(member.origin.name, source)
    if named is not None:
        same_day = newest is not None and named <= newest < named + timedelta(days=1)
        return newest.astimezone(UTC) if newest is not None and same_day else named
    if member.member is not None and member.modified_at.year > 1980:
        return member.modified_at
    return newest.astimezone(UTC) if newest is not None else member.modified_at


def delivery_of(spec: StreamSpec, source: SourceConfig) -> Delivery:
    """The stream's delivery, as the company may have declared it."""
    options = source.streams.get(spec.stream)
    return options.delivery if options and options.delivery else spec.delivery


def zone_questions(
    spec: StreamSpec,
    source: SourceConfig,
    present: Iterable[str],
    fields: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """``zone:<column>``: how many times carry no zone, where the source names none.

    ``fields``: landing column → its field in the work file, where that has another name.
    """
    if source.timezone is not None:
        return {}
    found = [column for column in spec.local_times if column in set(present)]
    names = fields or {}
    return {f"zone:{c}": f"count(*) filter ({_zoneless_sql(names.get(c, c))})" for c in found}


def _zoneless_sql(column: str) -> str:
    clock = f"regexp_matches(\"{column}\", '\\d:\\d\\d')"
    zone = f"regexp_matches(trim(\"{column}\"), '(?i)(z|utc|gmt|[+-]\\d\\d(:?\\d\\d)?)$')"
    return f"{clock} and not {zone}"


def currency_questions(money: tuple[str, str] | None, source: SourceConfig) -> dict[str, str]:
    """``currency``: how many amounts have no currency, where the source has no default."""
    if money is None or source.currency is not None:
        return {}
    amount, currency = money
    return {
        "currency": f"count(*) filter (nullif(\"{amount}\", '') is not null "
        f"and nullif(\"{currency}\", '') is null)"
    }


def problems_of(facts: Mapping[str, Any], source: SourceConfig) -> tuple[str, ...]:
    """Reasons to refuse, each with the line to add."""
    problems = []
    zoneless = [
        name.removeprefix("zone:") for name in facts if name.startswith("zone:") and facts[name]
    ]
    if zoneless:
        problems.append(
            f"missing_time_zone: times in {', '.join(sorted(zoneless))} carry no zone; add "
            f"`timezone: Europe/Paris` (the zone of the account that exported the file) under "
            f"sources.{source.name} in config/sources.yml"
        )
    if facts.get("currency"):
        problems.append(
            f"missing_currency: {counted(facts['currency'], 'amount names', 'amounts name')} "
            f"no currency; add `currency: EUR` (the account's own) under sources.{source.name} in "
            "config/sources.yml"
        )
    return tuple(problems)


def _date_in(name: str, source: SourceConfig) -> datetime | None:
    for year, month, day in _DATED.findall(name):
        try:
            zone = ZoneInfo(source.timezone or "UTC")
            return datetime(int(year), int(month), int(day), tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    return None

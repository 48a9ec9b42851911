"""A calendar's open time as instants: disjoint half-open intervals in UTC, in order."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from dagster_project.service_levels.calendars import DAY, WEEKDAYS, Calendar, CalendarVersion
from dagster_project.service_levels.zones import offset_spans

Interval = tuple[int, int]

_DAY_0 = date(1970, 1, 1)


def open_intervals(calendar: Calendar, begins: int, ends: int) -> list[Interval]:
    """Open time within ``[begins, ends)``; seconds since 1970 in UTC.

    An instant is open when its local wall time lies in a window of the version in force at that
    instant: an hour that a zone has twice counts twice, one that it leaves out does not count.
    """
    found: list[Interval] = []
    for version, version_begins, version_ends in _in_force(calendar, begins, ends):
        for span_begins, span_ends, offset in offset_spans(
            version.tz, version_begins, version_ends
        ):
            wall = (span_begins + offset, span_ends + offset)
            found.extend(
                (opens - offset, closes - offset)
                for opens, closes in _clipped(_wall_windows(version, *wall), *wall)
            )
    return union(found)


def union(intervals: Sequence[Interval]) -> list[Interval]:
    """Disjoint intervals in order that cover the same; touching ones become one."""
    joined: list[Interval] = []
    for opens, closes in sorted(intervals):
        if opens >= closes:
            continue
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined


def _in_force(
    calendar: Calendar, begins: int, ends: int
) -> Iterator[tuple[CalendarVersion, int, int]]:
    starts = [
        begins if version.valid_from is None else int(version.valid_from.timestamp())
        for version in calendar.versions
    ]
    for version, (starts_at, next_at) in zip(
        calendar.versions, pairwise([*starts, ends]), strict=True
    ):
        if max(starts_at, begins) < min(next_at, ends):
            yield version, max(starts_at, begins), min(next_at, ends)


def _wall_windows(version: CalendarVersion, begins: int, ends: int) -> Iterator[Interval]:
    """Windows of every date that reaches into ``[begins, ends)`` of wall time."""
    first, last = begins // DAY - 1, (ends - 1) // DAY  # the day before may run over midnight
    closed_dates = _closed_dates(version, _date(first), _date(last))
    for number in range(first, last + 1):
        day = _date(number)
        windows = version.week.get(WEEKDAYS[day.weekday()], ())
        if not windows or day in closed_dates:
            continue
        for opens, closes in _without(union(windows), _closed_hours(version, day)):
            yield number * DAY + opens, number * DAY + closes


def _date(number: int) -> date:
    return _DAY_0 + timedelta(days=number)


def _closed_dates(version: CalendarVersion, first: date, last: date) -> frozenset[date]:
    if version.library is None:
        return frozenset(version.holidays)
    return version.library.days(range(first.year, last.year + 1)) | set(version.holidays)


def _closed_hours(version: CalendarVersion, day: date) -> list[Interval]:
    """Closed hours that may touch a window of this day, in seconds since its midnight."""
    if not version.closed_daily and not version.closed_on:
        return []
    return union(
        [
            (ahead * DAY + begins, ahead * DAY + ends)
            for ahead in (
                -1,
                0,
                1,
            )  # a window reaches into the next day, and so do closed hours
            for begins, ends in (
                *version.closed_daily,
                *version.closed_on.get(day + timedelta(days=ahead), ()),
            )
        ]
    )


def _without(windows: Sequence[Interval], closed: Sequence[Interval]) -> Iterator[Interval]:
    for opens, closes in windows:
        at = opens
        for begins, ends in closed:
            if ends <= at or begins >= closes:
                continue
            if at < begins:
                yield at, begins
            at = max(at, ends)
        if at < closes:
            yield at, closes


def _clipped(intervals: Iterator[Interval], begins: int, ends: int) -> Iterator[Interval]:
    for opens, closes in intervals:
        if max(opens, begins) < min(closes, ends):
            yield max(opens, begins), min(closes, ends)

"""A time zone as spans of one offset from UTC each.

Within such a span local wall time is UTC plus a constant, so a rule written in wall time is an
exact rule in UTC, whatever a zone does at its borders: an hour twice, half an hour not at all
(Lord Howe), a day without midnight (Santiago), a date that never was (Apia, 30 December 2011).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_STEP = 86_400
"""Seconds between two looks at an offset: no zone of the tz database changes twice in a day."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def offset_spans(zone: str, begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
    """``(begins, ends, offset)`` over ``[begins, ends)``; all in seconds, times since 1970 UTC."""
    span_begins, offset = begins, _offset(zone, begins)
    seen = begins
    while seen < ends:
        ahead = min(seen + _STEP, ends)
        if _offset(zone, ahead) == offset:
            seen = ahead
            continue
        change = _first_other(zone, seen, ahead)
        yield span_begins, change, offset
        span_begins = seen = change
        offset = _offset(zone, change)
    if span_begins < ends:
        yield span_begins, ends, offset


def _first_other(zone: str, same: int, other: int) -> int:
    """The first second after ``same`` whose offset is not that of ``same``."""
    offset = _offset(zone, same)
    while other - same > 1:
        middle = (same + other) // 2
        if _offset(zone, middle) == offset:
            same = middle
        else:
            other = middle
    return other


@cache
def _offset(zone: str, second: int) -> int:
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None  # a ZoneInfo always knows it
    return int(offset.total_seconds())

"""Clocks by a walk over minutes of UTC against local wall time: slow, plain, and apart from ours.

Shares no code with ``dagster_project.service_levels``; follows the conventions of
``docs/service-levels.md`` as a person with a watch would.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
FURTHEST = timedelta(days=2)
"""How far behind the last instant the walk goes on; a due time further ahead it does not see."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_open(calendar: list[dict[str, Any]], at: datetime) -> bool:
    in_force = [
        v for v in calendar if v["valid_from"] is None or instant(v["valid_from"]) <= at
    ]
    if not in_force:
        return False
    version = in_force[-1]
    local = at.astimezone(ZoneInfo(version["tz"])).replace(tzinfo=None)
    minute = local.hour * 60 + local.minute
    yesterday = local.date() - timedelta(days=1)
    is_within = any(
        _holds(window, minute, is_start)
        for day, is_start in ((local.date(), True), (yesterday, False))
        if day.isoformat() not in version.get("holidays", ())
        for window in version["week"].get(DAYS[day.weekday()], ())
    )
    return is_within and not any(
        _holds(window, minute, is_start)
        for day, is_start in ((local.date(), True), (yesterday, False))
        for window in (*version.get("closed_daily", ()), *_closed_on(version, day))
    )


def _closed_on(version: Mapping[str, Any], day: date) -> list[list[str]]:
    closed: list[list[str]] = version.get("closed_on", {}).get(day.isoformat(), [])
    return closed


def _holds(window: list[str], minute: int, is_start: bool) -> bool:
    begins, ends = (int(t[:2]) * 60 + int(t[3:]) for t in window)
    if begins <= ends:
        return is_start and begins <= minute < ends
    return minute >= begins if is_start else minute < ends


def walk(case: Mapping[str, Any]) -> dict[str, Any]:
    """Due, end, status and used minutes of one case."""
    case = {**case, "is_open": cache(partial(is_open, case["calendar"]))}
    start, as_of = instant(case["start"]), instant(case["as_of"])
    seen = [(instant(e["t"]), e["e"]) for e in case["events"] if instant(e["t"]) <= as_of]
    if start > as_of or (case["clock"] == "next_reply" and not _answered_before(seen, start)):
        return {
            "due": None,
            "end": None,
            "status": "not_started",
            "business": None,
            "real": None,
        }
    end, ended_by = _first_end(case, seen, start)
    stop = end or as_of
    due = _due(case, seen, start, stop, is_ended=end is not None)
    paused_now = end is None and _is_paused(case, seen, as_of)
    own_used = sum(1 for at in _minutes(start, stop) if _counts(case, seen, at, stop))
    open_used = sum(1 for at in _minutes(start, stop) if case["is_open"](at))
    real = int((stop - start) / MINUTE)
    is_business = case["policy"]["hours"] == "business"
    return {
        "due": due,
        "end": end,
        "status": _status(case, due, stop, ended_by, is_paused=paused_now),
        "business": own_used if is_business else open_used,
        "real": real if is_business else own_used,
    }


def _answered_before(seen: list[tuple[datetime, str]], start: datetime) -> bool:
    return any(kind == "agent_public" and at < start for at, kind in seen)


def _first_end(
    case: Mapping[str, Any], seen: list[tuple[datetime, str]], start: datetime
) -> tuple[datetime | None, str]:
    ends = {"solved": 1, "customer_deleted": 2}
    if case["clock"] != "resolution":
        ends["agent_public"] = 0
    found = sorted((at, ends[kind], kind) for at, kind in seen if kind in ends and at >= start)
    return (found[0][0], found[0][2]) if found else (None, "")


def _minutes(begins: datetime, ends: datetime) -> Iterator[datetime]:
    at = begins
    while at < ends:
        yield at
        at += MINUTE


def _is_paused(case: Mapping[str, Any], seen: list[tuple[datetime, str]], at: datetime) -> bool:
    if case["clock"] != "resolution":
        return False
    states = [kind for t, kind in seen if t <= at and kind in ("open", "pending", "solved")]
    return bool(states) and states[-1] in case["policy"].get("pause_on", ())


def _counts(
    case: Mapping[str, Any], seen: list[tuple[datetime, str]], at: datetime, stop: datetime
) -> bool:
    """Whether the minute that begins at ``at`` is used; a pause is over when the clock has ended."""
    is_counted = case["policy"]["hours"] == "calendar" or case["is_open"](at)
    return is_counted and (at >= stop or not _is_paused(case, seen, at))


def _due(
    case: Mapping[str, Any],
    seen: list[tuple[datetime, str]],
    start: datetime,
    stop: datetime,
    *,
    is_ended: bool,
) -> datetime | None:
    targets = case["policy"].get("targets", {})
    target = targets.get(case["policy"].get("priority_at_start"), case["policy"]["target_min"])
    due = _reached(case, seen, start, stop, target, is_ended=is_ended)
    for at, kind in seen:
        is_later = is_ended and at >= stop
        if not kind.startswith("priority:") or at < start or is_later:
            continue
        if due is None or at <= due:
            target = targets[kind.split(":")[1]]
            due = _reached(case, seen, start, stop, target, is_ended=is_ended)
    return due


def _reached(
    case: Mapping[str, Any],
    seen: list[tuple[datetime, str]],
    start: datetime,
    stop: datetime,
    target: int,
    *,
    is_ended: bool,
) -> datetime | None:
    """The first minute at which ``target`` minutes are used; none while it stands or never opens."""
    used, at = 0, start
    while used < target:
        if at > stop + FURTHEST:
            return None
        if not is_ended and at >= stop and _is_paused(case, seen, stop):
            return None
        used += _counts(case, seen, at, stop if is_ended else at + MINUTE)
        at += MINUTE
    return at


def _status(
    case: Mapping[str, Any],
    due: datetime | None,
    stop: datetime,
    ended_by: str,
    *,
    is_paused: bool,
) -> str:
    if due is not None and stop > due:
        return "missed"
    if ended_by == "customer_deleted":
        return "void"
    if ended_by == "solved" and case["clock"] != "resolution":
        return "closed_unanswered"
    if ended_by:
        return "met"
    return "paused" if is_paused else "running"


def utc(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

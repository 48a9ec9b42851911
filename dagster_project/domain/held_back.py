"""What is held back of a company's input, from the day it was noticed until it is solved.

Belongs here: the words. Does not belong here: when something counts as solved (``landing.attention``).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Load, LoadState


class Held(StrEnum):
    """In what way something is held back; the worst first."""

    REFUSED = "refused"
    UNREAD = "not read"
    QUARANTINED = "quarantined"
    CONSENT = "consent"


@dataclass(frozen=True)
class Unread:
    """A file of the inbox, or an API, of which nothing (or not everything) was read.

    ``place`` is the file's path below the inbox, or the API's source. ``vendor`` is the step that
    found it out, and will find out when it is solved.
    """

    place: str
    source: str | None
    vendor: str
    reason: str
    remedy: str
    fingerprint: str = ""  # of the file as it lies; nothing for an API
    is_api: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class HeldBack:
    """One thing somebody has to look at: a load, the rows held back of one, a file, an API."""

    how: Held
    source: str | None  # of no source: a file in a folder that none is named after
    stream: str
    vendor: str
    what: str
    rows: int
    reasons: tuple[str, ...]
    since: datetime | None
    load_id: str = ""
    gate_seq: int = 0
    is_api: bool = False


@dataclass(frozen=True)
class News:
    """A load that was decided on since a run last told of its loads.

    ``in_use_before`` are the rows of it that staging read before; nothing for a load that is
    told of for the first time.
    """

    load: Load
    in_use_before: int | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    is_pulled: bool = False  # from an API, not from a file

    @property
    def is_first(self) -> bool:
        """Whether no run has told of this load yet."""
        return self.in_use_before is None

    @property
    def let_in(self) -> int:
        """Rows that staging reads and did not before; below zero when some were taken out."""
        return rows_in_use(self.load) - (self.in_use_before or 0)


FEWEST_ALIKE = 4
"""Things held back for one reason that are told as one: fewer are clearer one by one."""

_NAMED = 3


def group_alike(held: Iterable[HeldBack]) -> tuple[HeldBack, ...]:
    """What is held back, with many things of one source and one reason as one.

    A folder of odd files must not hide the refused load below it. Reasons that differ by their
    numbers alone are one; the first one's are told.
    """
    groups: dict[tuple[object, ...], list[HeldBack]] = {}
    for each in held:
        groups.setdefault(_kind_of(each), []).append(each)
    return tuple(
        told
        for group in groups.values()
        for told in ([_as_one(group)] if len(group) >= FEWEST_ALIKE else group)
    )


def _kind_of(h: HeldBack) -> tuple[object, ...]:
    folder = h.what.rpartition("/")[0] if h.how is Held.UNREAD else ""
    reasons = tuple(_NUMBER.sub("#", reason) for reason in h.reasons)
    return h.how, h.source, h.stream, folder, h.is_api, reasons


_NUMBER = re.compile(r"\d[\d,.]*")


def _as_one(group: list[HeldBack]) -> HeldBack:
    names = [h.what.rpartition("/")[2] for h in group[:_NAMED]]
    what = "files" if group[0].how is Held.UNREAD else "loads"
    place = group[0].what.rpartition("/")[0] if group[0].how is Held.UNREAD else ""
    within = f" in {place}/" if place else ""
    return replace(
        group[0],
        what=f"{len(group):,} {what}{within} ({', '.join(names)} and {len(group) - _NAMED:,} more)",
        rows=sum(h.rows for h in group),
        since=min((h.since for h in group if h.since), default=None),
        load_id="",
    )


def rows_in_use(load: Load) -> int:
    """Rows of a load that staging reads."""
    return load.rows - load.quarantined if load.state is LoadState.ACCEPTED else 0


def sum_up(held: Collection[HeldBack]) -> str:
    """How much is held back, in words: ``2 loads refused, 1 file not read``."""
    number = {how: sum(h.how is how for h in held) for how in Held}
    rows = sum(h.rows for h in held if h.how is Held.QUARANTINED)
    apis = sum(h.is_api for h in held)
    files = number[Held.UNREAD] - apis
    parts = [
        (number[Held.REFUSED], counted(number[Held.REFUSED], "load refused", "loads refused")),
        (files, counted(files, "file not read", "files not read")),
        (apis, counted(apis, "API not read to its end", "APIs not read to their end")),
        (rows, counted(rows, "row quarantined", "rows quarantined")),
        (
            number[Held.CONSENT],
            counted(
                number[Held.CONSENT],
                "load with consent that could not be read",
                "loads with consent that could not be read",
            ),
        ),
    ]
    return ", ".join(words for count, words in parts if count)

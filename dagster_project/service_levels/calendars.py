"""Opening hours as people write them down: versions of a week, holidays, closed hours.

Belongs here: the form of a calendar and what is wrong with one.
Does not belong here: when it is open (``opening_hours``).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import available_timezones

import holidays as public_holidays
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

DAY = 86_400
"""Seconds of a day on the wall clock."""


class Weekday(StrEnum):
    """A day of the week, in the order of ``date.weekday()``."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEKDAYS = tuple(Weekday)


def _second_of_day(written: object) -> int:
    parts = str(written).split(":")
    if not (2 <= len(parts) <= 3 and all(len(p) == 2 and p.isdigit() for p in parts)):
        raise ValueError("a time of day is written HH:MM, from 00:00 to 24:00")
    hours, minutes, seconds = (*(int(part) for part in parts), 0)[:3]
    second = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or second > DAY:
        raise ValueError("a time of day is written HH:MM, from 00:00 to 24:00")
    return second


def _over_midnight(window: tuple[int, int]) -> tuple[int, int]:
    opens, closes = window
    return (opens, closes) if opens <= closes else (opens, closes + DAY)


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("no time zone of this name is known, write one like Europe/Berlin")
    return zone


def _in_utc(instant: datetime | None) -> datetime | None:
    if instant is not None and instant.tzinfo is None:
        raise ValueError("a time needs its offset, write it like 2026-11-23T00:00:00Z")
    return instant and instant.astimezone(UTC)


SecondOfDay = Annotated[int, BeforeValidator(_second_of_day)]
Window = Annotated[tuple[SecondOfDay, SecondOfDay], AfterValidator(_over_midnight)]
"""Half-open, in seconds since its day's midnight; past 86,400 where it runs over midnight."""

Instant = Annotated[datetime | None, AfterValidator(_in_utc)]


class HolidayLibrary(BaseModel):
    """Public holidays of a country, or of a part of it, as the package ``holidays`` lists them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str
    subdiv: str | None = None

    @model_validator(mode="after")
    def _is_listed(self) -> "HolidayLibrary":
        listed = public_holidays.list_supported_countries(include_aliases=True)
        if self.country not in listed:
            raise ValueError(f"no public holidays are listed for the country {self.country!r}")
        if self.subdiv is not None:
            try:
                public_holidays.country_holidays(self.country, subdiv=self.subdiv)
            except NotImplementedError:
                raise ValueError(
                    f"no part {self.subdiv!r} of the country {self.country!r} is listed"
                ) from None
        return self

    def days(self, years: Sequence[int]) -> frozenset[date]:
        """Public holidays of these years, substitutes for those on week-ends included."""
        return frozenset(
            public_holidays.country_holidays(self.country, subdiv=self.subdiv, years=years)
        )


class CalendarVersion(BaseModel):
    """Opening hours from one instant on, until the next version's.

    A window belongs to the day it starts on, so a holiday takes a night shift that starts on it
    and leaves one that started the evening before.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    valid_from: Instant = None
    tz: Annotated[str, AfterValidator(_known_zone)]
    week: dict[Weekday, tuple[Window, ...]] = {}
    holidays: tuple[date, ...] = ()
    closed_daily: tuple[Window, ...] = ()
    closed_on: dict[date, tuple[Window, ...]] = {}
    library: HolidayLibrary | None = None


class Calendar(BaseModel):
    """The versions of one calendar, oldest first."""

    model_config = ConfigDict(frozen=True)

    versions: tuple[CalendarVersion, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, written: Any) -> Any:
        return {"versions": written} if isinstance(written, list) else written

    @model_validator(mode="after")
    def _in_order(self) -> "Calendar":
        begins = [
            version.valid_from or datetime.min.replace(tzinfo=UTC) for version in self.versions
        ]
        if len(set(begins)) < len(begins):
            raise ValueError("two versions begin at the same time, one must go")
        if begins != sorted(begins):
            in_order = sorted(zip(begins, self.versions, strict=True), key=lambda pair: pair[0])
            object.__setattr__(self, "versions", tuple(version for _, version in in_order))
        return self

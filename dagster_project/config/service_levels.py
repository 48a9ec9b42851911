"""``config/service_levels.yml``: what a conversation is, opening hours, and what was promised.

Belongs here: the file's shape. Does not belong here: when a calendar is open and what a clock
does (``service_levels``), which read what this file holds.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import close_or_all
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

MEASURES = ("first_reply", "next_reply", "resolution")

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def _time_of_day(written: str) -> str:
    if not _TIME.fullmatch(written):
        raise ValueError(f"{written!r} is no time of day; write one from '00:00' to '24:00'")
    return written


TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
Window = tuple[TimeOfDay, TimeOfDay]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Automation(Entries):
    """What tells a program that answers for the brand, beside headers and the desk's own word."""

    within_seconds: int = entry(
        "an answer so soon after the message …", 60, example="60", ge=0, le=3600
    )
    people: int = entry(
        "… in words that so many people got so soon, is a program's", 5, example="5", ge=2
    )


class Conversations(Entries):
    """What belongs together, and what nobody has to answer."""

    silence_days: int = entry(
        "a customer who writes so many days after the brand's last word, or their own thanks, "
        "begins another conversation; tickets are not split",
        14,
        example="14",
        ge=1,
    )
    copies_within_hours: int = entry(
        "the same words again within so many hours are a copy; of the same author they wait for "
        "no answer of their own",
        24,
        example="24",
        ge=0,
    )
    shortest_copy: int = entry(
        "texts of fewer characters are no copies of each other", 25, example="25", ge=1
    )
    automation: Automation = entry(
        "programs that answer for the brand",
        Automation(),
        example="{within_seconds: 60, people: 5}",
    )
    bots: tuple[str, ...] = entry(
        "accounts run by programs, by handle or id, beside those their network marks",
        (),
        example="[pricebot]",
    )
    spam: tuple[str, ...] = entry(
        "words or links that make an incoming message spam",
        (),
        example="[casino-bonus.example]",
    )

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``."""
        return (
            ("conversations.silence_days", str(self.silence_days)),
            ("conversations.copies_within_hours", str(self.copies_within_hours)),
            ("conversations.shortest_copy", str(self.shortest_copy)),
            ("conversations.automatic_within_seconds", str(self.automation.within_seconds)),
            ("conversations.automatic_people", str(self.automation.people)),
        )

    def lists(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(kind, value)`` of ``config.conversation_lists``, in small letters."""
        return tuple(
            (kind, value.strip().lower().removeprefix("@"))
            for kind, values in (("bot", self.bots), ("spam", self.spam))
            for value in values
            if value.strip()
        )


class Holidays(Entries):
    """Public holidays of a country, or of a part of it, as the package ``holidays`` lists them."""

    country: str = entry("the country's code", example="FR")
    subdiv: str | None = entry("its part, as the package names it", None, example="BE")


class CalendarVersion(Entries):
    """Opening hours from one instant on, until the next version's."""

    valid_from: str | None = entry(
        "from when these hours hold; without it always", None, example="2026-01-01T00:00:00Z"
    )
    tz: str = entry("the zone the hours are written in", example="Europe/Paris")
    week: dict[Day, tuple[Window, ...]] = entry(
        "windows by day of the week; one that ends before it begins runs over midnight",
        example='{mon: [["09:00", "18:00"]]}',
        default_factory=dict,
    )
    holidays: tuple[date, ...] = entry("days closed", (), example="[2026-12-24]")
    closed_daily: tuple[Window, ...] = entry(
        "hours closed on every day", (), example='[["12:00", "13:00"]]'
    )
    library: Holidays | None = entry("public holidays", None, example="{country: FR}")


class Target(Entries):
    """How long one thing may take; minutes."""

    hours: Literal["business", "calendar"] = entry(
        "whether the clock runs in opening hours or around the clock",
        "business",
        example="business",
    )
    target_min: float | None = entry(
        "minutes, where no priority says otherwise", None, example="60", ge=0
    )
    targets: dict[str, Annotated[float, Field(ge=0)]] = entry(
        "minutes by priority", example="{urgent: 15, high: 30}", default_factory=dict
    )


class PolicyVersion(Entries):
    """Targets valid from one instant on, and the instant at which they were entered."""

    valid_from: str | None = entry(
        "from when it holds; without it always", None, example="2026-06-01T00:00:00Z"
    )
    recorded_at: str | None = entry(
        "when it was entered: a clock that started before follows what was known then",
        None,
        example="2026-05-20T09:00:00Z",
    )
    first_reply: Target | None = entry(
        "until the first answer by a person", None, example="{target_min: 60}"
    )
    next_reply: Target | None = entry(
        "until each further answer", None, example="{target_min: 120}"
    )
    resolution: Target | None = entry(
        "until the matter is solved; for tickets", None, example="{target_min: 960}"
    )

    def target(self, measure: str) -> Target | None:
        """The target of one measure."""
        found: Target | None = getattr(self, measure)
        return found


class AppliesTo(Entries):
    """Which conversations a policy is for; what is left out matches all."""

    channels: tuple[str, ...] = entry("channels", (), example="[x, facebook]")
    brands: tuple[str, ...] = entry("brands", (), example="[your-brand]")
    severities: tuple[str, ...] = entry("priorities at the start", (), example="[urgent, high]")
    tiers: tuple[str, ...] = entry("tiers of customers", (), example="[paying]")
    languages: tuple[str, ...] = entry("languages", (), example="[fr]")


class Step(Entries):
    """Who is told when so much of the time is used."""

    at_share: float = entry("share of the target that is used", example="0.75", gt=0)
    to: str = entry("who is told then", example="team-lead")


class Policy(Entries):
    """A service-level policy; the first of the file that fits a conversation is its own."""

    name: str = entry("its name", example="social")
    applies_to: AppliesTo = entry("for whom it is", AppliesTo(), example="{channels: [x]}")
    calendar: str = entry("opening hours, by name", example="care")
    versions: tuple[PolicyVersion, ...] = entry(
        "its targets, and those of other times",
        example="[{first_reply: {target_min: 60}}]",
        min_length=1,
    )
    on_priority_change: Literal["retarget_open_from_start", "keep"] = entry(
        "whether an open clock gets the new priority's target", "keep", example="keep"
    )
    pause_on: tuple[str, ...] = entry(
        "states of a ticket in which its resolution clock stands", (), example="[pending, hold]"
    )
    escalation: tuple[Step, ...] = entry(
        "who is told when", (), example="[{at_share: 0.75, to: team-lead}]"
    )


class Tier(Entries):
    """Which customers are of a tier; the first of the file that fits is theirs."""

    name: str = entry("its name", example="paying")
    won_deals: int | None = entry("customers with so many won deals", None, example="1", ge=1)
    email_domains: tuple[str, ...] = entry(
        "customers with an address of these", (), example="[partner.example]"
    )


class ServiceLevels(Entries):
    """The whole file."""

    conversations: Conversations = entry(
        "what belongs together, and what nobody has to answer",
        Conversations(),
        example="{silence_days: 14}",
    )
    calendars: dict[str, tuple[CalendarVersion, ...]] = entry(
        "opening hours by name, oldest version first",
        example="{care: [{tz: Europe/Paris}]}",
        default_factory=dict,
    )
    tiers: tuple[Tier, ...] = entry(
        "tiers of customers", (), example="[{name: paying, won_deals: 1}]"
    )
    policies: tuple[Policy, ...] = entry(
        "what was promised to whom", (), example="[{name: social, calendar: care}]"
    )


def read_service_levels(file: Path) -> ServiceLevels:
    """Read the file; ``ConfigError`` names file, line and remedy.

    A root from before there was such a file has no promises, and the conversations' defaults.
    """
    if not file.exists():
        return ServiceLevels()
    document = read_yaml(file)
    return document.parse(ServiceLevels, also=lambda data: _odd_references(document, data))


def _odd_references(document: YamlDocument, data: Mapping[str, Any]) -> Iterator[ConfigError]:
    """Names that lead nowhere would give clocks without hours, or policies for nobody."""
    calendars = data.get("calendars")
    tiers = data.get("tiers")
    known = {
        "calendar": tuple(calendars) if isinstance(calendars, dict) else (),
        "tier": tuple(
            tier["name"]
            for tier in (tiers if isinstance(tiers, list) else ())
            if isinstance(tier, dict) and "name" in tier
        ),
    }
    policies = data.get("policies")
    names: list[object] = []
    for number, policy in enumerate(policies if isinstance(policies, list) else ()):
        if not isinstance(policy, dict):
            continue
        if policy.get("name") in names:
            yield document.error(
                f"two policies are called {policy['name']!r}",
                "give one of them another name",
                path=("policies", number, "name"),
            )
        names.append(policy.get("name"))
        applies = policy.get("applies_to")
        wanted = applies.get("tiers") if isinstance(applies, dict) else None
        told: list[tuple[str, Any, tuple[str, ...]]] = [
            ("calendar", policy.get("calendar"), ("calendar",))
        ]
        told += [
            ("tier", name, ("applies_to", "tiers"))
            for name in (wanted if isinstance(wanted, list) else ())
        ]
        for kind, name, path in told:
            if name is not None and name not in known[kind]:
                yield document.error(
                    f"policy {policy.get('name')}: there is no {kind} {name!r}",
                    close_or_all(name, known[kind])
                    if known[kind]
                    else f"describe it under {kind}s first",
                    path=("policies", number, *path),
                )

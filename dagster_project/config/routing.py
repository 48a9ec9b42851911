"""``config/routing.yml``: who acts on what customers ask, what it is about, and what was decided.

Belongs here: the file's shape, and the corrections that people keep beside it. Does not belong
here: what a message asks; the labels are ``listening``'s, the words are found by ``fct_feedback``.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import close_or_all
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

UNROUTED = "unrouted"
"""The department of what nobody is sure of; triage owns it."""

CORRECTIONS = "route_corrections.csv"
"""Beside ``routing.yml``: what people said of single issues."""

_CORRECTION_COLUMNS = ("issue_id", "department", "corrected_by", "corrected_on", "note")

Words = dict[str, tuple[str, ...]]


class About(StrEnum):
    """What a theme is about; design reads the first two."""

    LOOK = "look"
    USE = "use"
    OTHER = "other"


class State(StrEnum):
    """What became of a request."""

    OPEN = "open"
    PLANNED = "planned"
    SHIPPED = "shipped"
    DECLINED = "declined"


class Department(Entries):
    """Who acts."""

    owner: str = entry("who answers for it: an address or team:name", example="team:billing")
    queues: tuple[str, ...] = entry(
        "owners and queues of cases in the CRM and the desk that are this department's",
        (),
        example="[Billing EMEA]",
    )


class Named(Entries):
    """Something that texts name."""

    title: str = entry("what people call it", example="Dark mode", min_length=1)
    words: Words = entry(
        "words and phrases that name it, by language; a last * stands for any ending",
        example="{en: [dark mode], de: [dunkelmodus*]}",
    )


class Area(Named):
    """A part of what the company makes or does."""

    department: str | None = entry(
        "whose it is, whatever the model thinks", None, example="engineering"
    )


class Theme(Named):
    """What people say again and again of a part."""

    area: str = entry("the part it is about, one of `areas`", example="app")
    about: About = entry("whether it is of how things look or are used", About.OTHER)
    department: str | None = entry(
        "whose it is, whatever the model thinks", None, example="engineering"
    )


class Release(Entries):
    """A day from which people may say something else."""

    released_on: date = entry("its day", form="a day", example="2026-10-13")
    area: str | None = entry("the part it changed; without it every one", None, example="app")
    product: str | None = entry(
        "the product it is of; without it every one", None, example="quay_3"
    )
    platform: str | None = entry(
        "the platform it is for; without it every one", None, example="ios"
    )


class Decision(Entries):
    """What was decided on what people ask."""

    theme: str = entry("the theme, one of `themes`", example="dark_mode")
    product: str | None = entry(
        "the product it is of; without it every one", None, example="quay_3"
    )
    state: State = entry("what became of it", example="planned")
    decided_on: date = entry("since when", form="a day", example="2026-10-20")
    decided_by: str | None = entry("who decided", None, example="team:product")
    link: str | None = entry(
        "where it stands", None, example="https://tracker.example.org/browse/APP-12"
    )


class Routing(Entries):
    """The whole file."""

    triage: str = entry(
        "who owns what no department does", "team:triage", example="team:triage"
    )
    # a week: two of three conversations that go on do so within it (docs/service-levels.md)
    resolved_after_days: int = entry(
        "days of silence after the brand's answer from which a conversation counts as resolved",
        7, ge=1, le=365,
    )  # fmt: skip
    release_window_days: int = entry(
        "days before and after a release that are compared, as many on both sides", 28, ge=1,
        le=365,
    )  # fmt: skip
    departments: dict[str, Department] = entry(
        "by name, as `c360 listen` tells them", example="{billing: {…}}", default_factory=dict
    )
    bugs: Words = entry(
        "words by which something does not work", example="{en: [crash*]}", default_factory=dict
    )
    requests: Words = entry(
        "words by which something is wished for",
        example="{en: [please add]}",
        default_factory=dict,
    )
    areas: dict[str, Area] = entry("parts", example="{app: {…}}", default_factory=dict)
    themes: dict[str, Theme] = entry("themes", example="{dark_mode: {…}}", default_factory=dict)
    products: dict[str, Named] = entry(
        "products", example="{quay_3: {…}}", default_factory=dict
    )
    platforms: dict[str, Named] = entry("platforms", example="{ios: {…}}", default_factory=dict)
    releases: dict[str, Release] = entry(
        "releases by their version or name", example="{'4.2': {…}}", default_factory=dict
    )
    decisions: tuple[Decision, ...] = entry(
        "decisions; the newest of a theme holds", (), example="[{…}]"
    )

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``."""
        return (
            ("routing.resolved_after_days", str(self.resolved_after_days)),
            ("routing.release_window_days", str(self.release_window_days)),
        )

    def words(self) -> list[tuple[str, str, str, bool]]:
        """Rows of ``config.routing_words``: kind, name, phrase, and whether it may go on."""
        groups: Iterator[tuple[str, str, Words]] = iter(
            [
                ("ask", "bug", self.bugs),
                ("ask", "request", self.requests),
                *(("area", name, each.words) for name, each in self.areas.items()),
                *(("theme", name, each.words) for name, each in self.themes.items()),
                *(("product", name, each.words) for name, each in self.products.items()),
                *(("platform", name, each.words) for name, each in self.platforms.items()),
            ]
        )
        return [
            (kind, name, phrase.removesuffix("*"), phrase.endswith("*"))
            for kind, name, words in groups
            for phrases in words.values()
            for phrase in phrases
        ]

    def names(self) -> list[tuple[str, str, str, str | None, str | None, str | None]]:
        """Rows of ``config.routing_names``: kind, name, title, area, about, department."""
        return [
            *(("area", n, a.title, n, None, a.department) for n, a in self.areas.items()),
            *(
                ("theme", n, t.title, t.area, str(t.about), t.department)
                for n, t in self.themes.items()
            ),
            *(("product", n, p.title, None, None, None) for n, p in self.products.items()),
            *(("platform", n, p.title, None, None, None) for n, p in self.platforms.items()),
        ]

    def owners(self) -> list[tuple[str, str, str | None]]:
        """Rows of ``config.departments``: department, owner, and a queue of it or none."""
        return [
            (UNROUTED, self.triage, None),
            *(
                (name, each.owner, queue)
                for name, each in self.departments.items()
                for queue in (None, *each.queues)
            ),
        ]


@dataclass(frozen=True)
class Correction:
    """What a person said of the route of an issue."""

    issue_id: str
    department: str
    corrected_by: str
    corrected_on: date


def read_routing(file: Path) -> Routing:
    """Read the file; ``ConfigError`` names file, line and remedy.

    A root from before there was such a file names nothing, and routes as the model does.
    """
    if not file.exists():
        return Routing()
    document = read_yaml(file)
    routing = document.parse(Routing, also=lambda data: _unknown_names(document, data))
    read_corrections(file.with_name(CORRECTIONS), routing)
    return routing


def read_corrections(file: Path, routing: Routing) -> tuple[Correction, ...]:
    """Read what people corrected, the newest line of an issue; none where there is no file."""
    if not file.exists():
        return ()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened)
        if tuple(rows.fieldnames or ()) != _CORRECTION_COLUMNS:
            raise ConfigError.at(
                file, 1, "the columns are others", f"write {','.join(_CORRECTION_COLUMNS)}"
            )
        found = {
            row["issue_id"]: _correction(file, line, row, routing)
            for line, row in enumerate(rows, start=2)
        }
    return tuple(found.values())


def _correction(
    file: Path, line: int, row: Mapping[str, str | None], routing: Routing
) -> Correction:
    cells = {name: (row.get(name) or "").strip() for name in _CORRECTION_COLUMNS}
    known = (*routing.departments, UNROUTED)
    if cells["department"] not in known:
        raise ConfigError.at(
            file, line, f"there is no department {cells['department']!r}",
            close_or_all(cells["department"], known),
        )  # fmt: skip
    try:
        day = date.fromisoformat(cells["corrected_on"])
    except ValueError:
        raise ConfigError.at(
            file, line, "corrected_on is no day", "write it like 2026-10-31"
        ) from None
    if not cells["issue_id"] or not cells["corrected_by"]:
        raise ConfigError.at(
            file, line, "issue_id or corrected_by is empty", "say which issue, and who says so"
        )
    return Correction(cells["issue_id"], cells["department"], cells["corrected_by"], day)


def _unknown_names(document: YamlDocument, data: Mapping[str, Any]) -> Iterator[ConfigError]:
    """References to departments, areas, themes, products and platforms the file does not have."""
    for group, entries in (
        ("areas", {"department": "departments"}),
        ("themes", {"department": "departments", "area": "areas"}),
        ("releases", {"area": "areas", "product": "products", "platform": "platforms"}),
        ("decisions", {"theme": "themes", "product": "products"}),
    ):
        for key, values in _items(data.get(group)):
            for name, of in entries.items():
                known = [str(each) for each, _ in _items(data.get(of))]
                yield from _unknown(document, (group, key, name), values.get(name), known)


def _unknown(
    document: YamlDocument, path: tuple[Any, ...], given: object, known: Collection[str]
) -> Iterator[ConfigError]:
    if given is not None and str(given) not in known:
        yield document.error(
            f"{'.'.join(map(str, path))}: {given!r} is described nowhere in the file",
            close_or_all(given, known) if known else "describe it first",
            path=path,
        )


def _items(group: object) -> list[tuple[Any, Mapping[str, Any]]]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(group, dict):
        pairs = list(group.items())
    elif isinstance(group, list):
        pairs = list(enumerate(group))
    return [(key, value) for key, value in pairs if isinstance(value, dict)]

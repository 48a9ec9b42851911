"""``config/survivorship.yml``: which record's value the golden record of a customer shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import close_or_all, shown
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

_MOST_RULES = 6  # the mart compares this many rules per field


class Rule(StrEnum):
    """How two values of one field are compared; the file says what each means."""

    NOT_SHARED = "not_shared"
    VERIFIED = "verified"
    MOST_TRUSTED = "most_trusted"
    MOST_RECENT = "most_recent"
    MOST_FREQUENT = "most_frequent"
    LONGEST = "longest"
    SPELLED_OUT = "spelled_out"
    USUAL = "usual"
    WELL_SPELLED = "well_spelled"
    PRIMARY = "primary"
    PERSONAL = "personal"


class GoldenField(StrEnum):
    """What is decided at once; ``name`` and ``address`` are chosen whole, from one record."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    COUNTRY = "country"
    BIRTH_DATE = "birth_date"
    TITLE = "title"
    ORGANISATION = "organisation"
    ACCOUNT_ID = "account_id"
    LANGUAGE = "language"


@dataclass(frozen=True)
class SurvivorshipRow:
    """A row of ``config.survivorship``: rules of a field in the order of ``priority``.

    ``vendor`` is set for ``most_trusted`` only, one row per vendor, the most trusted first.
    """

    field: str
    priority: int
    vendor: str | None
    rule: str


def read_survivorship(file: Path, *, vendors: tuple[str, ...]) -> tuple[SurvivorshipRow, ...]:
    """Read the rules; ``ConfigError`` names file, line and remedy. ``vendors``: known formats."""
    document = read_yaml(file)
    rules = document.parse(
        Survivorship,
        also=lambda data: (
            *_unknown_vendors(document, data, vendors),
            *_undecided_fields(document, data.get("fields")),
        ),
    )
    return tuple(
        row
        for field in GoldenField
        for row in _rows_of(
            field, rules.fields[field], rules.fields[field].trust or rules.trust
        )
    )


class FieldRules(Entries):
    """How the value of one field is chosen."""

    rules: tuple[Rule, ...] = entry(
        "in this order; a later one decides what the earlier ones left equal",
        example="[most_trusted, most_recent]",
        min_length=1,
        max_length=_MOST_RULES,
    )
    trust: tuple[str, ...] = entry(
        "for this field, in place of the file's", (), example="[salesforce, hubspot]"
    )


class Survivorship(Entries):
    """The whole file."""

    trust: tuple[str, ...] = entry(
        "vendors, the most trusted first", example="[salesforce, hubspot]", min_length=1
    )
    fields: dict[GoldenField, FieldRules] = entry(
        "one line per field of the golden record", example="{…}"
    )


def _rows_of(
    field: GoldenField, rules: FieldRules, trust: tuple[str, ...]
) -> Iterator[SurvivorshipRow]:
    priority = 0
    for rule in dict.fromkeys(rules.rules):
        for vendor in trust if rule is Rule.MOST_TRUSTED else (None,):
            priority += 1
            yield SurvivorshipRow(str(field), priority, vendor, str(rule))


def _unknown_vendors(
    document: YamlDocument, data: dict[str, Any], vendors: tuple[str, ...]
) -> Iterator[ConfigError]:
    fields = data.get("fields")
    named: list[tuple[tuple[str, ...], object]] = [(("trust",), data.get("trust"))]
    for field, rules in fields.items() if isinstance(fields, dict) else ():
        if isinstance(rules, dict):
            named.append((("fields", str(field), "trust"), rules.get("trust")))
    for path, trust in named:
        for index, vendor in enumerate(trust if isinstance(trust, list) else ()):
            if vendor not in vendors:
                yield document.error(
                    f"{'.'.join(path)}: unknown vendor {shown(vendor, ())}",
                    close_or_all(vendor, vendors),
                    path=(*path, index),
                )


def _undecided_fields(document: YamlDocument, fields: object) -> Iterator[ConfigError]:
    missing = [str(f) for f in GoldenField if isinstance(fields, dict) and f not in fields]
    if missing:
        yield document.error(
            f"no survivorship rule for: {', '.join(missing)}",
            f"add a line such as `{missing[0]}: {{rules: [most_trusted, most_recent]}}`",
            path=("fields",),
        )

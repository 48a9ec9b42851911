"""``config/survivorship.yml``: which record's value the golden record of a customer shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from dagster_project.config.yaml_file import YamlDocument, read_yaml

_MOST_RULES = 4  # the mart compares this many rules per field


class Rule(StrEnum):
    """How two values of one field are compared; the file says what each means."""

    NOT_SHARED = "not_shared"
    VERIFIED = "verified"
    MOST_TRUSTED = "most_trusted"
    MOST_RECENT = "most_recent"
    MOST_FREQUENT = "most_frequent"
    LONGEST = "longest"
    SPELLED_OUT = "spelled_out"


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
    rules = document.parse(_Survivorship)
    _require_known_vendors(document, rules, vendors)
    _require_every_field(document, rules)
    return tuple(
        row
        for field in GoldenField
        for row in _rows_of(
            field, rules.fields[field], rules.fields[field].trust or rules.trust
        )
    )


class _FieldRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Rule, ...] = Field(min_length=1, max_length=_MOST_RULES)
    trust: tuple[str, ...] = ()


class _Survivorship(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    trust: tuple[str, ...] = Field(min_length=1)
    fields: dict[GoldenField, _FieldRules]


def _rows_of(
    field: GoldenField, rules: _FieldRules, trust: tuple[str, ...]
) -> Iterator[SurvivorshipRow]:
    priority = 0
    for rule in dict.fromkeys(rules.rules):
        for vendor in trust if rule is Rule.MOST_TRUSTED else (None,):
            priority += 1
            yield SurvivorshipRow(str(field), priority, vendor, str(rule))


def _require_known_vendors(
    document: YamlDocument, rules: _Survivorship, vendors: tuple[str, ...]
) -> None:
    named: list[tuple[str, tuple[str, ...]]] = [("trust", rules.trust)]
    named += [(f"fields.{field}.trust", entry.trust) for field, entry in rules.fields.items()]
    for place, trust in named:
        for vendor in trust:
            if vendor not in vendors:
                raise document.error(
                    f"{place}: unknown vendor {vendor!r}",
                    f"use some of: {', '.join(vendors)}",
                    path=tuple(place.split(".")),
                )


def _require_every_field(document: YamlDocument, rules: _Survivorship) -> None:
    missing = [str(field) for field in GoldenField if field not in rules.fields]
    if missing:
        raise document.error(
            f"no survivorship rule for: {', '.join(missing)}",
            f"add a line such as `{missing[0]}: {{rules: [most_trusted, most_recent]}}`",
            path=("fields",),
        )

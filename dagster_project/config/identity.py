"""``config/identity.yml``: how records are recognised as one customer.

Belongs here: the file's shape, and the list of nickname groups it names.
Does not belong here: what the entries do; that is ``dagster_project.identity``.
"""

import csv
import hashlib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

Atom = Literal[
    "alias",
    "birth_date",
    "birth_day_of_year",
    "birth_place",
    "birth_year",
    "city",
    "country",
    "email",
    "email_domain",
    "email_start",
    "email_user",
    "family",
    "family_sound",
    "family_start",
    "gender",
    "given_root",
    "given_start",
    "handle",
    "id_head",
    "id_number",
    "id_tail",
    "initial",
    "name",
    "name_pair",
    "name_prefixes",
    "occupation",
    "organisation",
    "other_1",
    "other_2",
    "other_3",
    "phone",
    "phone_tail",
    "postal_area",
    "postal_code",
    "street",
    "url",
    "word",
]
"""Cheap keys that blocking rules are made of."""

Veto = Literal["birth_date", "generation", "given_name"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NameOptions(_Strict):
    """Where the groups of interchangeable given names and family names stand."""

    nicknames: str = "nicknames.csv"
    family_names: str = "family_names.csv"


class EmailOptions(_Strict):
    """Grammar of e-mail addresses, and which of them are not one person's."""

    ignore_plus_tags: bool = True
    dotless_domains: tuple[str, ...] = ("gmail.com", "googlemail.com")
    role_names: tuple[str, ...] = ()
    public_domains: tuple[str, ...] = ()


class Placeholders(_Strict):
    """Values that stand for no value, lower-cased."""

    texts: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    email_users: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    phone_pattern: str = "^$"

    @field_validator("texts", "emails", "email_users", mode="before")
    @classmethod
    def _as_text(cls, values: Any) -> Any:
        """YAML reads a bare ``null`` or number as such; here they are what people typed."""
        return tuple("null" if v is None else str(v).lower() for v in values or ())


class IdentifierGuard(_Strict):
    """What the values of one kind of identifier may do; times are days.

    ``retire_above`` people on one value, all seen with it ``within_days`` (ever, where left
    out), retire it. A value nobody was seen with for ``idle_days`` may have been handed on.
    A customer that has more than ``most_per_customer`` values, ``within_days`` again, breaks
    a limit; links then give way kind by kind, from the lowest ``priority``.
    """

    retire_above: int = Field(ge=1)
    within_days: int | None = Field(default=None, ge=1)
    idle_days: int | None = Field(default=None, ge=1)
    most_per_customer: int | None = Field(default=None, ge=1)
    priority: int = 0

    @property
    def reads_times(self) -> bool:
        """Whether when a value was seen decides what it proves."""
        return self.within_days is not None or self.idle_days is not None


class BlockingOptions(_Strict):
    """Which pairs are compared at all.

    Without ``rules`` they are chosen from the data, at most ``most_rules`` that bring at most
    ``pairs_per_record``; ``cap`` is for rules named here.
    """

    pairs_per_record: float = Field(default=15, gt=0)
    most_rules: int = Field(default=60, ge=1, le=200)
    cap: int = Field(default=60, ge=2)
    window: int = Field(default=3, ge=0)
    rules: tuple[tuple[Atom, ...], ...] = ()


class ModelOptions(_Strict):
    """How weights are learned; ``retrain_when_grown`` is a share of the records trained on."""

    seed: int = 20240229
    random_pairs: int = Field(default=250_000, ge=1_000)
    retrain_when_grown: float = Field(default=0.5, gt=0)
    least_matches: float = Field(default=200, gt=0)


class ClusterOptions(_Strict):
    """How links become clusters, in bits of log-odds.

    ``merge_bits`` is asked for above even odds. A link below ``sure_bits`` is ambiguous when
    one of its records could as well (within ``rival_bits``) belong to somebody else.
    """

    merge_bits: float = Field(default=1.0, ge=0)
    sure_bits: float = Field(default=6.0, ge=0)
    rival_bits: float = Field(default=3.0, ge=0)
    complete_up_to: int = Field(default=60, ge=2)


class MoveOptions(_Strict):
    """How much of what is known one run may change before it stops and asks.

    ``stop_above`` is a share of the records that already have a customer; it counts once
    ``from_records`` of them do, since small ledgers move easily.
    """

    stop_above: float = Field(default=0.1, gt=0, le=1)
    from_records: int = Field(default=1_000, ge=0)


class IdentitySpec(_Strict):
    """Everything that decides which records are one customer, judgements apart."""

    names: NameOptions = NameOptions()
    emails: EmailOptions = EmailOptions()
    placeholders: Placeholders = Placeholders()
    identifiers: dict[Literal["email", "phone", "handle", "url"], IdentifierGuard]
    vetoes: tuple[Veto, ...] = ("birth_date", "generation", "given_name")
    one_record_per_person: tuple[str, ...] = ()
    blocking: BlockingOptions
    model: ModelOptions = ModelOptions()
    clusters: ClusterOptions = ClusterOptions()
    moves: MoveOptions = MoveOptions()
    nickname_groups: tuple[tuple[str, ...], ...] = ()
    family_groups: tuple[tuple[str, ...], ...] = ()

    @field_validator("identifiers")
    @classmethod
    def _all_kinds(cls, guards: dict[str, IdentifierGuard]) -> dict[str, IdentifierGuard]:
        missing = sorted({"email", "phone", "handle", "url"} - set(guards))
        if missing:
            raise ValueError(f"add a line for {', '.join(missing)}")
        return guards

    @property
    def hash(self) -> str:
        """Changes whenever an entry that decides who is who (or the nickname list) does."""
        return hashlib.sha256(self.model_dump_json(exclude={"moves"}).encode()).hexdigest()[:16]


def read_identity(file: Path) -> IdentitySpec:
    """Read the spec and its nickname list; ``ConfigError`` names file, line and remedy."""
    document = read_yaml(file)
    return document.parse(IdentitySpec, prepare=lambda data: _with_lists(document, data))


def _with_lists(document: YamlDocument, data: Any) -> Any:
    names = NameOptions(**(data.get("names") or {}))
    folder = document.file.parent
    return {
        **data,
        "nickname_groups": _read_groups(folder / names.nicknames),
        "family_groups": _read_groups(folder / names.family_names),
    }


def _read_groups(file: Path) -> tuple[tuple[str, ...], ...]:
    if not file.is_file():
        raise ConfigError.at(
            file, None, "a list of names is missing", "restore it, or leave an empty file"
        )
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [[cell.strip().lower() for cell in row] for row in csv.reader(lines)]
    groups = [tuple(cell for cell in row if cell) for row in rows]
    return tuple(group for group in groups if len(group) > 1 and not group[0].startswith("#"))

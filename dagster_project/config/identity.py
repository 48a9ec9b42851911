"""``config/identity.yml``: how records are recognised as one customer.

Belongs here: the file's shape, and the list of nickname groups it names.
Does not belong here: what the entries do; that is ``dagster_project.identity``.
"""

import csv
import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml
from dagster_project.domain.errors import ConfigError

BlockingKey = Literal[
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


class NameOptions(Entries):
    """Where the groups of interchangeable given names and family names stand."""

    nicknames: str = entry(
        "file of groups of given names that stand for each other", "nicknames.csv"
    )
    family_names: str = entry("the same for family names", "family_names.csv")


class EmailOptions(Entries):
    """Grammar of e-mail addresses, and which of them are not one person's."""

    ignore_plus_tags: bool = entry("ana+news@… is ana@…", True)  # noqa: FBT003
    dotless_domains: tuple[str, ...] = entry(
        "domains whose addresses are the same without dots", ("gmail.com", "googlemail.com")
    )
    role_names: tuple[str, ...] = entry(
        "addresses that many people share", (), example="[info, sales]"
    )
    public_domains: tuple[str, ...] = entry(
        "providers whose addresses say nothing of an employer", (), example="[gmail.com]"
    )


class Placeholders(Entries):
    """Values that stand for no value, lower-cased."""

    texts: tuple[str, ...] = entry("in any field", (), example="[unknown, test]")
    emails: tuple[str, ...] = entry("whole addresses", (), example="[no@email.com]")
    email_users: tuple[str, ...] = entry("what stands before the @", (), example="[noreply]")
    birth_dates: tuple[date, ...] = entry("dates", (), example="[1900-01-01]")
    phone_pattern: str = entry(
        "regular expression over the digits of a phone number", "^$", example="'^0+$'"
    )

    @field_validator("texts", "emails", "email_users", mode="before")
    @classmethod
    def _as_text(cls, values: Any) -> Any:
        """YAML reads a bare ``null`` or number as such; here they are what people typed."""
        return tuple("null" if v is None else str(v).lower() for v in values or ())


class IdentifierGuard(Entries):
    """What the values of one kind of identifier may do; times are days.

    ``retire_above`` people on one value, all seen with it ``within_days`` (ever, where left
    out), retire it. A value nobody was seen with for ``idle_days`` may have been handed on.
    A customer that has more than ``most_per_customer`` values, ``within_days`` again, breaks
    a limit; links then give way kind by kind, from the lowest ``priority``.
    """

    retire_above: int = entry(
        "a value of more people than this proves nothing", example="5", ge=1
    )
    within_days: int | None = entry(
        "counted over so many days; over all time without it", None, example="1825", ge=1
    )
    idle_days: int | None = entry(
        "after so many days unseen it may be another's", None, example="365", ge=1
    )
    most_per_customer: int | None = entry(
        "a customer with more values than this loses links", None, example="30", ge=1
    )
    priority: int = entry("links of the kind with the lowest give way first", 0, example="1")

    @property
    def reads_times(self) -> bool:
        """Whether when a value was seen decides what it proves."""
        return self.within_days is not None or self.idle_days is not None


class BlockingOptions(Entries):
    """Which pairs are compared at all.

    Without ``rules`` they are chosen from the data, at most ``most_rules`` that bring at most
    ``pairs_per_record``; ``cap`` is for rules named here.
    """

    pairs_per_record: float = entry(
        "how many others a record is compared with, at most", 15, gt=0
    )
    most_rules: int = entry("blocking rules that are chosen, at most", 60, ge=1, le=200)
    cap: int = entry("of rules named here: records of one value, at most", 60, ge=2)
    window: int = entry(
        "of a value too common, each record meets so many neighbours by name", 3, ge=0
    )
    rules: tuple[tuple[BlockingKey, ...], ...] = entry(
        "pairs that share all parts of one rule; chosen from the data without it",
        (),
        example="[[email], [family, birth_date]]",
    )


class ModelOptions(Entries):
    """How weights are learned; ``retrain_when_grown`` is a share of the records trained on."""

    seed: int = entry("of the random sample", 20240229)
    random_pairs: int = entry("pairs of non-matches that are looked at", 250_000, ge=1_000)
    retrain_when_grown: float = entry(
        "train again once there are this share more records", 0.5, gt=0
    )
    least_matches: float = entry("weight of the built-in experience, in pairs", 200, gt=0)


class ClusterOptions(Entries):
    """How links become clusters, in bits of log-odds.

    ``merge_bits`` is asked for above even odds. A link below ``sure_bits`` is ambiguous when
    one of its records could as well (within ``rival_bits``) belong to somebody else.
    """

    merge_bits: float = entry("evidence a link must have above even odds, in bits", 1.0, ge=0)
    sure_bits: float = entry("a weaker link counts only where it has no rival", 6.0, ge=0)
    rival_bits: float = entry("and one is a rival unless it is weaker by so much", 3.0, ge=0)
    complete_up_to: int = entry(
        "compare all pairs inside components of up to so many records", 60, ge=2
    )


class MoveOptions(Entries):
    """How much of what is known one run may change before it stops and asks.

    ``stop_above`` is a share of the records that already have a customer; it counts once
    ``from_records`` of them do, since small ledgers move easily.
    """

    stop_above: float = entry(
        "share of known records that may change their customer in one run", 0.1, gt=0, le=1
    )
    from_records: int = entry("smaller ledgers move easily", 1_000, ge=0)


class IdentitySpec(Entries):
    """Everything that decides which records are one customer, judgements apart."""

    names: NameOptions = entry("lists of names that stand for each other", NameOptions())
    emails: EmailOptions = entry("grammar of e-mail addresses", EmailOptions())
    placeholders: Placeholders = entry(
        "what people type when they have no value", Placeholders()
    )
    identifiers: dict[Literal["email", "phone", "handle", "url"], IdentifierGuard] = entry(
        "what a value of each kind may do; all four are needed", example="{email: {…}, …}"
    )
    vetoes: tuple[Veto, ...] = entry(
        "evidence that no other outweighs", ("birth_date", "generation", "given_name")
    )
    one_record_per_person: tuple[str, ...] = entry(
        "sources that promise one record per person", (), example="[salesforce_emea]"
    )
    blocking: BlockingOptions = entry("which pairs are compared at all", example="{}")
    model: ModelOptions = entry("how weights are learned", ModelOptions())
    clusters: ClusterOptions = entry("how links become customers", ClusterOptions())
    moves: MoveOptions = entry("how much one run may change before it stops", MoveOptions())
    nickname_groups: tuple[tuple[str, ...], ...] = entry("read from the list", (), inside=True)
    family_groups: tuple[tuple[str, ...], ...] = entry("read from the list", (), inside=True)

    @field_validator("identifiers")
    @classmethod
    def _all_kinds(cls, guards: dict[str, IdentifierGuard]) -> dict[str, IdentifierGuard]:
        missing = sorted({"email", "phone", "handle", "url"} - set(guards))
        if missing:
            raise ValueError(
                f"there is no line for {', '.join(missing)}; add `{missing[0]}: {{retire_above: 5}}`"
            )
        return guards

    @property
    def hash(self) -> str:
        """Changes whenever an entry that decides who is who (or the nickname list) does."""
        return hashlib.sha256(self.model_dump_json(exclude={"moves"}).encode()).hexdigest()[:16]

    def short_forms(self) -> tuple[tuple[str, str], ...]:
        """Short forms and the longer name that heads their group, both without accents."""
        return tuple(
            sorted(
                {
                    (_plain(short), _plain(group[0]))
                    for group in self.nickname_groups
                    for short in group[1:]
                    if len(short) < len(group[0])
                }
            )
        )


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def read_identity(file: Path) -> IdentitySpec:
    """Read the spec and its nickname list; ``ConfigError`` names file, line and remedy."""
    document = read_yaml(file)
    lists = {
        field: document.file.parent / name for field, name in _lists_of(document.data).items()
    }
    return document.parse(
        IdentitySpec,
        prepare=lambda data: {**data, **{f: _read_groups(lists[f]) for f in lists}},
        also=lambda data: _missing_lists(lists.values()),
    )


def _lists_of(data: Any) -> dict[str, str]:
    """The files of names, by the field that holds what they list; defaults where none is named."""
    names = data.get("names") if isinstance(data, dict) else None
    defaults = NameOptions()
    found = {}
    for field, name in (("nickname_groups", "nicknames"), ("family_groups", "family_names")):
        given = names.get(name) if isinstance(names, dict) else None
        found[field] = given if isinstance(given, str) else getattr(defaults, name)
    return found


def _missing_lists(files: Iterable[Path]) -> Iterator[ConfigError]:
    for file in files:
        if not file.is_file():
            yield ConfigError.at(
                file, None, "a list of names is missing", "restore it, or leave an empty file"
            )


def _read_groups(file: Path) -> tuple[tuple[str, ...], ...]:
    if not file.is_file():
        return ()
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [[cell.strip().lower() for cell in row] for row in csv.reader(lines)]
    groups = [tuple(cell for cell in row if cell) for row in rows]
    return tuple(group for group in groups if len(group) > 1 and not group[0].startswith("#"))

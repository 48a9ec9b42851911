"""``config/compliance.yml``: what the compliance desk looks at, how grave it is, and by when.

Belongs here: the file's shape, and that its patterns can be read. Does not belong here: what of a
message fits a rule, and what becomes of a finding; that is ``dagster_project.compliance``.
"""

import re
from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml

Kind = Literal[
    "complaint", "concern", "privacy_breach", "disclosure", "threat", "hate", "regulated_claim"
]
Harm = Literal["offence", "hate", "threat", "privacy_breach"]


class Rule(Entries):
    """One rule; every condition that it names must hold. Findings name it as ``id/version``."""

    id: str = entry(
        "its name; findings are kept by it",
        example="breach_by_brand",
        pattern=r"^[a-z][a-z0-9_]*$",
        form="small letters, digits and underscores",
    )
    version: int = entry("to be raised whenever the rule changes", example="1", ge=1)
    kind: Kind = entry("what it finds", example="privacy_breach")
    severity: Literal["low", "medium", "high", "critical"] = entry(
        "how grave it is", example="critical"
    )
    owner: str = entry("who answers for what it finds", example="data-protection")
    deadline_hours: float | None = entry(
        "real hours from awareness, nights and holidays included, until it is remedied; none: no deadline",
        None,
        example="72",
        gt=0,
    )
    authors: tuple[Literal["customer", "brand", "employee"], ...] = entry(
        "whose messages it is asked about; `employee`: an account that the register lists as such, whatever it writes; none: everybody's",
        (),
        example="[brand, employee]",
    )
    public_only: bool = entry(
        "leave out what only the two of them, or the brand's own people, can read",
        False,  # noqa: FBT003
        example="true",
    )
    languages: tuple[str, ...] = entry(
        "languages (ISO 639-1) of the messages it is asked about, beside those of no known language; none: all",
        (),
        example="[de]",
    )
    label: Literal["complaint", "offence", "hate", "threat"] | None = entry(
        "what the message is labelled as", None, example="threat"
    )
    personal_data: tuple[
        Literal["card", "crypto", "email", "iban", "ip", "mac", "national_id", "phone"], ...
    ] = entry("kinds of personal data, one of which stands in it", (), example="[iban, card]")
    of: Literal["anybody", "somebody_else"] = entry(
        "whose data: `somebody_else` is a customer known by it who is not the author, or, where any_of is given, whoever its words beside the data tell of; the brand's own addresses are never meant",
        "anybody",
        example="somebody_else",
    )
    any_of: tuple[str, ...] = entry(
        "regular expressions, read without regard to case, one of which it matches",
        (),
        example=r"['\bproject heron\b']",
    )
    hints: tuple[str, ...] = entry(
        "parts of words, in small letters, one of which stands in every text the rule matches: others are not searched; none: all are",
        (),
        example="[heron, kestrel]",
    )
    with_words: tuple[str, ...] = entry(
        "regular expressions; what any_of matches counts only where one of these stands beside it (a code word has homonyms)",
        (),
        example=r"['\b(?:launch|prototype)']",
    )
    within_words: int = entry(
        "how many words to either side are beside it", 12, example="8", ge=1, le=200
    )
    but_not: tuple[str, ...] = entry(
        "regular expressions; where one of these stands beside what any_of matches, that does not count",
        (),
        example=r"['\bbird']",
    )
    unless_found: tuple[str, ...] = entry(
        "rules that stand before this one; it is not asked where one of them found something in the same message",
        (),
        example="[breach_of_somebody_else]",
    )
    reopen: bool = entry(
        "whether a new version opens what was decided of an older one's findings again; else the decision is carried over",
        False,  # noqa: FBT003
        example="true",
    )

    @field_validator("any_of", "with_words", "but_not")
    @classmethod
    def _readable(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                found = re.compile(pattern, re.IGNORECASE)
            except re.error as wrong:
                raise ValueError(f"no regular expression ({wrong}): {pattern}") from None
            if found.search(""):
                raise ValueError(f"matches nothing at all, and so everything: {pattern}")
        return patterns

    @model_validator(mode="after")
    def _asks_something(self) -> "Rule":
        if not (self.label or self.personal_data or self.any_of):
            raise ValueError(
                "the rule asks for nothing; give it label, personal_data or any_of"
            )
        if (self.with_words or self.but_not) and not self.any_of:
            raise ValueError("with_words and but_not stand beside any_of; give it one")
        if self.of == "somebody_else" and not self.personal_data:
            raise ValueError("`of` says whose data is meant; name its kinds in personal_data")
        return self

    @property
    def name(self) -> str:
        """As findings name it."""
        return f"{self.id}/{self.version}"


class OwnContacts(Entries):
    """Where the brand wants to be written to and called: no one's personal data."""

    emails: tuple[str, ...] = entry("addresses", (), example="[care@quay.example]")
    domains: tuple[str, ...] = entry(
        "domains all of whose addresses are the brand's, beside the register's employee_domains",
        (),
        example="[quay.example]",
    )
    phones: tuple[str, ...] = entry(
        "telephone numbers, with their country's prefix", (), example="['+33 1 99 00 12 34']"
    )


class Review(Entries):
    """How the desk works."""

    two_people: tuple[Kind, ...] = entry(
        "kinds that somebody else must close than who confirmed them",
        ("privacy_breach",),
        example="[privacy_breach, disclosure]",
    )
    sample_per_day: int = entry(
        "how many messages a day that no rule found the desk looks at, to learn what it misses; 0: none",
        5,
        example="5",
        ge=0,
    )
    sample_seed: int = entry(
        "what they are drawn with; the same seed draws the same ones", 1, example="20261129"
    )


class Exposure(Entries):
    """Harmful posts that everybody can see and nobody has acted on."""

    alert_on: tuple[Harm, ...] = entry(
        "harm that the first run after a post's arrival raises the alarm of",
        ("offence", "hate", "threat", "privacy_breach"),
        example="[threat, privacy_breach]",
    )


class Compliance(Entries):
    """Rules of the desk, each asked about every message."""

    review: Review = entry(
        "how the desk works", Review(), example="{two_people: [privacy_breach]}"
    )
    own_contacts: OwnContacts = entry(
        "the brand's own addresses, which breach nobody's privacy", OwnContacts(), example="{}"
    )
    exposure: Exposure = entry("harm in public", Exposure(), example="{alert_on: [threat]}")
    rules: tuple[Rule, ...] = entry("the rules", (), example="as below")

    @field_validator("rules")
    @classmethod
    def _named_once(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        names = [rule.id for rule in rules]
        for place, rule in enumerate(rules):
            if rule.id in names[:place]:
                raise ValueError(f"two rules are called {rule.id}")
            unknown = [name for name in rule.unless_found if name not in names[:place]]
            if unknown:
                raise ValueError(f"no rule before {rule.id} is called {unknown[0]}")
        return rules


def read_compliance(file: Path) -> Compliance:
    """Read the file; a root without it has no rules."""
    return read_yaml(file).parse(Compliance) if file.exists() else Compliance()

"""``config/listening.yml``: what is said of a message by rule, before any model is asked.

Belongs here: the file's shape, and that its patterns can be read. Does not belong here: how
messages are judged; that is ``dagster_project.listening``.
"""

import re
from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml

DEPARTMENTS = (
    "account", "billing", "communications", "compliance", "delivery", "engineering", "people",
    "product", "sales", "service",
)  # fmt: skip
"""Who a message can be routed to."""


class Said(Entries):
    """What a rule says of the messages it matches: one thing."""

    harm: Literal["threat", "hate", "offence"] | None = entry("harm", None, example="threat")
    is_spam: bool | None = entry("spam, or none", None, example="true")
    is_complaint: bool | None = entry("a complaint, or none", None, example="true")
    department: Literal[DEPARTMENTS] | None = entry(  # type: ignore[valid-type]
        "who it is for", None, example="billing"
    )

    @model_validator(mode="after")
    def _one_thing(self) -> "Said":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("a rule says one thing: harm, is_spam, is_complaint or department")
        return self

    @property
    def what(self) -> str:
        """The name of the one thing that is said."""
        return next(iter(self.model_dump(exclude_none=True)))

    @property
    def value(self) -> str | bool:
        """What is said of it."""
        said: str | bool = next(iter(self.model_dump(exclude_none=True).values()))
        return said


class Rule(Entries):
    """One rule; what it finds names it as ``id/version``."""

    id: str = entry(
        "its name; findings are kept by it",
        example="threat_will_do",
        pattern=r"^[a-z][a-z0-9_]*$",
        form="small letters, digits and underscores",
    )
    version: int = entry("to be raised whenever the rule changes", example="1", ge=1)
    says: Said = entry("what it says of a message it matches", example="{harm: threat}")
    languages: tuple[str, ...] = entry(
        "languages (ISO 639-1) of the messages it is asked about, beside those of no known language; none: all",
        (),
        example="[de]",
    )
    hints: tuple[str, ...] = entry(
        "parts of words, in small letters, one of which stands in every text the rule matches: others are not searched; none: all are",
        (),
        example="[kill, burn]",
    )
    any_of: tuple[str, ...] = entry(
        "regular expressions, read without regard to case; one is enough",
        example=r"['\bdeath to all\b']",
        min_length=1,
    )
    but_not: tuple[str, ...] = entry(
        "regular expressions that take it back", (), example=r"['\bhe (?:said|wrote)\b']"
    )

    @field_validator("any_of", "but_not")
    @classmethod
    def _readable(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern, re.IGNORECASE)
            except re.error as wrong:
                raise ValueError(f"no regular expression ({wrong}): {pattern}") from None
        return patterns

    @property
    def name(self) -> str:
        """As findings name it."""
        return f"{self.id}/{self.version}"


class Listening(Entries):
    """Rules in the order they are asked; of one thing the first that matches decides."""

    rules: tuple[Rule, ...] = entry("the rules", (), example="as below")

    @field_validator("rules")
    @classmethod
    def _named_once(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        names = [rule.id for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called {name}")
        return rules


def read_listening(file: Path) -> Listening:
    """Read the file; a root without it has no rules."""
    return read_yaml(file).parse(Listening) if file.exists() else Listening()

"""Rules over texts: which says what of a text, the first of each thing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dagster_project.config.listening import Rule
from dagster_project.listening.languages import UNKNOWN

_READ = 2_000
"""Characters of a text that rules are asked about."""


TAKEN_BACK = "taken back"
"""What a rule matched and its exception denied: no model is asked for it any more."""


class Verdict(NamedTuple):
    """What a rule says, and which."""

    value: str | bool
    by: str


class Finding(NamedTuple):
    """A rule that matched and was not taken back: what it says, and where its words stand."""

    rule: str
    version: int
    what: str
    value: str | bool
    start: int
    end: int


@dataclass(frozen=True)
class _Compiled:
    id: str
    version: int
    what: str
    verdict: Verdict
    languages: frozenset[str]
    hints: tuple[str, ...]
    any_of: re.Pattern[str]
    but_not: re.Pattern[str] | None


@dataclass(frozen=True)
class Rules:
    """Compiled rules."""

    rules: tuple[_Compiled, ...]

    def ask(self, text: str, language: str) -> tuple[dict[str, Verdict], tuple[Finding, ...]]:
        """What is said of a text (harm, is_spam, is_complaint, department), and all that matched.

        A rule is asked about the languages it is written for. Of one thing the first rule that
        matches decides; what one says and takes back is said by nobody (``TAKEN_BACK``) unless
        another says it.
        """
        said: dict[str, Verdict] = {}
        found: list[Finding] = []
        read = _folded(text[:_READ])
        for rule in self.rules:
            if (
                (not rule.languages or language in rule.languages or language == UNKNOWN)
                and (not rule.hints or any(hint in read for hint in rule.hints))
                and (match := rule.any_of.search(read))
            ):
                known = said.get(rule.what)
                if rule.but_not and rule.but_not.search(read):
                    said.setdefault(rule.what, Verdict(TAKEN_BACK, rule.verdict.by))
                    continue
                if known is None or known.value == TAKEN_BACK:
                    said[rule.what] = rule.verdict
                found.append(
                    Finding(rule.id, rule.version, rule.what, rule.verdict.value, *match.span())
                )
        return said, tuple(found)


def _folded(text: str) -> str:
    """In small letters and with plain apostrophes, every character where it stood."""
    read = text.lower().replace("’", "'")
    if len(read) == len(text):
        return read
    # a few capitals, İ among them, are two characters when small
    return "".join(small if len(small := each.lower()) == 1 else each for each in text).replace(
        "’", "'"
    )


def compile_rules(rules: Sequence[Rule]) -> Rules:
    """One expression per rule."""
    return Rules(
        tuple(
            _Compiled(
                id=rule.id,
                version=rule.version,
                what=rule.says.what,
                verdict=Verdict(rule.says.value, rule.name),
                languages=frozenset(rule.languages),
                hints=rule.hints,
                any_of=_joined(rule.any_of),
                but_not=_joined(rule.but_not) if rule.but_not else None,
            )
            for rule in rules
        )
    )


def _joined(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)

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


@dataclass(frozen=True)
class _Compiled:
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

    def ask(self, text: str, language: str) -> dict[str, Verdict]:
        """What is said of a text: harm, is_spam, is_complaint, department.

        A rule is asked about the languages it is written for. What one says and takes back is
        said by nobody (``TAKEN_BACK``) unless another says it.
        """
        said: dict[str, Verdict] = {}
        read = text[:_READ].lower().replace("’", "'")
        for rule in self.rules:
            known = said.get(rule.what)
            if (
                (known is None or known.value == TAKEN_BACK)
                and (not rule.languages or language in rule.languages or language == UNKNOWN)
                and (not rule.hints or any(hint in read for hint in rule.hints))
                and rule.any_of.search(read)
            ):
                is_taken_back = rule.but_not and rule.but_not.search(read)
                said[rule.what] = (
                    Verdict(TAKEN_BACK, rule.verdict.by) if is_taken_back else rule.verdict
                )
        return said


def compile_rules(rules: Sequence[Rule]) -> Rules:
    """One expression per rule."""
    return Rules(
        tuple(
            _Compiled(
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

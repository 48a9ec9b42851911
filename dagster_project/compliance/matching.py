"""What the desk's rules find in one message: which rule, and where.

A rule's conditions must all hold. A word that has other meanings counts only where words of its own
stand beside it, and none of the others'.

Belongs here: a rule against a message that is handed over. Does not belong here: labels and personal
data of a text (``listening``), and whose data it is (``warehouse``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from dagster_project.config.compliance import Rule
from dagster_project.listening.personal_data.spans import Span

MOST_SPANS = 20
"""Places that one finding names; who looks at the message sees the rest."""

WORDS = "words"
"""The kind of a place where a rule's own words stand."""

_WORD = re.compile(r"\w+")
_LONGEST_WORD = 40
"""Characters looked through per word on either side; longer ones (links) count as several."""


@dataclass(frozen=True)
class Datum:
    """Personal data in a message, and whose it is as far as is known."""

    span: Span
    is_own_contact: bool = False
    """The brand's own: meant to be published."""
    is_authors: bool = False
    is_somebody_elses: bool = False
    """A customer's who is not the author."""


@dataclass(frozen=True)
class Message:
    """What a rule may be asked about."""

    text: str
    author_role: str
    language: str | None = None
    is_public: bool = True
    labels: frozenset[str] = frozenset()
    data: tuple[Datum, ...] = ()


@dataclass(frozen=True)
class Match:
    """A rule that fits, and the places it speaks of."""

    rule: Rule
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Compiled:
    rule: Rule
    any_of: re.Pattern[str] | None
    with_words: re.Pattern[str] | None
    but_not: re.Pattern[str] | None


@dataclass(frozen=True)
class Rules:
    """Compiled rules."""

    rules: tuple[_Compiled, ...]

    def find(self, message: Message) -> list[Match]:
        """Every rule that fits, each once."""
        found: list[Match] = []
        names: set[str] = set()
        for each in self.rules:
            if not _is_asked(each.rule, message) or not names.isdisjoint(
                each.rule.unless_found
            ):
                continue
            spans = _spans(each, message)
            if spans is not None:
                found.append(Match(each.rule, spans[:MOST_SPANS]))
                names.add(each.rule.id)
        return found


def compile_rules(rules: Iterable[Rule]) -> Rules:
    """One expression per list of patterns."""
    return Rules(
        tuple(
            _Compiled(r, _joined(r.any_of), _joined(r.with_words), _joined(r.but_not))
            for r in rules
        )
    )


def _joined(patterns: Sequence[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _is_asked(rule: Rule, message: Message) -> bool:
    return (
        (not rule.authors or message.author_role in rule.authors)
        and (message.is_public or not rule.public_only)
        and (
            not rule.languages or message.language is None or message.language in rule.languages
        )
        and (rule.label is None or rule.label in message.labels)
    )


def _spans(compiled: _Compiled, message: Message) -> tuple[Span, ...] | None:
    """Places that bear the rule out; none: it does not fit. By its label alone it names no place."""
    rule = compiled.rule
    words = list(_words(compiled, message.text)) if compiled.any_of else []
    if not rule.personal_data:
        return tuple(words) if words or not compiled.any_of else None
    data = [
        d for d in message.data if d.span.kind in rule.personal_data and not d.is_own_contact
    ]
    if rule.of == "somebody_else":
        meant = [
            d.span
            for d in data
            if not d.is_authors
            and (
                d.is_somebody_elses
                or any(_is_beside(message.text, word, d.span, compiled) for word in words)
            )
        ]
        return tuple(sorted(meant)) or None
    if not data or (compiled.any_of and not words):
        return None
    return tuple(sorted([*words, *(d.span for d in data)]))


def _words(compiled: _Compiled, text: str) -> Iterator[Span]:
    """Where the rule's own words stand, in the sense that is meant."""
    if compiled.any_of is None or not _has_hint(compiled.rule, text):
        return
    read = text.replace("’", "'")
    for match in compiled.any_of.finditer(read):
        span = Span(match.start(), match.end(), WORDS)
        start, end = _beside(read, span, compiled.rule.within_words)
        around = f"{read[start : span.start]}\n{read[span.end : end]}"
        if compiled.with_words is not None and not compiled.with_words.search(around):
            continue
        if compiled.but_not is not None and compiled.but_not.search(read, start, end):
            continue
        yield span


def _has_hint(rule: Rule, text: str) -> bool:
    if not rule.hints:
        return True
    lower = text.lower()
    return any(hint in lower for hint in rule.hints)


def _is_beside(text: str, word: Span, datum: Span, compiled: _Compiled) -> bool:
    """Whether the word tells of the datum, and nothing before that says whose it is instead."""
    words = compiled.rule.within_words
    start, end = _beside(text, word, words)
    if not (start < datum.end and datum.start < end):
        return False
    before, _ = _beside(text, datum, words)
    return compiled.but_not is None or not compiled.but_not.search(text, before, datum.start)


def _beside(text: str, span: Span, words: int) -> tuple[int, int]:
    """From where to where so many words stand to either side."""
    reach = words * _LONGEST_WORD
    low = max(0, span.start - reach)
    before = list(_WORD.finditer(text, low, span.start))[-words:]
    after = list(islice(_WORD.finditer(text, span.end, span.end + reach), words))
    return (
        before[0].start() if before else span.start,
        after[-1].end() if after else span.end,
    )

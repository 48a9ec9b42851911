"""A header to the meaning it claims.

Belongs here: how headers are taken apart and looked up. Does not belong here: the words
(``spellings``), and whether the column's values agree (``contents``).
"""

import re
import unicodedata

from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.other_scripts import PERSONS_ELSEWHERE, WORKS_ELSEWHERE
from dagster_project.identity.tabular.spellings import (
    COMMON_WORDS,
    CONTEXT,
    KEYWORDS,
    NETWORKS,
    PERSONS,
    WEAK_TAILS,
    WORKS,
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


def words_of(header: str) -> list[str]:
    """A header's words, without case and accents: ``EmailAddress_2`` → email, address, 2."""
    plain = unicodedata.normalize("NFKD", header).replace("ß", "ss")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return [word.casefold() for word in _WORD.findall(plain)]


def fold(header: str) -> str:
    """A header in one word: ``Record ID`` → ``recordid``."""
    return "".join(words_of(header))


def _index(*groups: dict[Meaning, str]) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for group in groups:
        for meaning, words in group.items():
            for word in words.split():
                found.setdefault(fold(word), meaning)
    return found


_BY_KIND = {
    Kind.PERSONS: _index(PERSONS, PERSONS_ELSEWHERE, COMMON_WORDS),
    Kind.WORKS: _index(WORKS, WORKS_ELSEWHERE, COMMON_WORDS),
}


def meaning_of(header: str, kind: Kind) -> Meaning | None:
    """What a header says its column means, in a table of this kind; nothing if it says nothing."""
    index = _BY_KIND[kind]
    words = words_of(header)
    bare = [word for word in words if not word.isdigit()]
    telling = [word for word in bare if word not in CONTEXT]
    for attempt in (words, bare, telling):
        joined = "".join(attempt)
        found = index.get(joined) or index.get(joined.removesuffix("s"))
        if found:
            return found
    for tail in range(1, len(telling)):
        joined = "".join(telling[tail:])
        if joined in index and joined not in WEAK_TAILS:
            return index[joined]
    return next((m for word, m in KEYWORDS if word in bare and m in index.values()), None)


def network_of(header: str) -> str | None:
    """The social network a header names."""
    return next((NETWORKS[word] for word in words_of(header) if word in NETWORKS), None)

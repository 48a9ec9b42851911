"""A header to the meaning it claims.

Belongs here: how headers are taken apart and looked up. Does not belong here: the words
(``spellings``), and whether the column's values agree (``contents``).
"""

import re
import unicodedata

from dagster_project.identity.tabular.meanings import Kind, Meaning, allowed
from dagster_project.identity.tabular.more_languages import PERSONS_MORE
from dagster_project.identity.tabular.organisation_words import ORGANISATIONS
from dagster_project.identity.tabular.other_scripts import PERSONS_ELSEWHERE, WORKS_ELSEWHERE
from dagster_project.identity.tabular.spellings import (
    COMMON_WORDS,
    CONTEXT,
    CONTEXT_OF_WORKS,
    DOCUMENTS,
    ISSUERS,
    KEYWORDS,
    NETWORKS,
    OTHERS,
    PERSONS,
    QUALITIES,
    SIDES,
    WEAK_TAILS,
    WORKS,
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


# letters that no decomposition takes apart
_WHOLE_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "đ": "d",
        "ı": "i",
    }
)


def words_of(header: str) -> list[str]:
    """A header's words, without case and accents: ``EmailAddress_2`` → email, address, 2."""
    plain = unicodedata.normalize("NFKD", header).translate(_WHOLE_LETTERS)
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
    Kind.PERSONS: _index(PERSONS, PERSONS_ELSEWHERE, PERSONS_MORE, COMMON_WORDS),
    Kind.ORGANISATIONS: _index(ORGANISATIONS, PERSONS_ELSEWHERE, PERSONS_MORE, COMMON_WORDS),
    Kind.WORKS: _index(WORKS, WORKS_ELSEWHERE, COMMON_WORDS),
}


def meaning_of(header: str, kind: Kind) -> Meaning | None:
    """What a header says its column means, in a table of this kind; nothing if it says nothing."""
    bare = re.sub(r"\(.*?\)|\[.*?\]", " ", header)
    found = _meaning_of(words_of(header), kind)
    return found or (_meaning_of(words_of(bare), kind) if bare != header else None)


def _meaning_of(words: list[str], kind: Kind) -> Meaning | None:
    found = _found(words, kind)
    return found if found is None or found in allowed(kind) else None


def _found(words: list[str], kind: Kind) -> Meaning | None:
    index = _BY_KIND[kind]
    bare = [word for word in words if not word.isdigit()]
    context = CONTEXT_OF_WORKS if kind is Kind.WORKS else CONTEXT
    telling = [word for word in bare if word not in context]
    for attempt in (words, bare, telling):
        joined = "".join(attempt)
        found = index.get(joined) or index.get(joined.removesuffix("s"))
        if found:
            return found
    if bare and bare[-1] in QUALITIES:
        return None
    whole = _whole_of({index.get(word) for word in bare})
    if whole:
        return whole
    for tail in range(1, len(telling)):
        joined = "".join(telling[tail:])
        if joined in index and joined not in WEAK_TAILS:
            return index[joined]
    return next((m for word, m in KEYWORDS if word in bare and m in index.values()), None)


def _whole_of(parts: set[Meaning | None]) -> Meaning | None:
    """A header that names two parts speaks of the whole: ``Nombre y apellidos``."""
    if {Meaning.GIVEN_NAME, Meaning.FAMILY_NAME} <= parts:
        return Meaning.FULL_NAME
    return Meaning.STREET if {Meaning.STREET, Meaning.STREET_NUMBER} <= parts else None


def is_of_others(header: str) -> bool:
    """Whether a header says that its values are another person's: a mother's, an adviser's."""
    return not OTHERS.isdisjoint(words_of(header))


def is_issuer(header: str) -> bool:
    """Whether a header names who issued a document: ``PASSPORT_COUNTRY``."""
    words = words_of(header)
    return words[-1:] != [] and words[-1] in ISSUERS and not DOCUMENTS.isdisjoint(words[:-1])


def document_of(header: str) -> str:
    """The document that a header's number or issuer is of: ``PASSPORT_NUMBER`` → passport."""
    words = [word for word in words_of(header) if word not in ISSUERS | _NUMBER_WORDS]
    return " ".join(words)


_NUMBER_WORDS = frozenset(["number", "no", "nr", "num", "nummer", "numero", "code", "value"])


def side_of(header: str) -> str:
    """Which of a record's addresses a header's part is of; empty for the only or main one."""
    return " ".join(word for word in words_of(header) if word in SIDES)


def is_quality(header: str) -> bool:
    """Whether a header speaks of a value or of the row, and is none of a record's own."""
    return words_of(header)[-1:] != [] and words_of(header)[-1] in QUALITIES


def network_of(header: str) -> str | None:
    """The social network a header names."""
    return next((NETWORKS[word] for word in words_of(header) if word in NETWORKS), None)

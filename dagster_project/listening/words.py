"""What the words of a message speak of: how often those of each list stand in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*|[?;？]|[^\w\s]")
_SPACELESS = ("zh", "ja", "th")
"""Languages without spaces between words: theirs are looked for anywhere."""

_SHORTEST_STEM = 2


@dataclass(frozen=True)
class WordLists:
    """The lists of all languages, as they are looked up; ``names`` are the lists' names."""

    names: tuple[str, ...]
    whole: Mapping[str, Mapping[str, tuple[int, ...]]]
    stems: Mapping[str, Mapping[str, tuple[int, ...]]]
    lengths: Mapping[str, tuple[int, ...]]

    def count(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> tuple[csr_matrix, csr_matrix]:
        """How often each list stands in each text, and each list right behind each other.

        The second tells what the first cannot: "not one crash" is no "crash, and not once an answer".
        """
        of: list[int] = []
        found: list[int] = []
        behind_of: list[int] = []
        behind: list[int] = []
        lists = len(self.names)
        for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
            hits = self._hits(text[:4000].lower().replace("’", "'"), language)
            of += [row] * len(hits)
            found += hits
            behind_of += [row] * (len(hits) - 1)
            behind += [lists * first + second for first, second in pairwise(hits)]
        return (
            _counted(of, found, (len(texts), lists)),
            _counted(behind_of, behind, (len(texts), lists * lists)),
        )

    def _hits(self, text: str, language: str) -> list[int]:
        if language not in self.whole:
            language = "en"
        if language in _SPACELESS:
            there = [
                (text.index(word), place)
                for word, places in self.whole[language].items()
                if word in text
                for place in places
            ]
            return [place for _, place in sorted(there)]
        whole, stems, lengths = (
            self.whole[language],
            self.stems[language],
            self.lengths[language],
        )
        hits: list[int] = []
        before = ""
        for token in _TOKEN.findall(text):
            hits += whole.get(token, ())
            if before:
                hits += whole.get(f"{before}_{token}", ())
            for length in lengths:
                if length > len(token):
                    break
                hits += stems.get(token[:length], ())
            before = token
        return hits


def _counted(of: list[int], found: list[int], shape: tuple[int, int]) -> csr_matrix:
    counts = csr_matrix((np.ones(len(of), np.float32), (of, found)), shape=shape)
    counts.sum_duplicates()
    return counts


def build_lists(words: Mapping[str, Mapping[str, str]]) -> WordLists:
    """From the lists as they are written: ``*`` for any ending, ``_`` between neighbours."""
    names = tuple(words)
    whole: dict[str, dict[str, tuple[int, ...]]] = {}
    stems: dict[str, dict[str, tuple[int, ...]]] = {}
    for place, languages in enumerate(words.values()):
        for language, written in languages.items():
            for word in written.lower().split():
                table = stems if word.endswith("*") and "_" not in word else whole
                known = table.setdefault(language, {})
                key = word.rstrip("*")
                known[key] = (*known.get(key, ()), place)
    for language in whole:
        stems.setdefault(language, {})
    lengths = {
        language: tuple(sorted({max(len(stem), _SHORTEST_STEM) for stem in known}))
        for language, known in stems.items()
    }
    return WordLists(names, whole, stems, lengths)

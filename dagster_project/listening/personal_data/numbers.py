"""Digits as people group them: a run of groups, and the parts of it that are whole groups."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RUN = re.compile(
    r"(?<![\w.,])[+(]{0,2}\d(?:[ ()./-]{0,3}\d)+|(?<=[.,])[+(]{1,2}\d(?:[ ()./-]{0,3}\d)+"
)
_GROUP = re.compile(r"\d+")

_MOST_GROUPS = 12
"""A card has at most seven groups and a telephone number in pairs with its country eight."""


@dataclass(frozen=True)
class Digits:
    """Neighbouring groups of digits; ``start`` and ``end`` of the first and last digit."""

    start: int
    end: int
    groups: tuple[str, ...]

    @property
    def joined(self) -> str:
        """All digits without what stands between."""
        return "".join(self.groups)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many digits each group has."""
        return tuple(map(len, self.groups))


@dataclass(frozen=True)
class Run:
    """All groups of digits that stand together; ``start`` may be a sign before the first."""

    start: int
    groups: tuple[tuple[int, int, str], ...]

    def parts(self, least: int, most: int) -> Iterator[Digits]:
        """Whole groups with so many digits altogether: the longest part from each group first."""
        for first in range(len(self.groups)):
            found = []
            total = 0
            for last in range(first, min(first + _MOST_GROUPS, len(self.groups))):
                total += len(self.groups[last][2])
                if total > most:
                    break
                if total >= least:
                    found.append(last)
            for last in reversed(found):
                chosen = self.groups[first : last + 1]
                yield Digits(chosen[0][0], chosen[-1][1], tuple(group[2] for group in chosen))


def digit_runs(text: str) -> Iterator[Run]:
    """Every run of six digits or more that is no part of a word."""
    for match in _RUN.finditer(text):
        if match.end() - match.start() < 6:
            continue
        groups = tuple(
            (each.start(), each.end(), each[0])
            for each in _GROUP.finditer(text, match.start(), match.end())
        )
        yield Run(match.start(), groups)


def ends_whole(text: str, end: int) -> bool:
    """Whether no letter, digit or further part of a number follows."""
    return not re.match(r"\w|[.,/-]\d", text[end : end + 2])


def begins_whole(text: str, start: int) -> bool:
    """Whether no letter, digit or earlier part of a number stands before."""
    return not re.search(r"\w$|\d[.,/-]$", text[max(0, start - 2) : start])

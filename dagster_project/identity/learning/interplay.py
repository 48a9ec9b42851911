"""Fields that go together among non-matches: people of one town share its postal codes.

Counting both as if independent would make a match of two neighbours. Pairs of comparisons
that non-matches agree on together far more often than by chance are therefore weighed as one,
wherever a pair of records has both.

Belongs here: finding such pairs, and patterns with their joint level.
Does not belong here: how weights are learned (``weights``).
"""

from itertools import combinations

import numpy as np
import numpy.typing as npt

from dagster_project.identity.comparing.comparison import Comparison, Grid, Level

Levels = npt.NDArray[np.int8]

Pairs = tuple[tuple[str, str], ...]

LEAST_LIFT = 1.0
"""Bits by which non-matches agree on two fields together more often than by chance."""

OVERRATED = 2.0
"""Bits from which fields that could not be weighed as one are a reason to doubt the model."""

LEAST_SEEN = 20
"""Such non-matches that a sample must show."""

MOST_LEVELS = 120
"""Joint levels that a column of a pattern can hold."""


def find_interplay(
    levels: Levels, counts: npt.NDArray[np.int64], comparisons: tuple[Comparison, ...]
) -> Pairs:
    """Pairs of comparisons to be weighed together, from the patterns of a sample of non-matches."""
    taken: set[int] = set()
    found = []
    for _, a, b in _lifts(levels, counts, comparisons):
        is_small = len(comparisons[a].levels) * len(comparisons[b].levels) <= MOST_LEVELS
        if is_small and not taken & {a, b}:
            taken |= {a, b}
            found.append((comparisons[a].name, comparisons[b].name))
    return tuple(sorted(found))


def find_overrated(
    levels: Levels,
    counts: npt.NDArray[np.int64],
    comparisons: tuple[Comparison, ...],
    together: Pairs,
) -> Pairs:
    """Pairs that depend on each other by ``OVERRATED`` bits and are not weighed ``together``."""
    return tuple(
        (comparisons[a].name, comparisons[b].name)
        for lift, a, b in _lifts(levels, counts, comparisons)
        if lift >= OVERRATED and (comparisons[a].name, comparisons[b].name) not in together
    )


def _lifts(
    levels: Levels, counts: npt.NDArray[np.int64], comparisons: tuple[Comparison, ...]
) -> list[tuple[float, int, int]]:
    """Bits by which non-matches agree on both of two comparisons more often than by chance."""
    lifts = []
    free = [n for n, c in enumerate(comparisons) if _is_free(c)]
    for a, b in combinations(free, 2):
        both = (levels[:, a] > 0) & (levels[:, b] > 0)
        first, second = levels[both, a] > 1, levels[both, b] > 1
        weight = counts[both].astype(float)
        seen = float((weight * (first & second)).sum())
        expected = float((weight * first).sum() * (weight * second).sum()) / max(
            weight.sum(), 1.0
        )
        if seen >= LEAST_SEEN and expected > 0 and np.log2(seen / expected) >= LEAST_LIFT:
            lifts.append((float(np.log2(seen / expected)), a, b))
    return sorted(lifts, key=lambda lift: (-lift[0], lift[1], lift[2]))


def widened(comparisons: tuple[Comparison, ...], pairs: Pairs) -> tuple[Comparison, ...]:
    """The comparisons and, after them, one joint comparison per pair."""
    by_name = {comparison.name: comparison for comparison in comparisons}
    return (*comparisons, *(_joint(by_name[a], by_name[b]) for a, b in pairs))


def widen(levels: Levels, comparisons: tuple[Comparison, ...], pairs: Pairs) -> Levels:
    """Patterns with a column per pair; where both are known, only that column is filled."""
    if not pairs:
        return levels
    places = {comparison.name: n for n, comparison in enumerate(comparisons)}
    wide = np.zeros((len(levels), len(comparisons) + len(pairs)), dtype=np.int8)
    wide[:, : len(comparisons)] = levels
    for column, (first, second) in enumerate(pairs, start=len(comparisons)):
        a, b = places[first], places[second]
        both = (levels[:, a] > 0) & (levels[:, b] > 0)
        joint = (levels[:, a].astype(int) - 1) * len(comparisons[b].levels) + levels[:, b]
        wide[both, column] = joint[both]
        wide[both, a] = 0
        wide[both, b] = 0
    return wide


def _is_free(comparison: Comparison) -> bool:
    """Whether its levels are estimated from the sample alone."""
    return comparison.grid is None and not any(
        level.is_blocked or level.fixed_bits is not None for level in comparison.levels
    )


def _joint(a: Comparison, b: Comparison) -> Comparison:
    return Comparison(
        f"{a.name}+{b.name}",
        tuple(
            Level(
                f"{x.name}+{y.name}",
                matches=x.matches * y.matches,
                non_matches=x.non_matches * y.non_matches,
            )
            for x in a.levels
            for y in b.levels
        ),
        grid=Grid(len(a.levels), len(b.levels)),
    )

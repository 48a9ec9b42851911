"""One training: what counted patterns say of weights, of fields that go together, of vetoes.

Belongs here: the order in which these are learned from each other.
Does not belong here: the estimation itself (``weights``), and what is kept of it (``model``).
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.bits import CERTAIN, bits
from dagster_project.identity.comparing.guards import at, guard
from dagster_project.identity.comparing.name_levels import both_names
from dagster_project.identity.comparing.patterns import COMPARISONS, unpack
from dagster_project.identity.learning.interplay import (
    Pairs,
    find_interplay,
    find_overrated,
    widen,
    widened,
)
from dagster_project.identity.learning.reliability import held_vetoes
from dagster_project.identity.learning.weights import Fit, TrainingData, train

Counted = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

Levels = npt.NDArray[np.int8]

NOBODY: Counted = (np.empty(0, np.int64), np.empty(0, np.int64))
"""No pair of any pattern."""


@dataclass(frozen=True)
class Training:
    """What was learned: weights, comparisons weighed together, and the vetoes that hold.

    ``overrated``: pairs of comparisons that ought to be weighed together and are not.
    """

    fit: Fit
    together: Pairs
    vetoes: tuple[str, ...]
    overrated: Pairs

    def odds(self, patterns: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Bits for patterns being matches, prior included; far below zero where a guard forbids it.

        A birth date that vetoes in a sample may not in the end: one mistyped in a hundred
        still is a match to be found.
        """
        levels = unpack(patterns)
        odds = np.full(len(levels), bits(self.fit.prior))
        for column, found in enumerate(widen(levels, COMPARISONS, self.together).T):
            ratio = np.log2(self.fit.m[column]) - np.log2(self.fit.u[column])
            odds += np.concatenate([[0.0], ratio])[found]
        guarded = guard(levels, set(self.vetoes) - {"birth_date"})
        odds[guarded.vetoed | guarded.capped] = -CERTAIN
        return np.asarray(np.clip(odds, -CERTAIN, CERTAIN))


def learn(
    patterns: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    non_matches: Counted,
    *,
    vetoes: Collection[str],
    least_matches: float,
    all_pairs: float,
    least_chance: float = 0.0,
    judged: Counted = NOBODY,
) -> Training:
    """Learn from counted patterns of candidates and of random pairs; see ``weights.train``.

    ``judged``: patterns of pairs that are known to be matches, and no candidates here.
    """
    levels, sample, known = unpack(patterns), unpack(non_matches[0]), unpack(judged[0])
    clear = _clear_non_matches(sample, non_matches[1])
    together = find_interplay(*clear, COMPARISONS)

    def fitted(standing: Collection[str]) -> Fit:
        data = TrainingData(
            levels=widen(levels, COMPARISONS, together),
            counts=counts,
            barred=guard(levels, standing).vetoed,
            sample_levels=widen(sample, COMPARISONS, together),
            sample_counts=non_matches[1],
            all_pairs=all_pairs,
            judged_levels=widen(known, COMPARISONS, together),
            judged_counts=judged[1],
        )
        comparisons = widened(COMPARISONS, together)
        return train(
            data,
            least_matches=least_matches,
            comparisons=comparisons,
            least_chance=least_chance,
        )

    held = held_vetoes(vetoes, levels, counts, together, fitted(vetoes))
    return Training(fitted(held), together, held, find_overrated(*clear, COMPARISONS, together))


def _clear_non_matches(
    levels: Levels, counts: npt.NDArray[np.int64]
) -> tuple[Levels, npt.NDArray[np.int64]]:
    """Patterns of two names that differ; all of them, where names are not known."""
    differ = at(levels, "name", both_names("other", "other"))
    return (levels[differ], counts[differ]) if differ.any() else (levels, counts)

"""Weights of works' levels: the model of Fellegi and Sunter, fitted on counted patterns.

Persons' non-matches are learned from random pairs. Works' are learned from the candidates that
do not match: songs of one album share artist, album and year, and how often such neighbours
agree is what a level must be measured against, not how often two random records do.

Volumes and variants share even the title. What they designate tells them apart, and as they would
teach that non-matches have equal titles, they teach nothing; nor would a model that has to explain
them by itself see two works. How often equal works differ in what they designate is known
beforehand, and corrected by pairs that a code makes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.works.levels import BITS, COMPARISONS
from dagster_project.identity.works.siblings import AT_ODDS, SIBLINGS, TOLD_APART

Floats = npt.NDArray[np.float64]
_MOST_ITERATIONS = 500
_SETTLED = 1e-6


@dataclass(frozen=True)
class WorksModel:
    """Bits per comparison and level (0: missing), the share of candidates that match."""

    bits: tuple[tuple[float, ...], ...]
    prior: float
    iterations: int
    warnings: tuple[str, ...]

    @property
    def prior_bits(self) -> float:
        """Log-odds (base 2) that a candidate pair is one work."""
        return float(np.log2(self.prior / (1.0 - self.prior)))

    def weights(self, levels: npt.NDArray[np.int8]) -> Floats:
        """Evidence of patterns in bits."""
        total = np.zeros(len(levels))
        for column, bits in enumerate(self.bits):
            total += np.asarray(bits)[levels[:, column]]
        return total


def unpack(patterns: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Patterns to a matrix of levels, one column per comparison."""
    columns = [(patterns >> (BITS * n)) & (2**BITS - 1) for n in range(len(COMPARISONS))]
    return np.stack(columns, axis=1).astype(np.int8)


def describe(pattern: int, names: Mapping[str, str]) -> str:
    """A pattern in words: ``title=same year=next``; ``names``: comparisons called otherwise."""
    words = []
    for position, comparison in enumerate(COMPARISONS):
        level = (pattern >> (BITS * position)) & (2**BITS - 1)
        if level:
            name = names.get(comparison.name, comparison.name)
            words.append(f"{name}={comparison.levels[level - 1].name}")
    return " ".join(words)


def train(
    levels: npt.NDArray[np.int8],
    counts: npt.NDArray[np.int64],
    *,
    experience: float,
    foreknown: Mapping[str, tuple[float, ...]] | None = None,
) -> WorksModel:
    """Expectation maximisation; ``experience`` pairs of each kind steady what data leave open.

    ``foreknown``: shares of levels among matches, by comparison, that data do not overrule.
    """
    weight = counts * ~_siblings_at(levels, TOLD_APART)
    one_line = _at(levels, "telephones", "same") & _at(levels, "series", "same")
    proven = (
        counts.astype(float)
        * (_at(levels, "codes", "same") | one_line)
        * ~_siblings_at(levels, AT_ODDS)
    )
    match, non_match = _experience("matches"), _experience("non_matches")
    fixed = {name: np.array(shares) for name, shares in (foreknown or {}).items()}
    known_match, known_non_match = match, non_match
    prior, moved, iterations = 0.1, 1.0, 0
    for iterations in range(1, _MOST_ITERATIONS + 1):  # noqa: B007 — told in the model
        chance = _chance(levels, match, non_match, prior)
        new_match = _settle(levels, weight * chance, known_match, experience, proven)
        new_match = [
            fixed.get(comparison.name, found)
            for comparison, found in zip(COMPARISONS, new_match, strict=True)
        ]
        new_non_match = _settle(levels, weight * (1 - chance), known_non_match, experience)
        new_prior = float(
            ((weight * chance).sum() + 0.1 * experience) / (weight.sum() + experience)
        )
        moved = max(
            abs(new_prior - prior),
            *(float(np.abs(a - b).max()) for a, b in zip(new_match, match, strict=True)),
        )
        match, non_match, prior = new_match, new_non_match, new_prior
        if moved < _SETTLED:
            break
    return WorksModel(
        bits=tuple(
            (0.0, *(round(float(b), 6) for b in _monotone(bits)))
            for bits in _evidence(match, non_match)
        ),
        prior=prior,
        iterations=iterations,
        warnings=_doubts(prior, moved, weight.sum()),
    )


def _experience(side: str) -> list[Floats]:
    found = []
    for comparison in COMPARISONS:
        values = np.array([getattr(level, side) for level in comparison.levels])
        found.append(values / values.sum())
    return found


def _chance(
    levels: npt.NDArray[np.int8], match: list[Floats], non_match: list[Floats], prior: float
) -> Floats:
    score = np.full(len(levels), np.log(prior / (1 - prior)))
    for column, bits in enumerate(_evidence(match, non_match)):
        score += np.log(2) * np.concatenate([[0.0], bits])[levels[:, column]]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -50, 50))))


def _evidence(match: list[Floats], non_match: list[Floats]) -> list[Floats]:
    """Bits of levels; agreeing on a volume or variant is worth nothing, words have said it."""
    return [
        np.log2(np.minimum(m / s, 1.0) if comparison in SIBLINGS else m / s)
        for comparison, m, s in zip(COMPARISONS, match, non_match, strict=True)
    ]


def _at(levels: npt.NDArray[np.int8], name: str, level: str) -> npt.NDArray[np.bool_]:
    """Patterns at one level of one comparison."""
    column = [comparison.name for comparison in COMPARISONS].index(name)
    position = [each.name for each in COMPARISONS[column].levels].index(level) + 1
    return np.asarray(levels[:, column] == position)


def are_tenants(levels: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Patterns of names without a word in common, and no number, domain or other name either.

    A street and a telephone are a house's: hotels have restaurants, hospitals departments.
    """
    named = (
        _at(levels, "codes", "same")
        | _at(levels, "creator", "alike")
        | _at(levels, "creator", "same")
    )
    return np.asarray(_at(levels, "title", "different") & ~named)


def _siblings_at(levels: npt.NDArray[np.int8], names: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Patterns at any of the levels of what tells siblings apart."""
    found = [
        _at(levels, comparison.name, level.name)
        for comparison in SIBLINGS
        for level in comparison.levels
        if level.name in names
    ]
    return np.asarray(np.any(found, axis=0))


def _settle(
    levels: npt.NDArray[np.int8],
    weight: Floats,
    known: list[Floats],
    experience: float,
    proven: Floats | None = None,
) -> list[Floats]:
    """Shares of levels; what tells siblings apart is learned from ``proven`` pairs alone."""
    settled = []
    for comparison, column, before in zip(COMPARISONS, levels.T, known, strict=True):
        counted = (
            (0.0 * weight if proven is None else proven) if comparison in SIBLINGS else weight
        )
        seen = np.bincount(column, counted, minlength=len(before) + 1)[1:]
        total = seen + experience * before
        settled.append(total / total.sum())
    return settled


def _monotone(bits: Floats) -> Floats:
    """More agreement never says less: neighbours that contradict that share their mean."""
    values = [[float(bit), 1] for bit in bits]
    pooled: list[list[float]] = []
    for value in values:
        pooled.append(list(value))
        while len(pooled) > 1 and pooled[-2][0] > pooled[-1][0]:
            later, earlier = pooled.pop(), pooled.pop()
            size = earlier[1] + later[1]
            pooled.append([(earlier[0] * earlier[1] + later[0] * later[1]) / size, size])
    return np.repeat([value for value, _ in pooled], [int(size) for _, size in pooled])


def _doubts(prior: float, moved: float, pairs: float) -> tuple[str, ...]:
    doubts = []
    if moved >= _SETTLED:
        doubts.append("training did not settle; weights may be off")
    if pairs > 1_000 and not 0.005 < prior < 0.8:
        doubts.append(
            f"the model takes {prior:.1%} of the compared pairs for one work: look at the links"
        )
    return tuple(doubts)

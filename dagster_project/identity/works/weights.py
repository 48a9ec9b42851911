"""Weights of works' levels: the model of Fellegi and Sunter, fitted on counted patterns.

Persons' strangers are learned from random pairs. Works' are learned from the candidates that
do not match: songs of one album share artist, album and year, and how often such neighbours
agree is what a level must be measured against, not how often two random records do.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.works.levels import BITS, COMPARISONS

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


def describe(pattern: int) -> str:
    """A pattern in words: ``title=same year=next``."""
    words = []
    for position, comparison in enumerate(COMPARISONS):
        level = (pattern >> (BITS * position)) & (2**BITS - 1)
        if level:
            words.append(f"{comparison.name}={comparison.levels[level - 1].name}")
    return " ".join(words)


def train(
    levels: npt.NDArray[np.int8], counts: npt.NDArray[np.int64], *, experience: float
) -> WorksModel:
    """Expectation maximisation; ``experience`` pairs of each kind steady what data leave open."""
    weight = counts.astype(float)
    match, stranger = _experience("matches"), _experience("strangers")
    known_match, known_stranger = match, stranger
    prior, moved, iterations = 0.1, 1.0, 0
    for iterations in range(1, _MOST_ITERATIONS + 1):  # noqa: B007 — told in the model
        chance = _chance(levels, match, stranger, prior)
        new_match = _settle(levels, weight * chance, known_match, experience)
        new_stranger = _settle(levels, weight * (1 - chance), known_stranger, experience)
        new_prior = float(
            ((weight * chance).sum() + 0.1 * experience) / (weight.sum() + experience)
        )
        moved = max(
            abs(new_prior - prior),
            *(float(np.abs(a - b).max()) for a, b in zip(new_match, match, strict=True)),
        )
        match, stranger, prior = new_match, new_stranger, new_prior
        if moved < _SETTLED:
            break
    return WorksModel(
        bits=tuple(
            (0.0, *(round(float(b), 6) for b in _monotone(np.log2(m / s))))
            for m, s in zip(match, stranger, strict=True)
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
    levels: npt.NDArray[np.int8], match: list[Floats], stranger: list[Floats], prior: float
) -> Floats:
    score = np.full(len(levels), np.log(prior / (1 - prior)))
    for column, (m, s) in enumerate(zip(match, stranger, strict=True)):
        score += np.concatenate([[0.0], np.log(m / s)])[levels[:, column]]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -50, 50))))


def _settle(
    levels: npt.NDArray[np.int8], weight: Floats, known: list[Floats], experience: float
) -> list[Floats]:
    settled = []
    for column, before in enumerate(known):
        seen = np.bincount(levels[:, column], weight, minlength=len(before) + 1)[1:]
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

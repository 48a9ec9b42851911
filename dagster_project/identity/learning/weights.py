"""recordlinkage's ``ECMClassifier`` on counted patterns: levels, missing values, random pairs.

The library holds the model (Fellegi–Sunter, conditional independence), is fitted by its own
``fit`` and read by its own ``m_probs``, ``u_probs`` and ``p``. The estimator inside, which it takes
as any of scikit-learn's, is ours where a warehouse needs another (docs/decisions/0004): it takes
counts; every level has its own probability; a missing value adds nothing; how often non-matches
agree comes from one shared sample of random pairs; and built-in experience steadies small data.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dagster_project.identity.bits import chance
from dagster_project.identity.comparing.comparison import Comparison
from dagster_project.identity.learning.library import ECM, ECMClassifier, LabelBinarizer

Floats = npt.NDArray[np.float64]

_FORESEEN = 2.0
"""Pairs of non-matches that what is foreseen of a level is worth, however rare it is."""

_CANDIDATE_TRUST = 1e7
"""The same for levels that are counted among all candidates."""


@dataclass(frozen=True)
class TrainingData:
    """Counted patterns: candidates, a sample of random pairs, and all pairs there are.

    ``levels`` and ``sample_levels`` have one column per comparison, 0 for missing;
    ``barred`` marks patterns of candidates that cannot be one person (vetoes). ``judged_levels``
    are pairs known to be matches, which are not among the candidates.
    """

    levels: npt.NDArray[np.int8]
    counts: npt.NDArray[np.int64]
    barred: npt.NDArray[np.bool_]
    sample_levels: npt.NDArray[np.int8]
    sample_counts: npt.NDArray[np.int64]
    all_pairs: float
    judged_levels: npt.NDArray[np.int8]
    judged_counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fit:
    """What training found: probabilities per comparison and level, and the prior of a match."""

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    prior: float
    iterations: int
    converged: bool


class CountedECM(ECM):  # type: ignore[misc]
    """recordlinkage's ECM kernel, fitted on distinct patterns with their counts."""

    def __init__(
        self,
        comparisons: tuple[Comparison, ...],
        data: TrainingData,
        *,
        least_matches: float = 200.0,
        least_chance: float = 0.0,
        max_iter: int = 300,
        atol: float = 1e-5,
    ) -> None:
        super().__init__(init="jaro", max_iter=max_iter, binarize=None, atol=atol)
        self.comparisons = comparisons
        self.data = data
        self.least_matches = least_matches
        self.least_chance = least_chance
        self.converged = False
        self.n_iter_ = 0
        self._binarizers = [_binarizer(len(c.levels)) for c in comparisons]
        self._starts = np.cumsum([0] + [len(c.levels) for c in comparisons])
        self._experience = np.stack(
            [_normalised(comparisons, "non_matches"), _normalised(comparisons, "matches")],
            axis=0,
        )
        self._blocked = np.array([level.is_blocked for c in comparisons for level in c.levels])
        self._fixed = np.array(
            [
                np.nan if level.fixed_bits is None else level.fixed_bits
                for c in comparisons
                for level in c.levels
            ]
        )

    def fit(self, levels: npt.NDArray[np.int8]) -> "CountedECM":
        """Alternate between who matches and what that says of the levels, until both settle.

        ``levels`` are the patterns of ``data``, as the classifier hands them on.
        What is known to match does so in every round (Nigam et al., "Text classification from
        labeled and unlabeled documents using EM", 2000).
        """
        data = self.data
        hot, sample = self._transform_data(levels), self._transform_data(data.sample_levels)
        counts = data.counts.astype(float)
        known = data.judged_counts.astype(float) @ self._transform_data(data.judged_levels)
        self.classes_ = np.array([0, 1])
        matches = self._experience[1]
        self._foresee(data.sample_counts.astype(float) @ sample)
        non_matches = self._sampled_non_matches(sample, data.sample_counts.astype(float))
        prior = 1.0 / max(2.0, np.sqrt(2.0 * data.all_pairs))
        for iteration in range(1, self.max_iter + 1):
            self._store(non_matches, matches, prior)
            chance = self._chance(hot)
            chance[data.barred] = 0.0
            weight = counts * chance
            new_matches = self._settled(
                weight @ hot + known, self._experience[1] * self.least_matches
            )
            new_non_matches = self._non_matches(
                hot, counts - weight, sample, data.sample_counts.astype(float), data.all_pairs
            )
            likely = float(weight[chance >= self.least_chance].sum() + data.judged_counts.sum())
            new_prior = (likely + 0.5) / (data.all_pairs + 1.0)
            moved = max(
                float(np.abs(new_matches - matches).max()),
                float(abs(np.log(new_prior) - np.log(prior))),
            )
            matches, non_matches, prior = new_matches, new_non_matches, float(new_prior)
            self.n_iter_ = iteration
            if moved < self.atol:
                self.converged = True
                break
        self._store(non_matches, matches, prior)
        return self

    def _store(self, non_matches: Floats, matches: Floats, prior: float) -> None:
        self.feature_log_prob_ = np.log(np.vstack([non_matches, matches]))
        self.class_log_prior_ = np.log([1.0 - prior, prior])

    def _chance(self, hot: Floats) -> Floats:
        """Posterior probability of a match for one-hot patterns."""
        scores = hot @ (self.feature_log_prob_[1] - self.feature_log_prob_[0])
        scores += self.class_log_prior_[1] - self.class_log_prior_[0]
        return chance(scores / np.log(2.0))

    def _foresee(self, seen: Floats) -> None:
        """Foresee rare levels of grids from how often non-matches have either part of them."""
        for comparison, start in zip(self.comparisons, self._starts[:-1], strict=True):
            shape = comparison.grid
            if shape is None:
                continue
            rows, columns = shape.rows, shape.columns
            cells = slice(start, start + rows * columns)
            grid = (seen[cells] + self._experience[0][cells]).reshape(rows, columns)
            chance = grid.sum(1, keepdims=True) * grid.sum(0, keepdims=True) / grid.sum() ** 2
            chance[shape.agreeing_row :, shape.agreeing_column :] *= shape.kinship
            share = float(self._experience[0][cells].sum())
            self._experience[0][cells] = (chance / chance.sum() * share).ravel()

    def _sampled_non_matches(self, sample: Floats, counts: Floats) -> Floats:
        found = counts @ sample
        known = self._spread(found)
        rates = (found + _FORESEEN) / (known + _FORESEEN / self._experience[0])
        return np.asarray(rates / self._spread(rates))

    def _non_matches(
        self, hot: Floats, unmatched: Floats, sample: Floats, counts: Floats, all_pairs: float
    ) -> Floats:
        """From the sample less its likely matches; exact counts where all pairs are candidates."""
        alone = counts * (1.0 - self._chance(sample))
        non_matches = self._sampled_non_matches(sample, alone)
        seen = unmatched @ hot
        both_known = self._spread(alone @ sample) / max(alone.sum(), 1.0) * all_pairs
        exact = (seen + self._experience[0] * _CANDIDATE_TRUST) / (
            both_known + _CANDIDATE_TRUST
        )
        non_matches = np.where(self._blocked, exact, non_matches)
        non_matches = np.where(np.isnan(self._fixed), non_matches, self._fixed_non_matches())
        return non_matches / self._spread(non_matches)

    def _fixed_non_matches(self) -> Floats:
        """Levels of a set worth: as often among non-matches as that worth makes of the matches."""
        return np.asarray(
            np.exp(self.feature_log_prob_[1]) / np.exp2(np.nan_to_num(self._fixed))
        )

    def _settled(self, found: Floats, experience: Floats) -> Floats:
        total = found + experience
        return np.asarray(total / self._spread(total))

    def _spread(self, values: Floats) -> Floats:
        """Every level's value replaced by the sum over its comparison's levels."""
        sums = np.add.reduceat(values, self._starts[:-1])
        return np.repeat(sums, np.diff(self._starts))

    def _transform_data(self, levels: Any) -> Floats:
        """One column per level; a missing value is all zeros and so adds nothing."""
        matrix = np.asarray(levels)
        return np.concatenate(
            [
                matrix[:, [k]] == binarizer.classes_[None]
                for k, binarizer in enumerate(self._binarizers)
            ],
            axis=1,
        ).astype(float)

    def _joint_log_likelihood(self, levels: Any) -> Floats:
        hot = self._transform_data(levels)
        return np.asarray(hot @ self.feature_log_prob_.T + self.class_log_prior_)


def train(
    data: TrainingData,
    *,
    least_matches: float,
    comparisons: tuple[Comparison, ...],
    least_chance: float = 0.0,
) -> Fit:
    """Fit recordlinkage's classifier on counted patterns, and read out what it found.

    Patterns of less chance than ``least_chance`` do not count towards the prior.
    """
    kernel = CountedECM(
        comparisons, data, least_matches=least_matches, least_chance=least_chance
    )
    classifier = ECMClassifier()
    classifier.classifier = kernel
    classifier.fit(pd.DataFrame(data.levels, columns=[c.name for c in comparisons]))
    return Fit(
        m=_per_level(classifier.m_probs, comparisons),
        u=_per_level(classifier.u_probs, comparisons),
        prior=float(classifier.p),
        iterations=kernel.n_iter_,
        converged=kernel.converged,
    )


def _binarizer(levels: int) -> LabelBinarizer:
    binarizer = LabelBinarizer()
    binarizer.classes_ = np.arange(1, levels + 1)
    return binarizer


def _normalised(comparisons: tuple[Comparison, ...], side: str) -> Floats:
    parts = []
    for comparison in comparisons:
        values = np.array([getattr(level, side) for level in comparison.levels])
        parts.append(values / values.sum())
    return np.concatenate(parts)


def _per_level(
    probabilities: dict[str, dict[int, float]], comparisons: tuple[Comparison, ...]
) -> tuple[Floats, ...]:
    """What the classifier says of each comparison's levels, in their order."""
    return tuple(
        np.array([probabilities[c.name][n] for n in range(1, len(c.levels) + 1)])
        for c in comparisons
    )

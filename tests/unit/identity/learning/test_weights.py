"""What the estimation of weights makes of counted patterns."""

import numpy as np

from dagster_project.identity.comparing.comparison import Comparison, Level
from dagster_project.identity.learning.weights import Fit, TrainingData, train

_FIELD = (
    Level("different", matches=0.1, non_matches=0.97),
    Level("same", matches=0.9, non_matches=0.03),
)
_COMPARISONS = tuple(Comparison(name, _FIELD) for name in ("name", "town", "birth"))


_NONE = np.empty((0, len(_COMPARISONS)), dtype=np.int8)


def _fit(
    *, least_chance: float, judged: np.ndarray = _NONE, times: tuple[int, ...] = ()
) -> Fit:  # type: ignore[type-arg]
    """Few pairs agree on all; of many, more than by chance, on name and town: one language."""
    levels = np.array([[2, 2, 2], [2, 2, 1], [1, 1, 1]], dtype=np.int8)
    sample = np.array([[1, 1, 1], [2, 1, 1], [1, 2, 1], [1, 1, 2]], dtype=np.int8)
    data = TrainingData(
        levels=levels,
        counts=np.array([100, 3_000, 100_000]),
        barred=np.zeros(3, dtype=np.bool_),
        sample_levels=sample,
        sample_counts=np.array([91_000, 3_000, 3_000, 3_000]),
        all_pairs=1e6,
        judged_levels=judged,
        judged_counts=np.array(times, dtype=np.int64),
    )
    return train(data, least_matches=200, comparisons=_COMPARISONS, least_chance=least_chance)


def test_pairs_below_even_odds_do_not_raise_the_share_of_matches() -> None:
    everybody, likely = _fit(least_chance=0.0), _fit(least_chance=0.5)

    assert everybody.prior * 1e6 > 2_000
    assert likely.prior * 1e6 < 101


def test_pairs_known_to_match_are_matches_whatever_their_pattern_says() -> None:
    """A town in common seems to be no more than chance, until matches are shown that lack it."""
    moved = np.array([[2, 1, 2]], dtype=np.int8)

    alone, told = _fit(least_chance=0.5), _fit(least_chance=0.5, judged=moved, times=(1_000,))

    town = [c.name for c in _COMPARISONS].index("town")
    assert told.m[town][0] > alone.m[town][0]
    assert told.prior > alone.prior
    # 1,000 known pairs beside 200 of experience and the hundred or so that were found
    assert 1_000 / 1_400 < told.m[town][0] < 1_100 / 1_200

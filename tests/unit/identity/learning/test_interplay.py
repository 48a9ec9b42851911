"""Fields that non-matches share together are found, and weighed as one."""

from itertools import combinations

import numpy as np

from dagster_project.identity.comparing.comparison import Comparison, Level
from dagster_project.identity.learning.interplay import (
    find_interplay,
    find_overrated,
    widen,
    widened,
)

_TWO = (
    Level("different", matches=0.2, non_matches=0.9),
    Level("same", matches=0.8, non_matches=0.1),
)
_FIELDS = tuple(Comparison(name, _TWO) for name in ("town", "code", "colour"))


def _counted(*rows: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    table = np.array(rows)
    return table[:, :3].astype(np.int8), table[:, 3].astype(np.int64)


def test_fields_that_non_matches_share_together_are_weighed_together() -> None:
    levels, counts = _counted((1, 1, 1, 8000), (2, 2, 1, 200), (1, 1, 2, 800), (2, 2, 2, 20))

    assert find_interplay(levels, counts, _FIELDS) == (("town", "code"),)


def test_a_third_field_of_one_kind_is_doubted() -> None:
    levels, counts = _counted((1, 1, 1, 9000), (2, 2, 2, 100), (2, 1, 1, 50), (1, 2, 1, 60))
    together = find_interplay(levels, counts, _FIELDS)

    overrated = find_overrated(levels, counts, _FIELDS, together)

    assert len(together) == 1
    assert {frozenset(pair) for pair in (*together, *overrated)} == {
        frozenset(pair) for pair in combinations(("town", "code", "colour"), 2)
    }


def test_fields_weighed_together_are_not_doubted() -> None:
    levels, counts = _counted((1, 1, 1, 8000), (2, 2, 1, 200), (1, 1, 2, 800), (2, 2, 2, 20))

    assert find_overrated(levels, counts, _FIELDS, (("town", "code"),)) == ()


def test_independent_fields_stay_apart() -> None:
    levels, counts = _counted((1, 1, 1, 8100), (2, 1, 1, 900), (1, 2, 1, 900), (2, 2, 1, 100))

    assert find_interplay(levels, counts, _FIELDS) == ()


def test_too_few_non_matches_prove_nothing() -> None:
    levels, counts = _counted((1, 1, 1, 8000), (2, 2, 1, 19))

    assert find_interplay(levels, counts, _FIELDS) == ()


def test_a_field_of_a_set_worth_is_left_alone() -> None:
    fixed = Comparison(
        "code", (_TWO[0], Level("same", matches=0.8, non_matches=0.1, fixed_bits=2.0))
    )
    levels, counts = _counted((1, 1, 1, 8000), (2, 2, 1, 200))

    assert find_interplay(levels, counts, (_FIELDS[0], fixed, _FIELDS[2])) == ()


def test_only_pairs_that_have_both_are_weighed_together() -> None:
    pairs = (("town", "code"),)
    levels = np.array([[2, 1, 1], [2, 0, 1], [0, 2, 1], [2, 2, 0]], dtype=np.int8)

    wide = widen(levels, _FIELDS, pairs)

    assert wide.tolist() == [[0, 0, 1, 3], [2, 0, 1, 0], [0, 2, 1, 0], [0, 0, 0, 4]]
    assert [level.name for level in widened(_FIELDS, pairs)[3].levels] == [
        "different+different", "different+same", "same+different", "same+same",
    ]  # fmt: skip

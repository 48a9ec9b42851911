"""A veto holds where its field is reliable, and is given up where one person's records differ."""

import numpy as np
import pytest

from dagster_project.identity.comparing.guards import BORN_APART_AT_HOME
from dagster_project.identity.comparing.patterns import COMPARISONS
from dagster_project.identity.learning.reliability import (
    LEAST_SEEN,
    MOST_DIFFERENT,
    held_vetoes,
)
from dagster_project.identity.learning.weights import Fit

VETOES = ("birth_date", "generation", "given_name")

# Experience as if it were learned: what pairs of one person and of non-matches come out as.
FIT = Fit(
    m=tuple(np.array([level.matches for level in c.levels]) for c in COMPARISONS),
    u=tuple(np.array([level.non_matches for level in c.levels]) for c in COMPARISONS),
    prior=1e-4,
    iterations=1,
    converged=True,
)


def _held(*seen: tuple[dict[str, str], int]) -> tuple[str, ...]:
    """Vetoes that hold after pairs at some levels were seen so often."""
    levels = np.array(
        [
            [c.position(pair[c.name]) if c.name in pair else 0 for c in COMPARISONS]
            for pair, _ in seen
        ],
        np.int8,
    )
    counts = np.array([count for _, count in seen], np.int64)
    return held_vetoes(VETOES, levels, counts, (), FIT)


def _born(level: str, **others: str) -> dict[str, str]:
    return {"name": "same", "email": "same", "birth_date": level, **others}


@pytest.mark.parametrize(
    ("different", "holds"),
    [
        pytest.param(round(1000 * MOST_DIFFERENT) - 5, True, id="rarely-wrong"),
        pytest.param(round(1000 * MOST_DIFFERENT) + 10, False, id="often-wrong"),
    ],
)
def test_birth_dates_of_one_address_tell_whether_birth_dates_are_reliable(
    different: int, *, holds: bool
) -> None:
    held = _held((_born("same"), 1000 - different), (_born("different"), different))

    assert ("birth_date" in held) is holds


def test_a_slip_of_the_pen_is_no_other_birth_date() -> None:
    assert "birth_date" in _held((_born("same"), 500), (_born("mistyped"), 500))


def test_too_few_pairs_give_no_veto_up() -> None:
    assert _held((_born("different"), int(LEAST_SEEN) - 1)) == VETOES


def test_non_matches_of_one_name_say_nothing_of_birth_dates() -> None:
    namesakes = {"name": "same", "birth_date": "different", "address": "different"}

    assert "birth_date" in _held((_born("same"), 100), (namesakes, 10_000))


def test_given_names_that_change_under_one_account_keep_nobody_apart() -> None:
    renamed = {"name": "given_other_family_same", "handle": "same_verified"}
    kept = {"name": "same", "handle": "same_verified"}

    assert _held((kept, 500), (renamed, 100)) == ("birth_date", "generation")


def test_a_veto_that_no_data_can_refute_holds() -> None:
    assert "generation" in _held((_born("same", name="generation_differs"), 1000))


@pytest.mark.parametrize(
    ("mistyped", "shared", "holds"),
    [
        pytest.param(30, {"address": "same"}, True, id="with-care"),
        pytest.param(200, {"address": "same"}, False, id="by-hand"),
        pytest.param(30, {"id_number": "same"}, False, id="one-persons-differ"),
    ],
)
def test_birth_dates_part_relatives_of_one_home_where_they_are_typed_with_care(
    mistyped: int, shared: dict[str, str], *, holds: bool
) -> None:
    born = {"name": "same", "gender": "same", **shared}

    held = _held(
        ({**born, "birth_date": "same"}, 900 - mistyped),
        ({**born, "birth_date": "different"}, 100),
        ({**born, "birth_date": "mistyped"}, mistyped),
    )

    assert "birth_date" not in held
    assert (BORN_APART_AT_HOME in held) is holds

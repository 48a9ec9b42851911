"""Which vetoes hold in this data: a field that is often wrong keeps nobody apart.

Birth dates in a bank's records differ because people do; in a parish register, or typed by
hand, they differ because somebody erred. What tells one from the other are pairs of records
that a personal identifier, or failing that everything else, makes one person.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dagster_project.identity.bits import chance
from dagster_project.identity.comparing.guards import (
    BORN_APART_AT_HOME,
    DIFFERENT_BIRTHS,
    OTHER_GIVEN,
    OWN_NAME,
    SAME_FAMILY,
    at,
    column,
)
from dagster_project.identity.comparing.patterns import COMPARISONS
from dagster_project.identity.learning.interplay import Pairs, widen

if TYPE_CHECKING:
    from dagster_project.identity.learning.weights import Fit

Levels = npt.NDArray[np.int8]

Floats = npt.NDArray[np.float64]

MOST_DIFFERENT = 0.04
"""Share of one person's pairs of records that may differ where a veto is to hold."""

LEAST_SEEN = 20.0
"""Pairs that must have been seen before a veto is given up."""


def held_vetoes(
    vetoes: Collection[str],
    levels: Levels,
    counts: npt.NDArray[np.int64],
    together: Pairs,
    strict: "Fit",
) -> tuple[str, ...]:
    """Those of ``vetoes`` that hold, given patterns and what was learned under all of them."""
    personal = (
        at(levels, "email", "same")
        | at(levels, "handle", "same", "same_verified")
        | at(levels, "id_number", "same")
    )
    others = counts * _chance_without("birth_date", levels, together, strict)
    dated = others * at(levels, "name", *OWN_NAME) * (column(levels, "birth_date") > 0)
    named = (
        counts
        * _chance_without("name", levels, together, strict)
        * at(levels, "name", *SAME_FAMILY)
    )
    seen = {
        "birth_date": (
            dated * personal if (dated * personal).sum() >= LEAST_SEEN else dated,
            at(levels, "birth_date", *DIFFERENT_BIRTHS),
        ),
        "given_name": (
            named * (personal | at(levels, "birth_date", "same")),
            at(levels, "name", *OTHER_GIVEN),
        ),
    }
    held = tuple(veto for veto in vetoes if veto not in seen or _holds(*seen[veto]))
    is_told_by_others = float((dated * personal).sum()) < LEAST_SEEN
    if "birth_date" in vetoes and is_told_by_others and _are_typed_with_care(dated, levels):
        return (*held, BORN_APART_AT_HOME)
    return held


MOST_MISTYPED = 0.1
"""Share of one person's birth dates a slip of the pen apart from which on they say nothing of
relatives: heavy typing errors as FEBRL makes them show 0.17 to 0.19, a population's records 0.03."""


def _are_typed_with_care(weight: Floats, levels: Levels) -> bool:
    """Whether dates that differ are other people's rather than slips of the pen.

    Asked only where no personal identifier says of whom they are: name and home then took fathers
    and sons for one person, and it is they who made birth dates look unreliable.
    """
    total = float(weight.sum())
    mistyped = float((weight * at(levels, "birth_date", "mistyped", "two_parts_same")).sum())
    return total >= LEAST_SEEN and mistyped < MOST_MISTYPED * total


def _holds(weight: Floats, differs: npt.NDArray[np.bool_]) -> bool:
    total = float(weight.sum())
    return total < LEAST_SEEN or float((weight * differs).sum()) < MOST_DIFFERENT * total


def _chance_without(name: str, levels: Levels, together: Pairs, fit: "Fit") -> Floats:
    """Probability of a match by all other comparisons."""
    others = levels.copy()
    others[:, [c.name for c in COMPARISONS].index(name)] = 0
    odds = np.full(len(levels), np.log(fit.prior) - np.log1p(-fit.prior))
    for place, found in enumerate(widen(others, COMPARISONS, together).T):
        odds += np.concatenate([[0.0], np.log(fit.m[place]) - np.log(fit.u[place])])[found]
    return chance(odds / np.log(2.0))

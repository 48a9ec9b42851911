"""What evidence may not do, whatever it weighs: vetoes and caps, decided per pattern.

A *veto* keeps two records apart unless a steward or their own source joined them. A *cap*
lets evidence support a merge that something else justifies, and never justify one by itself:
what a household or an office shares says nothing of who of them a nameless record is.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.levels import COMPARISONS

Levels = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Guarded:
    """Which patterns may not merge (``vetoed``) or not by themselves (``capped``)."""

    vetoed: Mask
    capped: Mask


def guard(levels: Levels, vetoes: Collection[str]) -> Guarded:
    """Judge patterns (rows of levels, 0 for missing) by the vetoes that are switched on."""
    vetoed = _at(levels, "source", "promises_one_record")
    if "birth_date" in vetoes:
        vetoed |= _born_on_other_days(levels)
    if "generation" in vetoes:
        vetoed |= _at(levels, "name", "generation_differs")
    if "given_name" in vetoes:
        vetoed |= _other_member_of_family(levels)
    return Guarded(
        vetoed=vetoed, capped=_only_shared_values(levels) | _namesakes_at_home(levels)
    )


def _born_on_other_days(levels: Levels) -> Mask:
    """Different birth dates, unless name and a personal address say that one was mistyped."""
    own_address = _at(levels, "email", "same") | _at(levels, "handle", "same", "same_verified")
    own_name = _at(
        levels,
        "name",
        "same",
        "nickname",
        "alike",
        "given_alike",
        "words_within",
        "initial_fits",
    ) | _at(levels, "alias", "full_name", "one_word_fits")
    return _at(levels, "birth_date", "different") & ~(own_address & own_name)


def _other_member_of_family(levels: Levels) -> Mask:
    """One family name and two given names: relatives, unless they were born on one day."""
    return _at(levels, "name", "family_only") & ~_at(levels, "birth_date", "same")


def _only_shared_values(levels: Levels) -> Mask:
    """No given name to tell people apart, and no identifier that is one person's alone."""
    known_given = _at(
        levels,
        "name",
        "same",
        "nickname",
        "alike",
        "words_within",
        "given_only",
        "generation_differs",
    ) | _at(levels, "alias", "full_name")
    both_only_mailed = (_column(levels, "alias") == 0) & _at(levels, "email", "same_shared")
    personal = (
        _at(levels, "email", "same", "same_user", "alike")
        | _at(levels, "phone", "same", "alike")
        | _at(
            levels,
            "handle",
            "same",
            "same_verified",
            "same_alias",
            "same_link",
        )
        | _at(levels, "birth_date", "same", "mistyped")
        | both_only_mailed
    )
    mask: Mask = ~known_given & ~personal
    return mask


def _namesakes_at_home(levels: Levels) -> Mask:
    """One name at one address and yet another e-mail and telephone: father and son, as it may be."""
    mask: Mask = (
        _at(levels, "name", "same", "nickname", "alike", "given_alike", "words_within")
        & _at(levels, "address", "same", "same_shared", "alike", "same_postal_code")
        & _at(levels, "email", "different")
        & _at(levels, "phone", "different", "same_shared")
        & (_column(levels, "birth_date") == 0)
        & ~_at(levels, "organisation", "same")
        & (_column(levels, "handle") == 0)
    )
    return mask


def _column(levels: Levels, comparison: str) -> Levels:
    return levels[:, [c.name for c in COMPARISONS].index(comparison)]


def _at(levels: Levels, comparison: str, *names: str) -> Mask:
    position = [c.name for c in COMPARISONS].index(comparison)
    wanted = [COMPARISONS[position].position(name) for name in names]
    return np.isin(levels[:, position], wanted)

"""What evidence may not do, whatever it weighs: vetoes and caps, decided per pattern.

A *veto* keeps two records apart unless a steward or their own source joined them. A *cap*
lets evidence support a merge that something else justifies, and never justify one by itself:
what a household or an office shares says nothing of who of them a nameless record is.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.comparing.name_levels import FULL_NAME, GIVEN, both_names
from dagster_project.identity.comparing.patterns import COMPARISONS

Levels = npt.NDArray[np.int8]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Guarded:
    """Which patterns may not merge (``vetoed``) or not by themselves (``capped``).

    ``at_home``: one name and a home's telephone, nothing of a person's own. ``lives_apart``: one
    name, another e-mail address and another telephone.
    """

    vetoed: Mask
    capped: Mask
    at_home: Mask
    lives_apart: Mask


def guard(levels: Levels, vetoes: Collection[str]) -> Guarded:
    """Judge patterns (rows of levels, 0 for missing) by the vetoes that are switched on."""
    nobody = np.zeros(len(levels), dtype=np.bool_)
    return Guarded(
        vetoed=np.logical_or.reduce([nobody, *vetoed_by(levels, vetoes).values()]),
        capped=np.logical_or.reduce([nobody, *capped_by(levels, vetoes).values()]),
        at_home=_at_home(levels),
        lives_apart=_lives_apart(levels),
    )


def vetoed_by(levels: Levels, vetoes: Collection[str]) -> dict[str, Mask]:
    """Per veto that is switched on, the patterns it keeps apart."""
    judged = {
        "birth_date": _born_on_other_days,
        "generation": lambda levels: at(levels, "name", "generation_differs"),
        "given_name": _other_member_of_family,
    }
    masks = {name: mask(levels) for name, mask in judged.items() if name in vetoes}
    return {**masks, "one_record_per_person": at(levels, "source", "promises_one_record")}


def capped_by(levels: Levels, vetoes: Collection[str]) -> dict[str, Mask]:
    """Per cap, the patterns that may not merge by themselves."""
    masks = {
        "namesakes_at_home": _namesakes_at_home(levels),
        "namesakes_of_a_domain": _namesakes_of_domain(levels),
        "alike_twice": _alike_twice(levels),
        "other_names_at_home": _other_names_at_home(levels),
        "resemblance_alone": _resemblance_alone(levels),
    }
    if BORN_APART_AT_HOME in vetoes:
        masks["namesakes_born_apart"] = _namesakes_born_apart(levels)
    if "given_name" in vetoes:
        masks["shared_values_only"] = _only_shared_values(levels)
        masks["twins"] = _twins(levels)
    return masks


BORN_APART_AT_HOME = "birth_date_at_home"
"""What is left of the veto of birth dates where they err too often for it, but by design and not
by slips of the pen: namesakes of one home are kept from merging by it, and nobody else."""

DIFFERENT_BIRTHS = ("different", "one_part_same", "same_year", "same_day_of_year")
"""Birth dates of two people, where birth dates are reliable; the first is no slip of the pen."""

OTHER_GIVEN = (both_names("other", "same"), both_names("other", "alike"))
"""Names of two members of a family."""

SAME_FAMILY = tuple(
    both_names(given, family) for given in GIVEN.names for family in ("alike", "same")
)

OWN_NAME = (
    *(
        both_names(given, family)
        for family in ("alike", "same")
        for given in ("alike", "initial", "mistyped", "nickname", "same")
    ),
    "swapped", "swapped_alike", "words_within", "one_word_given", "one_word_family",
)  # fmt: skip
"""Names that may well be one person's."""

SAME_HANDLE = ("same", "same_verified", "same_alias", "same_link")
"""One account, or what nobody else goes by."""

_SURE_NAME = (
    *(both_names(given, "same") for given in ("initial", "nickname", "same")),
    "swapped", "words_within",
)  # fmt: skip

_LETTER_APART = tuple(
    both_names(given, family)
    for given in ("resembling", "alike", "mistyped", "same")
    for family in ("resembling", "alike", "same")
    if (given, family) != ("same", "same")
)

_OTHER_NAMES = (
    *(both_names("other", family) for family in ("other", "resembling")),
    "other_naming_of_family",
)  # fmt: skip

_FULL_NAME = tuple(name for name in FULL_NAME if name != "generation_differs")

_NAMESAKES = (
    *_FULL_NAME,
    *(
        both_names(given, family)
        for family in ("resembling", "alike", "same")
        for given in ("resembling", "alike", "initial", "mistyped", "nickname", "same")
        if both_names(given, family) not in _FULL_NAME
    ),
)
"""Names of which one may be the other ill written; the worse they agree, the less they prove."""

_GENDERED = tuple(
    both_names(given, family)
    for given in ("resembling", "alike", "mistyped")
    for family in ("alike", "same")
)

_KNOWN_GIVEN = (
    *FULL_NAME,
    *(both_names(given, "resembling") for given in ("nickname", "same")),
)


def _born_on_other_days(levels: Levels) -> Mask:
    """Different birth dates, unless name and a personal address say that one was mistyped.

    Dates with nothing in common were not: father and son of one name share a mailbox.
    """
    own_address = at(levels, "email", "same") | at(levels, "handle", "same", "same_verified")
    own_name = at(levels, "name", *OWN_NAME) | at(levels, "alias", "full_name")
    mistyped = own_address & own_name & ~at(levels, "birth_date", "different")
    return at(levels, "birth_date", *DIFFERENT_BIRTHS) & ~mistyped


def _other_member_of_family(levels: Levels) -> Mask:
    """One family name and two given names: relatives, and twins if born on one day.

    What twins do not share tells a second name of one person: a number, an account, a telephone.
    """
    is_own = at(levels, "birth_date", "same") & _one_persons_alone(levels)
    return at(levels, "name", *OTHER_GIVEN) & ~is_own


def _one_persons_alone(levels: Levels) -> Mask:
    """An identifier in common that a household would not share."""
    mask: Mask = (
        at(levels, "email", "same", "same_user", "mistyped")
        | at(levels, "phone", "same")
        | at(levels, "handle", "same", "same_verified")
        | at(levels, "id_number", "same", "mistyped")
    )
    return mask


def _only_shared_values(levels: Levels) -> Mask:
    """No given name to tell people apart, and no identifier that is one person's alone.

    Numbers next to each other, under two e-mail addresses, are those of two colleagues.
    """
    known_given = at(levels, "name", *_KNOWN_GIVEN) | at(levels, "alias", "full_name")
    personal = (
        at(levels, "email", "same", "same_user", "alike", "mistyped")
        | at(levels, "phone", "same")
        | (at(levels, "phone", "alike") & ~at(levels, "email", "different"))
        | at(levels, "handle", *SAME_HANDLE)
        | (
            at(levels, "handle", "same_name_in_alias")
            & ~at(levels, "email", "same_name_in_user")
        )
        | at(levels, "birth_date", "same", "mistyped")
        | at(levels, "id_number", "same", "mistyped")
    )
    mask: Mask = ~known_given & ~personal
    return mask


def _resemblance_alone(levels: Levels) -> Mask:
    """Contact points that look alike, and nothing else that is a person's: kim@ and tim@.

    Colleagues and siblings are given addresses and numbers a letter or a digit apart, and one
    user part at two providers is held by two people as soon as both were free. What employers
    and homes share is no second proof: it is why theirs look alike. Names and birth dates that
    were compared speak by their weights, for or against.
    """
    alike = (
        at(levels, "email", "alike", "mistyped", "same_name_in_user", "same_user")
        | at(levels, "phone", "alike")
        | at(levels, "handle", "same_name_in_alias")
    )
    independent = (
        (column(levels, "name") > 0)
        | (column(levels, "birth_date") > 0)
        | (column(levels, "id_number") > 0)
        | at(levels, "alias", "initial_and_family", "full_name")
        | at(levels, "email", "same")
        | at(levels, "phone", "same")
        | at(levels, "handle", *SAME_HANDLE)
    )
    mask: Mask = alike & ~independent
    return mask


def _twins(levels: Levels) -> Mask:
    """One family, one birth date, and given names of two genders: Daniel and Daniela."""
    mask: Mask = (
        at(levels, "name", *_GENDERED)
        & at(levels, "gender", "different")
        & at(levels, "birth_date", "same")
        & ~_one_persons_alone(levels)
    )
    return mask


def _namesakes_at_home(levels: Levels) -> Mask:
    """One name in one home and yet another telephone and no e-mail in common: father and son."""
    other_phone = at(levels, "phone", "different")
    home_phone = at(levels, "phone", "same_shared") | (
        at(levels, "phone", "same_line") & at(levels, "email", "different")
    )
    at_home = at(levels, "address", "same", "same_shared", "alike", "same_postal_code") | at(
        levels, "email", "same_shared"
    )
    mask: Mask = (
        (at(levels, "name", *_NAMESAKES) | at(levels, "alias", "full_name"))
        & ((at_home & other_phone) | home_phone)
        & ~at(levels, "email", "same", "same_user", "mistyped")
        & ~(at(levels, "email", "same_shared") & ~other_phone)
        & (column(levels, "birth_date") == 0)
        & ~at(levels, "id_number", "same", "mistyped")
        & ~at(levels, "organisation", "same")
        & (column(levels, "handle") == 0)
    )
    return mask


def _namesakes_born_apart(levels: Levels) -> Mask:
    """One name in one home and birth dates that have nothing in common: father and son.

    Name and home are not independent among relatives, so however rare both are they never make up
    for it; dates of one person that were ill written have parts in common.
    """
    mask: Mask = (
        at(levels, "name", *_NAMESAKES)
        & at(levels, "address", "same", "same_shared", "alike")
        & at(levels, "birth_date", "different")
        & ~_one_persons_alone(levels)
    )
    return mask


def _at_home(levels: Levels) -> Mask:
    """Namesakes on a home's line: one person twice, or father and son."""
    return _are_namesakes(levels) & at(levels, "phone", "same_line", "same_shared")


def _lives_apart(levels: Levels) -> Mask:
    """Namesakes with two e-mail addresses and two telephones."""
    other_email = at(levels, "email", "different", "alike")
    return _are_namesakes(levels) & other_email & at(levels, "phone", "different")


def _are_namesakes(levels: Levels) -> Mask:
    """One name, and nothing of a person's own in common."""
    mask: Mask = (
        (at(levels, "name", *_NAMESAKES) | at(levels, "alias", "full_name"))
        & ~at(levels, "birth_date", "same", "mistyped")
        & ~_one_persons_alone(levels)
    )
    return mask


def _namesakes_of_domain(levels: Levels) -> Mask:
    """One name under two addresses of one domain: it gave a namesake the second."""
    other_phone = at(levels, "phone", "different")
    names = (at(levels, "name", *_FULL_NAME) & other_phone) | at(levels, "alias", "full_name")
    mask: Mask = (
        names
        & at(levels, "organisation", "same_domain")
        & at(levels, "email", "different")
        & ~_one_persons(levels)
    )
    return mask


def _alike_twice(levels: Levels) -> Mask:
    """Names a letter apart and what they spell a letter apart: said twice, it is said once."""
    exact = (*_SURE_NAME, "generation_differs")
    differ = (column(levels, "name") > 0) & ~at(levels, "name", *exact)
    spelled = at(levels, "email", "same_name_in_user") & at(
        levels, "handle", "same_name_in_alias"
    )
    by_a_letter = at(levels, "name", *_LETTER_APART) & at(levels, "email", "mistyped", "alike")
    mistyped = at(levels, "email", "mistyped", "alike") & at(levels, "phone", "different")
    mask: Mask = differ & (mistyped | spelled | by_a_letter) & ~_one_persons(levels)
    return mask


def _other_names_at_home(levels: Levels) -> Mask:
    """Two given names in one home, and an e-mail or telephone that differs: two of a household."""
    apart = at(levels, "email", "different") | at(levels, "phone", "different")
    at_home = at(levels, "address", "same_shared") | at(levels, "phone", "same_line")
    other_employer = at(levels, "email", "different") & at(levels, "organisation", "different")
    mask: Mask = (
        (
            (at(levels, "name", *_OTHER_NAMES) & apart & at_home)
            | (at(levels, "name", "other_naming_of_family") & other_employer)
        )
        & ~at(levels, "birth_date", "same", "mistyped")
        & ~at(levels, "id_number", "same", "mistyped")
        & ~at(levels, "handle", "same", "same_verified")
        & ~at(levels, "organisation", "same")
    )
    return mask


def _one_persons(levels: Levels) -> Mask:
    """Something in common that is one person's, names and e-mails apart."""
    mask: Mask = (
        at(levels, "phone", "same", "alike")
        | at(levels, "handle", *SAME_HANDLE)
        | at(levels, "birth_date", "same", "mistyped")
        | at(levels, "id_number", "same", "mistyped")
        | at(levels, "address", "same")
    )
    return mask


def column(levels: Levels, comparison: str) -> Levels:
    """Levels of one comparison."""
    return levels[:, [c.name for c in COMPARISONS].index(comparison)]


def at(levels: Levels, comparison: str, *names: str) -> Mask:
    """Patterns at one of the named levels of a comparison."""
    position = [c.name for c in COMPARISONS].index(comparison)
    wanted = [COMPARISONS[position].position(name) for name in names]
    return np.isin(levels[:, position], wanted)

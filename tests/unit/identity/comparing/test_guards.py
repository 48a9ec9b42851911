"""Vetoes and caps by the levels of a pair, worked out by hand."""

import numpy as np
import pytest

from dagster_project.identity.comparing.guards import BORN_APART_AT_HOME, Guarded, guard
from dagster_project.identity.comparing.patterns import COMPARISONS


def _judged(**levels: str) -> Guarded:
    row = [c.position(levels[c.name]) if c.name in levels else 0 for c in COMPARISONS]
    return guard(np.array([row], np.int8), ("birth_date", "generation", "given_name"))


@pytest.mark.parametrize(
    "levels",
    [
        {"name": "given_other_family_same", "email": "same"},
        # twins, who have all in common but what they are called
        {
            "name": "given_other_family_same",
            "birth_date": "same",
            "phone": "same_line",
            "address": "same",
        },
        {"name": "generation_differs", "address": "same"},
        {"name": "same", "birth_date": "different"},
        # father and son of one name who share a mailbox
        {"name": "same", "email": "same", "birth_date": "different"},
        {"source": "promises_one_record", "email": "same"},
    ],
)
def test_relatives_and_other_births_are_vetoed(levels: dict[str, str]) -> None:
    assert _judged(**levels).vetoed.all()


def test_a_mistyped_birth_date_does_not_part_one_name_with_one_address() -> None:
    assert not _judged(name="same", email="same", birth_date="same_day_of_year").vetoed.any()


@pytest.mark.parametrize(
    "levels",
    [
        # father and son: one name in one home, each with his own e-mail
        {"name": "same", "email": "different", "phone": "different", "address": "same"},
        # the same, where only the household's telephone tells that it is one home
        {"name": "same", "email": "different", "phone": "same_shared", "address": "same_city"},
        # the same by the household's fixed line, each with his own e-mail
        {"name": "same", "email": "different", "phone": "same_line", "address": "same"},
        # the same, who give the family's mailbox
        {"name": "same", "email": "same_shared", "phone": "different"},
        # the same, one of them ill written
        {
            "name": "given_same_family_resembling",
            "email": "different",
            "phone": "different",
            "address": "same",
        },
        # two colleagues of whom no name is known, with numbers next to each other
        {"email": "different", "phone": "alike", "organisation": "same_domain"},
        # two of a household who give its fixed line
        {"name": "given_other_family_other", "email": "different", "phone": "same_line"},
        # a provider that is not on the list gave the second of one name another address
        {"alias": "full_name", "email": "different", "organisation": "same_domain"},
        # Lau and Lam, whose addresses differ where their names do
        {
            "name": "given_same_family_resembling",
            "email": "mistyped",
            "phone": "different",
            "country": "same",
        },
        # two members of one family at two employers
        {
            "name": "other_naming_of_family",
            "email": "different",
            "phone": "same",
            "address": "same_shared",
            "organisation": "different",
        },
        # father and son at one provider, whose addresses differ by a sign
        {"name": "same", "email": "alike", "phone": "different", "address": "same_shared"},
        # the same, one of them without an e-mail
        {"name": "same", "phone": "different", "address": "same"},
        # the same, one of them without a given name but with an address that spells it
        {"alias": "full_name", "email": "different", "phone": "different", "address": "same"},
        # an e-mail and a handle that spell what both are called: names alone
        {
            "name": "given_alike_family_same",
            "email": "same_name_in_user",
            "handle": "same_name_in_alias",
        },
        # Jan and Jana, whose addresses differ where their names do
        {"name": "given_mistyped_family_same", "email": "mistyped"},
        # a name spelled by an address and an account: said twice, it is said once
        {
            "alias": "initial_and_family",
            "email": "same_name_in_user",
            "handle": "same_name_in_alias",
        },
        # partners who share a mailbox
        {
            "name": "given_other_family_other",
            "email": "same",
            "phone": "different",
            "address": "same_shared",
        },
        # twins of two genders
        {"name": "given_alike_family_same", "birth_date": "same", "gender": "different"},
        # a family name and a mailbox that the family shares
        {"name": "one_word_family", "email": "same_shared"},
    ],
)
def test_what_a_home_an_office_or_a_provider_explains_never_merges_alone(
    levels: dict[str, str],
) -> None:
    judged = _judged(**levels)
    assert judged.capped.all()
    assert not judged.vetoed.any()


@pytest.mark.parametrize(
    "levels",
    [
        {"name": "same", "email": "same"},
        {"name": "same", "email": "different", "phone": "same", "address": "same"},
        {"name": "same", "email": "different", "phone": "same_shared", "birth_date": "same"},
        {"name": "given_same_family_alike", "email": "mistyped", "birth_date": "same"},
        {"name": "given_mistyped_family_same", "email": "mistyped", "phone": "same"},
        {"name": "given_other_family_same", "birth_date": "same", "id_number": "same"},
        {"name": "given_nickname_family_same", "email": "mistyped"},
        {"alias": "initial_and_family", "handle": "same_name_in_alias"},
        {"name": "other_naming_of_family", "email": "different", "phone": "same"},
        {"name": "same", "email": "different", "organisation": "same"},
        {"name": "same", "phone": "same_shared", "address": "alike", "id_number": "same"},
    ],
)
def test_what_only_one_person_has_may_merge(levels: dict[str, str]) -> None:
    judged = _judged(**levels)
    assert not judged.capped.any()
    assert not judged.vetoed.any()


@pytest.mark.parametrize(
    ("levels", "may_merge"),
    [
        pytest.param({"birth_date": "different"}, False, id="father-and-son"),
        pytest.param({"birth_date": "two_parts_same"}, True, id="mistyped"),
        pytest.param({"birth_date": "different", "id_number": "same"}, True, id="one-number"),
    ],
)
def test_namesakes_of_one_home_born_apart_do_not_merge_by_themselves(
    levels: dict[str, str], *, may_merge: bool
) -> None:
    pair = {"name": "same", "address": "same_shared", **levels}
    row = [c.position(pair[c.name]) if c.name in pair else 0 for c in COMPARISONS]

    capped = guard(np.array([row], np.int8), (BORN_APART_AT_HOME,)).capped

    assert bool(capped.all()) is not may_merge

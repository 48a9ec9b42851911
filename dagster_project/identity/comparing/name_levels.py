"""How two personal names compare: given and family name as one outcome, aliases, middle names.

Given and family name share one comparison because they depend on each other: people of one
family, of one culture, and names written the wrong way round.
"""

from dagster_project.identity.comparing.agreements import ALIAS as SAME_ALIAS
from dagster_project.identity.comparing.agreements import HANDLE, OWN_EMAIL, SHARED_EMAIL
from dagster_project.identity.comparing.comparison import OTHERWISE, Comparison, Grid, Level

# One letter wrong, missing or too many, or two changed places: Jaro's measure, which does not
# favour a common beginning, then is at least 1 - 2 / (3 * length).
_ONE_LETTER = "jaro_similarity(l.{0}, r.{0}) >= 1 - 0.68 / {0}_length"

FAMILY = Comparison(
    "family",
    (
        Level("other", OTHERWISE, matches=0.05, non_matches=0.985),
        Level(
            "resembling",
            "near_family >= 0.82 or l.family_sound = r.family_sound",
            matches=0.02,
            non_matches=0.011,
        ),
        Level(
            "alike",
            (
                "near_family >= 0.92",
                f"near_family >= 0.75 and family_length >= 5 and {_ONE_LETTER.format('family')}",
            ),
            matches=0.08,
            non_matches=0.002,
        ),
        Level("same", "near_family = 1.0", matches=0.85, non_matches=0.002),
    ),
)
"""Two family names, a part of ``NAME``."""

GIVEN = Comparison(
    "given",
    (
        Level("other", OTHERWISE, matches=0.06, non_matches=0.955),
        Level("resembling", "near_given >= 0.78", matches=0.02, non_matches=0.02),
        Level(
            "alike",
            (
                "near_given >= 0.88",
                "least(length(l.given), length(r.given)) >= 5 "
                "and (ends_with(l.given, r.given) or ends_with(r.given, l.given))",
            ),
            matches=0.05,
            non_matches=0.008,
        ),
        Level(
            "initial",
            "least(length(l.given), length(r.given)) = 1 and l.initial = r.initial",
            matches=0.06,
            non_matches=0.002,
        ),
        Level(
            "mistyped",
            f"near_given >= 0.75 and given_length >= 6 and {_ONE_LETTER.format('given')} "
            "and not starts_with(l.given, r.given) and not starts_with(r.given, l.given)",
            matches=0.05,
            non_matches=0.001,
        ),
        Level("nickname", "is_nickname", matches=0.12, non_matches=0.003),
        Level(
            "same", "l.given = r.given and given_length > 1", matches=0.64, non_matches=0.011
        ),
    ),
)
"""Two given names, a part of ``NAME``."""

KINSHIP = 10.0
"""How much more often non-matches agree on both names than by chance: people of one language
have its family names and its given names."""


def both_names(given: str, family: str) -> str:
    """The level for one outcome of each."""
    return "same" if (given, family) == ("same", "same") else f"given_{given}_family_{family}"


# The shares leave room for the levels below that are no product.
_PRODUCTS = tuple(
    Level(
        both_names(given.name, family.name),
        matches=family.matches * given.matches * 0.75,
        non_matches=family.non_matches * given.non_matches * 0.8,
    )
    for family in FAMILY.levels
    for given in GIVEN.levels
)

_SOME_MISSING = "l.given is null or l.family is null or r.given is null or r.family is null"
_AGREE = f"{FAMILY.at('same')} and {GIVEN.at_least('initial')}"
_RESPELLED = """
    is_respelled
    or (l.is_two_namings and r.is_two_namings and l.is_western_given <> r.is_western_given)
"""

NAME = Comparison(
    "name",
    (
        *_PRODUCTS,
        Level(
            "other_naming_of_family",
            f"{GIVEN.at('other')} and {FAMILY.at('same')} "
            f"and least(length(l.given), length(r.given)) > 1 and ({_RESPELLED})",
            matches=0.02,
            non_matches=0.001,
        ),
        Level(
            "swapped_alike",
            f"near_crossed >= 0.93 and not ({_AGREE})",
            matches=0.01,
            non_matches=0.00001,
        ),
        Level(
            "words_within",
            f"l.word_count <> r.word_count and common_words = least(l.word_count, r.word_count) "
            f"and not ({_AGREE})",
            matches=0.05,
            non_matches=0.00002,
        ),
        Level(
            "swapped",
            f"near_crossed >= 0.999 and not ({_AGREE})",
            matches=0.02,
            non_matches=0.000001,
        ),
        Level(
            "generation_differs",
            f"l.generation <> r.generation and {FAMILY.at_least('alike')} "
            f"and {GIVEN.at_least('alike')}",
            matches=0.0001,
            non_matches=0.00001,
        ),
        Level("one_word_other", _SOME_MISSING, matches=0.02, non_matches=0.19),
        Level("one_word_alike", "one_word = 'alike'", matches=0.02, non_matches=0.0008),
        Level("one_word_given", "one_word = 'given'", matches=0.05, non_matches=0.002),
        Level("one_word_family", "one_word = 'family'", matches=0.05, non_matches=0.001),
    ),
    missing=(
        "l.name is null or r.name is null "
        f"or (({_SOME_MISSING}) and (is_alias or is_short_alias))"
    ),
    otherwise=f"{len(GIVEN.levels)} * (level_family - 1) + level_given",
    tf_weights=(
        (
            (
                *(
                    both_names(given, family)
                    for family in ("alike", "same")
                    for given in ("alike", "mistyped", "nickname", "same")
                ),
                "swapped", "swapped_alike", "words_within", "generation_differs",
            ),
            ("tf_weight",),
        ),
        (
            (
                *(
                    both_names(given, family)
                    for family in ("alike", "same")
                    for given in ("other", "resembling", "initial")
                ),
                "other_naming_of_family",
            ),
            ("family_tf_weight",),
        ),
        (
            tuple(
                both_names(given, family)
                for family in ("other", "resembling")
                for given in ("nickname", "same")
            ),
            ("given_tf_weight",),
        ),
        (("one_word_given", "one_word_family"), ("word_tf_weight",)),
    ),
    grid=Grid(
        len(FAMILY.levels),
        len(GIVEN.levels),
        KINSHIP,
        agreeing_row=FAMILY.names.index("alike"),
        agreeing_column=GIVEN.names.index("alike"),
    ),
)  # fmt: skip

FULL_NAME = NAME.tf_weights[0][0]
"""Levels at which both names agree, give or take a spelling."""


# Where a full name is missing: what one goes by on one side, what one is called on the other.
ALIAS = Comparison(
    "alias",
    (
        Level(
            "different",
            "(l.name is null or r.name is null) "
            f"and flags & {OWN_EMAIL | SHARED_EMAIL | HANDLE | SAME_ALIAS} = 0",
            matches=0.40,
            non_matches=0.9979,
        ),
        Level("initial_and_family", "is_short_alias", matches=0.15, non_matches=0.001),
        Level("full_name", "is_alias", matches=0.35, non_matches=0.0001),
    ),
    missing="""
        (l.word_count > 1 and r.word_count > 1)
        or (l.family is not null and r.family is not null and l.given is not null and r.given is not null)
        or coalesce(l.name, l.letters) is null
        or coalesce(r.name, r.letters) is null
    """,
    tf_weights=(
        (("full_name",), ("tf_weight",)),
        (("initial_and_family",), ("family_tf_weight",)),
    ),
)


_MIDDLE_INITIAL = "l.middle[1] = r.middle[1] and least(length(l.middle), length(r.middle)) = 1"

MIDDLE = Comparison(
    "middle",
    (
        Level("different", OTHERWISE, matches=0.10, non_matches=0.90),
        Level(
            "initial",
            _MIDDLE_INITIAL,
            matches=0.10,
            non_matches=0.05,
        ),
        Level(
            "alike",
            (
                "l.middle <> r.middle and jaro_winkler_similarity(l.middle, r.middle) >= 0.88",
                "(contains(' ' || l.middle || ' ', ' ' || r.middle || ' ') "
                "or contains(' ' || r.middle || ' ', ' ' || l.middle || ' ')) "
                f"and not ({_MIDDLE_INITIAL})",
            ),
            matches=0.20,
            non_matches=0.02,
        ),
        Level(
            "same",
            "l.middle = r.middle and length(l.middle) > 1",
            matches=0.60,
            non_matches=0.03,
            fixed_bits=2.0,
        ),
    ),
    missing="l.middle is null or r.middle is null",
)


COMMON_WORDS = """
    case
        when l.word_count <> r.word_count then
            coalesce((l.word_1 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
            + coalesce((l.word_2 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
            + coalesce((l.word_3 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
            + coalesce((l.word_4 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
        else 0
    end
"""
"""Words that names of different length share."""

# Each similarity once per pair: the engine would compute an expression anew in every branch
# that reads it, so what builds on similarities stands in a query of its own.
NAME_SIMILARITIES = f"""
    case
        when l.family is null or r.family is null then 0.0
        when l.family = r.family or l.family_root = r.family_root or is_respelled then 1.0
        else jaro_winkler_similarity(l.family, r.family)
    end as near_family,
    case when l.given <> r.given then jaro_winkler_similarity(l.given, r.given) else 1.0 end
        as near_given,
    greatest(length(l.family), length(r.family)) as family_length,
    greatest(length(l.given), length(r.given)) as given_length,
    case
        when l.given is not null and l.family is not null and r.given is not null
            and r.family is not null then null
        when coalesce(l.family, l.given) = r.family or coalesce(r.family, r.given) = l.family
            then 'family'
        when coalesce(l.family, l.given) = r.given or coalesce(r.family, r.given) = l.given
            or (l.word_count = 1 and l.word_1 in (r.word_2, r.word_3, r.word_4, r.word_1))
            or (r.word_count = 1 and r.word_1 in (l.word_2, l.word_3, l.word_4, l.word_1))
            then 'given'
        when jaro_winkler_similarity(coalesce(l.family, l.given), r.family) >= 0.88
            or jaro_winkler_similarity(coalesce(l.family, l.given), r.given) >= 0.88
            or jaro_winkler_similarity(coalesce(r.family, r.given), l.family) >= 0.88
            or jaro_winkler_similarity(coalesce(r.family, r.given), l.given) >= 0.88 then 'alike'
    end as one_word,
    {COMMON_WORDS} as common_words
"""

NAME_PARTS = f"""
    {FAMILY.sql} as level_family,
    {GIVEN.sql} as level_given,
    case
        when least(near_family, near_given) < 0.88
            and (starts_with(r.family, l.initial) or starts_with(l.family, r.initial))
            then greatest(
                case
                    when least(
                        jaro_winkler_similarity(l.given, r.family),
                        jaro_winkler_similarity(l.family, r.given)
                    ) >= 0.75
                        then jaro_winkler_similarity(
                            l.given || ' ' || l.family, r.family || ' ' || r.given
                        )
                    else 0.0
                end,
                case
                    when l.given = r.family and least(length(l.family), length(r.given)) >= 5
                        and (ends_with(l.family, r.given) or ends_with(r.given, l.family))
                        then 0.95
                    when l.family = r.given and least(length(l.given), length(r.family)) >= 5
                        and (ends_with(l.given, r.family) or ends_with(r.family, l.given))
                        then 0.95
                    else 0.0
                end
            )
        else 0.0
    end as near_crossed
"""

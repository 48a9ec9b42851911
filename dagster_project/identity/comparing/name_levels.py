"""How two personal names compare: given and family name as one outcome, aliases, middle names.

Given and family name share one comparison because they depend on each other: people of one
family, of one culture, and names written the wrong way round.
"""

from dagster_project.identity.comparing.agreements import ALIAS as SAME_ALIAS
from dagster_project.identity.comparing.agreements import HANDLE, OWN_EMAIL, SHARED_EMAIL
from dagster_project.identity.comparing.comparison import Comparison, Level

FAMILY = ("other", "resembling", "alike", "same")
"""Outcomes of two family names, from the worst to the best, with their shares below."""

GIVEN = ("other", "resembling", "alike", "initial", "mistyped", "nickname", "same")
"""Outcomes of two given names."""

KINSHIP = 10.0
"""How much more often strangers agree on both names than by chance: people of one language
have its family names and its given names."""

_FAMILY_SHARES = {
    "matches": (0.05, 0.02, 0.08, 0.85),
    "strangers": (0.985, 0.011, 0.002, 0.002),
}

_GIVEN_SHARES = {
    "matches": (0.06, 0.02, 0.05, 0.06, 0.05, 0.12, 0.64),
    "strangers": (0.955, 0.02, 0.008, 0.002, 0.001, 0.003, 0.011),
}


def both_names(given: str, family: str) -> str:
    """The level for one outcome of each."""
    return "same" if (given, family) == ("same", "same") else f"given_{given}_family_{family}"


def _crossed(kind: str) -> list[float]:
    return [f * g for f in _FAMILY_SHARES[kind] for g in _GIVEN_SHARES[kind]]


_PRODUCT = tuple(
    Level(both_names(given, family), matches * 0.75, strangers * 0.8)
    for (given, family), matches, strangers in zip(
        [(given, family) for family in FAMILY for given in GIVEN],
        _crossed("matches"),
        _crossed("strangers"),
        strict=True,
    )
)

_FIRST = len(_PRODUCT) + 1
"""Position of the first level that is no product of both names."""

NAME = Comparison(
    "name",
    (
        *_PRODUCT,
        Level("swapped", 0.02, 0.000001),
        Level("swapped_alike", 0.01, 0.00001),
        Level("words_within", 0.05, 0.00002),
        Level("generation_differs", 0.0001, 0.00001),
        Level("other_naming_of_family", 0.02, 0.001),
        Level("one_word_other", 0.02, 0.19),
        Level("one_word_alike", 0.02, 0.0008),
        Level("one_word_given", 0.05, 0.002),
        Level("one_word_family", 0.05, 0.001),
    ),
    f"""
    case
        when l.name is null or r.name is null then 0
        when l.given is null or l.family is null or r.given is null or r.family is null then case
            when is_alias or is_short_alias then 0
            when one_word = 'family' then {_FIRST + 8}
            when one_word = 'given' then {_FIRST + 7}
            when one_word = 'alike' then {_FIRST + 6}
            else {_FIRST + 5}
        end
        when l.generation <> r.generation and family_level >= 3 and given_level >= 3
            then {_FIRST + 3}
        when family_level = 4 and given_level >= 4 then 21 + given_level
        when near_crossed >= 0.999 then {_FIRST}
        when l.word_count <> r.word_count and common_words = least(l.word_count, r.word_count)
            then {_FIRST + 2}
        when near_crossed >= 0.93 then {_FIRST + 1}
        when given_level = 1 and family_level = 4 and least(length(l.given), length(r.given)) > 1
            and (
                is_respelled
                or (l.is_two_namings and r.is_two_namings and l.is_western_given <> r.is_western_given)
            )
            then {_FIRST + 4}
        else 7 * (family_level - 1) + given_level
    end
    """,
    (
        (
            (
                *(both_names(g, f) for f in ("alike", "same") for g in GIVEN[2:] if g != "initial"),
                "swapped", "swapped_alike", "words_within", "generation_differs",
            ),
            ("rarity",),
        ),
        (
            (
                *(both_names(g, f) for f in ("alike", "same") for g in ("other", "resembling", "initial")),
                "other_naming_of_family",
            ),
            ("family_rarity",),
        ),
        (tuple(both_names(g, f) for f in ("other", "resembling") for g in ("nickname", "same")), ("given_rarity",)),
        (("one_word_given", "one_word_family"), ("word_rarity",)),
    ),
    (len(FAMILY), len(GIVEN)),
    KINSHIP,
)  # fmt: skip

FULL_NAME = NAME.rarities[0][0]
"""Levels at which both names agree, give or take a spelling."""

# Where a full name is missing: what one goes by on one side, what one is called on the other.
ALIAS = Comparison(
    "alias",
    (
        Level("different", 0.40, 0.9979),
        Level("initial_and_family", 0.15, 0.001),
        Level("full_name", 0.35, 0.0001),
    ),
    f"""
    case
        when l.word_count > 1 and r.word_count > 1 then 0
        when l.family is not null and r.family is not null and l.given is not null and r.given is not null
            then 0
        when coalesce(l.name, l.letters) is null or coalesce(r.name, r.letters) is null then 0
        when is_alias then 3
        when is_short_alias then 2
        when l.name is not null and r.name is not null then 0
        when flags & {OWN_EMAIL | SHARED_EMAIL | HANDLE | SAME_ALIAS} > 0 then 0
        else 1
    end
    """,
    ((("full_name",), ("rarity",)), (("initial_and_family",), ("family_rarity",))),
)

MIDDLE = Comparison(
    "middle",
    (
        Level("different", 0.10, 0.90),
        Level("initial", 0.10, 0.05),
        Level("alike", 0.20, 0.02),
        Level("same", 0.60, 0.03, fixed_bits=2.0),
    ),
    """
    case
        when l.middle is null or r.middle is null then 0
        when l.middle = r.middle then case when length(l.middle) > 1 then 4 else 2 end
        when jaro_winkler_similarity(l.middle, r.middle) >= 0.88 then 3
        when l.middle[1] = r.middle[1] and least(length(l.middle), length(r.middle)) = 1 then 2
        when contains(' ' || l.middle || ' ', ' ' || r.middle || ' ')
            or contains(' ' || r.middle || ' ', ' ' || l.middle || ' ') then 3
        else 1
    end
    """,
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

# One letter wrong, missing or too many, or two changed places: Jaro's measure, which does not
# favour a common beginning, then is at least 1 - 2 / (3 * length).
_ONE_LETTER = "jaro_similarity(l.{0}, r.{0}) >= 1 - 0.68 / {0}_length"

NAME_PARTS = f"""
    case
        when near_family = 1.0 then 4
        when near_family >= 0.92 then 3
        when near_family >= 0.75 and family_length >= 5 and {_ONE_LETTER.format("family")} then 3
        when near_family >= 0.82 or l.family_sound = r.family_sound then 2
        else 1
    end as family_level,
    case
        when l.given = r.given then case when given_length > 1 then 7 else 4 end
        when is_nickname then 6
        when least(length(l.given), length(r.given)) = 1
            then case when l.initial = r.initial then 4 else 1 end
        when near_given >= 0.75 and given_length >= 6 and {_ONE_LETTER.format("given")}
            and not starts_with(l.given, r.given) and not starts_with(r.given, l.given) then 5
        when near_given >= 0.88 then 3
        when least(length(l.given), length(r.given)) >= 5
            and (ends_with(l.given, r.given) or ends_with(r.given, l.given)) then 3
        when near_given >= 0.78 then 2
        else 1
    end as given_level,
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

"""Comparisons of two records and their levels: the one list that SQL, weights and reports read.

Every comparison maps a pair to one level; level 0 means that one side has no value, which is
evidence of nothing. Levels are packed four bits each into one integer, the pair's pattern:
only distinct patterns ever reach Python.

Belongs here: what is compared, how, and what is known of the levels before any training.
Does not belong here: weights learned from data (``weights``), vetoes and caps (``guards``).
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.agreements import (
    ALIAS,
    ALIAS_IS_NAME,
    ALIAS_IS_SHORT_NAME,
    EMAIL_USER,
    HANDLE,
    NAMED_ALIAS,
    NAMED_USER,
    OWN_EMAIL,
    OWN_PHONE,
    OWN_PLACE,
    PHONE_TAIL,
    SHARED_EMAIL,
    SHARED_PHONE,
    SHARED_PLACE,
    URL,
    VERIFIED_HANDLE,
)

BITS = 4
"""Width of one level in a pattern."""


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison.

    ``matches`` and ``strangers`` are how often pairs of one person, and of two random people,
    come out so among pairs that have both values: experience that small data leans on.
    ``is_blocked``: pairs at this level are all candidates, so how often strangers reach it is
    counted among candidates instead of being estimated from a sample that hardly ever sees it.
    ``fixed_bits``: what the level is worth, where it mostly repeats what names say and
    learning would count that twice.
    """

    name: str
    matches: float
    strangers: float
    is_blocked: bool = False
    fixed_bits: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One field of a pair; ``sql`` yields 0 for missing, else the 1-based position of a level."""

    name: str
    levels: tuple[Level, ...]
    sql: str

    def position(self, level: str) -> int:
        """The number a level has in patterns."""
        return [each.name for each in self.levels].index(level) + 1


_NAME = Comparison(
    "name",
    (
        Level("different", 0.02, 0.9675),
        Level("somewhat_alike", 0.03, 0.02),
        Level("family_only", 0.01, 0.004),
        Level("family_other_naming", 0.02, 0.001),
        Level("given_only", 0.03, 0.007),
        Level("initial_fits", 0.05, 0.0003),
        Level("given_alike", 0.06, 0.0001),
        Level("alike", 0.08, 0.00005),
        Level("nickname", 0.12, 0.00002),
        Level("words_within", 0.06, 0.00002),
        Level("same", 0.52, 0.00003),
        Level("generation_differs", 0.0001, 0.00001),
    ),
    """
    case
        when l.name is null or r.name is null or l.word_count = 1 or r.word_count = 1 then 0
        when l.word_count = r.word_count and near_name < 0.82
            and near_family < 0.88 and near_given < 0.8 and near_crossed < 0.9
            and not is_nickname then 1
        when l.generation <> r.generation
            and (l.name_id = r.name_id or near_name >= 0.9) then 12
        when l.name = r.name then 11
        when l.word_count <> r.word_count and common_words = least(l.word_count, r.word_count)
            then 10
        when near_family = 1 and is_nickname then 9
        when near_family = 1 and least(length(l.given), length(r.given)) = 1
            then case when l.initial = r.initial then 6 else 3 end
        when near_family >= 0.88 and (near_given = 1 or is_nickname) then 8
        when near_family >= 0.88 and near_given >= 0.88 then
            case
                when least(length(l.given), length(r.given)) >= 6
                    and damerau_levenshtein(l.given, r.given) = 1
                    and not starts_with(l.given, r.given) and not starts_with(r.given, l.given)
                    then 8
                else 7
            end
        when near_crossed >= 0.93 then 8
        when near_name >= 0.93 then 7
        when near_family >= 0.92 and least(length(l.given), length(r.given)) = 1
            and l.initial = r.initial then 6
        when (l.given = r.given or is_nickname) and least(length(l.given), length(r.given)) > 1
            then 5
        when near_family >= 0.94 then case
            when near_given >= 0.88 then 7
            when near_given >= 0.78 then 2
            when is_respelled
                or (l.is_two_namings and r.is_two_namings and l.is_western_given <> r.is_western_given)
                then 4
            else 3
        end
        when near_name >= 0.82 then 2
        else 1
    end
    """,
)

# Where a full name is missing: what one goes by on one side, what one is called on the other.
_ALIAS = Comparison(
    "alias",
    (
        Level("different", 0.40, 0.9979),
        Level("one_word_fits", 0.10, 0.001),
        Level("initial_and_family", 0.15, 0.001),
        Level("full_name", 0.35, 0.0001),
    ),
    f"""
    case
        when l.word_count > 1 and r.word_count > 1 then 0
        when coalesce(l.name, l.letters) is null or coalesce(r.name, r.letters) is null then 0
        when l.name = r.name and length(l.name) > 2 then 2
        when is_alias then 4
        when is_short_alias then 3
        when (l.word_count = 1 and length(l.name) > 2
                and l.word_1 in (r.word_1, r.word_2, r.word_3, r.word_4))
            or (r.word_count = 1 and length(r.name) > 2
                and r.word_1 in (l.word_1, l.word_2, l.word_3, l.word_4)) then 2
        when flags & {OWN_EMAIL | SHARED_EMAIL | HANDLE} > 0 then 0
        else 1
    end
    """,
)

_EMAIL = Comparison(
    "email",
    (
        Level("different", 0.45, 0.99989),
        Level("alike", 0.03, 0.0001, fixed_bits=5.0),
        Level("same_name_in_user", 0.03, 0.0005, fixed_bits=6.0),
        Level("same_user", 0.07, 0.00002, is_blocked=True),
        Level("same_shared", 0.02, 0.000004, is_blocked=True),
        Level("same", 0.40, 0.00000002, is_blocked=True),
    ),
    f"""
    case
        when l.email_first is null or r.email_first is null then 0
        when flags & {OWN_EMAIL} > 0 then 6
        when flags & {SHARED_EMAIL} > 0 then 5
        when flags & {EMAIL_USER} > 0 then 4
        when flags & {NAMED_USER} > 0 then 3
        when near_email >= 0.955
            and damerau_levenshtein(l.email_first, r.email_first) <= 2
            and split_part(l.email_first, '@', 2) = split_part(r.email_first, '@', 2)
            and regexp_replace(l.email_first, '[^0-9]', '', 'g')
            = regexp_replace(r.email_first, '[^0-9]', '', 'g')
            and regexp_replace(l.email_first, '[^a-z]', '', 'g')
            <> regexp_replace(r.email_first, '[^a-z]', '', 'g') then 2
        else 1
    end
    """,
)

_PHONE = Comparison(
    "phone",
    (
        Level("different", 0.35, 0.99995),
        Level("alike", 0.05, 0.00002),
        Level("same_shared", 0.10, 0.00001, is_blocked=True),
        Level("same", 0.50, 0.00000003, is_blocked=True),
    ),
    f"""
    case
        when l.phone_first is null or r.phone_first is null then 0
        when flags & {OWN_PHONE} > 0 then 4
        when flags & {SHARED_PHONE} > 0 then 3
        when flags & {PHONE_TAIL} > 0 then 2
        when digits_apart = 1 and length(l.phone_first) >= 9 then 2
        else 1
    end
    """,
)

_HANDLE = Comparison(
    "handle",
    (
        Level("different", 0.15, 0.99997),
        Level("same_name_in_alias", 0.05, 0.001, fixed_bits=6.0),
        Level("same_alias", 0.40, 0.00001),
        Level("same_link", 0.05, 0.0000001, is_blocked=True),
        Level("same", 0.40, 0.00000001, is_blocked=True),
        Level("same_verified", 0.10, 0.000000001, is_blocked=True),
    ),
    f"""
    case
        when flags & {VERIFIED_HANDLE} > 0 then 6
        when flags & {HANDLE} > 0 then 5
        when flags & {URL} > 0 then 4
        when flags & {ALIAS} > 0 and (l.networks is not null or r.networks is not null) then 3
        when flags & {NAMED_ALIAS} > 0 and (l.networks is not null or r.networks is not null)
            then 2
        when l.networks & r.networks > 0 then 1
        else 0
    end
    """,
)

_BIRTH = Comparison(
    "birth_date",
    (
        Level("different", 0.01, 0.955),
        Level("two_parts_same", 0.03, 0.0447),
        Level("mistyped", 0.06, 0.0002),
        Level("same", 0.90, 0.00005),
    ),
    """
    case
        when l.birth_date is null or r.birth_date is null then 0
        when l.birth_date = r.birth_date then 4
        when same_birth_parts >= 2 then
            case
                when hamming(l.birth_digits, r.birth_digits) <= 1
                    or (
                        hamming(l.birth_digits, r.birth_digits) = 2
                        and l.birth_digit_sum = r.birth_digit_sum
                    ) then 3
                else 2
            end
        when l.birth_year = r.birth_year and l.birth_month = r.birth_day
            and l.birth_day = r.birth_month then 3
        else 1
    end
    """,
)

_ADDRESS = Comparison(
    "address",
    (
        Level("different", 0.20, 0.969),
        Level("same_city", 0.15, 0.03),
        Level("same_postal_code", 0.10, 0.0008),
        Level("alike", 0.10, 0.00005),
        Level("same_shared", 0.15, 0.00001),
        Level("same", 0.30, 0.000005),
    ),
    f"""
    case
        when coalesce(l.postal_1, l.city_1) is null then 0
        when coalesce(r.postal_1, r.city_1) is null then 0
        when flags & {OWN_PLACE} > 0 then 6
        when flags & {SHARED_PLACE} > 0 then 5
        when l.postal_1 in (r.postal_1, r.postal_2) or l.postal_2 in (r.postal_1, r.postal_2)
            then case when jaro_winkler_similarity(l.street, r.street) >= 0.9 then 4 else 3 end
        when l.city_1 in (r.city_1, r.city_2) or l.city_2 in (r.city_1, r.city_2)
            then case when jaro_winkler_similarity(l.street, r.street) >= 0.9 then 4 else 2 end
        when l.city_1 is null or r.city_1 is null then 0
        else 1
    end
    """,
)

_ORGANISATION = Comparison(
    "organisation",
    (
        Level("different", 0.40, 0.996),
        Level("same_domain", 0.10, 0.001),
        Level("alike", 0.05, 0.001),
        Level("same", 0.45, 0.002),
    ),
    """
    case
        when l.company = r.company then 4
        when near_company >= 0.92 then 3
        when l.domain_1 in (r.domain_1, r.domain_2) or l.domain_2 in (r.domain_1, r.domain_2) then 2
        when l.company is not null and r.company is not null then 1
        else 0
    end
    """,
)

_COUNTRY = Comparison(
    "country",
    (Level("different", 0.05, 0.75), Level("same", 0.95, 0.25)),
    """
    case
        when l.country is null or r.country is null or length(l.country) <> length(r.country) then 0
        when l.country = r.country then 2
        else 1
    end
    """,
)

_SOURCE = Comparison(
    "source",
    (Level("promises_one_record", 0.5, 0.5),),
    "case when l.single_source = r.single_source then 1 else 0 end",
)

COMPARISONS: tuple[Comparison, ...] = (
    _NAME, _ALIAS, _EMAIL, _PHONE, _HANDLE, _BIRTH, _ADDRESS, _ORGANISATION, _COUNTRY, _SOURCE,
)  # fmt: skip
"""All comparisons, in the order of their bits in a pattern."""

# Each similarity once per pair; the levels' cases read it as often as they like.
_SIMILARITIES = """
    case
        when l.family = r.family or l.family_root = r.family_root or family_pair.l is not null
            then 1.0
        else jaro_winkler_similarity(l.family, r.family)
    end as near_family,
    case when l.given <> r.given then jaro_winkler_similarity(l.given, r.given) else 1.0 end
        as near_given,
    case when l.name <> r.name then jaro_winkler_similarity(l.name, r.name) else 1.0 end
        as near_name,
    case
        when l.name <> r.name and l.given[1] = r.family[1] and l.family[1] = r.given[1]
            then jaro_winkler_similarity(l.given || ' ' || l.family, r.family || ' ' || r.given)
        else 0.0
    end as near_crossed,
    case
        when l.email_last is null and r.email_last is null
            then jaro_winkler_similarity(l.email_first, r.email_first)
        else greatest(
            jaro_winkler_similarity(l.email_first, r.email_first),
            jaro_winkler_similarity(l.email_first, r.email_last),
            jaro_winkler_similarity(l.email_last, r.email_first),
            jaro_winkler_similarity(l.email_last, r.email_last)
        )
    end as near_email,
    (l.birth_year = r.birth_year)::tinyint + (l.birth_month = r.birth_month)::tinyint
        + (l.birth_day = r.birth_day)::tinyint as same_birth_parts,
    case when l.company <> r.company then jaro_winkler_similarity(l.company, r.company) end
        as near_company,
    case
        when length(l.phone_first) = length(r.phone_first)
            then hamming(l.phone_first, r.phone_first)
    end as digits_apart,
    case
        when l.word_count <> r.word_count then
            coalesce((l.word_1 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
            + coalesce((l.word_2 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
            + coalesce((l.word_3 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
            + coalesce((l.word_4 in (r.word_1, r.word_2, r.word_3, r.word_4))::tinyint, 0)
        else 0
    end as common_words
"""

# Rarity of the agreeing name in tenths of a bit: whole name, family name, or given name.
_SURPRISE = """
    case
        when level_name in (9, 10, 11, 12) or level_alias = 4
            then coalesce(least(nullif(l.rarity, 0), nullif(r.rarity, 0)), 0)
        when level_name in (7, 8) then least(l.rarity, r.rarity)
        when level_name in (3, 4, 6) or level_alias = 3 then least(l.family_rarity, r.family_rarity)
        when level_name = 5 then least(l.given_rarity, r.given_rarity)
        when level_alias = 2 then least(l.family_rarity, r.family_rarity, l.given_rarity, r.given_rarity)
        else 0
    end
"""


def compare_sql(pairs: str) -> str:
    """A select of l, r, pattern and surprise (tenths of a bit) for pairs ``(l, r)`` of rids."""
    levels = ", ".join(f"({c.sql})::bigint as level_{c.name}" for c in COMPARISONS)
    pattern = " + ".join(
        f"(level_{c.name} << {BITS * position})" for position, c in enumerate(COMPARISONS)
    )
    read = set(_FIELD.findall(levels + _SURPRISE))
    fields = ", ".join(f"{side}.{column} as {side}_{column}" for side, column in sorted(read))
    carried = (
        "l_rarity, r_rarity, l_family_rarity, r_family_rarity, l_given_rarity, r_given_rarity"
    )
    return f"""
        select l, r, {pattern} as pattern, ({_flat(_SURPRISE)})::smallint as surprise
        from (
            select l, r, {carried}, {_flat(levels)}
            from (
                select
                    pair.l, pair.r, coalesce(agreement.flags, 0) as flags,
                    nick_pair.l is not null as is_nickname,
                    family_pair.l is not null as is_respelled,
                    coalesce(agreement.flags, 0) & {ALIAS_IS_NAME} > 0 as is_alias,
                    coalesce(agreement.flags, 0) & {ALIAS_IS_SHORT_NAME} > 0 as is_short_alias,
                    {fields}, {_SIMILARITIES}
                from {pairs} as pair
                inner join work.feature as l on pair.l = l.rid
                inner join work.feature as r on pair.r = r.rid
                left join work.agreement as agreement
                    on pair.l = agreement.l and pair.r = agreement.r
                left join work.nick_pair as nick_pair
                    on l.given = nick_pair.l and r.given = nick_pair.r
                left join work.family_pair as family_pair
                    on l.family = family_pair.l and r.family = family_pair.r
            )
        )
    """


_FIELD = re.compile(r"\b([lr])\.(\w+)")


def _flat(sql: str) -> str:
    """``l.name`` → ``l_name``: the similarities' subquery hands fields on under flat names."""
    return _FIELD.sub(r"\1_\2", sql)


def unpack(patterns: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Patterns → a matrix of levels, one column per comparison, 0 for missing."""
    columns = [
        (patterns >> (BITS * position)) & (2**BITS - 1) for position in range(len(COMPARISONS))
    ]
    return np.stack(columns, axis=1).astype(np.int8)


def describe(pattern: int) -> str:
    """A pattern in words, missing comparisons left out: ``name=same email=alike``."""
    words = []
    for position, comparison in enumerate(COMPARISONS):
        level = (pattern >> (BITS * position)) & (2**BITS - 1)
        if level:
            words.append(f"{comparison.name}={comparison.levels[level - 1].name}")
    return " ".join(words)

"""How fields other than names compare: contact points, dates, places, numbers, categories."""

from dagster_project.identity.comparing.agreements import (
    ALIAS,
    EMAIL_USER,
    NAMED_ALIAS,
    NAMED_USER,
    OWN_EMAIL,
    OWN_LINE,
    OWN_PHONE,
    OWN_PLACE,
    PHONE_TAIL,
    SHARED_EMAIL,
    SHARED_PHONE,
    SHARED_PLACE,
    URL,
    VERIFIED_HANDLE,
)
from dagster_project.identity.comparing.agreements import HANDLE as SAME_HANDLE
from dagster_project.identity.comparing.comparison import Comparison, Level

# Slow, and so asked last, and only where the answer matters.
_LETTERS_APART = """
    damerau_levenshtein(
        regexp_replace(l.email_first, '[^a-z@]+', '', 'g'),
        regexp_replace(r.email_first, '[^a-z@]+', '', 'g')
    )
"""

EMAIL = Comparison(
    "email",
    (
        Level("different", 0.40, 0.99979),
        Level("alike", 0.05, 0.0001, fixed_bits=0.0),
        Level("mistyped", 0.05, 0.000001),
        Level("same_name_in_user", 0.03, 0.0005, fixed_bits=6.0),
        Level("same_user", 0.07, 0.00002, is_blocked=True),
        Level("same_shared", 0.02, 0.000004, is_blocked=True),
        Level("same", 0.40, 0.00000002, is_blocked=True),
    ),
    f"""
    case
        when l.email_first is null or r.email_first is null then 0
        when flags & {OWN_EMAIL} > 0 then 7
        when flags & {SHARED_EMAIL} > 0 and l.name is null and r.name is null then 7
        when flags & {SHARED_EMAIL} > 0 then 6
        when flags & {EMAIL_USER} > 0 then 5
        when flags & {NAMED_USER} > 0 then 4
        when near_email >= 0.9 then case
            when regexp_replace(l.email_first, '[^0-9]+', '', 'g')
                <> regexp_replace(r.email_first, '[^0-9]+', '', 'g') then 1
            when case
                when l.domain_1 is not null and r.domain_1 is not null then {_LETTERS_APART} between 1 and 2
                when split_part(l.email_first, '@', 2) = split_part(r.email_first, '@', 2)
                    then {_LETTERS_APART} = 1
                else false
            end then 3
            when near_email >= 0.94 then 2
            else 1
        end
        else 1
    end
    """,
)

PHONE = Comparison(
    "phone",
    (
        Level("different", 0.35, 0.99995),
        Level("alike", 0.05, 0.00002),
        Level("same_shared", 0.10, 0.00001, is_blocked=True),
        Level("same_line", 0.10, 0.000001, is_blocked=True),
        Level("same", 0.40, 0.00000003, is_blocked=True),
    ),
    f"""
    case
        when l.phone_first is null or r.phone_first is null then 0
        when flags & {OWN_PHONE} > 0 then 5
        when flags & {OWN_LINE} > 0 then 4
        when flags & {SHARED_PHONE} > 0 then 3
        when flags & {PHONE_TAIL} > 0 then 2
        when length(l.phone_first) = length(r.phone_first) and length(l.phone_first) >= 9
            then case when hamming(l.phone_first, r.phone_first) = 1 then 2 else 1 end
        else 1
    end
    """,
)

# An alias that spells no name was made up; usernames hold some 20 bits (Perito et al., "How unique
# and traceable are usernames?", 2011). Who has none in common has no level here, so that how often
# strangers do cannot be learned from the pairs that have one.
HANDLE = Comparison(
    "handle",
    (
        Level("different", 0.15, 0.99997),
        Level("same_name_in_alias", 0.05, 0.001, fixed_bits=6.0),
        Level("same_alias", 0.40, 0.00001, fixed_bits=20.0),
        Level("same_link", 0.05, 0.0000001, is_blocked=True),
        Level("same", 0.40, 0.00000001, is_blocked=True),
        Level("same_verified", 0.10, 0.000000001, is_blocked=True),
    ),
    f"""
    case
        when flags & {VERIFIED_HANDLE} > 0 then 6
        when flags & {SAME_HANDLE} > 0 then 5
        when flags & {URL} > 0 then 4
        when flags & {ALIAS} > 0 and flags & {OWN_EMAIL | SHARED_EMAIL} = 0
            and (l.networks is not null or r.networks is not null) then 3
        when flags & {NAMED_ALIAS} > 0 and (l.networks is not null or r.networks is not null)
            then 2
        when l.networks & r.networks > 0 then 1
        else 0
    end
    """,
)

BIRTH = Comparison(
    "birth_date",
    (
        Level("different", 0.01, 0.940),
        Level("one_part_same", 0.01, 0.05),
        Level("same_year", 0.02, 0.013),
        Level("same_day_of_year", 0.02, 0.0025),
        Level("two_parts_same", 0.03, 0.003),
        Level("mistyped", 0.06, 0.0002),
        Level("only_year_same", 0.05, 0.013),
        Level("same", 0.90, 0.00005),
    ),
    """
    case
        when l.birth_year is null or r.birth_year is null then 0
        when l.birth_digits = r.birth_digits then 8
        when l.birth_digits is null or r.birth_digits is null then
            case
                when l.birth_year <> r.birth_year then 1
                when l.birth_month <> r.birth_month then 3
                else 7
            end
        when same_birth_parts >= 2 then
            case
                when hamming(l.birth_digits, r.birth_digits) <= 1
                    or (
                        hamming(l.birth_digits, r.birth_digits) = 2
                        and l.birth_digit_sum = r.birth_digit_sum
                    ) then 6
                when l.birth_year <> r.birth_year then 4
                else 5
            end
        when l.birth_year = r.birth_year and l.birth_month = r.birth_day
            and l.birth_day = r.birth_month then 6
        when l.birth_year = r.birth_year then 3
        when same_birth_parts = 1 and l.birth_day = r.birth_day and abs(l.birth_year - r.birth_year) <= 2
            then 2
        when abs(l.birth_year - r.birth_year) <= 1 then 2
        else 1
    end
    """,
    ((("same",), ("birth_rarity",)),),
)

ADDRESS = Comparison(
    "address",
    (
        Level("different", 0.20, 0.960),
        Level("city_alike", 0.05, 0.002),
        Level("same_area", 0.10, 0.01),
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
        when flags & {OWN_PLACE} > 0 then 8
        when flags & {SHARED_PLACE} > 0 then 7
        when l.postal_1 in (r.postal_1, r.postal_2) or l.postal_2 in (r.postal_1, r.postal_2)
            then case when jaro_winkler_similarity(l.street, r.street) >= 0.9 then 6 else 5 end
        when l.city_1 in (r.city_1, r.city_2) or l.city_2 in (r.city_1, r.city_2)
            then case when jaro_winkler_similarity(l.street, r.street) >= 0.9 then 6 else 4 end
        when l.street[1] = r.street[1]
            and jaro_winkler_similarity(l.street, r.street) >= 0.93 then 6
        when l.postal_area = r.postal_area or postal_digits_apart = 1 then 3
        when jaro_winkler_similarity(l.city, r.city) >= 0.88 then 2
        when (l.city_1 is null or r.city_1 is null) and (l.postal_1 is null or r.postal_1 is null)
            then 0
        else 1
    end
    """,
    ((("same_postal_code",), ("postal_rarity",)), (("same_city",), ("city_rarity",))),
)

ORGANISATION = Comparison(
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

COUNTRY = Comparison(
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

ID_NUMBER = Comparison(
    "id_number",
    (
        Level("different", 0.02, 0.99999),
        Level("mistyped", 0.08, 0.000005),
        Level("same", 0.90, 0.0000001),
    ),
    """
    case
        when l.id_number is null or r.id_number is null then 0
        when l.id_number = r.id_number then 3
        when least(length(l.id_number), length(r.id_number)) >= 5
            and jaro_winkler_similarity(l.id_number, r.id_number) >= 0.75
            and damerau_levenshtein(l.id_number, r.id_number) = 1 then 2
        else 1
    end
    """,
)

BIRTH_PLACE = Comparison(
    "birth_place",
    (
        Level("different", 0.15, 0.975),
        Level("alike", 0.10, 0.005),
        Level("same", 0.75, 0.02),
    ),
    """
    case
        when l.birth_place is null or r.birth_place is null then 0
        when l.birth_place = r.birth_place then 3
        when jaro_winkler_similarity(l.birth_place, r.birth_place) >= 0.88 then 2
        else 1
    end
    """,
    ((("same",), ("birth_place_rarity",)),),
)

GENDER = Comparison(
    "gender",
    (Level("different", 0.05, 0.45), Level("same", 0.95, 0.55)),
    """
    case
        when l.gender is null or r.gender is null then 0
        when l.gender = r.gender then 2
        when l.gender[1] = r.gender[1] and least(length(l.gender), length(r.gender)) = 1 then 2
        else 1
    end
    """,
)


def _category(name: str, *, matches: float, strangers: float) -> Comparison:
    """A text that people share with many others: the same or not."""
    return Comparison(
        name,
        (Level("different", 1 - matches, 1 - strangers), Level("same", matches, strangers)),
        f"""
        case
            when l.{name} is null or r.{name} is null then 0
            when l.{name} = r.{name} then 2
            else 1
        end
        """,
        ((("same",), (f"{name}_rarity",)),),
    )


OCCUPATION = _category("occupation", matches=0.8, strangers=0.05)

OTHERS = tuple(_category(f"other_{number}", matches=0.7, strangers=0.2) for number in (1, 2, 3))

SOURCE = Comparison(
    "source",
    (Level("promises_one_record", 0.5, 0.5),),
    "case when l.single_source = r.single_source then 1 else 0 end",
)

# Each similarity once per pair; the levels' cases read it as often as they like.
FIELD_SIMILARITIES = """
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
    case
        when length(l.postal_code) = length(r.postal_code) and length(l.postal_code) >= 5
            then hamming(l.postal_code, r.postal_code)
    end as postal_digits_apart,
    case when l.company <> r.company then jaro_winkler_similarity(l.company, r.company) end
        as near_company
"""

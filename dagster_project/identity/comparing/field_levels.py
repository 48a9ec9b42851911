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
from dagster_project.identity.comparing.comparison import OTHERWISE, Comparison, Level

_SAME_DIGITS = """
    regexp_replace(l.email_first, '[^0-9]+', '', 'g')
        = regexp_replace(r.email_first, '[^0-9]+', '', 'g')
"""

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
        Level("different", OTHERWISE, matches=0.40, non_matches=0.99979),
        Level(
            "alike",
            "near_email >= 0.94 and has_same_digits",
            matches=0.05,
            non_matches=0.0001,
            fixed_bits=0.0,
        ),
        Level(
            "mistyped",
            f"""
            case
                when near_email < 0.9 then false
                when not has_same_digits then false
                when l.domain_1 is not null and r.domain_1 is not null
                    then {_LETTERS_APART} between 1 and 2
                when split_part(l.email_first, '@', 2) = split_part(r.email_first, '@', 2)
                    then {_LETTERS_APART} = 1
                else false
            end
            """,
            matches=0.05,
            non_matches=0.000001,
        ),
        Level(
            "same_name_in_user",
            f"flags & {NAMED_USER} > 0",
            matches=0.03,
            non_matches=0.0005,
            fixed_bits=6.0,
        ),
        Level(
            "same_user",
            f"flags & {EMAIL_USER} > 0",
            matches=0.07,
            non_matches=0.00002,
            is_blocked=True,
        ),
        Level(
            "same_shared",
            f"flags & {SHARED_EMAIL} > 0",
            matches=0.02,
            non_matches=0.000004,
            is_blocked=True,
        ),
        Level(
            "same",
            (
                f"flags & {OWN_EMAIL} > 0",
                f"flags & {SHARED_EMAIL} > 0 and l.name is null and r.name is null",
            ),
            matches=0.40,
            non_matches=0.00000002,
            is_blocked=True,
        ),
    ),
    missing="l.email_first is null or r.email_first is null",
)


PHONE = Comparison(
    "phone",
    (
        Level("different", OTHERWISE, matches=0.35, non_matches=0.99995),
        Level(
            "alike",
            (
                f"flags & {PHONE_TAIL} > 0",
                """
                case
                    when length(l.phone_first) = length(r.phone_first)
                        and length(l.phone_first) >= 9
                        then hamming(l.phone_first, r.phone_first) = 1
                    else false
                end
                """,
            ),
            matches=0.05,
            non_matches=0.00002,
        ),
        Level(
            "same_shared",
            f"flags & {SHARED_PHONE} > 0",
            matches=0.10,
            non_matches=0.00001,
            is_blocked=True,
        ),
        Level(
            "same_line",
            f"flags & {OWN_LINE} > 0",
            matches=0.10,
            non_matches=0.000001,
            is_blocked=True,
        ),
        Level(
            "same",
            f"flags & {OWN_PHONE} > 0",
            matches=0.40,
            non_matches=0.00000003,
            is_blocked=True,
        ),
    ),
    missing="l.phone_first is null or r.phone_first is null",
)


_ON_A_NETWORK = "(l.networks is not null or r.networks is not null)"

# An alias that spells no name was made up; usernames hold some 20 bits (Perito et al., "How unique
# and traceable are usernames?", 2011). Who has none in common has no level here, so that how often
# non-matches do cannot be learned from the pairs that have one.
HANDLE = Comparison(
    "handle",
    (
        Level("different", "l.networks & r.networks > 0", matches=0.15, non_matches=0.99997),
        Level(
            "same_name_in_alias",
            f"flags & {NAMED_ALIAS} > 0 and {_ON_A_NETWORK}",
            matches=0.05,
            non_matches=0.001,
            fixed_bits=6.0,
        ),
        Level(
            "same_alias",
            f"flags & {ALIAS} > 0 and flags & {OWN_EMAIL | SHARED_EMAIL} = 0 and {_ON_A_NETWORK}",
            matches=0.40,
            non_matches=0.00001,
            fixed_bits=20.0,
        ),
        Level(
            "same_link",
            f"flags & {URL} > 0",
            matches=0.05,
            non_matches=0.0000001,
            is_blocked=True,
        ),
        Level(
            "same",
            f"flags & {SAME_HANDLE} > 0",
            matches=0.40,
            non_matches=0.00000001,
            is_blocked=True,
        ),
        Level(
            "same_verified",
            f"flags & {VERIFIED_HANDLE} > 0",
            matches=0.10,
            non_matches=0.000000001,
            is_blocked=True,
        ),
    ),
)


_WHOLE_DATES = "l.birth_digits is not null and r.birth_digits is not null"

BIRTH = Comparison(
    "birth_date",
    (
        Level("different", OTHERWISE, matches=0.01, non_matches=0.940),
        Level(
            "one_part_same",
            f"""
            {_WHOLE_DATES} and (
                abs(l.birth_year - r.birth_year) <= 1
                or (
                    same_birth_parts = 1
                    and l.birth_day = r.birth_day
                    and abs(l.birth_year - r.birth_year) <= 2
                )
            )
            """,
            matches=0.01,
            non_matches=0.05,
        ),
        Level("same_year", "l.birth_year = r.birth_year", matches=0.02, non_matches=0.013),
        Level(
            "same_day_of_year",
            f"{_WHOLE_DATES} and same_birth_parts >= 2",
            matches=0.02,
            non_matches=0.0025,
        ),
        Level(
            "two_parts_same",
            f"{_WHOLE_DATES} and same_birth_parts >= 2 and l.birth_year = r.birth_year",
            matches=0.03,
            non_matches=0.003,
        ),
        Level(
            "mistyped",
            (
                f"""
                case
                    when {_WHOLE_DATES} and same_birth_parts >= 2 then
                        hamming(l.birth_digits, r.birth_digits) <= 1
                        or (
                            hamming(l.birth_digits, r.birth_digits) = 2
                            and l.birth_digit_sum = r.birth_digit_sum
                        )
                    else false
                end
                """,
                f"{_WHOLE_DATES} and l.birth_year = r.birth_year "
                "and l.birth_month = r.birth_day and l.birth_day = r.birth_month",
            ),
            matches=0.06,
            non_matches=0.0002,
        ),
        Level(
            "only_year_same",
            f"not ({_WHOLE_DATES}) and l.birth_year = r.birth_year "
            "and coalesce(l.birth_month = r.birth_month, true)",
            matches=0.05,
            non_matches=0.013,
        ),
        Level("same", "l.birth_digits = r.birth_digits", matches=0.90, non_matches=0.00005),
    ),
    missing="l.birth_year is null or r.birth_year is null",
    tf_weights=((("same",), ("birth_tf_weight",)),),
)


_SAME_POSTAL = (
    "(l.postal_1 in (r.postal_1, r.postal_2) or l.postal_2 in (r.postal_1, r.postal_2))"
)
_SAME_CITY = "(l.city_1 in (r.city_1, r.city_2) or l.city_2 in (r.city_1, r.city_2))"

ADDRESS = Comparison(
    "address",
    (
        Level(
            "different",
            "not ("
            "(l.city_1 is null or r.city_1 is null) and (l.postal_1 is null or r.postal_1 is null)"
            ")",
            matches=0.20,
            non_matches=0.960,
        ),
        Level(
            "city_alike",
            "jaro_winkler_similarity(l.city, r.city) >= 0.88",
            matches=0.05,
            non_matches=0.002,
        ),
        Level(
            "same_area",
            "l.postal_area = r.postal_area or postal_digits_apart = 1",
            matches=0.10,
            non_matches=0.01,
        ),
        Level("same_city", _SAME_CITY, matches=0.15, non_matches=0.03),
        Level("same_postal_code", _SAME_POSTAL, matches=0.10, non_matches=0.0008),
        Level(
            "alike",
            (
                f"""
                case
                    when {_SAME_POSTAL} or {_SAME_CITY}
                        then jaro_winkler_similarity(l.street, r.street) >= 0.9
                    else false
                end
                """,
                """
                l.street[1] = r.street[1]
                and jaro_winkler_similarity(l.street, r.street) >= 0.93
                """,
            ),
            matches=0.10,
            non_matches=0.00005,
        ),
        Level("same_shared", f"flags & {SHARED_PLACE} > 0", matches=0.15, non_matches=0.00001),
        Level("same", f"flags & {OWN_PLACE} > 0", matches=0.30, non_matches=0.000005),
    ),
    # a street alone may agree; that it does not says nothing where no town stands beside it
    missing="""
        (l.postal_1 is null and l.city_1 is null and l.street is null)
        or (r.postal_1 is null and r.city_1 is null and r.street is null)
    """,
    tf_weights=(
        (("same_postal_code",), ("postal_tf_weight",)),
        (("same_city",), ("city_tf_weight",)),
    ),
)


ORGANISATION = Comparison(
    "organisation",
    (
        Level(
            "different",
            "l.company is not null and r.company is not null",
            matches=0.40,
            non_matches=0.996,
        ),
        Level(
            "same_domain",
            "l.domain_1 in (r.domain_1, r.domain_2) or l.domain_2 in (r.domain_1, r.domain_2)",
            matches=0.10,
            non_matches=0.001,
        ),
        Level("alike", "near_company >= 0.92", matches=0.05, non_matches=0.001),
        Level("same", "l.company = r.company", matches=0.45, non_matches=0.002),
    ),
)


COUNTRY = Comparison(
    "country",
    (
        Level("different", OTHERWISE, matches=0.05, non_matches=0.75),
        Level("same", "l.country = r.country", matches=0.95, non_matches=0.25),
    ),
    missing="""
        l.country is null or r.country is null or length(l.country) <> length(r.country)
    """,
)


ID_NUMBER = Comparison(
    "id_number",
    (
        Level("different", OTHERWISE, matches=0.02, non_matches=0.99999),
        Level(
            "mistyped",
            """
            least(length(l.id_number), length(r.id_number)) >= 5
            and jaro_winkler_similarity(l.id_number, r.id_number) >= 0.75
            and damerau_levenshtein(l.id_number, r.id_number) = 1
            """,
            matches=0.08,
            non_matches=0.000005,
        ),
        Level("same", "l.id_number = r.id_number", matches=0.90, non_matches=0.0000001),
    ),
    missing="l.id_number is null or r.id_number is null",
)


BIRTH_PLACE = Comparison(
    "birth_place",
    (
        Level("different", OTHERWISE, matches=0.15, non_matches=0.975),
        Level(
            "alike",
            "jaro_winkler_similarity(l.birth_place, r.birth_place) >= 0.88",
            matches=0.10,
            non_matches=0.005,
        ),
        Level("same", "l.birth_place = r.birth_place", matches=0.75, non_matches=0.02),
    ),
    missing="l.birth_place is null or r.birth_place is null",
    tf_weights=((("same",), ("birth_place_tf_weight",)),),
)


GENDER = Comparison(
    "gender",
    (
        Level("different", OTHERWISE, matches=0.05, non_matches=0.45),
        Level(
            "same",
            (
                "l.gender = r.gender",
                "l.gender[1] = r.gender[1] and least(length(l.gender), length(r.gender)) = 1",
            ),
            matches=0.95,
            non_matches=0.55,
        ),
    ),
    missing="l.gender is null or r.gender is null",
)


def _category(name: str, *, matches: float, non_matches: float) -> Comparison:
    """A text that people share with many others: the same or not."""
    return Comparison(
        name,
        (
            Level("different", OTHERWISE, matches=1 - matches, non_matches=1 - non_matches),
            Level("same", f"l.{name} = r.{name}", matches=matches, non_matches=non_matches),
        ),
        missing=f"l.{name} is null or r.{name} is null",
        tf_weights=((("same",), (f"{name}_tf_weight",)),),
    )


OCCUPATION = _category("occupation", matches=0.8, non_matches=0.05)

OTHERS = tuple(
    _category(f"other_{number}", matches=0.7, non_matches=0.2) for number in (1, 2, 3)
)

SOURCE = Comparison(
    "source",
    (
        Level(
            "promises_one_record",
            "l.single_source = r.single_source",
            matches=0.5,
            non_matches=0.5,
        ),
    ),
)


_EMAIL_IN_COMMON = OWN_EMAIL | SHARED_EMAIL | EMAIL_USER | NAMED_USER
"""Agreements that say more than two addresses' likeness."""

# Each similarity once per pair; the levels' cases read it as often as they like.
FIELD_SIMILARITIES = f"""
    case
        when flags & {_EMAIL_IN_COMMON} > 0 then 1.0
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

# Slow, and so asked only where the answer matters.
FIELD_PARTS = f"""
    case when flags & {_EMAIL_IN_COMMON} = 0 and near_email >= 0.9 then {_SAME_DIGITS} else false end
        as has_same_digits
"""

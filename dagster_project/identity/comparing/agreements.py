"""Pairs that share a rare value, as flags: found from the values' side, once for all pairs.

A feature row cannot hold all e-mails of a record; the few pairs that agree on one are found
by joining values, and comparisons look the pair up. Complete for every pair, candidate or
random, since values that everybody holds were retired before.

Who goes by whose name is not found so: all of one name meet all who go by it, and those pairs
grow with the square of the records. It is asked of the pairs that are compared (``patterns``).
"""

from dagster_project.identity.reading.phones import CACHE
from dagster_project.identity.workspace import Workspace

OWN_EMAIL = 1

SHARED_EMAIL = 1 << 1

EMAIL_USER = 1 << 2

OWN_PHONE = 1 << 3

SHARED_PHONE = 1 << 4

PHONE_TAIL = 1 << 5

HANDLE = 1 << 6

VERIFIED_HANDLE = 1 << 7

URL = 1 << 8

ALIAS = 1 << 9

OWN_PLACE = 1 << 10

SHARED_PLACE = 1 << 11

NAMED_USER = 1 << 12

NAMED_ALIAS = 1 << 13

OWN_LINE = 1 << 14

MOST_HOLDERS = 300
"""Records that may hold one value here; more would make pairs by the million and say nothing."""


def find_agreements(work: Workspace) -> None:
    """Make ``work.agreement(l, r, flags)`` with ``l < r``, and what ``write_holdings`` makes."""
    write_holdings(work)
    match_holdings(work)
    write_words(work)


def write_holdings(work: Workspace) -> None:
    """Make ``work.value_holder(value, flag, rid)``: who holds what, and ``work.nameless``."""
    work.run(
        "create or replace table work.value_holder as "
        "select distinct value::ubigint as value, flag::usmallint as flag, rid "
        f"from ({' union all '.join(_HOLDINGS)}) as held(value, flag, rid)"
    )
    work.run(_NAMELESS)


def match_holdings(work: Workspace) -> None:
    """Make ``work.agreement`` of ``work.value_holder``."""
    work.run(_AGREEMENTS)


def write_words(work: Workspace, *, schema: str = "work") -> None:
    """Make the view ``work.word(name_id, word, form)`` of the names in ``schema``."""
    work.run(_WORDS.format(schema=schema))


def _identifiers(kind: str, flag: int, condition: str, value: str = "value_id") -> str:
    return f"""
        select {value}, {flag}, rid
        from work.identifier
        where kind = '{kind}' and {condition}
    """


# A mobile telephone is a person's, a fixed line a home's or an office's.
_FIXED_LINES = f"(select e164 from {CACHE} where is_fixed_line)"

_HOLDINGS = (
    _identifiers("email", OWN_EMAIL, "flag is null"),
    _identifiers("email", SHARED_EMAIL, "flag = 'shared'"),
    _identifiers("phone", OWN_PHONE, f"flag is null and canonical not in {_FIXED_LINES}"),
    _identifiers("phone", OWN_LINE, f"flag is null and canonical in {_FIXED_LINES}"),
    _identifiers("phone", SHARED_PHONE, "flag = 'shared'"),
    _identifiers(
        "phone",
        PHONE_TAIL,
        f"flag is null and canonical not in {_FIXED_LINES}",
        "hash(right(canonical, 8))",
    ),
    _identifiers("handle", HANDLE, "flag is null"),
    _identifiers("handle", VERIFIED_HANDLE, "flag is null and is_verified"),
    _identifiers("url", URL, "flag is null"),
    f"""
        select hash(alias), {EMAIL_USER}, rid
        from work.alias
        where user_part is not null and not is_common and not is_name
    """,
    f"""
        select hash(alias), {NAMED_USER}, rid
        from work.alias
        where user_part is not null and not is_common and is_name
    """,
    f"select hash(alias), {ALIAS}, rid from work.alias where not is_common and not is_name",
    f"select hash(alias), {NAMED_ALIAS}, rid from work.alias where not is_common and is_name",
    f"""
        select place, {OWN_PLACE}, rid
        from work.address_key
        where place is not null and not is_shared
    """,
    f"select place, {SHARED_PLACE}, rid from work.address_key where is_shared",
)

# What records without a full name go by, and whether that spells a name in full (1) or short (2).
_NAMELESS = """
create or replace table work.nameless as
select distinct alias.rid, alias.letters, spelled.form
from work.alias
inner join work.feature on alias.rid = feature.rid
left join work.spelled on hash(alias.letters) = spelled.word
where coalesce(feature.word_count, 0) < 2 and length(alias.letters) >= 4
"""

_WORDS = """
create or replace view work.word as
select name_id, unnest(long_words) as word, 1 as form from {schema}.name_word
union all
select name_id, unnest(short_words) as word, 2 as form from {schema}.name_word
"""

_AGREEMENTS = f"""
create or replace table work.agreement as
with

usual as (

    select value, flag
    from work.value_holder
    group by value, flag
    having count(*) between 2 and {MOST_HOLDERS}

),

usual_holding as (

    select value_holder.* from work.value_holder
    inner join usual on value_holder.value = usual.value and value_holder.flag = usual.flag

),

agreed as (

    select l.rid as l, r.rid as r, l.flag
    from usual_holding as l
    inner join usual_holding as r on l.value = r.value and l.flag = r.flag and l.rid < r.rid

)

select l, r, bit_or(flag)::usmallint as flags
from agreed
group by l, r
"""

"""Pairs that share a rare value, as flags: found from the values' side, once for all pairs.

A feature row cannot hold all e-mails of a record; the few pairs that agree on one are found
by joining values, and comparisons look the pair up. Complete for every pair, candidate or
random, since values that everybody holds were retired before.
"""

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
ALIAS_IS_NAME = 1 << 12
ALIAS_IS_SHORT_NAME = 1 << 13
NAMED_USER = 1 << 14
NAMED_ALIAS = 1 << 15

MOST_HOLDERS = 300
"""Records that may hold one value here; more would make pairs by the million and say nothing."""


def find_agreements(work: Workspace) -> None:
    """Make ``work.agreement(l, r, flags)`` with ``l < r``."""
    work.run(
        "create or replace table work.holding (value ubigint, flag usmallint, rid integer)"
    )
    for sql in _HOLDINGS:
        work.run(f"insert into work.holding {sql}")
    work.run(_AGREEMENTS)
    work.run("drop table work.holding")


def _identifiers(kind: str, flag: int, condition: str, value: str = "value_id") -> str:
    return f"""
        select distinct {value}, {flag}, rid
        from work.identifier
        where kind = '{kind}' and {condition}
    """


_HOLDINGS = (
    _identifiers("email", OWN_EMAIL, "flag is null"),
    _identifiers("email", SHARED_EMAIL, "flag = 'shared'"),
    _identifiers("phone", OWN_PHONE, "flag is null"),
    _identifiers("phone", SHARED_PHONE, "flag = 'shared'"),
    _identifiers("phone", PHONE_TAIL, "flag is null", "hash(right(canonical, 8))"),
    _identifiers("handle", HANDLE, "flag is null"),
    _identifiers("handle", VERIFIED_HANDLE, "flag is null and is_verified"),
    _identifiers("url", URL, "flag is null"),
    f"""
        select distinct hash(user_part), {EMAIL_USER}, rid
        from work.alias
        where user_part is not null and not is_common and not is_name
    """,
    f"""
        select distinct hash(user_part), {NAMED_USER}, rid
        from work.alias
        where user_part is not null and not is_common and is_name
    """,
    f"select distinct hash(alias), {ALIAS}, rid from work.alias where not is_common and not is_name",
    f"select distinct hash(alias), {NAMED_ALIAS}, rid from work.alias where not is_common and is_name",
    f"""
        select distinct place, {OWN_PLACE}, rid
        from work.address_key
        where place is not null and not is_shared
    """,
    f"select distinct place, {SHARED_PLACE}, rid from work.address_key where is_shared",
)

# An alias that spells another record's name counts only where one side has no full name.
_AGREEMENTS = f"""
create or replace table work.agreement as
with

usual as (

    select value, flag
    from work.holding
    group by value, flag
    having count(*) between 2 and {MOST_HOLDERS}

),

usual_holding as (

    select holding.* from work.holding
    inner join usual on holding.value = usual.value and holding.flag = usual.flag

),

nameless as (

    select distinct alias.rid, alias.letters
    from work.alias
    inner join work.feature on alias.rid = feature.rid
    where coalesce(feature.word_count, 0) < 2 and length(alias.letters) >= 4

),

words as (

    select name_id, unnest(long_words) as word, {ALIAS_IS_NAME} as flag from work.name_word
    union all
    select name_id, unnest(short_words) as word, {ALIAS_IS_SHORT_NAME} as flag from work.name_word

),

agreed as (

    select l.rid as l, r.rid as r, l.flag
    from usual_holding as l
    inner join usual_holding as r on l.value = r.value and l.flag = r.flag and l.rid < r.rid

    union all

    select
        least(nameless.rid, feature.rid) as l,
        greatest(nameless.rid, feature.rid) as r,
        words.flag
    from nameless
    inner join words on nameless.letters = words.word
    inner join work.feature on words.name_id = feature.name_id and nameless.rid <> feature.rid

    union all

    select l.rid as l, r.rid as r, spelled.flag
    from nameless as l
    inner join nameless as r on l.letters = r.letters and l.rid < r.rid
    inner join (select word, min(flag) as flag from words group by word) as spelled
        on l.letters = spelled.word

)

select l, r, bit_or(flag)::usmallint as flags
from agreed
group by l, r
"""

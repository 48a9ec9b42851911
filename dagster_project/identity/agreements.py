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
    """Make ``work.agreement(l, r, flags)`` with ``l < r``, and ``work.holding``."""
    write_holdings(work)
    for sql in (_NAMELESS, _WORDS, _BEARERS):
        work.run(sql)
    match_holdings(work)


def write_holdings(work: Workspace) -> None:
    """Make ``work.holding(value, flag, rid)``: who holds what may agree."""
    work.run(
        "create or replace table work.holding (value ubigint, flag usmallint, rid integer)"
    )
    for sql in _HOLDINGS:
        work.run(f"insert into work.holding {sql}")


def match_holdings(work: Workspace) -> None:
    """Make ``work.agreement`` of ``work.holding``, and of who goes by whose name.

    The latter reads ``work.nameless(rid, letters)``, ``work.word(name_id, word, flag)`` and
    ``work.bearer(rid, name_id)``, and the statistics' words that spell names.
    """
    work.run(_AGREEMENTS)


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

_NAMELESS = """
create or replace table work.nameless as
select distinct alias.rid, alias.letters
from work.alias
inner join work.feature on alias.rid = feature.rid
where coalesce(feature.word_count, 0) < 2 and length(alias.letters) >= 4
"""

_WORDS = f"""
create or replace table work.word as
select name_id, unnest(long_words) as word, {ALIAS_IS_NAME} as flag from work.name_word
union all
select name_id, unnest(short_words) as word, {ALIAS_IS_SHORT_NAME} as flag from work.name_word
"""

_BEARERS = """
create or replace table work.bearer as
select rid, name_id from work.feature where name_id is not null
"""

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

agreed as (

    select l.rid as l, r.rid as r, l.flag
    from usual_holding as l
    inner join usual_holding as r on l.value = r.value and l.flag = r.flag and l.rid < r.rid

    union all

    select
        least(nameless.rid, bearer.rid) as l,
        greatest(nameless.rid, bearer.rid) as r,
        word.flag
    from work.nameless
    inner join work.word on nameless.letters = word.word
    inner join work.bearer on word.name_id = bearer.name_id and nameless.rid <> bearer.rid

    union all

    select l.rid as l, r.rid as r,
        case spelled.form when 1 then {ALIAS_IS_NAME} else {ALIAS_IS_SHORT_NAME} end as flag
    from work.nameless as l
    inner join work.nameless as r on l.letters = r.letters and l.rid < r.rid
    inner join (from work.spelled where form is not null) as spelled
        on hash(l.letters) = spelled.word

)

select l, r, bit_or(flag)::usmallint as flags
from agreed
group by l, r
"""

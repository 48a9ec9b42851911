"""What people go by where a full name is missing: user parts of e-mails, handles, joined names."""

from dagster_project.identity.workspace import Workspace

USUAL_HOLDERS = 12
"""Records that may share a user part or alias before it counts as everybody's."""


def write_name_words(work: Workspace) -> None:
    """Make ``work.name_word``: how each name is written as one word; needs names."""
    work.run(_WORDS_OF_NAMES)


def find_aliases(
    work: Workspace, *, elsewhere: str | None = None, each_alone: bool = False
) -> None:
    """Make ``work.alias``; needs contacts, and ``work.spelled`` of the statistics.

    ``elsewhere`` is a table (rid, alias) of what other records go by. ``each_alone``: every record
    is judged as if no other were here.
    """
    work.run(_SPELLED_USERS)
    work.run(_GATHERED)
    own = _HELD_ALONE if each_alone else _HELD
    held = own if elsewhere is None else own + _HELD_ELSEWHERE.format(elsewhere)
    work.run(_ALIASES.format(held=held))


# How a name is written as one word: in full, and with an initial.
_WORDS_OF_NAMES = """
create or replace table work.name_word as
select
    name_id,
    case
        when given || family = family || given then [given || family]
        else [given || family, family || given]
    end as long_words,
    list_distinct([initial || family, family || initial, given || left(family, 1)]) as short_words
from (
    select name_id, initial, family, given from work.name

    union all

    -- several given names, written as one
    select name_id, initial, family, array_to_string(given_words, '') as given
    from work.name
    where len(given_words) > 1
)
where given is not null and family is not null and length(given) > 1
"""

_SPELLED_USERS = """
create or replace table work.spelled_user as
with

parts as (

    select user_part, unnest(string_split_regex(user_part, '[^a-z]+')) as word
    from (
        select distinct split_part(canonical, '@', 1) as user_part
        from work.identifier
        where kind = 'email' and (flag is null or flag = 'shared')
    )

)

select parts.user_part
from parts
left join work.spelled on hash(parts.word) = spelled.word
group by parts.user_part
having bool_and(length(parts.word) < 2 or spelled.word is not null)
"""

# Spellings a person goes by. One that only spells a name (``kchan``) is as common as the name,
# and what it says is said by comparing names: it is no key of its own. With digits
# (``kchan54``) it says little more.
# Taken are user parts of e-mails and handles, without punctuation or server.
_GATHERED = """
create or replace table work.gathered_alias as
with

user_parts as (

    select
        rid,
        split_part(canonical, '@', 1) as user_part,
        regexp_replace(split_part(canonical, '@', 1), '[^a-z0-9]', '', 'g') as alias
    from work.identifier
    where kind = 'email' and (flag is null or flag = 'shared')

),

handles as (

    select
        rid,
        null as user_part,
        regexp_replace(
            case network
                when 'bluesky' then split_part(canonical, '.', 1)
                when 'mastodon' then split_part(canonical, '@', 1)
                else canonical
            end,
            '[^a-z0-9]', '', 'g'
        ) as alias
    from work.identifier
    where kind = 'handle' and flag is null

)

select
    rid, user_part, alias, nullif(regexp_replace(alias, '[0-9]+', '', 'g'), '') as letters
from (
    select distinct rid, user_part, alias
    from (from user_parts union all from handles)
    where length(alias) >= 4
)
"""

_HELD = "select rid, alias from work.gathered_alias"

_HELD_ALONE = "select -1 as rid, alias from work.gathered_alias"

_HELD_ELSEWHERE = (
    " union all select other.rid, other.alias from {} as other "
    "semi join work.gathered_alias as own on other.alias = own.alias"
)

_ALIASES = f"""
create or replace table work.alias as
with

held as (

    select alias, count(distinct rid) as holders from ({{held}}) group by alias

)

select
    gathered.rid,
    gathered.user_part,
    gathered.alias,
    gathered.letters,
    held.holders > {USUAL_HOLDERS} or is_plain as is_common,
    is_plain,
    is_spelled as is_name
from (
    select
        gathered.*,
        spelled.word is not null or spelled_user.user_part is not null as is_spelled,
        length(gathered.alias) < 5
        or (is_spelled and gathered.alias = coalesce(gathered.letters, '')) as is_plain
    from work.gathered_alias as gathered
    left join work.spelled
        on hash(coalesce(gathered.letters, '')) = spelled.word
    left join work.spelled_user on gathered.user_part = spelled_user.user_part
) as gathered
inner join held on gathered.alias = held.alias
"""

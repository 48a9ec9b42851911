"""What is to be thought of a value by who holds it: of one person, shared, or everybody's.

Does not belong here: grammar and placeholders (``contacts``, ``emails``, ``phones``).
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.workspace import Workspace


def judge_values(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.shared(value_id, flag)`` of the values in ``work.holder``.

    Values held under names that cannot be one person's, or idle for so long that they may have
    been handed on, are shared, and so are mailboxes that name a family; under many, generic.
    Counted are the names of distinct holders, mailboxes left out, and where no name is known the
    values beside it; two names are at odds when no root, initial or near spelling is common to them.
    """
    work.run(_ODDS)
    work.run(
        "create or replace table work.limits "
        "(kind varchar, retire_above integer, within_days integer, idle_days integer)"
    )
    for kind, guard in spec.identifiers.items():
        work.run(
            "insert into work.limits values (?, ?, ?, ?)",
            [kind, guard.retire_above, guard.within_days, guard.idle_days],
        )
    work.run(_SHARED)


def names_household(identifier: str) -> str:
    """Whether a value is a mailbox that says it is a family's (``moreau.family@``), as SQL."""
    value = f"{identifier}.canonical"
    may_be = f"{identifier}.kind = 'email' and (contains({value}, 'fam') or contains({value}, 'rodzina'))"
    return (
        f"(case when {may_be} then regexp_matches(split_part({value}, '@', 1), '{_HOUSEHOLD}') "
        "else false end)"
    )


def beside(identifier: str, span: str) -> str:
    """Another value of the kind that a record holds, as SQL; null where there is none."""
    other = (
        f"case when {identifier}.value_id = {span}.first_value then {span}.last_value "
        f"else {span}.first_value end"
    )
    return f"nullif({other}, {identifier}.value_id)"


_HOUSEHOLD = (
    "(^|[^a-z])(fam|family|families|familia|familie|famiglia|famille|rodzina)([^a-z]|$)"
)

HOLDER_COLUMNS = f"""
    identifier.value_id,
    identifier.kind,
    case when name.word_count > 1 then name.name_id end as name_id,
    case when coalesce(name.word_count, 0) < 2 then {beside("identifier", "span")} end as beside,
    identifier.first_seen_at as seen_from,
    identifier.last_seen_at as seen_to,
    {names_household("identifier")} as is_household
"""
"""Of ``identifier``, its record's ``span`` of values and ``name``: who holds a value, and when."""

HOLDERS = f"""
create or replace table work.holder as
with

held as (

    select * from work.identifier as identifier where identifier.flag is null and {{which}}

),

span as (

    select rid, kind, min(value_id) as first_value, max(value_id) as last_value
    from work.identifier
    where flag is null and rid in (select rid from held)
    group by rid, kind

)

select distinct {HOLDER_COLUMNS}
from held as identifier
inner join work.record on identifier.rid = record.rid
inner join span on identifier.rid = span.rid and identifier.kind = span.kind
left join work.record_name on identifier.rid = record_name.rid
left join work.name on record_name.name_id = name.name_id
where not record.is_mailbox
"""
"""Names of persons (null: not known in full) under which values are held that have no flag by
their grammar, and when they were seen together. Whose name is not known is told apart by another
value of the same kind: three hundred addresses beside one are three hundred people's. ``which``: a
condition on ``identifier``."""

WORTH_JUDGING = f"""(
    identifier.value_id in (
        select value_id from work.identifier where flag is null group by value_id having count(*) > 1
    )
    or {names_household("identifier")}
)"""
"""Values that could be anything but one person's, where all who hold one are in ``work``."""

_SYLLABLE = (
    "^([bpmfdtnlgkhjqxzcsrywv]|ng|zh|ch|sh|sz|ts|tz|tsz|gw|kw|hs|ph|th)?"
    "([aeiou]{1,3})(n|ng|m|p|t|k|h)?$"
)
"""A family name of one syllable, as romanisations of Chinese write them."""

# Holders of one value whose given names cannot be one person's; at most 40 names a value.
_ODDS = f"""
create or replace table work.odds as
with

few as (

    select value_id, kind, name_id, count(*) over (partition by value_id) as names
    from (select distinct value_id, kind, name_id from work.holder where name_id is not null)

)

select distinct l.value_id
from few as l
inner join few as r on l.value_id = r.value_id and l.name_id < r.name_id
inner join work.name as a on l.name_id = a.name_id
inner join work.name as b on r.name_id = b.name_id
left join work.family_pair on a.family = family_pair.l and b.family = family_pair.r
where
    l.names between 2 and 40
    and not list_has_any(a.roots, b.roots)
    and not list_has_any(a.words, b.given_words)
    and not list_has_any(b.words, a.given_words)
    and not ((length(a.given) = 1 or length(b.given) = 1) and a.initial = b.initial)
    and jaro_winkler_similarity(a.given, b.given) < 0.88
    and jaro_winkler_similarity(a.name, b.name) < 0.9
    and not (family_pair.l is not null and least(length(a.given), length(b.given)) > 1)
    and not (
        a.family_root = b.family_root
        and a.is_two_namings
        and a.is_western_given <> b.is_western_given
    )
    -- one Chinese name in two romanisations has no letters in common
    and not (
        l.kind = 'email'
        and jaro_winkler_similarity(a.family_root, b.family_root) < 0.94
        and regexp_matches(a.family, '{_SYLLABLE}') and regexp_matches(b.family, '{_SYLLABLE}')
    )
"""

# A name that was seen with a value early and late had it all the while.
_SHARED = """
create or replace table work.shared as
with

spell as (

    select
        holder.value_id,
        holder.kind,
        coalesce(name.initial, '') || coalesce(name.family_sound, '') as person,
        min(holder.seen_from) as seen_from,
        max(holder.seen_to) as seen_to
    from work.holder
    inner join work.name on holder.name_id = name.name_id
    group by all

    union all

    select value_id, kind, beside::varchar as person, seen_from, seen_to
    from work.holder
    where name_id is null and (seen_from is not null or beside is not null)

),

counted as (

    select value_id, any_value(kind) as kind, count(distinct person) as people
    from spell
    group by value_id
    having count(distinct person) > 1

),

crowded as (

    select counted.value_id, counted.people, limits.retire_above, limits.within_days
    from counted
    inner join work.limits on counted.kind = limits.kind
    where counted.people > limits.retire_above

),

generic as (

    select value_id
    from crowded
    where within_days is null or people > 10 * retire_above

    union

    select early.value_id
    from crowded
    inner join spell as early on crowded.value_id = early.value_id
    inner join spell as other on crowded.value_id = other.value_id
    where
        crowded.people <= 10 * crowded.retire_above
        and coalesce(
            other.seen_to >= early.seen_from
            and other.seen_from <= early.seen_from + to_days(crowded.within_days),
            true
        )
    group by early.value_id, early.seen_from
    having count(distinct other.person) > any_value(crowded.retire_above)

),

followed as (

    select
        spell.value_id,
        limits.idle_days,
        spell.seen_from,
        max(spell.seen_to) over (
            partition by spell.value_id
            order by spell.seen_from, spell.seen_to
            rows between unbounded preceding and 1 preceding
        ) as seen_until
    from spell
    inner join work.limits on spell.kind = limits.kind
    where limits.idle_days is not null and spell.seen_from is not null

),

suspect as (

    select value_id from work.odds
    union
    select value_id from work.holder where is_household
    union
    select value_id from crowded
    union
    select value_id from followed where seen_from > seen_until + to_days(idle_days)

)

select value_id, 'generic' as flag from generic
union all
select value_id, 'shared' as flag from suspect anti join generic using (value_id)
"""

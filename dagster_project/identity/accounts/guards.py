"""What keeps organisations apart that words and contact points would join, and what joins them.

Companies of a group share a domain, sites a name, namesakes the name alone, and a mention of three
words fits all of them. Guards change weights of links between records; they learn nothing.

Does not belong here: a contact point that is nobody's own (``reading``).
"""

from dagster_project.identity.accounts.comparing import (
    OTHER_NUMBER,
    SAME_PLACE,
    SAME_TOWN,
    level_at,
)
from dagster_project.identity.bits import VETO
from dagster_project.identity.ledger.judgements import Judgement, Verdict
from dagster_project.identity.workspace import Workspace

MERGED = -1_000 * VETO
"""Weight of a word that joins: a source's own merge, or a steward's; no veto outweighs it."""

APART = 10 * MERGED
"""Weight against a link of a steward's word that parts: it outweighs all others."""

NEAR = -150
"""Tenths of a bit from which on a pair is looked at: others could not come together anyway."""

FAR = -30
"""Tenths of a bit from which on two records are held to be two companies."""

AS_GOOD = 10
"""Tenths of a bit within which two links are as good as each other."""


def guard_edges(work: Workspace, judgements: tuple[Judgement, ...]) -> None:
    """Change ``work.edge`` and make ``work.must_link``, ``work.guarded(l, r, guard)``; reads ``work.side``."""
    work.run(_PARENTS)
    work.run(_GUARDED)
    work.run(_WEIGHED)
    work.run(_AMBIGUOUS)
    work.run(_WITHOUT_AMBIGUOUS)
    _write_must_links(work, judgements)


# Who is above whom, as CRMs say: the records that carry on where accounts were merged.
_PARENTS = """
create or replace table work.account_parent as
select child.rid as child, coalesce(heir.rid, parent.rid) as parent
from work.side as child
inner join work.side as parent on child.parent_record_id = parent.record_id
left join work.side as heir on parent.merged_into = heir.record_id
where child.rid <> coalesce(heir.rid, parent.rid)
"""

_ALIKE = level_at("name", "contained", "alike", "once_called", "same_word", "same")

# The first guard that holds is told; each states what is known against the pair. ``NEAR``: pairs
# that are far from being one need no guard.
_GUARDED = f"""
create or replace table work.guarded as
with

seen as (

    select
        edge.l,
        edge.r,
        edge.pattern,
        exists (
            from work.account_parent as above
            where (above.child, above.parent) in ((edge.l, edge.r), (edge.r, edge.l))
        ) as is_parent,
        {OTHER_NUMBER} as has_other_number,
        {SAME_PLACE} as is_in_same_place,
        {SAME_TOWN} as is_in_same_town,
        coalesce(l.phone <> r.phone, false) as has_other_phone,
        'employer' in (l.record_type, r.record_type) as is_employer,
        l.source = r.source and not l.is_deleted and not r.is_deleted as is_kept_twice
    from work.edge as edge
    inner join work.side as l on edge.l = l.rid
    inner join work.side as r on edge.r = r.rid
    where edge.weight > {NEAR}

)

select l, r, case
    when is_parent then 'parent'
    when has_other_number then 'other_number'
    when
        {_ALIKE} and {level_at("place", "other_town", "same_town")} and not is_in_same_place and has_other_phone
        then 'site'
    when {_ALIKE} and {level_at("place", "other_town")} and is_kept_twice then 'site'
    when
        {level_at("name", "half_alike", "different")}
        and not {level_at("register", "same")}
        and not (
            {level_at("name", "different")} and {level_at("domain", "same")}
            and {level_at("phone", "same")} and {level_at("place", "same")}
        )
        then 'other_name'
    when
        {level_at("name", "contained")}
        and not {level_at("register", "same")}
        and not (
            {level_at("domain", "same")}
            and (is_employer or {level_at("phone", "same")} or {level_at("place", "same")})
        )
        then 'other_name'
    when {level_at("legal_form", "different")} and not {level_at("register", "same")}
        then 'other_form'
end as guard
from seen
"""

_WEIGHED = f"""
create or replace table work.edge as
select
    edge.* exclude (weight),
    case
        when guarded.guard is not null then {VETO}
        else edge.weight
    end::bigint as weight
from work.edge
left join (from work.guarded where guard is not null) as guarded
    on edge.l = guarded.l and edge.r = guarded.r
"""

# A record whose two best links lead to records that are not one fits neither, unless one of them
# is the other's head office.
_AMBIGUOUS = f"""
create or replace table work.ambiguous as
with

link as (

    select l as one, r as other, weight from work.edge where weight > 0
    union all
    select r as one, l as other, weight from work.edge where weight > 0

),

best as (select one, max(weight) as weight from link group by one),

good as (

    select link.one, link.other
    from link
    inner join best on link.one = best.one
    where link.weight >= best.weight - {AS_GOOD}

),

torn as (

    select a.one, a.other, b.other as rival
    from good as a
    inner join good as b on a.one = b.one and a.other <> b.other
    inner join work.edge as apart
        on least(a.other, b.other) = apart.l and greatest(a.other, b.other) = apart.r
    where apart.weight <= {FAR}

)

select distinct torn.one, torn.other
from torn
left join work.account_parent as above
    on torn.other = above.parent and torn.rival = above.child
where above.child is null
"""

_WITHOUT_AMBIGUOUS = """
update work.edge set weight = -1
from work.ambiguous as torn
where least(torn.one, torn.other) = edge.l and greatest(torn.one, torn.other) = edge.r
"""


def _write_must_links(work: Workspace, judgements: tuple[Judgement, ...]) -> None:
    """``work.must_link``: sources' merges and stewards' words, and their edges."""
    work.run(
        "create or replace table work.word as select unnest($1::varchar[]) as one, "
        "unnest($2::varchar[]) as other, unnest($3::bigint[]) as weight",
        [
            [j.record_id_l for j in judgements],
            [j.record_id_r for j in judgements],
            [MERGED if j.verdict is Verdict.SAME else -APART for j in judgements],
        ],
    )
    work.run(_MUST_LINKS)
    work.run(
        "insert into work.edge by name "
        "select l, r, 0::bigint as pattern, 0 as odds, weight from work.must_link"
    )


_MUST_LINKS = f"""
create or replace table work.must_link as
select
    least(one.rid, other.rid) as l,
    greatest(one.rid, other.rid) as r,
    word.weight,
    word.evidence
from (
    select one, other, weight, case when weight > 0 then 'judged same' else 'judged different' end as evidence
    from work.word
    union all
    select record_id as one, merged_into as other, {MERGED}::bigint as weight, 'merged by its source' as evidence
    from input.account where merged_into is not null
) as word
inner join work.record as one on word.one = one.record_id
inner join work.record as other on word.other = other.record_id
where one.rid <> other.rid
"""

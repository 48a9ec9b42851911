"""Candidate pairs of works: each record and those that share the most surprising words with it.

Keys are words, pairs of a record's rarest words, and whole titles, whose words may all be common. How common a key may be follows from a
budget of pairs, rarest keys first, so a word that everybody has costs nothing. Of what is
found, each record keeps its nearest neighbours by shared term frequency adjustment (node pruning of
meta-blocking: Papadakis et al., 2014).
"""

from dataclasses import dataclass

from dagster_project.config.works import NeighbourOptions
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class NeighbourCounts:
    """The most records that a used key is held by, and pairs before and after pruning."""

    cap: int
    found: int
    kept: int


def find_neighbours(work: Workspace, options: NeighbourOptions) -> NeighbourCounts:
    """Make ``work.candidate(l, r)`` with ``l < r``."""
    return _find_nearest(work, options, "keyed", "work.candidate")


def find_next_clusters(work: Workspace, options: NeighbourOptions) -> int:
    """Make ``work.absent(l, r)``: pairs of records of clusters that are next to a crowded one.

    Who has more duplicates than neighbours meets nobody else, and words that a crowd has look common.
    So clusters are taken for records: what all of one say counts once, and their fullest records meet.
    """
    least = options.neighbours // 2
    work.run(
        "create or replace table work.crowded as select cluster from work.assignment "
        f"group by cluster having count(*) > {least}"
    )
    if not work.count("work.crowded"):
        return 0
    by_cluster = (
        "(select distinct assignment.cluster as rid, keyed.key from keyed "
        "inner join work.assignment on keyed.rid = assignment.rid)"
    )
    _find_nearest(work, options, by_cluster, "work.next_cluster")
    work.run(_NEXT)
    return work.count("work.absent")


FULLEST = 4
"""Records of each cluster that stand for it: what one leaves out another one says."""

_NEXT = f"""
create or replace table work.absent as
with

fullest as (

    select assignment.rid, assignment.cluster
    from work.assignment
    inner join work.bag on assignment.rid = bag.rid
    qualify row_number() over (
        partition by assignment.cluster order by len(bag.every) desc, assignment.rid
    ) <= {FULLEST}

)

select least(l.rid, r.rid) as l, greatest(l.rid, r.rid) as r
from work.next_cluster as next
inner join fullest as l on next.l = l.cluster
inner join fullest as r on next.r = r.cluster
where next.l in (from work.crowded) or next.r in (from work.crowded)
except
select l, r from work.compared
"""


def _find_nearest(
    work: Workspace, options: NeighbourOptions, keyed: str, table: str
) -> NeighbourCounts:
    work.run(_KEYS.format(keyed=keyed), [options.rare_words])
    cap = _cap(work, options.pairs_per_record)
    work.run(_SHARED, [cap])
    work.run(_NEAREST.format(table=table), [options.neighbours])
    counts = NeighbourCounts(cap, work.count("work.shared"), work.count(table))
    work.run("drop table work.shared")
    work.run("drop table work.key")
    return counts


_KEYS = """
create or replace table work.key as
with

ranked as (

    select distinct rid, token from work.token
    qualify row_number() over (partition by rid order by token & 255 desc, token) <= $1::integer

),

keyed as (

    select distinct rid, token as key from work.token where field <> 'description'
    union
    select distinct rid, hash(code) as key
    from (
        select rid, unnest(codes) as code from work.bag
        union all
        select rid, unnest(telephones) as code from work.bag
    )
    union
    select rid, hash(list_sort(title)) as key from work.bag where len(title) > 1
    union
    select l.rid, hash(l.token, r.token) as key
    from ranked as l
    inner join ranked as r on l.rid = r.rid and l.token < r.token

),

unit as (from {keyed}),

held as (select key, count(*) as held from unit group by key having count(*) > 1)

select unit.rid, unit.key, held.held
from unit
inner join held on unit.key = held.key
"""


def _cap(work: Workspace, pairs_per_record: int) -> int:
    """The commonest keys that the budget of pairs still affords."""
    budget = pairs_per_record * work.count("work.record")
    rows = work.rows(
        """
        select held, sum(count(*) * (held - 1) / 2) over (order by held) as pairs
        from work.key
        group by held
        order by held
        """
    )
    affordable = [int(held) for held, pairs in rows if float(pairs) <= budget]
    return max(affordable, default=2)


_SHARED = """
create or replace table work.shared as
with

total as (select count(*)::double as records from work.record)

select l.rid as l, r.rid as r, sum(log2(total.records / l.held)) as tf_adjustment
from work.key as l
inner join work.key as r on l.key = r.key and l.rid < r.rid
cross join total
where l.held <= $1 and r.held <= $1
group by l.rid, r.rid
"""

_NEAREST = """
create or replace table {table} as
with

seen as (

    select l as one, r as other, tf_adjustment from work.shared
    union all
    select r as one, l as other, tf_adjustment from work.shared

),

nearest as (

    select one, other from seen
    qualify row_number() over (partition by one order by tf_adjustment desc, other) <= $1

)

select distinct least(one, other) as l, greatest(one, other) as r from nearest
"""

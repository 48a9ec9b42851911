"""How many values of one kind a customer may have: what breaks a limit comes apart again.

A customer with more e-mail addresses than anybody has is several people that something glued
together. Links that rest on the kind of identifier with the lowest priority are taken out and
its records clustered again; then the next kind's, until the limit holds.

Belongs here: finding broken limits, and which links give way.
Does not belong here: limits on who holds a value (``reading.holders``).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.clustering.partition import Ints, partition
from dagster_project.identity.comparing.guards import at
from dagster_project.identity.comparing.patterns import unpack
from dagster_project.identity.workspace import Workspace, write_labels

if TYPE_CHECKING:
    from dagster_project.identity.learning.model import Model

_COMPARED_BY = {"email": "email", "phone": "phone", "handle": "handle", "url": "handle"}
"""Per kind of identifier, the comparison that weighs it."""

LIMIT_ACTS = "l integer, r integer, kind varchar, records integer"
"""Columns of ``work.limit_act``: a link that gave way, or without ``r`` a broken limit of so many
records, under the smallest of them."""


def keep_limits(work: Workspace, spec: IdentitySpec, model: "Model", labels: Ints) -> Ints:
    """Labels of clusters that break no limit, as far as links can give way.

    Takes the weight of those links in ``work.edge`` and makes ``work.limit_act``.
    """
    work.run(f"create or replace table work.limit_act ({LIMIT_ACTS})")
    kinds = sorted(spec.identifiers, key=lambda kind: (spec.identifiers[kind].priority, kind))
    for count in range(1, len(kinds) + 1):
        if not _find_broken(work, spec, labels):
            break
        if count == 1:
            work.run(
                "insert into work.limit_act select label, null, kind, records from work.broken"
            )
        _give_way(work, spec, model, kinds[:count])
        labels = _clustered_again(work, labels)
    return labels


def _find_broken(work: Workspace, spec: IdentitySpec, labels: Ints) -> int:
    """Make ``work.broken(label, kind, records)``; how many limits are broken."""
    write_labels(work, "limited", labels)
    work.run(
        "create or replace table work.most (kind varchar, most integer, within_days integer)"
    )
    for kind, guard in spec.identifiers.items():
        if guard.most_per_customer is not None:
            work.run(
                "insert into work.most values (?, ?, ?)",
                [kind, guard.most_per_customer, guard.within_days],
            )
    work.run(_CROWDED)
    work.run(_BROKEN)
    return work.count("work.broken")


# Values are told apart only where a cluster has that many at all.
_CROWDED = """
create or replace table work.crowded_cluster as
select limited.label, identifier.kind, any_value(most.most) as most,
    any_value(most.within_days) as within_days
from work.identifier
inner join work.limited on identifier.rid = limited.rid
inner join work.most on identifier.kind = most.kind
where identifier.flag is null or identifier.flag = 'shared'
group by limited.label, identifier.kind
having count(*) > any_value(most.most)
"""

_BROKEN = """
create or replace table work.broken as
with

held as (

    select
        crowded.label,
        crowded.kind,
        identifier.value_id,
        any_value(crowded.most) as most,
        any_value(crowded.within_days) as within_days,
        min(identifier.first_seen_at) as seen_from,
        max(identifier.last_seen_at) as seen_to
    from work.crowded_cluster as crowded
    inner join work.limited on crowded.label = limited.label
    inner join work.identifier
        on limited.rid = identifier.rid and crowded.kind = identifier.kind
    where identifier.flag is null or identifier.flag = 'shared'
    group by crowded.label, crowded.kind, identifier.value_id

),

-- the values that were seen in the days after one of them was seen first
at_once as (

    select early.label, early.kind
    from held as early
    inner join held as other on early.label = other.label and early.kind = other.kind
    where
        early.within_days is null
        or coalesce(
            other.seen_to >= early.seen_from
            and other.seen_from <= early.seen_from + to_days(early.within_days),
            true
        )
    group by early.label, early.kind, early.value_id
    having count(*) > any_value(early.most)

)

select broken.label, broken.kind, count(*)::integer as records
from (select distinct label, kind from at_once) as broken
inner join work.limited on broken.label = limited.label
group by broken.label, broken.kind
"""


def _give_way(
    work: Workspace, spec: IdentitySpec, model: "Model", kinds: Sequence[str]
) -> None:
    """Links of broken clusters that would not be without some kinds count for nothing."""
    work.run(_LINKS_OF_BROKEN)
    _write_worth(work, model, kinds)
    work.run(
        "create or replace table work.giving_way as "
        "select link.l, link.r from work.link_of_broken as link "
        "inner join work.worth on link.pattern = worth.pattern "
        # a prior above even odds, as of a table where one value is everybody's, is no evidence
        "where least(link.odds, link.bits) - worth.bits <= $1",
        [round(10 * spec.clusters.merge_bits)],
    )
    work.run("insert into work.limit_act select l, r, $1, 2 from work.giving_way", [kinds[-1]])
    # flagged like ambiguous links: the next run weighs them anew
    work.run(
        "update work.edge set weight = 0, is_ambiguous = true from work.giving_way as link "
        "where edge.l = link.l and edge.r = link.r"
    )


_LINKS_OF_BROKEN = """
create or replace table work.link_of_broken as
select edge.l, edge.r, edge.pattern, edge.bits, edge.odds
from work.edge
inner join work.limited as la on edge.l = la.rid
inner join work.limited as ra on edge.r = ra.rid and la.label = ra.label
where edge.weight > 0 and la.label in (select label from work.broken)
"""


def _write_worth(work: Workspace, model: "Model", kinds: Sequence[str]) -> None:
    """``work.worth(pattern, bits)``: tenths of a bit that patterns owe to kinds of identifiers."""
    patterns = np.array(
        work.rows("select distinct pattern from work.link_of_broken order by pattern"), np.int64
    ).reshape(-1)
    levels = unpack(patterns)
    worth = np.zeros(len(patterns))
    linked = at(levels, "handle", "same_link")
    for kind in kinds:
        bits = np.maximum(model.weights(levels, only=(_COMPARED_BY[kind],)), 0.0)
        if kind in ("handle", "url"):
            bits = np.where(linked == (kind == "url"), bits, 0.0)
        worth += bits
    work.run(
        "create or replace table work.worth as "
        "select unnest($1::bigint[]) as pattern, unnest($2::integer[]) as bits",
        [patterns.tolist(), np.rint(10 * worth).astype(int).tolist()],
    )


def _clustered_again(work: Workspace, labels: Ints) -> Ints:
    """Cluster the records of broken clusters by the links that are left."""
    found = work.connection.execute(
        """
        select linked.l, linked.r, linked.weight
        from (
            select l, r, weight::bigint as weight from work.edge where weight <> 0
            union all
            select l, r, weight from work.must_link
        ) as linked
        inner join work.limited as la on linked.l = la.rid
        inner join work.limited as ra on linked.r = ra.rid and la.label = ra.label
        where la.label in (select label from work.broken)
        """
    ).fetchnumpy()
    parts = partition(
        len(labels), *(np.asarray(found[name], np.int64) for name in ("l", "r", "weight"))
    )
    broken = [int(row[0]) for row in work.rows("select distinct label from work.broken")]
    inside = np.isin(labels, broken)
    return np.where(inside, parts, labels)

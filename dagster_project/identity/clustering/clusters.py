"""Edges, sources' own merges and judgements become clusters.

Belongs here: which edges count, and in which order words beat evidence.
Does not belong here: the algorithm itself (``partition``).

Order of force: a steward's DIFFERENT, a steward's SAME, a merge by the source, a veto,
evidence. Every DIFFERENT only ever splits the cluster it stands in, one after the other,
so adding one can never join records that were apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.clustering.edges import score_pairs
from dagster_project.identity.clustering.limits import keep_limits
from dagster_project.identity.clustering.partition import Ints, components, partition
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.learning.judged import write_judged
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.workspace import Workspace, write_labels

MERGED = 10_000_000

SAME = 1_000_000_000

DIFFERENT = -1_000_000_000_000


@dataclass(frozen=True)
class _Edges:
    left: Ints
    right: Ints
    weight: Ints

    def where(self, mask: np.ndarray) -> "_Edges":  # type: ignore[type-arg]
        return _Edges(self.left[mask], self.right[mask], self.weight[mask])


Gather = Callable[[Workspace], None]
"""What brings all that comparing the pairs of ``work.absent(l, r)`` reads."""


def build_clusters(
    work: Workspace,
    spec: IdentitySpec,
    model: Model,
    judgements: tuple[Judgement, ...],
    *,
    gather: Gather | None = None,
) -> None:
    """Make ``work.assignment(rid, cluster)``; a cluster's number is its smallest rid.

    Needs ``work.edge`` of the candidates and adds to it the pairs that blocking did not
    bring or that looked hopeless, but that stand in one component: every pair of a cluster
    has been compared. ``gather``: where what they are compared by is not in ``work`` yet.
    """
    size = work.count("work.record")
    write_judged(work, judgements)
    _write_must_links(work)
    _find_absent(work, spec, size)
    if gather is not None:
        gather(work)
    _complete_components(work, spec, model)
    _hold_ambiguous_apart(work, spec, size)
    labels = partition(size, *_as_tuple(_read_edges(work)))
    labels = keep_limits(work, spec, model, labels)
    labels = _obey_differences(work, labels)
    _write_assignment(work, labels)


def _write_must_links(work: Workspace) -> None:
    """``work.must_link``: links that stand without evidence: merges, mailboxes, judgements."""
    work.run(_MUST_LINKS)
    work.run(
        f"insert into work.must_link select l, r, {SAME}, 'judged the same' from work.judged "
        "where is_match"
    )


_MUST_LINKS = f"""
create or replace table work.must_link as
select
    least(record.rid, survivor.rid) as l,
    greatest(record.rid, survivor.rid) as r,
    {MERGED}::bigint as weight,
    'merged by its source' as evidence
from work.record
inner join work.record as survivor on record.survivor = survivor.record_id
where record.rid <> survivor.rid

union all

select distinct
    min(identifier.rid) over (partition by identifier.canonical) as l,
    identifier.rid as r,
    {MERGED}::bigint as weight,
    'one mailbox' as evidence
from work.identifier
inner join work.record on identifier.rid = record.rid
where
    record.is_mailbox and identifier.kind = 'email' and identifier.is_stated
    and coalesce(identifier.flag, '') not in ('malformed', 'placeholder')
qualify min(identifier.rid) over (partition by identifier.canonical) <> identifier.rid
"""


def _find_absent(work: Workspace, spec: IdentitySpec, size: int) -> None:
    """``work.absent(l, r)``: pairs inside components that no blocking rule brought."""
    edges = _read_edges(work, only="weight > 0")
    labels = components(size, edges.left, edges.right)
    write_labels(work, "component", labels)
    work.run(
        f"""
        create or replace table work.absent as
        with

        grouped as (

            select component.rid, component.label
            from work.component
            inner join work.record on component.rid = record.rid and not record.is_mailbox
            where component.label in (
                select label from work.component
                group by label
                having count(*) between 3 and {spec.clusters.complete_up_to}
            )

        )

        select l.rid as l, r.rid as r
        from grouped as l
        inner join grouped as r on l.label = r.label and l.rid < r.rid
        anti join work.edge as known on l.rid = known.l and r.rid = known.r
        """
    )


def _complete_components(work: Workspace, spec: IdentitySpec, model: Model) -> None:
    """Compare the pairs that are absent."""
    compare_pairs(work, "work.absent", "work.compared_late", model.plan.comparing)
    work.run("create or replace table work.edge_early as from work.edge")
    work.run("create or replace table work.weight_early as from work.pattern_weight")
    score_pairs(work, spec, model, "work.compared_late", is_late=True)
    work.run("insert into work.edge from work.edge_early")
    work.run(
        "insert into work.pattern_weight from work.weight_early as early "
        "anti join work.pattern_weight as late on early.pattern = late.pattern"
    )
    work.run("drop table work.edge_early")
    work.run("drop table work.weight_early")


def _hold_ambiguous_apart(work: Workspace, spec: IdentitySpec, size: int) -> None:
    """Weak links of a cluster to two others that are not each other's count for nothing.

    Clusters are first built from sure links alone. What they then say weakly of each other is
    compared: a lone namesake may join, one of two equally good ones may not. What a home shares is
    weak, however rare the name: its namesakes are one person twice, or father and son, which only
    all that is known of both can tell.
    """
    sure = round(10 * spec.clusters.sure_bits)
    rival = round(10 * spec.clusters.rival_bits)
    strong = _read_edges(
        work,
        only=f"(weight < 0 or (weight > 0 and odds >= {sure} and pattern not in ({_AT_HOME})))",
    )
    write_labels(work, "sure", partition(size, *_as_tuple(strong)))
    work.run(
        f"""
        create or replace table work.relation as
        select
            least(la.label, ra.label) as c,
            greatest(la.label, ra.label) as d,
            sum(edge.weight::bigint) as net,
            max(edge.odds) as odds,
            bool_and(edge.odds < {sure} or weight.at_home) as is_weak,
            bool_or(weight.at_home and edge.odds >= {sure}) as is_at_home,
            bool_or(weight.lives_apart) as lives_apart,
            arg_max(edge.odds, weight.fields * 1000000 + edge.odds) as odds_of_fullest,
            arg_max(weight.capped, weight.fields * 1000000 + edge.odds) as is_fullest_capped
        from work.edge
        inner join work.pattern_weight as weight on edge.pattern = weight.pattern
        inner join work.sure as la on edge.l = la.rid
        inner join work.sure as ra on edge.r = ra.rid
        where la.label <> ra.label
        group by all
        """
    )
    work.run(
        f"""
        create or replace table work.ambiguous as
        with

        weak as (

            select c, d, odds from work.relation where net > 0 and is_weak
            union all
            select d as c, c as d, odds from work.relation where net > 0 and is_weak

        ),

        rivals as (

            select a.c, a.d, b.d as other, a.odds
            from weak as a
            inner join weak as b on a.c = b.c and a.d <> b.d
            where a.odds < b.odds + {rival}

        )

        select distinct least(c, d) as c, greatest(c, d) as d from rivals
        union
        select c, d from work.relation
        where
            net > 0
            and is_weak
            and case
                when is_at_home then lives_apart
                else odds_of_fullest < 0 or is_fullest_capped
            end
        """
    )
    work.run(
        """
        update work.edge
        set weight = 0, is_ambiguous = true
        from work.sure as la, work.sure as ra, work.ambiguous
        where
            edge.l = la.rid
            and edge.r = ra.rid
            and edge.weight > 0
            and least(la.label, ra.label) = ambiguous.c
            and greatest(la.label, ra.label) = ambiguous.d
        """
    )


_AT_HOME = "select pattern from work.pattern_weight where at_home"


def _read_edges(work: Workspace, only: str = "weight <> 0") -> _Edges:
    found = work.connection.execute(
        f"""
        select l, r, weight::bigint as weight from work.edge where {only}
        union all
        select l, r, weight from work.must_link
        """
    ).fetchnumpy()
    return _Edges(*(np.asarray(found[name], np.int64) for name in ("l", "r", "weight")))


def _as_tuple(edges: _Edges) -> tuple[Ints, Ints, Ints]:
    return edges.left, edges.right, edges.weight


def _obey_differences(work: Workspace, labels: Ints) -> Ints:
    """Split, in the order they were made, every cluster that holds two records judged different."""
    differences = work.rows("select l, r from work.judged where not is_match order by number")
    standing: list[tuple[int, int]] = []
    for one, other in differences:
        a, b = int(one), int(other)
        standing.append((a, b))
        if labels[a] == labels[b]:
            labels = _split(work, labels, labels[a], standing)
    return labels


def _split(
    work: Workspace, labels: Ints, label: np.int64, apart: list[tuple[int, int]]
) -> Ints:
    inside = np.flatnonzero(labels == label)
    place = {int(rid): n for n, rid in enumerate(inside)}
    found = work.connection.execute(
        """
        select l, r, weight::bigint from work.edge
        where list_contains($1::bigint[], l) and list_contains($1::bigint[], r)
        union all
        select l, r, weight from work.must_link
        where list_contains($1::bigint[], l) and list_contains($1::bigint[], r)
        """,
        [inside.tolist()],
    ).fetchall()
    found += [(a, b, DIFFERENT) for a, b in apart if a in place and b in place]
    left, right, weight = (
        np.array([row[n] if n == 2 else place[row[n]] for row in found], dtype=np.int64)
        for n in range(3)
    )
    parts = partition(len(inside), left, right, weight)
    new = labels.copy()
    new[inside] = inside[parts]
    return new


def _write_assignment(work: Workspace, labels: Ints) -> None:
    write_labels(work, "assignment", labels, column="cluster")

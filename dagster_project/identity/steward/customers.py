"""What holds a customer together: its records, the strongest path through them, its weakest link.

The path is the maximum spanning tree over the odds of the customer's links: between any two
records it runs over the best evidence there is, so its weakest link is where the customer
would come apart first.
"""

from dataclasses import dataclass

from dagster_project.identity.bits import VETO
from dagster_project.identity.steward.subjects import Subject
from dagster_project.identity.steward.values import RecordValues
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Member:
    """One record of a customer."""

    record_id: str
    source: str


@dataclass(frozen=True)
class Tie:
    """A link of the path. ``odds`` in bits; must-links (merged by a source, judged) have none."""

    record_id_l: str
    record_id_r: str
    odds: float | None
    evidence: str


@dataclass(frozen=True)
class WeakestLink:
    """Where a customer would come apart, and what all pairs across say together, in bits."""

    tie: Tie
    records_l: int
    records_r: int
    net_bits: float


@dataclass(frozen=True)
class GuardActs:
    """What one guard does to a customer's values or to pairs with its records, and how often.

    ``kind`` is that of the identifiers, empty for pairs; ``records``: most that one value holds.
    """

    guard: str
    effect: str
    kind: str
    count: int
    records: int


@dataclass(frozen=True)
class Link:
    """Two records of the customer that were compared, or that a word holds together.

    ``weight`` is what clustering saw; ``said`` tells a veto, or the word of a must-link.
    """

    record_id_l: str
    record_id_r: str
    odds: float | None
    weight: float
    said: str = ""


@dataclass(frozen=True)
class CustomerEvidence:
    """A customer's records, the path that holds them together, and what speaks against it."""

    customer_id: str
    members: tuple[Member, ...]
    path: tuple[Tie, ...]
    weakest: WeakestLink | None
    against: tuple[Tie, ...]
    guards: tuple[GuardActs, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class _Edge:
    left: int
    right: int
    odds: float | None
    weight: float
    evidence: str


def explain_customer(work: Workspace, subject: Subject) -> CustomerEvidence:
    """The evidence inside one customer; needs the evidence opened in ``work``."""
    members = {
        int(rid): Member(str(record), str(source))
        for rid, record, source in work.rows(
            """
            select rid, record_id, source from kept.record
            where list_contains($1::integer[], rid)
            order by record_id
            """,
            [list(subject.rids)],
        )
    }
    edges = _edges_inside(work, subject.rids)
    tree = _spanning_tree(edges)
    against = sorted((e for e in edges if e.weight < 0), key=lambda e: (e.weight, e.left))
    return CustomerEvidence(
        customer_id=subject.customer_id,
        members=tuple(members.values()),
        path=tuple(_tie(edge, members) for edge in tree),
        weakest=_weakest(tree, edges, members),
        against=tuple(_tie(edge, members) for edge in against[:5]),
        guards=_guards_on(work, subject.rids),
        links=tuple(_link(edge, members) for edge in edges if edge.weight),
    )


def _link(edge: _Edge, members: dict[int, Member]) -> Link:
    vetoed = edge.odds is not None and 10 * edge.weight <= VETO
    return Link(
        members[edge.left].record_id,
        members[edge.right].record_id,
        edge.odds,
        edge.weight,
        " vetoed" if vetoed else "" if edge.odds is not None else edge.evidence,
    )


def names_of(work: Workspace, rids: tuple[int, ...], *, shown: bool) -> dict[str, str]:
    """What each record is called, masked unless ``shown``; an e-mail or handle where it has no name."""
    records = work.rows(
        "select rid, record_id from kept.record where list_contains($1::integer[], rid)",
        [list(rids)],
    )
    names = {}
    for rid, record in records:
        said = RecordValues(work, int(rid), shown=shown)
        called = (said.of(field) for field in ("name", "email", "handle", "phone"))
        names[str(record)] = next((value for value in called if value != "–"), "–")
    return names


def _guards_on(work: Workspace, rids: tuple[int, ...]) -> tuple[GuardActs, ...]:
    rows = work.rows(
        """
        with

        own as (select unnest($1::integer[]) as rid),

        member as (

            select record_id from kept.record where rid in (from own)

        ),

        held as (

            select format('{:016x}', value_id) as value_hash
            from kept.identifier where rid in (from own)

        )

        select guard, effect, coalesce(identifier_kind, ''), count(*), max(records)
        from kept.audit
        where
            record_id_l in (from member)
            or record_id_r in (from member)
            or value_hash in (from held)
        group by all
        order by all
        """,
        [list(rids)],
    )
    return tuple(
        GuardActs(str(guard), str(effect), str(kind), int(count), int(records))
        for guard, effect, kind, count, records in rows
    )


def _edges_inside(work: Workspace, rids: tuple[int, ...]) -> list[_Edge]:
    rows = work.rows(
        """
        select edge.l, edge.r, edge.odds / 10.0, edge.weight / 10.0, weight.evidence
        from kept.edge
        left join kept.pattern_weight as weight on edge.pattern = weight.pattern
        where list_contains($1::integer[], edge.l) and list_contains($1::integer[], edge.r)
        union all
        select l, r, null, weight / 10.0, evidence
        from kept.must_link
        where list_contains($1::integer[], l) and list_contains($1::integer[], r)
        order by all
        """,
        [list(rids)],
    )
    return [
        _Edge(
            int(left),
            int(right),
            None if odds is None else float(odds),
            float(weight),
            str(evidence),
        )
        for left, right, odds, weight, evidence in rows
    ]


def _spanning_tree(edges: list[_Edge]) -> list[_Edge]:
    """Kruskal's algorithm over the links that speak for the customer, strongest first."""
    root: dict[int, int] = {}

    def find(node: int) -> int:
        while root.setdefault(node, node) != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    tree = []
    for edge in sorted(edges, key=lambda e: (-e.weight, e.left, e.right)):
        left, right = find(edge.left), find(edge.right)
        if edge.weight > 0 and left != right:
            root[max(left, right)] = min(left, right)
            tree.append(edge)
    return tree


def _weakest(
    tree: list[_Edge], edges: list[_Edge], members: dict[int, Member]
) -> WeakestLink | None:
    if not tree:
        return None
    weakest = tree[-1]
    side = _reachable(weakest.left, [edge for edge in tree if edge is not weakest])
    across = [e for e in edges if (e.left in side) != (e.right in side)]
    return WeakestLink(
        tie=_tie(weakest, members),
        records_l=len(side),
        records_r=len(members) - len(side),
        net_bits=sum(edge.weight for edge in across if 10 * edge.weight > VETO),
    )


def _reachable(start: int, edges: list[_Edge]) -> set[int]:
    near: dict[int, list[int]] = {}
    for edge in edges:
        near.setdefault(edge.left, []).append(edge.right)
        near.setdefault(edge.right, []).append(edge.left)
    seen, ahead = {start}, [start]
    while ahead:
        for other in near.get(ahead.pop(), []):
            if other not in seen:
                seen.add(other)
                ahead.append(other)
    return seen


def _tie(edge: _Edge, members: dict[int, Member]) -> Tie:
    return Tie(
        members[edge.left].record_id, members[edge.right].record_id, edge.odds, edge.evidence
    )

"""Correlation clustering of weighted edges: greedy additive edge contraction on arrays.

Belongs here: pure partitions of integers; nothing here knows what a record is.
Does not belong here: where edges and judgements come from (``clustering``).

Contraction joins the two clusters with the largest sum of weights between them, adds up the
edges of both, and stops when no sum is positive (Keuper et al., "Efficient decomposition of
image and mesh graphs by lifted multicuts", 2015, without lifted edges). There is no
threshold: an edge against a merge counts as much as one for it.
"""

import heapq
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]


def partition(size: int, left: Ints, right: Ints, weight: Ints) -> Ints:
    """Cluster ``0…size-1``; the label of a cluster is its smallest member.

    Several edges between two nodes add up. The result depends on the edges alone, not on
    their order; ties go to the smaller labels.
    """
    labels = components(size, left[weight > 0], right[weight > 0])
    inside = labels[left] == labels[right]
    left, right, weight = left[inside], right[inside], weight[inside]
    contested = np.unique(labels[left[weight < 0]])
    disputed = np.isin(labels[left], contested)
    left, right, weight = left[disputed], right[disputed], weight[disputed]
    order = np.argsort(labels[left], kind="stable")
    left, right, weight = left[order], right[order], weight[order]
    bounds = np.flatnonzero(np.diff(labels[left], prepend=-1, append=-1))
    for start, end in pairwise(bounds.tolist()):
        _contract(left[start:end], right[start:end], weight[start:end], labels)
    return labels


def components(size: int, left: Ints, right: Ints) -> Ints:
    """Connected components, labelled by their smallest member."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    count, component = connected_components(graph, directed=False)
    smallest = np.full(count, size, dtype=np.int64)
    np.minimum.at(smallest, component, np.arange(size))
    return np.asarray(smallest[component], dtype=np.int64)


def _contract(left: Ints, right: Ints, weight: Ints, labels: Ints) -> None:
    """Contract the edges of one component and write its clusters' labels."""
    members: dict[int, list[int]] = {}
    near: dict[int, dict[int, int]] = {}
    for a, b, w in zip(left.tolist(), right.tolist(), weight.tolist(), strict=True):
        for node in (a, b):
            if node not in near:
                near[node], members[node] = {}, [node]
        near[a][b] = near[a].get(b, 0) + w
        near[b][a] = near[b].get(a, 0) + w
    heap = [
        (-w, a, b) for a, others in near.items() for b, w in others.items() if a < b and w > 0
    ]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in near or near[a].get(b) != -negative:
            continue
        _join(a, b, near, heap)
        members[a] += members.pop(b)
    for cluster in members.values():
        labels[cluster] = min(cluster)


def _join(
    a: int, b: int, near: dict[int, dict[int, int]], heap: list[tuple[int, int, int]]
) -> None:
    """Contract b into a (a < b, so the label stays the smallest member) and queue new sums."""
    kept = near[a]
    del kept[b]
    for other, w in near.pop(b).items():
        if other == a:
            continue
        total = kept.get(other, 0) + w
        kept[other] = total
        theirs = near[other]
        del theirs[b]
        theirs[a] = total
        if total > 0:
            heapq.heappush(heap, (-total, min(a, other), max(a, other)))

"""Properties that every partition of weighted edges has, whatever the edges are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.clustering.clusters import DIFFERENT, _obey_differences
from dagster_project.identity.clustering.partition import Ints, components, partition
from dagster_project.identity.learning.judged import write_judged
from dagster_project.identity.ledger.judgements import Judgement, Verdict
from dagster_project.identity.workspace import Workspace, workspace

_NODES = 9

_Edge = tuple[int, int, int]

_edges = st.lists(
    st.tuples(
        st.integers(0, _NODES - 1), st.integers(0, _NODES - 1), st.integers(-60, 60)
    ).filter(lambda edge: edge[0] < edge[1]),
    max_size=24,
)


@settings(max_examples=150, deadline=None)
@given(edges=_edges, seed=st.randoms(use_true_random=False))
def test_the_order_and_direction_of_edges_do_not_matter(
    edges: list[_Edge], seed: Random
) -> None:
    shuffled = [(b, a, w) for a, b, w in edges]
    seed.shuffle(shuffled)

    assert _labels(shuffled) == _labels(edges)


@settings(max_examples=150, deadline=None)
@given(edges=_edges)
def test_a_label_is_the_smallest_member_of_its_cluster(edges: list[_Edge]) -> None:
    labels = _labels(edges)

    assert all(labels[label] == label and label <= node for node, label in enumerate(labels))


@settings(max_examples=150, deadline=None)
@given(edges=_edges)
def test_no_cluster_reaches_beyond_the_links_in_favour(edges: list[_Edge]) -> None:
    favourable = [edge for edge in edges if edge[2] > 0]
    left, right, _ = _arrays(favourable)

    connected = components(_NODES, left, right).tolist()

    assert all(connected[node] == connected[label] for node, label in enumerate(_labels(edges)))


@settings(max_examples=150, deadline=None)
@given(edges=_edges)
def test_links_without_any_objection_join_everything_they_connect(edges: list[_Edge]) -> None:
    favourable = [(a, b, abs(w) + 1) for a, b, w in edges]
    left, right, _ = _arrays(favourable)

    assert _labels(favourable) == components(_NODES, left, right).tolist()


@settings(max_examples=150, deadline=None)
@given(
    edges=_edges, pair=st.lists(st.integers(0, _NODES - 1), min_size=2, max_size=2, unique=True)
)
def test_a_pair_that_must_differ_is_never_joined(edges: list[_Edge], pair: list[int]) -> None:
    labels = _labels([*edges, (pair[0], pair[1], DIFFERENT)])

    assert labels[pair[0]] != labels[pair[1]]


@settings(max_examples=40, deadline=None)
@given(
    edges=_edges,
    pairs=st.lists(
        st.lists(st.integers(0, _NODES - 1), min_size=2, max_size=2, unique=True), max_size=4
    ),
)
def test_judging_records_different_splits_and_never_merges(
    work: Workspace, edges: list[_Edge], pairs: list[list[int]]
) -> None:
    _write_edges(work, edges)
    before = _labels(edges)

    after = [before]
    for count in range(1, len(pairs) + 1):
        words = [_different(n, *pair) for n, pair in enumerate(pairs[:count])]
        labels = np.array(before, dtype=np.int64)
        write_judged(work, words)
        after.append(_obey_differences(work, labels).tolist())

    assert all(_refines(finer, coarser) for coarser, finer in pairwise(after))
    assert all(after[-1][a] != after[-1][b] for a, b in pairs)


def test_doubtful_bridges_do_not_glue_two_groups_that_disagree() -> None:
    inside = [(0, 1, 90), (1, 2, 90), (0, 2, 90), (3, 4, 90), (4, 5, 90), (3, 5, 90)]
    bridge, objection = [(2, 3, 40)], [(0, 3, -30), (1, 4, -30)]

    assert _labels(inside + bridge)[:6] == [0] * 6
    assert _labels(inside + bridge + objection)[:6] == [0, 0, 0, 3, 3, 3]


@pytest.fixture(scope="module")
def work() -> Iterator[Workspace]:
    """Scratch tables with records whose id is their number."""
    with session() as connection, workspace(connection) as scratch:
        scratch.run(
            f"create table work.record as select range::integer as rid, "
            f"range::varchar as record_id from range({_NODES})"
        )
        scratch.run("create table work.must_link (l integer, r integer, weight bigint)")
        yield scratch


def _write_edges(work: Workspace, edges: list[_Edge]) -> None:
    work.run("create or replace table work.edge (l integer, r integer, weight integer)")
    for edge in edges:
        work.run("insert into work.edge values (?, ?, ?)", list(edge))


def _different(number: int, left: int, right: int) -> Judgement:
    return Judgement(
        number,
        Verdict.DIFFERENT,
        str(left),
        str(right),
        author="steward",
        reason="asked them",
        made_at=datetime(2026, 10, 1, tzinfo=UTC),
    )


def _refines(finer: list[int], coarser: list[int]) -> bool:
    """Whether records that stand together in ``finer`` did so in ``coarser``."""
    return len(set(zip(finer, coarser, strict=True))) == len(set(finer))


def _labels(edges: list[_Edge]) -> list[int]:
    return [int(label) for label in partition(_NODES, *_arrays(edges))]


def _arrays(edges: list[_Edge]) -> tuple[Ints, Ints, Ints]:
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]

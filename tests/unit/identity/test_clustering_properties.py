"""Properties that every partition of weighted edges has, whatever the edges are."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.identity.clustering import DIFFERENT
from dagster_project.identity.partition import Ints, components, partition

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


def test_doubtful_bridges_do_not_glue_two_groups_that_disagree() -> None:
    inside = [(0, 1, 90), (1, 2, 90), (0, 2, 90), (3, 4, 90), (4, 5, 90), (3, 5, 90)]
    bridge, objection = [(2, 3, 40)], [(0, 3, -30), (1, 4, -30)]

    assert _labels(inside + bridge)[:6] == [0] * 6
    assert _labels(inside + bridge + objection)[:6] == [0, 0, 0, 3, 3, 3]


def _labels(edges: list[_Edge]) -> list[int]:
    return [int(label) for label in partition(_NODES, *_arrays(edges))]


def _arrays(edges: list[_Edge]) -> tuple[Ints, Ints, Ints]:
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]

"""Hashed features: the same of a text wherever it stands, and of nothing that does not count."""

from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.listening.features import BITS, count_features

_TEXTS = st.lists(st.text(max_size=40), min_size=1, max_size=8)


@given(_TEXTS)
def test_a_text_has_the_same_features_alone_and_among_others(texts: list[str]) -> None:
    together = count_features(texts)

    for place, text in enumerate(texts):
        for half, alone in zip(together, count_features([text]), strict=True):
            assert (half[place] != alone).nnz == 0


def test_words_their_pairs_and_their_parts_are_counted() -> None:
    words, parts = count_features(["to be or to be"])

    assert words.sum() == 5 + 4
    assert words.max() == 2  # "to", "be" and "to be" twice
    # " to " has three parts of two signs, two of three, one of four
    assert parts.sum() == 5 * (3 + 2 + 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Hello  World\n", "hello world", id="case-and-spaces"),
        pytest.param("hi @ana, 12", "hi @bo, 12", id="names"),
        pytest.param("", "   ", id="nothing"),
    ],
)
def test_what_does_not_count_makes_no_difference(one: str, other: str) -> None:
    for left, right in zip(count_features([one]), count_features([other]), strict=True):
        assert (left != right).nnz == 0


def test_hashes_spread_over_all_features() -> None:
    words, _ = count_features([f"w{number}x" for number in range(20_000)])

    filled = np.unique(words.indices).size

    expected = 2**BITS * (1 - np.exp(-40_000 / 2**BITS))  # words and their pairs
    assert filled == pytest.approx(expected, rel=0.02)


def test_a_text_without_end_is_read_in_the_time_of_its_first_pages() -> None:
    started = process_time()

    count_features(["word " * 2_000_000])

    assert process_time() - started < 2

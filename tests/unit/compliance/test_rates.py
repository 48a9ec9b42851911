"""Estimates of how well rules do, against figures worked out by hand."""

import pytest

from dagster_project.compliance.rates import Draw, Interval, missed_share, recall, wilson


def test_wilson_is_what_textbooks_have() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 and 0 of 20
    assert wilson(81, 263) == pytest.approx((0.3080, 0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.0, 0.1611), abs=1e-4)


def test_of_nothing_nothing_is_said() -> None:
    assert wilson(0, 0) is None
    assert missed_share([]) is None
    assert recall(10, None, 5, Interval(0.1, 0.0, 0.2)) is None
    assert recall(10, Interval(0.9, 0.8, 1.0), 5, None) is None


def test_few_looks_say_nothing_of_what_was_missed() -> None:
    assert missed_share([Draw(1000, 29, 1)]) is None
    assert missed_share([Draw(1000, 30, 1)]) is not None


def test_equal_days_are_pooled_as_one_sample() -> None:
    pooled = missed_share([Draw(500, 20, 1), Draw(500, 20, 3), Draw(500, 0, 0)])

    assert pooled == pytest.approx(wilson(4, 40))


def test_a_day_weighs_as_many_as_it_stands_for() -> None:
    share = missed_share([Draw(900, 20, 0), Draw(100, 20, 10)])

    assert share is not None
    assert share.share == pytest.approx(0.05)
    even = wilson(2, 40)
    assert even is not None
    assert share.high > even.high, "one day decides: it is worth less than forty looks"


def test_recall_takes_the_worse_end_of_both_sides() -> None:
    # 100 found at 0.9: 90; of 1,000 not found 1 %: 10 more
    found = recall(100, Interval(0.9, 0.8, 1.0), 1000, Interval(0.01, 0.0, 0.02))

    assert found == pytest.approx((0.9, 80 / 100, 1.0))


def test_recall_of_rules_that_are_never_right_is_nil() -> None:
    assert recall(5, Interval(0.0, 0.0, 0.0), 10, Interval(0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0)

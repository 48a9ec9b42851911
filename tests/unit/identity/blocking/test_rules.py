"""Which blocking rules are taken, on samples small enough to work out by hand."""

from collections.abc import Sequence

import numpy as np

from dagster_project.identity.blocking.blocking_keys import BLOCKING_KEYS
from dagster_project.identity.blocking.rules import (
    CAPS,
    WORTH_A_LOOK,
    SampledPairs,
    choose_rules,
)

_Row = tuple[int, tuple[str, ...], float, float]
"""Record, blocking keys shared, pairs, likely matches."""

_BITS = {blocking_key.name: 1 << n for n, blocking_key in enumerate(BLOCKING_KEYS)}


def _mask(*names: str) -> int:
    return sum(_BITS[name] for name in names)


def _sampled_pairs(rows: Sequence[_Row], rare: tuple[str, ...]) -> SampledPairs:
    records = max(row[0] for row in rows) + 1
    return SampledPairs(
        record=np.array([row[0] for row in rows], dtype=np.int64),
        mask=np.array([_mask(*row[1]) for row in rows], dtype=np.int64),
        pairs=np.array([row[2] for row in rows], dtype=np.float64),
        matches=np.array([row[3] for row in rows], dtype=np.float64),
        rare=np.full(records, _mask(*rare), dtype=np.int64),
    )


def test_who_shares_an_identifier_is_always_compared() -> None:
    choice = choose_rules(
        _sampled_pairs(
            [(0, ("email",), 3.0, 0.0), (1, ("birth_date",), 1.0, 1.0)], ("email", "birth_date")
        ),
        budget=10,
        most_rules=5,
    )  # fmt: skip

    assert ("email",) in [rule.blocking_keys for rule in choice.rules]


def test_an_identifier_that_many_hold_is_followed_as_far_as_it_is_worth() -> None:
    """An alias may be a name: the bearers of a rare one are compared, not the eighty of a common one."""
    few: list[_Row] = [(n, ("alias",), 8.0, 1.0) for n in range(10)]
    many: list[_Row] = [(n, ("alias",), 80.0, 80 * WORTH_A_LOOK / 2) for n in range(10, 20)]

    choice = choose_rules(_sampled_pairs([*few, *many], ("alias",)), budget=100, most_rules=5)

    assert [(rule.blocking_keys, rule.cap) for rule in choice.rules] == [(("alias",), CAPS[1])]


def test_a_broad_key_is_narrowed_by_a_second_one() -> None:
    rows: list[_Row] = [(n, ("family", "birth_year"), 1.0, 1.0) for n in range(20)]
    rows += [(n, ("family",), 500.0, 0.0) for n in range(20)]
    rows += [(n, ("birth_year",), 500.0, 0.0) for n in range(20)]

    choice = choose_rules(
        _sampled_pairs(rows, ("family", "birth_year")), budget=5, most_rules=5
    )

    assert [set(rule.blocking_keys) for rule in choice.rules] == [{"family", "birth_year"}]
    assert choice.expected_recall == 1.0
    assert choice.pairs_per_record == 0.5


def test_a_key_that_too_many_hold_finds_nothing() -> None:
    rows = [(0, ("family",), CAPS[-1] + 1.0, 5.0), (1, ("city", "given_root"), 2.0, 2.0)]

    choice = choose_rules(
        _sampled_pairs(rows, ("family", "city", "given_root")), budget=50, most_rules=5
    )

    assert all("family" not in rule.blocking_keys for rule in choice.rules)
    assert choice.expected_recall == 2.0 / 7.0


def test_a_key_whose_pairs_were_not_gathered_is_taken_for_too_common() -> None:
    rows = [(0, ("city",), 2.0, 2.0)]

    choice = choose_rules(_sampled_pairs(rows, ("family",)), budget=50, most_rules=5)

    assert choice.rules == ()


def test_the_budget_keeps_expensive_rules_out() -> None:
    rows: list[_Row] = [(n, ("family",), 60.0, 0.4) for n in range(10)]
    rows += [(n, ("birth_date",), 1.0, 1.0) for n in range(10)]

    cheap = choose_rules(_sampled_pairs(rows, ("family", "birth_date")), budget=2, most_rules=5)

    assert [rule.blocking_keys for rule in cheap.rules] == [("birth_date",)]
    assert cheap.pairs_per_record <= 2


def test_a_budget_is_used_up_by_what_it_can_still_pay() -> None:
    """Rules of rising cost: the price sinks just as far as the budget holds."""
    names = ("birth_date", "family", "city", "postal_code")
    rows: list[_Row] = [
        (n, (name,), 20.0 * (k + 1), 0.4) for n in range(10) for k, name in enumerate(names)
    ]

    spent = [
        choose_rules(_sampled_pairs(rows, names), budget=budget, most_rules=9).pairs_per_record
        for budget in (12, 35, 65, 105)
    ]

    assert spent == [10.0, 30.0, 60.0, 100.0]


def test_pairs_that_hardly_ever_match_are_left_out_however_large_the_budget() -> None:
    rows: list[_Row] = [(n, ("birth_date",), 1.0, 1.0) for n in range(10)]
    rows += [(n, ("family",), 80.0, 80 * WORTH_A_LOOK / 2) for n in range(10)]
    rows += [(n, ("city",), 80.0, 80 * WORTH_A_LOOK * 2) for n in range(10)]

    choice = choose_rules(
        _sampled_pairs(rows, ("birth_date", "family", "city")), budget=1_000, most_rules=9
    )

    assert {rule.blocking_keys for rule in choice.rules} == {("birth_date",), ("city",)}

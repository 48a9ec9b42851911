"""Figures of an evaluation against a world small enough to count by hand."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.measuring.evaluation import Evaluation, HardCase, evaluate
from dagster_project.identity.measuring.scorecard import Agreement

# record, vendor, customer it was put in, person it truly is
_WORLD = [
    ("r1", "salesforce", "A", "ada"),
    ("r2", "salesforce", "A", "ada"),
    ("r3", "mailchimp", "A", "ada"),
    ("r4", "x", "B", "ada"),
    ("r5", "hubspot", "B", "bo"),
    ("r6", "sendgrid", "C", "cleo"),
    ("r7", "mastodon", "C", "cleo"),
    ("mailbox", "salesforce", "A", None),
]

# left, right, kind, one person, shares evidence
_HARD = [
    ("r1", "r3", "moved", True, True),
    ("r1", "r4", "crm_social", True, False),
    ("r6", "r7", "crm_social", True, False),
    ("r4", "r5", "household", False, True),
    ("r1", "r5", "household", False, True),
]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A truth beside the data, as the demo world writes it."""
    return tmp_path_factory.mktemp("truth") / "records.parquet"


@pytest.fixture(scope="module")
def warehouse(truth: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Seven judged records of three people in three customers, and a mailbox."""
    with session() as connection:
        connection.execute("create schema identity; create schema intermediate")
        connection.execute(
            "create table world (record_id varchar, vendor varchar, customer_id varchar, person_id varchar)"
        )
        connection.executemany("insert into world values (?, ?, ?, ?)", _WORLD)
        connection.execute(
            "create table intermediate.int_contact_records as select record_id, vendor from world"
        )
        connection.execute(
            "create table identity.customer_xref as "
            "select record_id, customer_id, null::timestamptz as valid_to from world "
            "union all select 'r1', 'C', timestamptz '2026-01-01 00:00:00+00'"
        )
        connection.execute(
            f"copy (select record_id, person_id from world) to '{truth}' (format parquet)"
        )
        connection.execute(
            "create table hard (record_id_l varchar, record_id_r varchar, hard_case varchar, "
            "is_match boolean, has_shared_evidence boolean)"
        )
        connection.executemany("insert into hard values (?, ?, ?, ?, ?)", _HARD)
        yield connection


@pytest.fixture(scope="module")
def evaluation(warehouse: duckdb.DuckDBPyConnection, truth: Path) -> Evaluation:
    """The world's figures, hard pairs included."""
    hard = truth.with_name("pairs_hard.parquet")
    warehouse.execute(f"copy hard to '{hard}' (format parquet)")
    found = evaluate(warehouse, truth)
    hard.unlink()
    return found


def test_pairs_are_counted_from_the_contingency_table(evaluation: Evaluation) -> None:
    # said: A has 3 pairs, B 1, C 1; true: ada has 6, cleo 1; both: 3 of ada in A, 1 in C
    assert evaluation.pairs == Agreement(said=5, true=7, both=4)


def test_precision_recall_and_f1_follow_from_the_pairs(evaluation: Evaluation) -> None:
    assert evaluation.pairs.precision == pytest.approx(4 / 5)
    assert evaluation.pairs.recall == pytest.approx(4 / 7)
    assert evaluation.pairs.f1 == pytest.approx(2 / 3)


def test_b_cubed_is_the_average_over_records(evaluation: Evaluation) -> None:
    # precision: r1-r3 3/3, r4 and r5 1/2, r6 and r7 2/2; recall: r1-r3 3/4, r4 1/4, the rest 1
    assert evaluation.b_cubed_precision == pytest.approx((3 + 0.5 + 0.5 + 2) / 7)
    assert evaluation.b_cubed_recall == pytest.approx((3 * 0.75 + 0.25 + 1 + 2) / 7)


def test_pairs_without_shared_evidence_are_taken_out_of_all_three_counts(
    evaluation: Evaluation,
) -> None:
    # r1-r4 was missed and r6-r7 found: two true pairs less, one of them said and right
    assert evaluation.with_evidence == Agreement(said=4, true=5, both=3)


def test_kinds_of_source_add_up_to_the_whole(evaluation: Evaluation) -> None:
    parts = evaluation.by_sources.values()

    assert evaluation.by_sources["CRM–CRM"] == Agreement(said=1, true=1, both=1)
    assert (
        sum(p.said for p in parts),
        sum(p.true for p in parts),
        sum(p.both for p in parts),
    ) == (
        5,
        7,
        4,
    )


def test_hard_cases_say_what_became_of_their_pairs(evaluation: Evaluation) -> None:
    assert evaluation.hard_cases == (
        HardCase("household", is_match=False, pairs=2, joined=1),
        HardCase("moved", is_match=True, pairs=1, joined=1),
    )


def test_a_truth_without_hard_pairs_still_gives_figures(
    warehouse: duckdb.DuckDBPyConnection, truth: Path, evaluation: Evaluation
) -> None:
    plain = evaluate(warehouse, truth)

    assert plain.pairs == plain.with_evidence == evaluation.pairs
    assert plain.hard_cases == ()


def test_figures_without_any_pair_are_missing_rather_than_perfect() -> None:
    nothing = Agreement(0, 0, 0)

    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)

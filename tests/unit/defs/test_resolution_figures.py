"""The figures of customers stand on every run's materialisation, also where nothing happened."""

from typing import Any

import duckdb
import pytest

from dagster_project.defs.resolution_figures import as_metadata, keep_figures, kept_figures

REPORT: dict[str, Any] = {
    "is_unchanged": False,
    "records": 40,
    "withdrawn": 1,
    "not_customers": 2,
    "customers": 20,
    "largest_customer": 4,
    "created": 5,
    "absorbed": 3,
    "merged": 1,
    "split": 0,
    "retired": 0,
    "candidates": 90,
    "links": 30,
    "blocking_recall": None,
}
ESTIMATED = {"has_truth": False, "precision": 0.99, "recall": None}
TRUE = {"has_truth": True, "precision": 0.98, "recall": 0.9, "f1": 0.94, "hard_cases": []}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_figures_of_a_run_that_changes_nothing_are_the_last_ones_without_its_events(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    told = as_metadata(keep_figures(connection, REPORT, ESTIMATED))

    again = as_metadata(kept_figures(connection))

    assert (told["customers"], told["created"], told["estimated_precision"]) == (20, 5, 0.99)
    assert (again["customers"], again["created"], again["estimated_precision"]) == (20, 0, 0.99)
    assert "estimated_recall" not in again  # nothing supports one
    assert "precision" not in again  # there is no truth


def test_a_resolution_that_found_nothing_new_keeps_what_was_compared_before(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    keep_figures(connection, REPORT, TRUE)
    idle = {**dict.fromkeys(REPORT, 0), "is_unchanged": True, "records": 41, "customers": 20}

    told = as_metadata(keep_figures(connection, idle, {**TRUE, "recall": 0.8}))

    assert (told["records"], told["links"], told["created"]) == (41, 30, 0)
    assert (told["precision"], told["recall"]) == (0.98, 0.8)


def test_before_the_first_resolution_there_are_no_figures(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert as_metadata(kept_figures(connection)) == {}

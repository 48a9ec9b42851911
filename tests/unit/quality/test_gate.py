"""A gate sorts failures by what they do, and its verdict holds counts only."""

from collections.abc import Iterator

import duckdb
import great_expectations as gx
import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from dagster_project.domain.loads import RuleOutcome, Severity, Verdict
from dagster_project.engines.duckdb.session import session
from dagster_project.quality.gate import judge, reasons_of, suite_hash

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as connection:
        connection.execute(
            "create table people as select * from (values "
            "('1', 'ada@example.org', 3), ('2', 'canary-value', 4), (null, null, 5)"
            ") as t (id, email, orders)"
        )
        yield connection


def suite(*rules: Expectation) -> gx.ExpectationSuite:
    return gx.ExpectationSuite(name="test", expectations=list(rules))


def judged(connection: duckdb.DuckDBPyConnection, *rules: Expectation) -> Verdict:
    return judge(connection, "people", suite(*rules))


def test_a_critical_rule_refuses(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(connection, gxe.ExpectColumnValuesToNotBeNull(column="id"))

    assert not verdict.passed
    assert verdict.refusals == (
        RuleOutcome(
            "expect_column_values_to_not_be_null id",
            Severity.REFUSE,
            passed=False,
            evaluated=3,
            failed=1,
            sentence="id is there",
        ),
    )


def test_a_row_rule_holds_rows_back_and_refuses_nothing(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    verdict = judged(
        connection,
        gxe.ExpectColumnValuesToNotBeNull(
            column="id", severity=WARNING, meta={"row_rule": True, "rule": "id_present"}
        ),
    )

    assert verdict.passed
    assert [(o.rule, o.failed) for o in verdict.quarantines] == [("id_present", 1)]


def test_a_row_rule_counts_every_row_whatever_its_mostly_says(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    verdict = judged(
        connection,
        gxe.ExpectColumnValuesToNotBeNull(
            column="id", mostly=0.5, severity=WARNING, meta={"row_rule": True}
        ),
    )

    assert [o.failed for o in verdict.quarantines] == [1]


def test_a_critical_row_rule_holds_back_few_rows_and_refuses_many(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rule = gxe.ExpectColumnValuesToNotBeNull(
        column="id",
        mostly=0.5,
        severity=CRITICAL,
        meta={"row_rule": True, "rule": "id_present"},
    )

    few = judged(connection, rule)
    connection.execute("insert into people values (null, null, 1), (null, null, 2)")
    many = judged(connection, rule)

    assert (few.passed, [o.failed for o in few.quarantines]) == (True, [1])
    assert (many.passed, [o.failed for o in many.refusals]) == (False, [3])


def test_a_plan_made_for_one_table_serves_another(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rules = suite(
        gxe.ExpectColumnValuesToNotBeNull(column="id", meta={"rule": "id_present"}),
        gxe.ExpectColumnValuesToMatchRegex(column="email", regex="^.*@.*$", severity=WARNING),
    )
    connection.execute("create table others as select 'x' as id, 'b@example.org' as email")

    verdicts = [judge(connection, table, rules) for table in ("people", "others", "people")]

    assert [v.passed for v in verdicts] == [False, True, False]
    assert [[o.evaluated for o in v.outcomes] for v in verdicts] == [[3, 2], [1, 1], [3, 2]]


def test_a_warning_is_shown_and_refuses_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(
        connection,
        gxe.ExpectColumnValuesToMatchRegex(column="email", regex="^.*@.*$", severity=WARNING),
    )

    assert verdict.passed
    assert [(o.evaluated, o.failed) for o in verdict.warnings] == [(2, 1)]


def test_a_pattern_must_match_the_whole_value(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(
        connection, gxe.ExpectColumnValuesToMatchRegex(column="email", regex="ada")
    )

    assert [o.failed for o in verdict.refusals] == [2]


def test_a_missing_column_is_told_once(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(
        connection,
        gxe.ExpectColumnToExist(
            column="phone", severity=CRITICAL, meta={"rule": "phone_exists"}
        ),
        gxe.ExpectColumnValuesToNotBeNull(column="phone"),
    )

    assert reasons_of(verdict.outcomes) == ("phone_exists: a column is missing",)


def test_a_rule_that_cannot_be_evaluated_refuses(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(
        connection,
        gxe.ExpectColumnSumToBeBetween(column="email", min_value=0, severity=WARNING),
        gxe.ExpectColumnValuesToNotBeNull(column="orders"),
    )

    assert [(o.severity, o.detail) for o in verdict.refusals] == [
        (Severity.REFUSE, "the rule could not be evaluated")
    ]
    assert [o.passed for o in verdict.outcomes] == [False, True]


def test_numbers_are_compared_as_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("insert into people values ('4', 'x', 100)")

    verdict = judged(
        connection,
        gxe.ExpectColumnValuesToBeBetween(column="orders", min_value=4, max_value=20),
    )

    assert [o.failed for o in verdict.refusals] == [2]


def test_a_rule_about_rows_tells_how_many_fail(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(
        connection,
        gxe.UnexpectedRowsExpectation(
            unexpected_rows_query="select 1 from {batch} where orders > 3"
        ),
    )

    assert [o.detail for o in verdict.refusals] == ["2 rows fail"]


def test_no_value_of_a_row_reaches_the_verdict(connection: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(
        connection,
        gxe.ExpectColumnValuesToMatchRegex(column="email", regex="^never$"),
        gxe.ExpectColumnValuesToBeInSet(column="email", value_set=["x"]),
        gxe.ExpectColumnDistinctValuesToBeInSet(column="email", value_set=["x"]),
        gxe.ExpectColumnMaxToBeBetween(column="email", max_value=1),
        gxe.ExpectColumnValuesToBeUnique(column="email"),
        gxe.UnexpectedRowsExpectation(unexpected_rows_query="select * from {batch}"),
    )

    assert not verdict.passed
    assert "canary" not in repr(verdict)
    assert "ada@" not in repr(verdict)


def test_judging_leaves_the_connection_as_it_was(connection: duckdb.DuckDBPyConnection) -> None:
    judged(connection, gxe.ExpectColumnValuesToNotBeNull(column="id"))
    connection.execute("create table later as select 'x' as id")

    verdict = judge(connection, "later", suite(gxe.ExpectColumnValuesToNotBeNull(column="id")))

    assert verdict.passed
    assert connection.execute("select count(*) from people").fetchall() == [(3,)]


def test_a_table_of_another_schema_can_be_judged(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema marts; create view marts.people as from main.people")

    verdict = judge(
        connection,
        "people",
        suite(gxe.ExpectColumnValuesToNotBeNull(column="id")),
        schema="marts",
    )

    assert [o.failed for o in verdict.refusals] == [1]


def test_a_file_is_free_for_others_after_its_tables_were_judged(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "w.duckdb"
    with session(file) as connection:
        connection.execute("create table people as select '1' as id")
        judge(connection, "people", suite(gxe.ExpectColumnValuesToNotBeNull(column="id")))

    duckdb.connect(str(file), config={"threads": 1}).close()


def test_the_hash_of_a_suite_changes_with_a_rule_and_not_without() -> None:
    one = suite(gxe.ExpectColumnValuesToNotBeNull(column="id"))
    same = suite(gxe.ExpectColumnValuesToNotBeNull(column="id"))
    stricter = suite(gxe.ExpectColumnValuesToNotBeNull(column="id", severity=WARNING))

    assert suite_hash(one.expectations) == suite_hash(same.expectations)
    assert suite_hash(one.expectations) != suite_hash(stricter.expectations)

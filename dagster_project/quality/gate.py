"""A gate: an expectation suite against one table of the engine; the verdict holds counts only.

Belongs here: running a suite and sorting what failed by what it does (refuse, hold back, warn).
Does not belong here: what happens to a load then (``admission``), and the rules themselves.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.domain.loads import RuleOutcome, Severity, Verdict
from dagster_project.quality.row_rules import is_row_rule, rule_name
from dagster_project.quality.sentences import sentence_of

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.core.expectation_validation_result import (
        ExpectationValidationResult,
    )
    from great_expectations.expectations.expectation import Expectation

_COUNTS_ONLY = {"result_format": {"result_format": "SUMMARY", "partial_unexpected_count": 0}}
_PLACE = "c360_index"

COLUMN_MISSING = "a column is missing"
"""Detail of a rule that asks for columns the table does not have."""

_ASK_FOR_COLUMNS = ("expect_column_to_exist", "expect_table_columns_to_match_set")


def judge(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    suite: "ExpectationSuite",
    *,
    schema: str | None = None,
) -> Verdict:
    """Hold one table or view to a suite. It must be committed and not temporary.

    A rule that cannot be evaluated refuses the table, except where its column is missing: that
    is told once, by the rule that asks for the column.
    """
    from dagster_project.quality.datasource import validator_of

    columns = _columns_of(connection, table, schema)
    rules = [e for e in suite.expectations if _can_be_asked(e, columns)]
    is_empty = not connection.execute(
        f"select 1 from {_named(table, schema)} limit 1"
    ).fetchall()
    asked = [i for i, r in enumerate(rules) if not (is_empty and _asks_each_row(r))]
    results = {}
    if asked:
        # a plan is kept with the rules' numbers: the same rules must have the same ones, wherever
        # they stand in their suites
        plan = suite_hash(rules[index] for index in asked)
        with validator_of(connection, table, schema, plan=plan) as validator:
            results = {
                asked[_place_of(result)]: result
                for result in validator.graph_validate(
                    configurations=[
                        _numbered(rules[index], place) for place, index in enumerate(asked)
                    ],
                    runtime_configuration=_COUNTS_ONLY,
                )
            }
    return Verdict(
        suite.name,
        tuple(
            _outcome(rule, results.get(index)) if index in asked else _no_row_fails(rule)
            for index, rule in enumerate(rules)
        ),
    )


def _asks_each_row(expectation: "Expectation") -> bool:
    """Whether no row means no failure: GX takes a tenth of a second to find that out."""
    from great_expectations.expectations import expectation as kinds

    return isinstance(
        expectation,
        kinds.ColumnMapExpectation
        | kinds.ColumnPairMapExpectation
        | kinds.MulticolumnMapExpectation,
    )


def _no_row_fails(expectation: "Expectation") -> RuleOutcome:
    """What GX says of a rule about rows where there are none."""
    severity = Severity.QUARANTINE if is_row_rule(expectation) else _severity_of(expectation)
    return RuleOutcome(
        rule_name(expectation),
        severity,
        passed=True,
        evaluated=0,
        failed=0,
        sentence=sentence_of(expectation),
    )


def suite_hash(rules: "Iterable[Expectation]") -> str:
    """Changes when a rule changes."""
    told = [
        [e.expectation_type, e.configuration.kwargs, e.severity.value, e.meta] for e in rules
    ]
    text = json.dumps(told, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]


def reasons_of(outcomes: Iterable[RuleOutcome]) -> tuple[str, ...]:
    """Failed rules as a person reads them; counts, never values."""
    return tuple(f"{o.rule}: {o.detail or _failed_rows(o)}" for o in outcomes)


def _failed_rows(outcome: RuleOutcome) -> str:
    verb = "fails" if outcome.failed == 1 else "fail"
    return f"{outcome.failed:,} of {counted(outcome.evaluated, 'row')} {verb}"


def _columns_of(
    connection: duckdb.DuckDBPyConnection, table: str, schema: str | None
) -> frozenset[str]:
    described = connection.execute(f"describe {_named(table, schema)}").fetchall()
    return frozenset(row[0] for row in described)


def _named(table: str, schema: str | None) -> str:
    return f'"{schema}"."{table}"' if schema else f'"{table}"'


def _can_be_asked(expectation: "Expectation", columns: frozenset[str]) -> bool:
    if expectation.expectation_type in _ASK_FOR_COLUMNS:
        return True
    column = getattr(expectation, "column", None)
    return column is None or column in columns


def _numbered(expectation: "Expectation", place: int) -> Any:
    configuration = expectation.configuration
    configuration.meta = {**(configuration.meta or {}), _PLACE: place}
    return configuration


def _place_of(result: "ExpectationValidationResult") -> int:
    configuration: Any = result.expectation_config
    return int(configuration.meta[_PLACE])


def _outcome(
    expectation: "Expectation", result: "ExpectationValidationResult | None"
) -> RuleOutcome:
    rule, says = rule_name(expectation), sentence_of(expectation)
    if result is None or _raised(result.exception_info):
        return RuleOutcome(
            rule,
            Severity.REFUSE,
            passed=False,
            evaluated=0,
            failed=0,
            detail=_NOT_EVALUATED,
            sentence=says,
        )
    counts = result.result
    evaluated = int(counts.get("element_count") or 0) - int(counts.get("missing_count") or 0)
    failed = int(counts.get("unexpected_count") or 0)
    severity = _severity_of(expectation)
    if is_row_rule(expectation) and (result.success or severity is Severity.WARN):
        return RuleOutcome(
            rule, Severity.QUARANTINE, failed == 0, evaluated, failed, sentence=says
        )
    return RuleOutcome(
        rule,
        severity,
        bool(result.success),
        evaluated,
        failed,
        "" if result.success else _detail(expectation, counts),
        says,
    )


_NOT_EVALUATED = "the rule could not be evaluated"


def _raised(info: Mapping[str, Any] | None) -> bool:
    """GX reports one exception flat, several under a key per metric."""
    if not info:
        return False
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(isinstance(v, Mapping) and v.get("raised_exception") for v in info.values())


def _severity_of(expectation: "Expectation") -> Severity:
    return Severity.REFUSE if expectation.severity.value == "critical" else Severity.WARN


def _detail(expectation: "Expectation", counts: Mapping[str, Any]) -> str:
    """Why a rule about the whole table failed; only counts of rows and columns are shown."""
    kind = expectation.expectation_type
    observed = counts.get("observed_value")
    if kind in _ASK_FOR_COLUMNS:
        return COLUMN_MISSING
    if kind == "expect_table_row_count_to_be_between":
        return f"the table has {counted(int(observed or 0), 'row')}"
    if kind == "unexpected_rows_expectation":
        return counted(int(observed or 0), "row fails", "rows fail")
    if kind == "expect_compound_columns_to_be_unique":
        return counted(
            int(counts.get("unexpected_count") or 0), "row shares a key", "rows share a key"
        )
    if "unexpected_count" not in counts:
        return "the table as a whole fails"
    return ""

"""Row rules as SQL: which rows an expectation means, from the same object GX counts with.

Belongs here: the kinds of expectation a row rule may be. A test holds every rule of every suite
to GX's own count.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dagster_project.engines.duckdb.session import quoted

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation


def is_row_rule(expectation: "Expectation") -> bool:
    """Whether rows that break this expectation are held back."""
    return bool((expectation.meta or {}).get("row_rule"))


def rule_name(expectation: "Expectation") -> str:
    """The name a broken rule is shown with: its ``meta.rule``, else type and column."""
    named = (expectation.meta or {}).get("rule")
    if named:
        return str(named)
    column = getattr(expectation, "column", None)
    return f"{expectation.expectation_type}{f' {column}' if column else ''}"


def held_back_sql(suite: "ExpectationSuite", table: str) -> str | None:
    """A select of ``_native_id``, ``_row``, ``rule``: one row per broken rule; one scan.

    ``None`` when the suite has no row rule.
    """
    rules = [e for e in suite.expectations if is_row_rule(e)]
    if not rules:
        return None
    named = ", ".join(
        f"case when {unexpected_sql(rule)} then '{quoted(rule_name(rule))}' end"
        for rule in rules
    )
    return f"""
        select _native_id, _row, unnest(list_distinct([{named}])) as rule from {table}
    """


def unexpected_sql(expectation: "Expectation") -> str:
    """A condition that is true for exactly the rows GX counts as unexpected, and never null."""
    if getattr(expectation, "row_condition", None):
        raise TypeError(f"{rule_name(expectation)}: a row rule may not have a row_condition")
    column = f'"{getattr(expectation, "column", "")}"'
    build = _CONDITIONS.get(expectation.expectation_type)
    if build is None:
        raise TypeError(f"{expectation.expectation_type} cannot be a row rule")
    return f"coalesce({build(expectation, column)}, false)"


def _is_null(expectation: Any, column: str) -> str:
    del expectation
    return f"{column} is null"


def _is_not_null(expectation: Any, column: str) -> str:
    del expectation
    return f"{column} is not null"


def _no_match(expectation: Any, column: str) -> str:
    return f"not ({column} ~ '{quoted(expectation.regex)}')"


def _match(expectation: Any, column: str) -> str:
    return f"{column} ~ '{quoted(expectation.regex)}'"


def _not_in_set(expectation: Any, column: str) -> str:
    return f"{column} not in ({_values(expectation.value_set)})"


def _in_set(expectation: Any, column: str) -> str:
    return f"{column} in ({_values(expectation.value_set)})"


def _length_outside(expectation: Any, column: str) -> str:
    bounds = []
    if expectation.min_value is not None:
        bounds.append(f"length({column}) < {int(expectation.min_value)}")
    if expectation.max_value is not None:
        bounds.append(f"length({column}) > {int(expectation.max_value)}")
    return f"({' or '.join(bounds) or 'false'})"


def _values(value_set: Any) -> str:
    return ", ".join(f"'{quoted(str(value))}'" for value in value_set)


_CONDITIONS: dict[str, Callable[[Any, str], str]] = {
    "expect_column_values_to_not_be_null": _is_null,
    "expect_column_values_to_be_null": _is_not_null,
    "expect_column_values_to_match_regex": _no_match,
    "expect_column_values_to_not_match_regex": _match,
    "expect_column_values_to_be_in_set": _not_in_set,
    "expect_column_values_to_not_be_in_set": _in_set,
    "expect_column_value_lengths_to_be_between": _length_outside,
}

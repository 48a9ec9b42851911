"""What the tables of a data product are held to before readers get them.

Belongs here: plausibility, and a second look for people where none may be: values, since an
alias evades a list of column names.
Does not belong here: what follows from ``config/consumers.yml`` alone (``publish.promises``).
"""

from collections.abc import Iterable

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.marts import MARTS
from expectations.rules import CRITICAL, WARNING

PERSONAL = {
    "email": r"^[\s\S]*[^@\s]+@[^@\s]+\.[A-Za-z]{2,}[\s\S]*$",
    "phone": r"^[\s\S]*\+[0-9][0-9 ().-]{6,}[0-9][\s\S]*$",
    "handle": r"^(?:[\s\S]*\s)?@[A-Za-z0-9_.]{2,}[\s\S]*$",
}
"""Forms of values that name a person, wherever they stand in a text."""


_EMPTY_AT_FIRST = frozenset({"identity_redirects"})
"""Tables that a new warehouse has no rows for: no id is retired before two customers turn out one."""


def with_people(table: str, columns: Iterable[str] | None = None) -> gx.ExpectationSuite:
    """A table of a consumer that may see people: what a copy of a judged mart could still break.

    The mart's own suite has judged these rows, and ``publish`` proves that they are copied whole.
    ``columns``: all there are, where the consumer gets only some.
    """
    build = MARTS.get(table)
    keys = (
        [rule for rule in build().expectations if _asks_for_unique_keys(rule)] if build else []
    )
    if columns is not None:
        there = set(columns)
        keys = [rule for rule in keys if _columns_of(rule) <= there]
    filled = [] if table in _EMPTY_AT_FIRST else [_not_empty()]
    return gx.ExpectationSuite(
        name=f"published.{table}",
        expectations=[*filled, *(rule.copy(update={"id": None}) for rule in keys)],
    )


def without_people(
    table: str,
    *,
    text_columns: Iterable[str],
    group_size_column: str,
    min_group_size: int,
) -> gx.ExpectationSuite:
    """A table for a consumer that may see no person: no value names one, no group is small."""
    return gx.ExpectationSuite(
        name=f"published.{table}",
        expectations=[
            _not_empty(),
            *_large_groups(group_size_column, min_group_size),
            *(
                _names_nobody(column, what, pattern)
                for column in text_columns
                for what, pattern in PERSONAL.items()
            ),
        ],
    )


def masked(table: str, *, text_columns: Iterable[str]) -> gx.ExpectationSuite:
    """A table whose readers see that somebody is there: no value says who."""
    return gx.ExpectationSuite(
        name=f"published.{table}",
        expectations=[
            *([] if table in _EMPTY_AT_FIRST else [_not_empty()]),
            *(
                _names_nobody(column, what, pattern)
                for column in text_columns
                if column not in _OF_THE_COMPANY
                for what, pattern in PERSONAL.items()
            ),
        ],
    )


_OF_THE_COMPANY = frozenset({"brand_account"})
"""Columns with handles that are the company's own: some networks write them like addresses."""


def _not_empty() -> Expectation:
    return gxe.ExpectTableRowCountToBeBetween(
        min_value=1, severity=WARNING, meta={"rule": "not_empty"}
    )


def _large_groups(column: str, floor: int) -> list[Expectation]:
    return [
        gxe.ExpectColumnToExist(
            column=column, severity=CRITICAL, meta={"rule": f"{column}_exists"}
        ),
        gxe.ExpectColumnValuesToNotBeNull(
            column=column, severity=CRITICAL, meta={"rule": f"{column}_present"}
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=floor,
            severity=CRITICAL,
            meta={"rule": f"{column}_at_least_{floor}"},
        ),
    ]


def _names_nobody(column: str, what: str, pattern: str) -> Expectation:
    return gxe.ExpectColumnValuesToNotMatchRegex(
        column=column,
        regex=pattern,
        severity=CRITICAL,
        meta={"rule": f"{column}_holds_no_{what}"},
    )


def _columns_of(rule: Expectation) -> set[str]:
    given = rule.configuration.kwargs
    return {given["column"]} if "column" in given else set(given["column_list"])


def _asks_for_unique_keys(rule: Expectation) -> bool:
    return rule.expectation_type in {
        "expect_column_values_to_be_unique",
        "expect_compound_columns_to_be_unique",
    }

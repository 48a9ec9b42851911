"""The rows that are held back are the rows GX counts: for every row rule of every suite."""

import duckdb
import great_expectations.expectations as gxe
import pytest
from great_expectations.core import ExpectationSuite
from great_expectations.expectations.expectation import Expectation
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.session import session
from dagster_project.quality.gate import judge
from dagster_project.quality.row_rules import held_back_sql, is_row_rule, unexpected_sql
from dagster_project.sources.catalogue import STREAMS
from expectations import suite_for

AWKWARD = (
    None,
    "",
    " ",
    "\u00a0",
    "\t\n",
    "0035g00000AAAAAQA1",
    "101",
    "101.0",
    "1.9e18",
    "did:plc:abc",
    "at://did:plc:abc/app.bsky.feed.post/1",
    "ada@example.org",
    " ada@example.org ",
    "ada@",
    "a@b@c",
    "no address",
    "2026-02-28",
    "2026-02-29",
    "2024-02-29",
    "1900-02-29",
    "2000-02-29",
    "2026-02-30",
    "2026-04-31",
    "2026-13-01",
    "0001-01-01",
    "9999-12-31",
    "2026-10-19T20:00:00+0000",
    "2026-10-19T20:00:00.123Z",
    "2026-10-19 24:00:00",
    "2026-10-19 09:14",
    "10/30/2026 5:02 PM",
    "1790000000",
    "1790000000123",
    "Wed Oct 10 20:19:24 +0000 2018",
    "18,500.00",
    "€ 1.234,56",
    "-12",
    "twelve",
    "EUR",
    "euro",
    "OPEN",
    "open",
    "true",
    "maybe",
    "it's",
    'say "x"',
    "back\\slash",
    "line\nbreak",
    "日本語",
    "🙂",
    "e\u0301",
    "x" * 300,
    "%like_",
    "$1",
    "{batch}",
    ":colon",
)


def gx_counts(values: list[str | None], rules: list[Expectation]) -> list[int]:
    """GX's count of unexpected rows per rule, all rules asking one column ``c``."""
    with session() as connection:
        table(connection, values)
        verdict = judge(connection, "t", ExpectationSuite(name="t", expectations=rules))
    return [outcome.failed for outcome in verdict.outcomes]


def sql_counts(values: list[str | None], rules: list[Expectation]) -> list[int]:
    with session() as connection:
        table(connection, values)
        return [
            connection.execute(
                f"select count(*) from t where {unexpected_sql(rule)}"
            ).fetchall()[0][0]
            for rule in rules
        ]


def table(connection: duckdb.DuckDBPyConnection, values: list[str | None]) -> None:
    connection.execute("create table t as select unnest($1::varchar[]) as c", [values])


def rules_of(spec: StreamSpec) -> list[Expectation]:
    """The row rules of a stream's suite, moved to one column."""
    return [
        rule.copy(update={"column": "c", "id": None})
        for rule in suite_for(spec.vendor, spec.stream).expectations
        if is_row_rule(rule)
    ]


@pytest.mark.parametrize("spec", [pytest.param(s, id=s.table) for s in STREAMS])
def test_every_row_rule_holds_back_exactly_what_gx_counts(spec: StreamSpec) -> None:
    rules = rules_of(spec)

    assert rules
    assert sql_counts(list(AWKWARD), rules) == gx_counts(list(AWKWARD), rules)


_ONE_OF_EACH: list[Expectation] = [
    gxe.ExpectColumnValuesToNotBeNull(column="c", mostly=0.3, meta={"row_rule": True}),
    gxe.ExpectColumnValuesToBeNull(column="c", meta={"row_rule": True}),
    gxe.ExpectColumnValuesToMatchRegex(
        column="c", regex=r"^[^@\s]+@[^@\s']+$", mostly=0.9, meta={"row_rule": True}
    ),
    gxe.ExpectColumnValuesToNotMatchRegex(
        column="c", regex=r"^[\s\S]*'[\s\S]*$", meta={"row_rule": True}
    ),
    gxe.ExpectColumnValuesToBeInSet(
        column="c", value_set=["a", "it's", ""], meta={"row_rule": True}
    ),
    gxe.ExpectColumnValuesToNotBeInSet(
        column="c", value_set=["a", "it's", ""], meta={"row_rule": True}
    ),
    gxe.ExpectColumnValueLengthsToBeBetween(
        column="c", min_value=1, max_value=3, meta={"row_rule": True}
    ),
]


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(
        st.none()
        | st.sampled_from(["a", "it's", "", "a@b", "'"])
        | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5),
        min_size=1,
        max_size=20,
    )
)
def test_every_kind_of_row_rule_agrees_with_gx_on_any_values(values: list[str | None]) -> None:
    assert sql_counts(values, _ONE_OF_EACH) == gx_counts(values, _ONE_OF_EACH)


def test_a_row_is_listed_once_per_broken_rule() -> None:
    suite = ExpectationSuite(
        name="t",
        expectations=[
            gxe.ExpectColumnValuesToNotBeNull(
                column="a", meta={"row_rule": True, "rule": "a_present"}
            ),
            gxe.ExpectColumnValuesToMatchRegex(
                column="b", regex="^x$", meta={"row_rule": True, "rule": "b_is_x"}
            ),
            gxe.ExpectColumnValuesToMatchRegex(column="b", regex="^never$"),
        ],
    )
    with session() as connection:
        connection.execute(
            "create table t as select * from (values ('i', 1, null, 'y'), ('j', 2, 'a', 'x')) "
            "as t (_native_id, _row, a, b)"
        )
        rows = connection.execute(f"{held_back_sql(suite, 't')} order by rule").fetchall()

    assert rows == [("i", 1, "a_present"), ("i", 1, "b_is_x")]


def test_a_suite_without_row_rules_holds_nothing_back() -> None:
    suite = ExpectationSuite(
        name="t", expectations=[gxe.ExpectColumnValuesToNotBeNull(column="a")]
    )

    assert held_back_sql(suite, "t") is None


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(gxe.ExpectColumnValuesToBeUnique(column="c"), id="unique"),
        pytest.param(gxe.ExpectTableRowCountToEqual(value=1), id="table"),
        pytest.param(
            gxe.ExpectColumnValuesToNotBeNull(
                column="c",
                row_condition='col("c").notNull()',
                condition_parser="great_expectations",
            ),
            id="condition",
        ),
    ],
)
def test_a_rule_that_has_no_sql_cannot_be_a_row_rule(rule: Expectation) -> None:
    with pytest.raises(TypeError, match="row"):
        unexpected_sql(rule)

"""The gates after landing: of every mart, and of every data product before readers get it.

Belongs here: which suite judges which table, and the row counts that follow from a mart's inputs.
Does not belong here: what a refused mart or product stops; Dagster and ``publish`` know that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.domain.loads import RuleOutcome, Verdict
from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.quality.gate import judge
from dagster_project.quality.lean_import import import_great_expectations

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

_INPUT_OF = {
    "account_relations": "identity.account_relations",
    "account_360": "marts.dim_account",
    "fct_message": "intermediate.int_messages",
    "fct_email_event": "intermediate.int_email_events",
    "fct_opportunity": "intermediate.int_opportunities",
    "fct_case": "intermediate.int_cases",
    "fct_campaign_member": "intermediate.int_campaign_members",
    "fct_consent_event": "intermediate.int_consents",
    "customer_xref": "identity.customer_xref",
    "account_xref": "identity.account_xref",
    "identity_redirects": "identity.redirects",
    "identity_events": "identity.events",
    "customer_360": "marts.dim_customer",
}
"""Marts that have a row for each row of one input: nothing lost, no join that multiplies."""


def judge_marts(
    connection: duckdb.DuckDBPyConnection, marts: Iterable[str]
) -> dict[str, Verdict]:
    """A verdict per mart of the warehouse, by name."""
    import_great_expectations()
    from expectations import suite_for_mart

    return {
        mart: judge(
            connection,
            mart,
            suite_for_mart(mart, rows=_rows_expected(connection, mart)),
            schema="marts",
        )
        for mart in marts
    }


def judge_product(
    product: Path, consumer: Consumer, *, options: EngineOptions | None = None
) -> Verdict:
    """One verdict on all tables of a built data product; each rule names its table."""
    with session(product, options=options, read_only=True) as connection:
        outcomes = tuple(_judge_tables(connection, consumer))
    return Verdict(f"published.{consumer.name}", outcomes)


def _rows_expected(connection: duckdb.DuckDBPyConnection, mart: str) -> int | None:
    counted = _INPUT_OF.get(mart)
    if counted is None:
        return None
    rows = int(connection.execute(f"select count(*) from {counted}").fetchall()[0][0])
    beside = _BESIDE.get(mart)
    return rows + int(connection.execute(beside).fetchall()[0][0]) if beside else rows


_BESIDE = {
    "fct_consent_event": "select count(*) from marts.fct_consent_event "
    "where evidence = 'manual entry'",
}
"""Rows of a mart that come from elsewhere: entries by hand find their customers in identity."""


def _judge_tables(
    connection: duckdb.DuckDBPyConnection, consumer: Consumer
) -> Iterator[RuleOutcome]:
    columns: dict[tuple[str, str], list[str]] = {}
    described = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal and table_name not like '\\_%' escape '\\' "
        "order by schema_name, table_name, column_index"
    ).fetchall()
    for schema, table, column, kind in described:
        texts = columns.setdefault((schema, table), [])
        texts += [column] if kind.startswith("VARCHAR") else []
    for (schema, table), texts in columns.items():
        verdict = judge(connection, table, _suite_of(consumer, table, texts), schema=schema)
        for outcome in verdict.outcomes:
            yield replace(outcome, rule=f"{table}: {outcome.rule}")


def _suite_of(consumer: Consumer, table: str, text_columns: list[str]) -> "ExpectationSuite":
    import_great_expectations()
    from expectations.publications import masked, with_people, without_people

    if consumer.masked:
        return masked(table, text_columns=text_columns)
    if consumer.personal_data:
        listed = (c for name, c in consumer.columns.items() if name.endswith(f".{table}"))
        return with_people(table, columns=next(listed, None))
    return without_people(
        table,
        text_columns=text_columns,
        group_size_column=consumer.group_size_column or "",
        min_group_size=consumer.min_group_size or 0,
    )

"""Marts and data products in front of their gates: the suites, and what they are asked about."""

from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.defs.phase import inputs_fingerprint
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import Verdict
from dagster_project.engines.duckdb.session import session
from dagster_project.publish.publication import Publication, publish
from dagster_project.quality.gate import judge

# Marts that must have exactly as many rows as the table they are made of.
_AS_MANY_AS = {
    "customer_records": "intermediate.int_contact_records",
    "fct_message": "intermediate.int_messages",
    "fct_email_event": "intermediate.int_email_events",
    "fct_opportunity": "intermediate.int_opportunities",
    "fct_case": "intermediate.int_cases",
    "fct_consent_event": "intermediate.int_consents",
    "dim_account": "intermediate.int_accounts",
    "customer_360": "marts.dim_customer",
}


def judge_marts(workbench: Workbench, marts: tuple[str, ...]) -> dict[str, Verdict]:
    """Hold each mart to its suite; marts without one are held to nothing and say so."""
    from expectations import suite_for_mart

    verdicts = {}
    with workbench.warehouse() as connection:
        for mart in marts:
            rows = _rows(connection, _AS_MANY_AS[mart]) if mart in _AS_MANY_AS else None
            verdicts[mart] = judge(
                connection, mart, suite_for_mart(mart, rows=rows), schema="marts"
            )
    return verdicts


def publish_consumer(workbench: Workbench, consumer: Consumer) -> Publication:
    """Publish one consumer's data product; its own suite decides whether readers get it."""
    return publish(
        workbench.root,
        consumer,
        validate=lambda product: _judge_product(product, consumer),
        inputs=inputs_fingerprint(workbench),
        options=workbench.settings.engine,
    )


def _judge_product(product: Path, consumer: Consumer) -> Verdict:
    """One verdict over all tables of a data product."""
    from expectations.publications import with_people, without_people

    outcomes = []
    with session(product, read_only=True) as connection:
        for schema, table in _tables(connection):
            if consumer.personal_data:
                suite = with_people(table)
            else:
                suite = without_people(
                    table,
                    text_columns=_text_columns(connection, schema, table),
                    group_size_column=consumer.group_size_column or "",
                    min_group_size=consumer.min_group_size or 0,
                )
            outcomes += judge(connection, table, suite, schema=schema).outcomes
    return Verdict(f"published.{consumer.name}", tuple(outcomes))


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        """
        select table_schema, table_name
        from information_schema.tables
        where table_name not like '\\_%' escape '\\'
        order by all
        """
    ).fetchall()


def _text_columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[str]:
    rows = connection.execute(
        """
        select column_name
        from information_schema.columns
        where table_schema = ? and table_name = ? and data_type = 'VARCHAR'
        order by ordinal_position
        """,
        [schema, table],
    ).fetchall()
    return [row[0] for row in rows]


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])

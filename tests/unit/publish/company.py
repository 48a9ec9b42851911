"""A small invented company's warehouse, as dbt would leave it, for tests of publication."""

from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer, CrmImport
from dagster_project.domain.root import Root

_TABLES = """
create schema marts;
create schema insights;
create schema intermediate;
create table intermediate.int_as_of as select timestamptz '2026-11-15 09:30:00+00' as as_of;
create table intermediate.int_contact_records as
    select
        'crm_emea:contact:003' || lpad(i::varchar, 15, '0') as record_id,
        null::timestamptz as deleted_at,
        null::varchar as merged_into
    from range(1, {customers} + 1) as t(i);
create table marts.customer_360 as
    select
        'c' || i as customer_id,
        'Person ' || i as full_name,
        'person' || i || '@example.org' as email,
        'handle' || i as x_handle,
        timestamptz '2026-11-01 00:00:00+00' + to_hours(i::integer) as last_message_received_at,
        i % 7 as email_human_opens_90d,
        'granted' as email_consent,
        null::varchar as processing_consent,
        ['a' || i, 'b'] as labels,
        i as _gate_seq
    from range(1, {customers} + 1) as t(i);
comment on table marts.customer_360 is 'One row per customer.';
comment on column marts.customer_360.customer_id is 'The customer''s stable id.';
create table marts.customer_xref as
    select
        record_id,
        'c' || ltrim(substr(record_id, 21), '0') as customer_id,
        'crm_emea' as source,
        'salesforce' as vendor,
        'contact' as record_type,
        true as is_current
    from intermediate.int_contact_records;
create table marts.fct_message as
    select 'm' || i as message_id, 'c' || (1 + i % {customers}) as customer_id, 'hello' as body_text
    from range({customers} * 3) as t(i);
create table insights.insight_design__topics as
    select 'topic ' || i as topic, 10 + i as customers from range(4) as t(i);
"""


def build_warehouse(root: Root, *, customers: int = 20) -> None:
    """A warehouse with a few marts and one insight view."""
    root.warehouse.mkdir(parents=True, exist_ok=True)
    root.state.mkdir(parents=True, exist_ok=True)
    root.database.unlink(missing_ok=True)
    change(root, _TABLES.format(customers=customers))


def change(root: Root, sql: str) -> None:
    """Run statements on the warehouse."""
    with duckdb.connect(str(root.database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(sql)


def read(file: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of a published file, read as a reader reads it."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def crm(**changes: object) -> Consumer:
    """A consumer that may hold personal data and gets an import file for its CRM."""
    salesforce = CrmImport(
        id_header="Id",
        columns={
            "Customer_360_Id__c": "customer_id",
            "X_Handle__c": "x_handle",
            "Last_Social_Message__c": "last_message_received_at",
            "Email_Opens_90_Days__c": "email_human_opens_90d",
            "Email_Consent__c": "email_consent",
        },
        never_when={"email_consent": ("withdrawn",)},
    )
    given: dict[str, object] = {
        "name": "crm",
        "title": "The CRM team",
        "personal_data": True,
        "tables": ("marts.*",),
        "crm_import": {"salesforce": salesforce},
    }
    return Consumer.model_validate(given | changes)


def design(**changes: object) -> Consumer:
    """A consumer that may see no person, only groups of at least five."""
    given: dict[str, object] = {
        "name": "design",
        "title": "Designers",
        "personal_data": False,
        "tables": ("insights.insight_design__*",),
        "csv": True,
        "group_size_column": "customers",
        "min_group_size": 5,
        "forbidden_columns": ("email", "customer_id"),
    }
    return Consumer.model_validate(given | changes)

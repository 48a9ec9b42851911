"""Golden values are judged against the truth of a demo world."""

from pathlib import Path

import duckdb

from dagster_project.demo.golden import judge_golden_values

_WORLD = """
create schema marts; create schema intermediate;
create table marts.customer_records as select 'r1' as record_id, 'c1' as customer_id;
create table marts.customer_identifiers as
    select 'c1' as customer_id, '+33612345678' as identifier;
create table intermediate.int_contact_records as
    select 'r1' as record_id, 'Ana Bauer' as full_name, 'Ana' as given_name,
        'Bauer' as family_name, date '1980-01-02' as birth_date;
create table marts.dim_customer as
    select 'c1' as customer_id, 'Ana BAUER' as full_name, 'Ana' as given_name,
        'BAUER' as family_name, cast(null as varchar) as email, '+33612345678' as phone,
        date '1980-01-02' as birth_date;
"""


def test_a_wrong_value_counts_where_a_record_knew_better(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute(_WORLD)
    connection.execute(
        f"copy (select 'r1' as record_id, 'p1' as person_id) to '{tmp_path}/records.parquet'"
    )
    connection.execute(
        "copy (select 'p1' as person_id, 'Ana' as given_name, 'Bauer' as family_name, "
        "date '1980-01-02' as birth_date, 'a@x.example' as email_1, null::varchar as email_2, "
        f"null::varchar as email_work, '0612345678' as mobile, null::varchar as landline) "
        f"to '{tmp_path}/persons.parquet'"
    )

    found = {q.field: (q.shown, q.wrong) for q in judge_golden_values(connection, tmp_path)}

    assert found["full_name"] == found["family_name"] == (1, 1)
    assert found["given_name"] == found["phone"] == found["birth_date"] == (1, 0)
    assert found["email"] == (0, 0)

"""Golden values of a demo world against its truth: how many are wrong though a record knew better.

Belongs here: the comparison, per field, as counts. Does not belong here: pairs of records, which
``identity.evaluation`` judges. Customers whose records are of several persons are left out: which
of them a value should be of is not a question of values.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class FieldQuality:
    """Of the customers that show a value, how many show a wrong one."""

    field: str
    shown: int
    wrong: int


def judge_golden_values(
    connection: duckdb.DuckDBPyConnection, truth: Path
) -> list[FieldQuality]:
    """Every field's figures; ``truth`` is the folder that lies beside a demo world."""
    rows = connection.execute(
        _JUDGED, [str(truth / "records.parquet"), str(truth / "persons.parquet")]
    ).fetchall()
    return [FieldQuality(*row) for row in rows]


_SAME_DIGITS = "list_contains([right(mobile, 8), right(landline, 8)], right({}, 8))"

_JUDGED = f"""
with

known as (
    select record_id, person_id from read_parquet($1) where person_id is not null
),

whole as (
    select customer_id, min(person_id) as person_id
    from marts.customer_records
    left join known using (record_id)
    where customer_id is not null
    group by customer_id
    having count(distinct person_id) = 1 and count(*) = count(person_id)
),

said as (
    select
        whole.customer_id,
        list(record.full_name) as names,
        list(record.given_name) as given_names,
        list(record.family_name) as family_names,
        list(record.birth_date) as birth_dates
    from whole
    inner join marts.customer_records as belongs on whole.customer_id = belongs.customer_id
    inner join intermediate.int_contact_records as record
        on belongs.record_id = record.record_id
    group by whole.customer_id
),

reached as (
    select whole.customer_id, list(point.identifier) as points
    from whole
    inner join marts.customer_identifiers as point on whole.customer_id = point.customer_id
    group by whole.customer_id
),

person as (
    select
        *,
        given_name || ' ' || family_name as full_name,
        list_filter([email_1, email_2, email_work], lambda address: address is not null) as emails
    from read_parquet($2)
),

judged as (
    select
        golden.full_name, golden.given_name, golden.family_name, golden.email, golden.phone,
        golden.birth_date,
        golden.full_name <> person.full_name
            and list_contains(list_transform(names, lambda n: lower(n)), lower(person.full_name))
            as is_wrong_full_name,
        golden.given_name <> person.given_name and list_contains(given_names, person.given_name)
            as is_wrong_given_name,
        golden.family_name <> person.family_name and list_contains(family_names, person.family_name)
            as is_wrong_family_name,
        not list_contains(emails, golden.email) and list_has_any(points, emails)
            as is_wrong_email,
        not {_SAME_DIGITS.format("golden.phone")}
            and len(list_filter(points, lambda p: p like '+%' and {_SAME_DIGITS.format("p")})) > 0
            as is_wrong_phone,
        golden.birth_date <> person.birth_date and list_contains(birth_dates, person.birth_date)
            as is_wrong_birth_date
    from whole
    inner join marts.dim_customer as golden on whole.customer_id = golden.customer_id
    inner join person on whole.person_id = person.person_id
    inner join said on whole.customer_id = said.customer_id
    left join reached on whole.customer_id = reached.customer_id
)

select
    field, count(*) filter (where is_shown), count(*) filter (where is_wrong)
from (
    select unnest([
        {{'field': 'full_name', 'is_shown': full_name is not null, 'is_wrong': is_wrong_full_name}},
        {{'field': 'given_name', 'is_shown': given_name is not null, 'is_wrong': is_wrong_given_name}},
        {{'field': 'family_name', 'is_shown': family_name is not null, 'is_wrong': is_wrong_family_name}},
        {{'field': 'email', 'is_shown': email is not null, 'is_wrong': is_wrong_email}},
        {{'field': 'phone', 'is_shown': phone is not null, 'is_wrong': is_wrong_phone}},
        {{'field': 'birth_date', 'is_shown': birth_date is not null, 'is_wrong': is_wrong_birth_date}}
    ], recursive := true)
    from judged
)
group by field
order by field
"""

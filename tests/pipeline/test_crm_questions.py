"""What a CRM team asks of the published file is answered there, and agrees with the truth."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.definitions import RunOutcome
from dagster_project.domain.root import Root

pytestmark = pytest.mark.pipeline

PAGE = Path(__file__).resolve().parents[2] / "docs" / "crm-questions.md"
ALWAYS_ANSWERED = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18}
"""The others are about few people, whom a small world may lack, or about an earlier run."""


def questions() -> list[tuple[int, str]]:
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"\*\*(\d+)\. .*?```sql\n(.*?)```", text, re.DOTALL)
    return [(int(number), query) for number, query in found]


@pytest.fixture
def product(first_run: tuple[Root, RunOutcome]) -> Iterator[duckdb.DuckDBPyConnection]:
    root, _ = first_run
    with duckdb.connect(str(root.published / "crm.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        customer, company = connection.execute(
            "select c.customer_id, a.account_name from customer_360 as c "
            "inner join account_360 as a on c.account_id = a.account_id "
            "order by c.opportunities desc, c.customer_id limit 1"
        ).fetchall()[0]
        connection.execute(
            f"set variable customer = '{customer}'; set variable source = 'salesforce_emea'; "
            f"set variable company = '{company}'; set variable day = timestamptz '2026-09-01'"
        )
        yield connection


def test_there_are_twenty_questions() -> None:
    assert [number for number, _ in questions()] == list(range(1, 21))


@pytest.mark.parametrize(
    ("number", "query"), [pytest.param(n, q, id=f"question-{n}") for n, q in questions()]
)
def test_every_question_is_answered_by_its_query(
    product: duckdb.DuckDBPyConnection, number: int, query: str
) -> None:
    columns = product.execute(query).description
    rows = product.execute(query).fetchall()

    assert columns
    assert rows or number not in ALWAYS_ANSWERED


def test_what_customers_are_worth_sums_to_the_crms_own_deals(
    product: duckdb.DuckDBPyConnection, first_run: tuple[Root, RunOutcome]
) -> None:
    truth = first_run[0].path / "truth" / "facts.parquet"
    won = product.execute(
        "select currency, sum(won_amount_minor) from customer_money group by currency order by 1"
    ).fetchall()
    converted = product.execute(
        "select sum(won_amount_minor_converted), "
        "count(*) filter (is_purchaser and won_amount_minor_converted is null) from customer_360"
    ).fetchall()[0]
    facts = product.execute(
        "select sum(converted_amount_minor) from fct_opportunity "
        "where outcome = 'won' and not is_deleted and customer_id is not null"
    ).fetchall()[0]

    assert won == product.execute(
        f"select key, value::bigint from read_parquet('{truth}') "
        "where name = 'won_amount_minor' order by key"
    ).fetchall()  # fmt: skip
    assert converted == (facts[0], 0)


def test_everybody_mailed_after_a_withdrawal_is_in_the_list(
    product: duckdb.DuckDBPyConnection,
) -> None:
    listed = product.execute(
        "select customer_id, sum(mails) from consent_conflicts "
        "where conflict = 'mailed_after_withdrawal' group by customer_id"
    ).fetchall()

    shared = {
        customer
        for (customer,) in product.execute(
            "select customer_id from customer_contact_points where kind = 'email' and holders > 1"
        ).fetchall()
    }
    found = walked(product)
    assert listed
    assert {c: n for c, n in listed if c not in shared} == {
        c: n for c, n in found.items() if c not in shared
    }
    assert all(dict(listed).get(c, 0) >= n for c, n in found.items())


def walked(product: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Campaign mails after a withdrawal, one by one, by what had been said until then."""
    words: dict[str, list[tuple[datetime, str, str]]] = {}
    for customer, *word in product.execute(
        "select customer_id, occurred_at, purpose, status from fct_consent_event "
        "where channel = 'email' and customer_id is not null order by occurred_at, status"
    ).fetchall():
        words.setdefault(customer, []).append(tuple(word))
    found: dict[str, int] = {}
    for customer, mailed_at in product.execute(
        "select customer_id, min(occurred_at) filter (event_type in ('sent', 'delivered')) "
        "from fct_email_event where campaign_id is not null and customer_id is not null "
        "group by customer_id, record_id, send_key "
        "having count(*) filter (event_type = 'drop') = 0"
    ).fetchall():
        if mailed_at and _is_withdrawn(words.get(customer, []), mailed_at):
            found[customer] = found.get(customer, 0) + 1
    return found


def _is_withdrawn(words: list[tuple[datetime, str, str]], moment: datetime) -> bool:
    latest: dict[str, tuple[datetime, str]] = {}
    for said_at, purpose, status in words:
        if said_at < moment:
            latest[purpose] = (said_at, status)
    said_at, status = latest.pop("marketing", (None, None))
    if status == "withdrawn":
        return True
    return any(
        word == "withdrawn" and (said_at is None or left_at >= said_at)
        for left_at, word in latest.values()
    )


def test_nobody_who_withdrew_is_offered_for_mailing_or_told_to_the_crm_as_granted(
    product: duckdb.DuckDBPyConnection, first_run: tuple[Root, RunOutcome]
) -> None:
    current = first_run[0].published / "crm" / "current"
    granted = product.execute(
        f"""
        select count(*) from read_csv('{current}/crm_import_*.csv', union_by_name = true, all_varchar = true)
        where coalesce("Customer_360_Id__c", "Customer 360 ID") in (
            select customer_id from fct_consent_event where customer_id in (
                select customer_id from customer_360 where email_consent = 'withdrawn'
            )
        ) and coalesce("Email_Consent__c", "Email Consent") <> 'withdrawn'
        """
    ).fetchall()
    offered = product.execute(
        "select count(*) from customer_contact_points where is_contactable and kind = 'email' "
        "and contact_point in (select p.contact_point from customer_contact_points as p "
        "inner join customer_360 as c on p.customer_id = c.customer_id "
        "where c.email_consent = 'withdrawn')"
    ).fetchall()

    assert (granted, offered) == ([(0,)], [(0,)])

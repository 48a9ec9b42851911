"""Accounts in the marts: one golden record, everybody at their account, money to the cent."""

from collections.abc import Callable
from typing import Any

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

SF, HS = "salesforce_emea:account:", "hubspot_apac:company:"


def _account(world: World, record_id: str, account_id: str, **said: object) -> World:
    source, kind, _ = record_id.split(":")
    world.add(
        "intermediate.int_account_records",
        **{
            "record_id": record_id,
            "source": source,
            "vendor": source.split("_")[0],
            "record_type": kind,
            "updated_at": "2026-01-01 00:00:00+00",
            **said,
        },
    )
    return world.add(
        "identity.account_xref",
        record_id=record_id,
        account_id=account_id,
        valid_from="2026-01-01 00:00:00+00",
        confidence=0.9,
    )


def company_of_two_crms() -> World:
    """Two CRMs' records of one company, a contact in each, an employer, deals in two currencies."""
    world = World()
    _account(world, f"{SF}1", "a1", name="Nord Studio", street="4 quai Voltaire", city="Paris")
    _account(
        world, f"{HS}1", "a1", name="NORD STUDIO SARL", phone="0186123456", state="IDF",
        updated_at="2026-05-01 00:00:00+00", employee_count=12,
    )  # fmt: skip
    _account(world, f"{SF}2", "a2", name="Ost", deleted_at="2026-03-01 00:00:00+00")
    world.record("salesforce_emea:contact:ana", "c1", account_id=f"{SF}1")
    world.record("hubspot_apac:contact:bo", "c2", account_id=f"{HS}1", organisation="Nord")
    world.identifier("salesforce_emea:contact:eve", "email", "eve@nord.example")
    world.record("salesforce_emea:contact:eve", "c3")
    world.add("identity.account_domains", domain="nord.example", account_id="a1")
    world.add(
        "identity.account_relations",
        account_id="a1", related_account_id="a2", relation="parent", basis="crm",
    )  # fmt: skip
    ana = "salesforce_emea:contact:ana"
    world.opportunity("o1", ana, account_id=f"{SF}1", amount_minor=1001)
    world.opportunity("o2", ana, account_id=f"{HS}1", amount_minor=2002)
    world.opportunity("o3", ana, account_id=f"{HS}1", amount_minor=70, currency="HKD")
    world.opportunity("o4", ana, account_id=f"{HS}1", amount_minor=5, outcome="lost")
    world.opportunity("o5", ana, amount_minor=9)
    return world


def told(built: Built, sql: str) -> list[tuple[Any, ...]]:
    return built.connection.execute(sql).fetchall()


def test_the_golden_account_takes_each_value_by_one_order_and_an_address_whole(
    build: Build,
) -> None:
    built = build(company_of_two_crms(), "dim_account")

    assert told(
        built,
        "select account_name, phone, street, city, state, employee_count, crm_record_count, "
        "is_deleted from marts.dim_account order by account_id",
    ) == [
        ("Nord Studio", "0186123456", "4 quai Voltaire", "Paris", None, 12, 2, False),
        ("Ost", None, None, None, None, None, 1, True),
    ]


def test_an_account_has_its_people_its_deals_to_the_cent_and_its_relations(
    build: Build,
) -> None:
    built = build(company_of_two_crms(), "account_360")

    assert told(
        built,
        "select currency, won_amount_minor, lost_amount_minor from marts.account_money "
        "order by currency",
    ) == [("EUR", 3003, 5), ("HKD", 70, 0)]
    assert told(
        built,
        "select customer_id, account_id, role from marts.account_contacts order by customer_id",
    ) == [
        ("c1", "a1", "crm_account"),
        ("c2", "a1", "crm_account"),
        ("c3", "a1", "email_domain"),
    ]
    assert told(
        built,
        "select account_name, organisation from marts.customer_360 where customer_id = 'c2'",
    ) == [("Nord Studio", "Nord Studio")]
    assert told(
        built,
        "select account_id, parent_account_id, customers, contacts, current_contacts, "
        "won_opportunities, currencies, subsidiaries from marts.account_360 order by account_id",
    ) == [("a1", None, 2, 3, 2, 3, 2, 1), ("a2", "a1", 0, 0, 0, 0, 0, 0)]

"""Every record and every event belongs to one customer, or says why to none."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA = "salesforce_emea:contact:ana"
RECONCILIATIONS = (
    "customer_360_has_every_customer",
    "every_event_belongs_somewhere",
    "every_record_is_accounted_for",
    "facts_keep_every_row",
    "insights_hide_small_groups",
    "money_reconciles_by_currency",
    "retired_ids_resolve",
    "settings_are_complete",
    "timeline_holds_every_event_once",
)


def busy_world() -> World:
    """Two customers, a withdrawn record, a brand, a quarantined one, and events of every kind."""
    world = World().record(ANA, "c1").record("x_quay:user:ana", "c1")
    world.record("hubspot_apac:contact:ben", "c2").record("hubspot_apac:contact:gone")
    world.add(
        "intermediate.int_contact_records",
        record_id="x_quay:user:brand",
        source="x_quay",
        vendor="x",
        record_type="user",
        kind="brand",
    )
    world.add("identity.record_status", record_id="x_quay:user:brand", status="not_a_customer")
    world.add("config.sources", name="hubspot_apac", vendor="hubspot")
    world.add(
        "landing.quarantined",
        _source="hubspot_apac",
        _stream="contact",
        _native_id="held",
        rule="email",
    )
    world.message("m1", "x_quay:user:ana")
    world.message("m2", None, direction="out", unattributed_reason="brand_broadcast")
    world.message("m3", None)
    world.message("m4", "x_quay:user:brand")
    world.email_event("e1", "sent", record_id=ANA)
    world.email_event("e2", "open", record_id="hubspot_apac:contact:gone")
    world.email_event("e3", "open", record_id="hubspot_apac:contact:held")
    world.email_event("e4", "open", record_id="hubspot_apac:contact:nobody")
    world.email_event("e5", "open", record_id=None)
    world.opportunity("o1", ANA)
    world.opportunity("o2", None, outcome="open")
    world.opportunity("o3", "hubspot_apac:contact:ben", outcome="lost", currency="HKD")
    world.opportunity("o4", ANA, deleted_at="2026-10-01 00:00:00+00")
    case = {"source": "salesforce_emea", "created_at": "2026-09-01 00:00:00+00"}
    world.add("intermediate.int_cases", case_id="k1", record_id=ANA, **case)
    world.add(
        "intermediate.int_cases",
        case_id="k2",
        record_id=None,
        closed_at="2026-09-02 00:00:00+00",
        **case,
    )
    for member, responded in (("p1", True), ("p2", False)):
        world.add(
            "intermediate.int_campaign_members",
            campaign_member_id=member,
            record_id=ANA,
            campaign_id="salesforce_emea:campaign:1",
            has_responded=responded,
            responded_at="2026-09-01 00:00:00+00" if responded else None,
        )
    world.add(
        "intermediate.int_consents",
        consent_event_id="s1",
        record_id=ANA,
        channel="email",
        purpose="marketing",
        status="granted",
        occurred_at="2026-01-01 00:00:00+00",
    )
    return world


def test_every_reconciliation_holds_on_a_busy_world(build: Build) -> None:
    built = build(busy_world())

    assert {test: built.failures(test) for test in RECONCILIATIONS} == dict.fromkeys(
        RECONCILIATIONS, 0
    )


def test_every_reconciliation_holds_on_an_empty_world(build: Build) -> None:
    built = build(World())

    assert {test: built.failures(test) for test in RECONCILIATIONS} == dict.fromkeys(
        RECONCILIATIONS, 0
    )


@pytest.mark.parametrize(
    ("fact", "key", "expected"),
    [
        pytest.param(
            "fct_message",
            "message_id",
            {
                "m1": None,
                "m2": "brand_broadcast",
                "m3": "no_author",
                "m4": "record_not_a_customer",
            },
            id="messages",
        ),
        pytest.param(
            "fct_email_event",
            "email_event_id",
            {
                "e1": None,
                "e2": "record_withdrawn",
                "e3": "record_quarantined",
                "e4": "unknown_record",
                "e5": "no_recipient",
            },
            id="e-mail",
        ),
        pytest.param(
            "fct_opportunity",
            "opportunity_id",
            {"o1": None, "o2": "no_primary_contact", "o3": None, "o4": None},
            id="deals",
        ),
        pytest.param("fct_case", "case_id", {"k1": None, "k2": "no_contact"}, id="cases"),
    ],
)
def test_an_event_without_customer_says_why(
    build: Build, fact: str, key: str, expected: dict[str, str | None]
) -> None:
    built = build(busy_world(), fact)

    rows = built.rows(f"select {key} as key, unattributed_reason from marts.{fact}")

    assert {row["key"]: row["unattributed_reason"] for row in rows} == expected


def test_the_timeline_counts_deals_and_cases_when_opened_and_when_closed(build: Build) -> None:
    built = build(busy_world(), "customer_timeline")

    rows = built.rows(
        "select event_type, count(*) as events from marts.customer_timeline "
        "where fact in ('fct_opportunity', 'fct_case', 'fct_campaign_member') group by event_type"
    )

    assert {row["event_type"]: row["events"] for row in rows} == {
        "opportunity_created": 4,
        "opportunity_won": 2,
        "opportunity_lost": 1,
        "case_opened": 2,
        "case_closed": 1,
        "campaign_responded": 1,
    }


def break_fact(built: Built) -> None:
    built.connection.execute("insert into marts.fct_message select * from marts.fct_message")


def break_timeline(built: Built) -> None:
    built.connection.execute("delete from marts.customer_timeline where fact = 'fct_case'")


def break_attribution(built: Built) -> None:
    built.connection.execute(
        "update marts.customer_timeline set unattributed_reason = null, customer_id = null"
    )


def break_records(built: Built) -> None:
    built.connection.execute(f"delete from marts.customer_records where record_id = '{ANA}'")


def break_customers(built: Built) -> None:
    built.connection.execute("delete from marts.customer_360 where customer_id = 'c1'")


def break_money(built: Built) -> None:
    built.connection.execute(
        "update marts.customer_money set won_amount_minor = won_amount_minor + 1"
    )


def break_redirects(built: Built) -> None:
    built.connection.execute(
        "insert into marts.identity_redirects (customer_id, redirects_to) values ('c9', 'c8')"
    )


def break_groups(built: Built) -> None:
    built.connection.execute(
        "insert into insights.insight_finance__pipeline_by_region_month (pipeline_id, customers) "
        "values ('x', 4)"
    )


@pytest.mark.parametrize(
    ("spoil", "test"),
    [
        pytest.param(break_fact, "facts_keep_every_row", id="fan-out"),
        pytest.param(break_timeline, "timeline_holds_every_event_once", id="lost-events"),
        pytest.param(break_attribution, "every_event_belongs_somewhere", id="no-reason"),
        pytest.param(break_records, "every_record_is_accounted_for", id="lost-record"),
        pytest.param(break_customers, "customer_360_has_every_customer", id="lost-customer"),
        pytest.param(break_money, "money_reconciles_by_currency", id="one-cent-off"),
        pytest.param(break_redirects, "retired_ids_resolve", id="dangling-id"),
        pytest.param(break_groups, "insights_hide_small_groups", id="small-group"),
    ],
)
def test_a_reconciliation_sees_what_is_wrong(
    build: Build, spoil: Callable[[Built], Any], test: str
) -> None:
    built = build(busy_world())

    spoil(built)

    assert built.failures(test) > 0


def test_a_record_that_identity_forgot_is_seen(build: Build) -> None:
    world = busy_world().add(
        "intermediate.int_contact_records", record_id="x_quay:user:new", source="x_quay"
    )

    assert build(world).failures("every_record_is_accounted_for") == 1


def test_a_record_in_quarantine_stays_itself_once_a_good_version_landed(build: Build) -> None:
    world = World().record(ANA, "c1")
    world.add("config.sources", name="salesforce_emea", vendor="salesforce")
    world.add(
        "landing.quarantined",
        _source="salesforce_emea",
        _stream="contact",
        _native_id="ana",
        rule="email",
    )

    records = build(world, "customer_records").rows("select * from marts.customer_records")

    assert [(row["record_id"], row["customer_id"]) for row in records] == [(ANA, "c1")]


def test_two_broken_rules_of_one_row_make_one_quarantined_record(build: Build) -> None:
    world = World().add("config.sources", name="salesforce_emea", vendor="salesforce")
    for rule in ("email", "phone"):
        world.add(
            "landing.quarantined",
            _source="salesforce_emea",
            _stream="lead",
            _native_id="x",
            rule=rule,
        )

    records = build(world, "customer_records").values(
        "select unattributed_reason from marts.customer_records"
    )

    assert records == ["record_quarantined"]


def test_an_ended_membership_is_history_and_attributes_nothing(build: Build) -> None:
    world = World().record(ANA, "c2").email_event("e1", "sent", record_id=ANA)
    world.add(
        "identity.customer_xref",
        record_id=ANA,
        customer_id="c1",
        valid_from="2025-01-01 00:00:00+00",
        valid_to="2026-01-01 00:00:00+00",
    )

    built = build(world, "fct_email_event", "customer_xref")

    assert built.values("select customer_id from marts.fct_email_event") == ["c2"]
    assert built.values("select is_current from marts.customer_xref order by customer_id") == [
        False,
        True,
    ]


def test_a_chain_of_redirects_ends_at_the_living_customer(build: Build) -> None:
    world = World().record(ANA, "c3")
    for old, new in (("c1", "c2"), ("c2", "c3"), ("c7", None)):
        world.add("identity.redirects", customer_id=old, redirects_to=new)

    rows = build(world, "identity_redirects").rows("select * from marts.identity_redirects")

    assert {row["customer_id"]: row["resolves_to"] for row in rows} == {
        "c1": "c3",
        "c2": "c3",
        "c7": None,
    }


@pytest.mark.parametrize(
    ("kind", "customer", "other", "sides"),
    [
        pytest.param("create", "c1", None, (None, "c1"), id="create"),
        pytest.param("absorb", "c1", None, ("c1", "c1"), id="absorb"),
        pytest.param("merge", "c1", "c2", ("c2", "c1"), id="merge"),
        pytest.param("split", "c1", "c2", ("c1", "c2"), id="split"),
        pytest.param("retire", "c1", None, ("c1", None), id="retire"),
    ],
)
def test_an_event_says_whose_its_records_were_and_whose_they_are(
    build: Build, kind: str, customer: str, other: str | None, sides: tuple[str | None, ...]
) -> None:
    world = World().add(
        "identity.events",
        event_id="e1",
        event_type=kind,
        customer_id=customer,
        other_customer_id=other,
    )

    event = build(world, "identity_events").row("select * from marts.identity_events")

    assert (event["customer_id_before"], event["customer_id_after"]) == sides


def test_redirects_in_a_circle_end(build: Build) -> None:
    world = World()
    for old, new in (("c1", "c2"), ("c2", "c1")):
        world.add("identity.redirects", customer_id=old, redirects_to=new)

    built = build(world, "identity_redirects")

    assert built.values("select resolves_to from marts.identity_redirects") == [None, None]

"""One row per customer: counts, money, consent and recency."""

from collections.abc import Callable
from datetime import UTC, datetime

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, ANA_X, BEN = "salesforce_emea:contact:ana", "x_quay:user:ana", "hubspot_apac:contact:ben"


def ana() -> World:
    return World().record(ANA, "c1").record(ANA_X, "c1")


def customer(build: Build, world: World) -> dict[str, object]:
    return build(world, "customer_360").row(
        "select * from marts.customer_360 where customer_id = 'c1'"
    )


def test_crm_social_and_email_stand_in_one_row(build: Build) -> None:
    world = ana().identifier(ANA_X, "handle", "ana_b", network="x")
    world.identifier(ANA, "email", "ana@example.org")
    world.message("m1", ANA_X, created_at="2026-10-20 00:00:00+00")
    world.message("m2", ANA_X, created_at="2026-08-20 00:00:00+00")
    world.email_event("e1", "delivered", record_id=ANA)
    world.email_event("e2", "open", record_id=ANA, occurred_at="2026-10-30 00:00:00+00")
    world.email_event("e3", "open", record_id=ANA, user_agent="Mozilla/5.0")

    row = customer(build, world)

    assert (row["email"], row["x_handle"], row["sources"]) == (
        "ana@example.org",
        "ana_b",
        "salesforce_emea, x_quay",
    )
    assert (row["crm_contacts"], row["record_count"]) == (1, 2)
    assert (row["messages_received"], row["messages_received_30d"]) == (2, 1)
    assert (row["messages_received_90d"], row["messages_unanswered"]) == (2, 2)
    assert (row["email_human_opens"], row["email_machine_opens"]) == (1, 1)
    assert row["preferred_channel"] == "x"
    assert row["last_inbound_at"] == datetime(2026, 10, 30, tzinfo=UTC)


def test_days_are_counted_from_the_last_event_to_the_time_of_the_data(build: Build) -> None:
    world = ana()
    world.email_event("e1", "open", record_id=ANA, occurred_at="2026-10-30 00:00:00+00")

    row = build(world, "customer_recency").row("select * from marts.customer_recency")

    assert (row["days_since_inbound"], row["days_since_won"]) == (2, None)


def test_a_customer_without_events_has_zeros_and_no_dates(build: Build) -> None:
    row = customer(build, ana())

    assert (row["messages_received"], row["email_human_opens"], row["opportunities"]) == (
        0,
        0,
        0,
    )
    assert (row["last_inbound_at"], row["main_currency"]) == (None, None)


def test_many_rows_in_every_block_leave_one_row_per_customer(build: Build) -> None:
    world = ana()
    for place in range(3):
        world.message(f"m{place}", ANA_X)
        world.email_event(f"e{place}", "sent", record_id=ANA)
        world.opportunity(f"o{place}", ANA)
        world.identifier(ANA, "email", f"ana{place}@example.org")
        world.add("intermediate.int_cases", case_id=f"k{place}", record_id=ANA)

    row = customer(build, world)

    assert (row["messages_received"], row["email_sends"]) == (3, 3)
    assert (row["opportunities"], row["email_count"], row["cases"]) == (3, 3, 3)


def test_money_is_never_summed_across_currencies(build: Build) -> None:
    world = ana()
    world.opportunity("o1", ANA, amount_minor=100, currency="EUR")
    world.opportunity("o2", ANA, amount_minor=250, currency="EUR")
    world.opportunity("o3", ANA, amount_minor=9000, currency="HKD")
    world.opportunity("o4", ANA, amount_minor=40, currency="EUR", outcome="open")

    built = build(world, "customer_360")
    row = built.row("select * from marts.customer_360")
    money = built.rows("select * from marts.customer_money order by currency")

    assert (row["opportunities"], row["currencies"], row["main_currency"]) == (4, 2, "EUR")
    assert row["won_amount_minor_in_main_currency"] == 350
    assert row["open_amount_minor_in_main_currency"] == 40
    assert [(m["currency"], m["won_amount_minor"]) for m in money] == [
        ("EUR", 350),
        ("HKD", 9000),
    ]


def test_the_main_currency_is_that_of_the_won_deals_and_counts_stand_beside_their_amounts(
    build: Build,
) -> None:
    world = ana()
    for number in range(3):
        world.opportunity(f"open{number}", ANA, amount_minor=5, currency="EUR", outcome="open")
    world.opportunity("won", ANA, amount_minor=9000, currency="HKD")
    world.opportunity("unclear", ANA, amount_minor=70, currency="HKD", outcome="unknown")

    built = build(world, "customer_360")
    row = built.row("select * from marts.customer_360")
    unclear = built.rows(
        "select currency, unknown_opportunities as n, unknown_amount_minor as amount "
        "from marts.customer_money where unknown_opportunities > 0"
    )

    assert (row["main_currency"], row["won_amount_minor_in_main_currency"]) == ("HKD", 9000)
    assert (row["won_opportunities"], row["won_opportunities_in_main_currency"]) == (1, 1)
    assert (row["open_opportunities"], row["open_opportunities_in_main_currency"]) == (3, 0)
    assert row["unknown_opportunities"] == 1
    assert unclear == [{"currency": "HKD", "n": 1, "amount": 70}]


def test_deleted_deals_bring_no_money(build: Build) -> None:
    world = ana().opportunity("o1", ANA, deleted_at="2026-10-01 00:00:00+00")

    row = customer(build, world)

    assert (row["opportunities"], row["main_currency"]) == (0, None)


def test_a_deal_belongs_to_its_primary_contact_and_others_stand_in_the_bridge(
    build: Build,
) -> None:
    world = ana().record(BEN, "c2").record("salesforce_emea:contact:ben", "c2")
    world.record("salesforce_emea:contact:gone")
    world.opportunity("o1", ANA, amount_minor=100)
    for record, role in (
        (ANA, "Decision Maker"),
        (ANA_X, "User"),
        (BEN, "Influencer"),
        ("salesforce_emea:contact:ben", "Evaluator"),
        ("salesforce_emea:contact:gone", "User"),
    ):
        world.add(
            "intermediate.int_opportunity_contacts",
            opportunity_id="o1",
            record_id=record,
            role=role,
            is_primary=record == ANA,
        )

    built = build(world, "customer_360")

    assert built.rows(
        "select customer_id, role, record_count from marts.bridge_opportunity_customer"
    ) == [{"customer_id": "c2", "role": "Evaluator", "record_count": 2}]
    assert built.rows(
        "select customer_id, opportunities, other_opportunities from marts.customer_360 "
        "order by customer_id"
    ) == [
        {"customer_id": "c1", "opportunities": 1, "other_opportunities": 0},
        {"customer_id": "c2", "opportunities": 0, "other_opportunities": 1},
    ]


def consent(world: World, key: str, record: str, status: str, day: int, **values: str) -> World:
    return world.add(
        "intermediate.int_consents",
        **{
            "consent_event_id": key,
            "record_id": record,
            "channel": "email",
            "purpose": "marketing",
            "status": status,
            "occurred_at": f"2026-03-{day:02} 00:00:00+00",
            **values,
        },
    )


def test_the_latest_word_on_consent_counts_whichever_record_gave_it(build: Build) -> None:
    world = ana()
    consent(world, "s1", ANA, "withdrawn", 1)
    consent(world, "s2", ANA_X, "granted", 2)
    consent(world, "s3", ANA, "withdrawn", 1, channel="phone")

    row = customer(build, world)

    assert (row["email_consent"], row["phone_consent"]) == ("granted", "withdrawn")
    assert row["email_consent_at"] == datetime(2026, 3, 2, tzinfo=UTC)


def test_of_two_words_at_one_moment_the_withdrawal_counts(build: Build) -> None:
    world = ana()
    consent(world, "s1", ANA, "granted", 1)
    consent(world, "s2", ANA_X, "withdrawn", 1)

    assert customer(build, world)["email_consent"] == "withdrawn"


def test_leaving_one_group_of_emails_counts_and_every_purpose_stands_by_itself(
    build: Build,
) -> None:
    world = ana()
    consent(world, "s1", ANA, "granted", 1)
    consent(world, "s2", ANA, "withdrawn", 2, purpose="group 7")

    built = build(world, "customer_360", "customer_consent")

    assert built.values("select email_consent from marts.customer_360") == ["withdrawn"]
    assert built.values("select status from marts.customer_consent order by purpose") == [
        "withdrawn",
        "granted",
    ]


def test_joining_a_group_lifts_no_withdrawal_of_everything(build: Build) -> None:
    world = ana()
    consent(world, "s1", ANA, "withdrawn", 1)
    consent(world, "s2", ANA_X, "granted", 2, purpose="group 7")

    assert customer(build, world)["email_consent"] == "withdrawn"


def test_joining_a_group_again_lifts_leaving_it(build: Build) -> None:
    world = ana()
    consent(world, "s1", ANA, "withdrawn", 1, purpose="group 7")
    consent(world, "s2", ANA, "granted", 2, purpose="group 7")

    assert customer(build, world)["email_consent"] == "granted"


def test_the_hours_after_as_of_count_for_nothing_before_it(build: Build) -> None:
    world = ana().add("intermediate.int_as_of", as_of="2026-10-01 12:00:00+00")
    world.message("m1", ANA_X, created_at="2026-09-01 11:59:59+00")
    world.message("m2", ANA_X, created_at="2026-09-01 12:00:01+00")

    assert customer(build, world)["messages_received_30d"] == 1


def test_values_that_reach_nobody_are_no_identifiers(build: Build) -> None:
    world = ana().identifier(
        ANA, "email", "test@example.org", is_shared=True, flag="placeholder"
    )
    world.identifier(ANA, "email", "ana@example.org").identifier(
        ANA_X, "email", "ana@example.org"
    )

    rows = build(world, "customer_identifiers").rows("select * from marts.customer_identifiers")

    assert [(row["identifier"], row["record_count"]) for row in rows] == [
        ("ana@example.org", 2)
    ]


def test_owner_and_lead_facts_come_from_the_living_record_its_crm_changed_last(
    build: Build,
) -> None:
    world = World().record(ANA, "c1", owner="005a", lead_source="Web", lead_status="Open")
    world.record(
        "hubspot_apac:contact:ana",
        "c1",
        owner="Ines Moreau",
        lifecycle_stage="Customer",
        updated_at="2026-02-01 00:00:00+00",
    )
    world.record(
        "salesforce_emea:lead:ana",
        "c1",
        owner="005z",
        lead_status="Closed - Converted",
        updated_at="2026-03-01 00:00:00+00",
        merged_into=ANA,
    )

    row = customer(build, world)

    assert (row["owner"], row["owner_source"]) == ("Ines Moreau", "hubspot_apac")
    assert (row["lead_source"], row["lead_status"]) == ("Web", "Open")
    assert row["lifecycle_stage"] == "Customer"


def test_a_campaign_says_what_it_cost_and_one_nobody_answered_stands_too(build: Build) -> None:
    world = ana()
    world.add(
        "staging.stg_salesforce__campaigns",
        campaign_id="k1",
        source="salesforce_emea",
        name="Spring",
        campaign_type="Email",
        currency="EUR",
        actual_cost_minor=180000,
    )

    row = build(world, "dim_campaign").row("select * from marts.dim_campaign")

    assert (row["campaign_name"], row["campaign_type"]) == ("Spring", "Email")
    assert (row["actual_cost_minor"], row["currency"], row["members"]) == (180000, "EUR", 0)

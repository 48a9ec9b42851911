"""Consent over time, and where a withdrawal is not kept."""

from collections.abc import Callable
from datetime import UTC, datetime

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.test_contact_points import ANA, BEN, MAILED, ana, said
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]


def march(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def history(build: Build, world: World) -> list[tuple[object, ...]]:
    rows = build(world, "customer_consent_history").rows(
        "select status, purpose, valid_from, valid_to, is_current "
        "from marts.customer_consent_history order by valid_from nulls first"
    )
    return [tuple(row.values()) for row in rows]


def group(world: World, status: str, day: int) -> World:
    said(world, MAILED, status, day=day)
    world.rows["intermediate.int_consents"][-1]["purpose"] = "group 7"
    return world


def test_what_held_on_a_day_can_be_asked(build: Build) -> None:
    world = said(said(ana(), MAILED, "withdrawn", day=5), ANA, "granted", day=9)

    assert history(build, world) == [
        ("granted", "marketing", march(1), march(5), False),
        ("withdrawn", "marketing", march(5), march(9), False),
        ("granted", "marketing", march(9), None, True),
    ]


def test_a_word_that_changes_nothing_begins_no_time_of_its_own(build: Build) -> None:
    world = said(said(ana(), MAILED, "granted", day=5), ANA, "granted", day=9)

    assert history(build, world) == [("granted", "marketing", march(1), None, True)]


def test_a_group_that_was_left_holds_until_it_or_all_of_them_are_asked_for(
    build: Build,
) -> None:
    left = group(ana(), "withdrawn", 5)
    joined_again = group(group(ana(), "withdrawn", 5), "granted", 9)
    asked_for_all = said(group(ana(), "withdrawn", 5), ANA, "granted", day=9)

    assert [row[0] for row in history(build, left)] == ["granted", "withdrawn"]
    for world in (joined_again, asked_for_all):
        assert [row[0] for row in history(build, world)] == ["granted", "withdrawn", "granted"]


def test_joining_a_group_lifts_no_withdrawal_of_them_all(build: Build) -> None:
    world = group(said(ana(), MAILED, "withdrawn", day=5), "granted", 9)

    assert [row[0] for row in history(build, world)] == ["granted", "withdrawn"]


def test_whoever_withdrew_and_is_reachable_elsewhere_stands_in_the_list(build: Build) -> None:
    world = World().record(ANA, "c1", email_status="mailable", primary_email="ana@example.org")
    world.record(BEN, "c1", email_status="opted_out", primary_email="ana@example.org")
    world.record(
        "hubspot_apac:contact:old", "c1", email_status="mailable",
        primary_email="a@example.org", deleted_at="2026-02-01 00:00:00+00",
    )  # fmt: skip
    world.record("hubspot_apac:contact:none", "c1", email_status="mailable")
    said(world, BEN, "withdrawn", day=5)

    built = build(world, "customer_360")

    assert built.rows(
        "select record_id, conflict, withdrawn_source, withdrawn_at from marts.consent_conflicts"
    ) == [
        {
            "record_id": ANA,
            "conflict": "reachable_elsewhere",
            "withdrawn_source": "hubspot_apac",
            "withdrawn_at": march(5),
        }
    ]
    assert built.values("select consent_conflicts from marts.customer_360") == [1]


def test_campaigns_after_a_withdrawal_are_counted_and_other_mails_are_not(build: Build) -> None:
    world = said(said(ana(), ANA, "withdrawn", day=5), ANA, "granted", day=20)
    for number, day in enumerate((4, 6, 10, 21)):
        world.email_event(
            f"s{number}", "sent", send_key=f"k{number}", campaign_id="sendgrid_global:c:1",
            occurred_at=f"2026-03-{day:02} 00:00:00+00",
        )  # fmt: skip
    world.email_event("d", "delivered", send_key="k1", campaign_id="sendgrid_global:c:1",
                      occurred_at="2026-03-06 00:01:00+00")  # fmt: skip
    world.email_event("invoice", "sent", send_key="k8", occurred_at="2026-03-11 00:00:00+00")
    world.email_event("held", "sent", send_key="k9", campaign_id="sendgrid_global:c:1",
                      occurred_at="2026-03-12 00:00:00+00")  # fmt: skip
    world.email_event("back", "drop", send_key="k9", campaign_id="sendgrid_global:c:1",
                      occurred_at="2026-03-12 00:00:01+00")  # fmt: skip

    built = build(world, "customer_360")

    assert built.rows(
        "select conflict, mails, first_mailed_at, last_mailed_at from marts.consent_conflicts"
    ) == [
        {
            "conflict": "mailed_after_withdrawal",
            "mails": 2,
            "first_mailed_at": march(6),
            "last_mailed_at": march(10),
        }
    ]
    assert built.values("select mails_after_withdrawal from marts.customer_360") == [2]


def test_a_mail_to_an_address_that_another_holder_withdrew_counts_once(build: Build) -> None:
    world = ana().record(BEN, "c2").identifier(BEN, "email", "ana@example.org")
    said(said(world, BEN, "withdrawn", day=5), ANA, "withdrawn", day=8)
    for number, day in enumerate((4, 6, 10)):
        world.email_event(
            f"s{number}", "sent", send_key=f"k{number}", campaign_id="sendgrid_global:c:1",
            record_id=MAILED, occurred_at=f"2026-03-{day:02} 00:00:00+00",
        )  # fmt: skip

    built = build(world, "consent_conflicts")

    assert built.rows(
        "select customer_id, mails, withdrawn_at, first_mailed_at from marts.consent_conflicts "
        "where conflict = 'mailed_after_withdrawal'"
    ) == [
        {
            "customer_id": "c1",
            "mails": 2,
            "withdrawn_at": march(5),
            "first_mailed_at": march(6),
        }
    ]

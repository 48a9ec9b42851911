"""The state of every address and number, and whom a campaign may reach by which of them."""

from collections.abc import Callable

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, BEN = "salesforce_emea:contact:ana", "hubspot_apac:contact:ben"
MAILED = "sendgrid_global:recipient:ana"


def granted(world: World, record: str, *, channel: str = "email") -> World:
    return said(world, record, "granted", day=1, channel=channel)


def said(world: World, record: str, status: str, *, day: int, channel: str = "email") -> World:
    return world.add(
        "intermediate.int_consents",
        consent_event_id=f"{record}-{channel}-{status}-{day}",
        record_id=record,
        source=record.split(":", maxsplit=1)[0],
        channel=channel,
        purpose="marketing",
        status=status,
        occurred_at=f"2026-03-{day:02} 00:00:00+00",
        evidence="said so",
    )


def ana(address: str = "ana@example.org") -> World:
    world = World().record(ANA, "c1").record(MAILED, "c1")
    world.identifier(ANA, "email", address).identifier(MAILED, "email", address)
    return granted(world, ANA)


def bounced(world: World, kind: str, times: int = 1) -> World:
    for number in range(times):
        world.email_event(f"b{number}", "bounce", bounce_class=kind, send_key=f"s{number}")
    return world


def opened_later(world: World) -> World:
    return world.email_event("o1", "open", occurred_at="2026-10-20 00:00:00+00", send_key="s9")


@pytest.mark.parametrize(
    ("world", "state", "reason"),
    [
        pytest.param(ana(), "valid", None, id="valid"),
        pytest.param(bounced(ana(), "hard"), "bounced", "bounced", id="hard bounce"),
        pytest.param(bounced(ana(), "soft"), "valid", None, id="one soft bounce"),
        pytest.param(bounced(ana(), "soft", 7), "bounced", "bounced", id="seven soft bounces"),
        pytest.param(opened_later(bounced(ana(), "hard")), "valid", None, id="opened since"),
        pytest.param(
            ana().record("mailchimp_emea:member:ana", "c1", email_status="cleaned").identifier(
                "mailchimp_emea:member:ana", "email", "ana@example.org"
            ),
            "cleaned", "cleaned", id="cleaned",
        ),
        pytest.param(
            ana().record(BEN, "c2").identifier(BEN, "email", "ana@example.org"),
            "shared", None, id="shared",
        ),
        pytest.param(
            said(
                ana().record(BEN, "c2").identifier(BEN, "email", "ana@example.org"),
                BEN, "withdrawn", day=9,
            ),
            "shared", "withdrawn_by_another_holder", id="another holder withdrew",
        ),
        pytest.param(said(ana(), MAILED, "withdrawn", day=9), "valid", "withdrawn", id="withdrawn"),
        pytest.param(
            World().record(ANA, "c1").identifier(ANA, "email", "ana@example.org"),
            "valid", "no_consent", id="nothing said",
        ),
    ],
)  # fmt: skip
def test_an_address_has_a_state_and_a_reason_not_to_use_it(
    build: Build, world: World, state: str, reason: str | None
) -> None:
    built = build(world, "customer_360")

    point = built.row(
        "select * from marts.customer_contact_points where customer_id = 'c1' and kind = 'email'"
    )
    customer = built.row("select * from marts.customer_360 where customer_id = 'c1'")
    assert (point["state"], point["not_contactable_reason"]) == (state, reason)
    assert customer["not_contactable_by_email_reason"] == reason
    assert customer["contactable_email"] == (None if reason else "ana@example.org")


def test_where_the_golden_address_bounced_another_one_is_taken(build: Build) -> None:
    world = bounced(ana(), "hard").identifier(ANA, "email", "ana@work.example")

    built = build(world, "customer_360")

    assert built.values("select contactable_email from marts.customer_360") == [
        "ana@work.example"
    ]
    assert built.rows(
        "select contact_point, contact_rank from marts.customer_contact_points order by 2"
    ) == [
        {"contact_point": "ana@work.example", "contact_rank": 1},
        {"contact_point": "ana@example.org", "contact_rank": 2},
    ]


def test_bad_values_stand_with_their_flaw_and_are_no_way_to_reach_anybody(build: Build) -> None:
    world = World().record(ANA, "c1")
    world.identifier(ANA, "email", "nobody@example.org", flag="placeholder")
    world.identifier(ANA, "phone", "12345")

    built = build(world, "customer_360")

    assert built.rows(
        "select kind, state, is_contactable from marts.customer_contact_points order by 1"
    ) == [
        {"kind": "email", "state": "placeholder", "is_contactable": False},
        {"kind": "phone", "state": "malformed", "is_contactable": False},
    ]
    row = built.row("select * from marts.customer_360")
    assert (row["email_count"], row["phone_count"]) == (0, 0)
    assert row["not_contactable_by_phone_reason"] == "malformed"


def test_a_number_may_be_called_until_somebody_who_has_it_says_no(build: Build) -> None:
    world = World().record(ANA, "c1").record(BEN, "c2")
    for record in (ANA, BEN):
        world.identifier(record, "phone", "+33199000002")
    quiet = build(world, "customer_360").values(
        "select contactable_phone from marts.customer_360 order by customer_id"
    )
    said(world, BEN, "withdrawn", day=2, channel="phone")

    after = build(world, "customer_360").rows(
        "select not_contactable_by_phone_reason as why from marts.customer_360 order by customer_id"
    )

    assert quiet == ["+33199000002", "+33199000002"]
    assert after == [{"why": "withdrawn_by_another_holder"}, {"why": "withdrawn"}]

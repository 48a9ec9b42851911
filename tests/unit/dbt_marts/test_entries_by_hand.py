"""What somebody enters by hand finds the person by whatever names them, and holds at once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]
Named = dict[str, Any]

CRM, LIST, POSTS = (
    "salesforce_emea:contact:ana",
    "mailchimp_emea:member:ana",
    "x_quay:user:7",
)
OTHER = "hubspot_apac:contact:ben"
CHANNELS = ("email", "phone", "tracking", "profiling", "geotracking", "processing")


def ana() -> World:
    """One customer of three records: two addresses, a number, a handle; all are agreed to."""
    world = World()
    for record in (CRM, LIST, POSTS):
        world.record(record, "c1")
    world.identifier(CRM, "email", "ana@example.org")
    world.identifier(CRM, "phone", "+33199000001")
    world.identifier(LIST, "email", "second@example.org")
    world.identifier(POSTS, "handle", "ana_writes", network="x")
    for record, channel in ((CRM, "email"), (CRM, "phone")):
        world.add(
            "intermediate.int_consents",
            consent_event_id=f"{record}:{channel}",
            record_id=record,
            source="salesforce_emea",
            channel=channel,
            purpose="marketing",
            status="granted",
            occurred_at="2026-01-01 00:00:00+00",
            evidence="said so",
        )
    return world


def named(kind: str, value: str, network: str | None = None) -> Named:
    return {
        "identifiers": [
            {"kind": kind, "network": network, "value": value, "is_verified": False}
        ]
    }


def said(world: World, about: Named, **values: Any) -> World:
    return world.add(
        "staging.stg_manual__consents",
        **{
            "consent_entry_id": f"desk:consent:{len(world.rows.get('staging.stg_manual__consents', []))}",
            "source": "desk",
            "channel": "all",
            "purpose": "marketing",
            "status": "withdrawn",
            "said_at": "2026-03-05 00:00:00+00",
            **about,
            **values,
        },
    )


def corrected(world: World, field: str, value: str | None, **values: Any) -> World:
    return world.add(
        "staging.stg_manual__corrections",
        **{
            "correction_entry_id": f"desk:correction:{len(world.rows.get('staging.stg_manual__corrections', []))}",
            "source": "desk",
            "named_record_id": CRM,
            "field": field,
            "corrected_value": value,
            "is_undone": False,
            "said_at": "2026-03-05 00:00:00+00",
            **values,
        },
    )


@pytest.mark.parametrize(
    "about",
    [
        pytest.param(named("email", "ana@example.org"), id="address"),
        pytest.param(named("email", "second@example.org"), id="second address"),
        pytest.param(named("phone", "+33199000001"), id="number"),
        pytest.param(named("handle", "ana_writes", "x"), id="handle"),
        pytest.param({"named_record_id": POSTS}, id="record"),
    ],
)
def test_an_objection_holds_for_the_person_whichever_identifier_it_came_on(
    build: Build, about: Named
) -> None:
    before = build(ana(), "customer_360", "customer_value").row(
        "select contactable_email, contactable_phone from marts.customer_360"
    )

    built = build(said(ana(), about), "customer_360", "customer_value")

    assert before["contactable_email"] is not None
    assert before["contactable_phone"] is not None
    assert built.row(
        "select email_consent, phone_consent, tracking_consent, profiling_consent, "
        "processing_consent, contactable_email, contactable_phone from marts.customer_360"
    ) == {
        **{
            f"{channel}_consent": "withdrawn"
            for channel in CHANNELS
            if channel != "geotracking"
        },
        "contactable_email": None,
        "contactable_phone": None,
    }
    assert built.values(
        "select count(*) from marts.customer_contact_points where is_contactable"
    ) == [0]
    assert built.values(
        "select distinct evidence from marts.fct_consent_event where status = 'withdrawn'"
    ) == ["manual entry"]


def test_an_objection_of_one_channel_leaves_the_others(build: Build) -> None:
    world = said(ana(), named("phone", "+33199000001"), channel="phone")

    built = build(world, "customer_360")

    assert built.row(
        "select email_consent, phone_consent, contactable_email, contactable_phone "
        "from marts.customer_360"
    ) == {
        "email_consent": "granted",
        "phone_consent": "withdrawn",
        "contactable_email": "second@example.org",
        "contactable_phone": None,
    }


def test_of_who_does_not_want_to_be_followed_no_open_is_counted(build: Build) -> None:
    def opened(world: World) -> World:
        for event in ("delivered", "open", "click"):
            world.email_event(event, event, record_id=LIST, campaign_id="mailchimp_emea:c:1")
        return world

    asked = (
        "select email_deliveries, email_human_opens + email_human_clicks > 0 as is_read, "
        "email_engagement, last_human_open_at is not null as has_opened, best_hour is not null "
        "as has_an_hour from marts.customer_360"
    )
    before = build(opened(ana()), "customer_360").row(asked)

    world = said(opened(ana()), named("email", "second@example.org"), channel="tracking")
    after = build(world, "customer_360").row(asked)

    assert before["is_read"]
    assert after == {
        "email_deliveries": 1,
        "is_read": False,
        "email_engagement": "not_followed",
        "has_opened": False,
        "has_an_hour": False,
    }


def test_a_handle_of_another_network_is_somebody_else(build: Build) -> None:
    world = said(ana(), named("handle", "ana_writes", "instagram"))

    built = build(world, "customer_360")

    assert built.values("select email_consent from marts.customer_360") == ["granted"]
    assert built.rows(
        "select record_id, customer_id, unattributed_reason from marts.fct_consent_event "
        "where channel = 'email' and evidence = 'manual entry'"
    ) == [{"record_id": None, "customer_id": None, "unattributed_reason": "no_contact"}]


@pytest.mark.parametrize(
    ("status", "consents"),
    [
        pytest.param("withdrawn", {"c1": "withdrawn", "c2": "withdrawn"}, id="a no is all's"),
        pytest.param("granted", {"c1": "granted", "c2": None}, id="a yes is nobody's"),
    ],
)
def test_on_what_several_hold(
    build: Build, status: str, consents: dict[str, str | None]
) -> None:
    world = ana().record(OTHER, "c2").identifier(OTHER, "phone", "+33199000001")
    said(world, named("phone", "+33199000001"), channel="phone", status=status)

    built = build(world, "customer_360")

    found = built.rows("select customer_id, phone_consent from marts.customer_360 order by 1")
    assert {row["customer_id"]: row["phone_consent"] for row in found} == consents


def test_lifting_an_objection_to_processing_asks_for_no_mails(build: Build) -> None:
    world = said(said(ana(), {"named_record_id": CRM}, channel="processing"),
                 {"named_record_id": CRM}, channel="processing", status="granted",
                 said_at="2026-04-01 00:00:00+00")  # fmt: skip

    built = build(world, "customer_360")

    assert built.row("select email_consent, processing_consent from marts.customer_360") == {
        "email_consent": "withdrawn",
        "processing_consent": "granted",
    }


def test_what_was_put_right_is_the_golden_value_until_it_is_taken_back(build: Build) -> None:
    world = World().record(
        CRM, "c1", given_name="Ana", family_name="Hale", full_name="Ana Hale", title="Buyer",
        birth_date="1970-01-02",
    )  # fmt: skip
    corrected(world, "family_name", "Hale-Ito")
    corrected(world, "birth_date", "1971-02-03")
    corrected(world, "title", None)
    corrected(world, "birth_date", "soon", said_at="2026-03-07 00:00:00+00")

    built = build(world, "dim_customer")

    assert built.row(
        "select given_name, family_name, full_name, birth_date::varchar as birth_date, title, "
        "name_source, birth_date_source from marts.dim_customer"
    ) == {
        "given_name": "Ana",
        "family_name": "Hale-Ito",
        "full_name": "Ana Hale-Ito",
        "birth_date": "1971-02-03",
        "title": None,
        "name_source": "desk",
        "birth_date_source": "desk",
    }
    assert built.values(
        "select golden_value from marts.customer_golden_values where field = 'title'"
    ) == ["Buyer"]
    for field in ("family_name", "birth_date", "title"):
        corrected(world, field, None, is_undone=True, said_at="2026-03-06 00:00:00+00")
    assert build(world, "dim_customer").row(
        "select full_name, birth_date::varchar as birth_date, title, name_source "
        "from marts.dim_customer"
    ) == {
        "full_name": "Ana Hale",
        "birth_date": "1970-01-02",
        "title": "Buyer",
        "name_source": "salesforce_emea",
    }


def test_a_corrected_address_is_mailed_and_the_wrong_one_only_shown(build: Build) -> None:
    world = corrected(ana(), "email", "Right@example.org", replaced_value="ana@example.org")

    built = build(world, "customer_360")

    assert built.row("select email, contactable_email from marts.customer_360") == {
        "email": "right@example.org",
        "contactable_email": "right@example.org",
    }
    assert built.rows(
        "select contact_point, not_contactable_reason from marts.customer_contact_points "
        "where kind = 'email' order by 1"
    ) == [
        {"contact_point": "ana@example.org", "not_contactable_reason": "corrected"},
        {"contact_point": "right@example.org", "not_contactable_reason": None},
        {"contact_point": "second@example.org", "not_contactable_reason": None},
    ]


def test_a_correction_on_what_several_hold_is_nobodys(build: Build) -> None:
    world = ana().record(OTHER, "c2").identifier(OTHER, "phone", "+33199000001")
    corrected(world, "title", "Owner", named_record_id=None, **named("phone", "+33199000001"))

    built = build(world, "dim_customer")

    assert built.values("select title from marts.dim_customer") == [None, None]


def test_a_customer_is_restated_when_a_correction_comes_or_goes(build: Build) -> None:
    version = "select _version from marts.dim_customer"
    before = build(ana(), "dim_customer").values(version)

    with_one = build(corrected(ana(), "title", "Owner"), "dim_customer").values(version)
    with_another = build(corrected(ana(), "title", "Buyer"), "dim_customer").values(version)

    assert len({*before, *with_one, *with_another}) == 3

"""Consent follows the state a vendor documents: times and events that confirm nothing grant nothing."""

import pytest

from tests.integration.scratch_warehouse import ScratchWarehouse

IN, CONFIRMED, OUT = "2025-01-01 10:00:00", "2025-01-02 10:00:00", "2026-02-03 10:00:00"
Told = set[tuple[str, str]]

MEMBERS: dict[str, tuple[dict[str, str | None], Told]] = {
    "pending": ({"status": "pending", "optin_time": IN}, set()),
    "pending-said-twice": ({"status": "pending", "optin_time": IN, "confirm_time": IN}, set()),
    "pending-after-leaving": (
        {"status": "Pending", "optin_time": IN, "unsub_time": OUT},
        {("withdrawn", "UNSUB_TIME")},
    ),
    "cleaned": ({"status": "cleaned", "optin_time": IN, "confirm_time": CONFIRMED}, set()),
    "cleaned-after-leaving": (
        {"status": "cleaned", "clean_time": OUT, "unsub_time": OUT},
        {("withdrawn", "UNSUB_TIME")},
    ),
    "archived": ({"status": "archived", "optin_time": IN, "confirm_time": CONFIRMED}, set()),
    "transactional": ({"status": "transactional", "optin_time": IN}, set()),
    "nonsubscribed": ({"status": "nonsubscribed", "optin_time": IN}, set()),
    "non-subscribed": ({"status": "Non-Subscribed", "optin_time": IN}, set()),
    "no-state": ({"status": None, "optin_time": IN, "confirm_time": CONFIRMED}, set()),
    "no-state-and-left": ({"status": None, "unsub_time": OUT}, {("withdrawn", "UNSUB_TIME")}),
    "opted-in": ({"status": "subscribed", "optin_time": IN}, {("granted", "OPTIN_TIME")}),
    "confirmed": (
        {"status": "Subscribed", "optin_time": IN, "confirm_time": CONFIRMED},
        {("granted", "CONFIRM_TIME")},
    ),
    "imported": ({"status": "subscribed"}, {("granted", "status subscribed")}),
    "came-back": (
        {"status": "subscribed", "optin_time": IN, "unsub_time": OUT},
        {("granted", "OPTIN_TIME")},
    ),
    "left": (
        {"status": "unsubscribed", "optin_time": IN, "unsub_time": OUT},
        {("granted", "OPTIN_TIME"), ("withdrawn", "UNSUB_TIME")},
    ),
    "left-unsaid-when": ({"status": "unsubscribed"}, {("withdrawn", "status unsubscribed")}),
    "in-after-out": (
        {"status": "unsubscribed", "optin_time": "2026-05-01 10:00:00", "unsub_time": OUT},
        {("withdrawn", "UNSUB_TIME")},
    ),
}

HUBSPOT_CHANGES: dict[str, Told] = {
    "SUBSCRIBED": {("granted", "STATUSCHANGE SUBSCRIBED")},
    "RESUBSCRIBED": {("granted", "STATUSCHANGE RESUBSCRIBED")},
    "UNSUBSCRIBED": {("withdrawn", "STATUSCHANGE UNSUBSCRIBED")},
    "PENDING": set(),
    "BOUNCED": set(),
    "": set(),
}

SENDGRID_EVENTS: dict[str, Told] = {
    "unsubscribe": {("withdrawn", "marketing")},
    "spamreport": {("withdrawn", "marketing")},
    "group_unsubscribe": {("withdrawn", "group 7")},
    "group_resubscribe": {("granted", "group 7")},
    "delivered": set(),
    "open": set(),
    "click": set(),
    "bounce": set(),
    "dropped": set(),
}

EVERYTHING = {"email", "phone", "tracking", "profiling", "geotracking", "processing"}
WISHES = {
    "has_opted_out_tracking": {"tracking"},
    "has_opted_out_profiling": {"profiling"},
    "has_opted_out_geo_tracking": {"geotracking"},
    "has_opted_out_solicit": {"email", "phone"},
    "has_opted_out_processing": EVERYTHING,
    "should_forget": EVERYTHING,
}
"""Privacy wishes of a Salesforce individual, and the channels each objects to."""

FLAGS = {"yes": "WAHR", "no": "FALSCH", "empty": None, "odd": "vielleicht"}
"""Only a yes withdraws; a no grants nothing: nobody was asked."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ScratchWarehouse:
    w = ScratchWarehouse(tmp_path_factory.mktemp("consents"))
    w.land(
        "mailchimp.member",
        [{"email_address": f"{who}@example.org", **row} for who, (row, _) in MEMBERS.items()],
    )
    w.land(
        "hubspot.contact",
        [
            {"record_id": who, "unsubscribed_from_all_email": flag}
            for who, flag in FLAGS.items()
        ],
    )
    w.land(
        "hubspot.email_event",
        [
            {"id": f"e{number}", "type": "STATUSCHANGE", "created": "1790000500000",
             "recipient": f"{number}@example.org", "portal_subscription_status": status}
            for number, status in enumerate(HUBSPOT_CHANGES)
        ],
    )  # fmt: skip
    for stream in ("salesforce.contact", "salesforce.lead"):
        w.land(
            stream,
            [{"id": who, "has_opted_out_of_email": flag} for who, flag in FLAGS.items()],
        )
    w.land(
        "salesforce.individual",
        [{"id": wish, wish: "TRUE", "system_modstamp": OUT} for wish in WISHES]
        + [{"id": "none", **dict.fromkeys(WISHES, "false")}],
    )
    w.land(
        "salesforce.contact",
        [{"id": f"of-{who}", "individual_id": who} for who in [*WISHES, "none", "unknown"]],
    )
    w.land("salesforce.lead", [{"id": "lead", "individual_id": "has_opted_out_solicit"}])
    w.land(
        "sendgrid.event",
        [
            {"sg_event_id": event, "email": f"{event}@example.org", "event": event,
             "timestamp": "1790000000", "asm_group_id": "7"}
            for event in SENDGRID_EVENTS
        ],
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        w.build(patch, select=("+int_consents",))
    return w


def told(world: ScratchWarehouse, key: str, what: str, where: str) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for who, status, detail in world.rows(
        f"select {key}, consents.status, {what} from intermediate.int_consents as consents {where}"
    ):
        found.setdefault(who, set()).add((status, detail))
    return found


def test_a_member_of_an_audience_has_consented_only_in_the_state_that_says_so(
    world: ScratchWarehouse,
) -> None:
    found = told(
        world,
        "split_part(members.email, '@', 1)",
        "evidence",
        "inner join staging.stg_mailchimp__members as members using (record_id)",
    )

    assert found == {who: expected for who, (_, expected) in MEMBERS.items() if expected}


def test_a_change_of_status_is_a_consent_only_where_it_confirms_or_withdraws_one(
    world: ScratchWarehouse,
) -> None:
    found = told(
        world,
        "substr(consent_event_id, strpos(consent_event_id, ':email_event:') + 13)",
        "evidence",
        "where evidence like 'STATUSCHANGE%'",
    )

    assert sorted(map(sorted, found.values())) == sorted(
        sorted(expected) for expected in HUBSPOT_CHANGES.values() if expected
    )


@pytest.mark.parametrize(
    "evidence",
    ["Contact.HasOptedOutOfEmail", "Lead.HasOptedOutOfEmail", "Unsubscribed from all email"],
)
def test_only_a_yes_withdraws_and_a_no_grants_nothing(
    world: ScratchWarehouse, evidence: str
) -> None:
    found = told(
        world, "split_part(record_id, ':', 3)", "evidence", f"where evidence = '{evidence}'"
    )

    assert found == {"yes": {("withdrawn", evidence)}}


def test_of_what_happens_to_mails_only_words_on_consent_are_consents(
    world: ScratchWarehouse,
) -> None:
    found = told(
        world,
        "events.event_name",
        "purpose",
        "inner join staging.stg_sendgrid__events as events "
        "on consents.consent_event_id = events.email_event_id",
    )

    assert found == {event: expected for event, expected in SENDGRID_EVENTS.items() if expected}


def test_the_wishes_of_an_individual_are_those_of_its_contacts_and_leads(
    world: ScratchWarehouse,
) -> None:
    found: dict[str, set[str]] = {}
    for record, channel, status in world.rows(
        "select record_id, channel, status from intermediate.int_consents "
        "where evidence like 'Individual.%'"
    ):
        assert status == "withdrawn"
        found.setdefault(record.split(":", 1)[1], set()).add(channel)

    assert found == {f"contact:of-{wish}": channels for wish, channels in WISHES.items()} | {
        "lead:lead": {"email", "phone"}
    }

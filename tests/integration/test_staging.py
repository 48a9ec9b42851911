"""Staging and intermediate models on one small world that holds the cases with branches."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.scratch_warehouse import ScratchWarehouse

ADA, ANN, LEAD, LONE_LEAD = "003A", "003B", "00QA", "00QB"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ScratchWarehouse:
    warehouse = ScratchWarehouse(tmp_path_factory.mktemp("world"))
    warehouse.configure(
        "brand_accounts",
        ("x_a", "quaybrand"),
        ("facebook_a", "514"),
        ("mastodon_a", "quay@social.example"),
        ("bluesky_a", "quay.example.org"),
    )
    warehouse.configure("employee_accounts", ("x_a", "ines_m"))
    warehouse.configure("employee_domains", ("sendgrid_a", "quay.example.org"))
    for place in (
        _salesforce,
        _hubspot,
        _email,
        _x,
        _facebook,
        _instagram,
        _mastodon,
        _bluesky,
        _zendesk,
        _discourse,
    ):
        place(warehouse)
    with pytest.MonkeyPatch.context() as patch:
        warehouse.build(patch)
    return warehouse


def _salesforce(w: ScratchWarehouse) -> None:
    w.land(
        "salesforce.contact",
        [
            {
                "id": ADA, "first_name": " Ada ", "last_name": "Okafor", "email": "Ada@Example.com ",
                "phone": "0117 496 0101 ext. 5", "x_handle": "@Ada_OK", "account_id": "001A",
                "birthdate": "1980-02-29", "mailing_city": "Bristol", "mailing_country": "gb",
                "system_modstamp": "2026-10-30 17:02:11", "created_date": "2025-11-03 09:14:55",
                "_extra": json.dumps(
                    {
                        "Mastodon__c": "https://hachyderm.example/@ada",
                        "Secondary_Email__c": "ada@studio.example.com",
                        "Email_Opt_In__c": "yes",
                    }
                ),
            },
            {
                "id": ANN, "last_name": "Okafor", "is_deleted": "1", "master_record_id": ADA,
                "system_modstamp": "2026-01-05T08:00:00.000Z", "has_opted_out_of_email": "1",
                "phone": "+44 20 7946 0018 / +44 20 7946 0019", "birthdate": "2031-05-01",
            },
            {"id": "003C", "last_name": "Sales Team", "email": "Sales+web@example.net"},
            {"id": "003D", "last_name": "Person", "account_id": "001P"},
        ],
    )  # fmt: skip
    w.land(
        "salesforce.contact",
        [
            {
                "id": ADA, "last_name": "Stale", "system_modstamp": "2026-09-01 00:00:00",
                "created_date": "2025-11-03 09:14:55",
            }
        ],
        load_id="load2",
        as_of=datetime(2026, 11, 9, tzinfo=UTC),
        gate_seq=2,
    )  # fmt: skip
    w.land(
        "salesforce.lead",
        [
            {
                "id": LEAD,
                "last_name": "Okafor",
                "converted_contact_id": ANN,
                "is_converted": "true",
            },
            {
                "id": LONE_LEAD,
                "last_name": "Lind",
                "converted_contact_id": "003X",
                "company": "Lind",
            },
        ],
    )
    w.land(
        "salesforce.account",
        [
            {"id": "001A", "name": "Quay Studio", "is_person_account": "0"},
            {"id": "001P", "name": "A Person", "is_person_account": "1"},
        ],
    )
    w.land(
        "salesforce.opportunity",
        [
            {"id": "006A", "name": "Renewal", "stage_name": "Closed Won", "amount": "18500.5",
             "is_closed": "1", "is_won": "1", "account_id": "001A", "close_date": "2026-10-15",
             "system_modstamp": "2026-10-15 15:00:00"},
            {"id": "006B", "stage_name": "Open", "amount": "1.234", "currency_iso_code": "JPY"},
        ],
    )  # fmt: skip
    w.land(
        "salesforce.opportunity_contact_role",
        [
            {"id": "00KA", "opportunity_id": "006A", "contact_id": ANN, "is_primary": "0",
             "created_date": "2026-01-01 00:00:00", "role": "User"},
            {"id": "00KB", "opportunity_id": "006A", "contact_id": ADA, "is_primary": "1",
             "created_date": "2026-02-01 00:00:00", "role": "Buyer"},
            {"id": "00KC", "opportunity_id": "006A", "contact_id": ADA, "is_primary": "0",
             "created_date": "2025-01-01 00:00:00", "role": "Other"},
            {"id": "00KD", "opportunity_id": "006B", "contact_id": ANN, "is_deleted": "1"},
        ],
    )  # fmt: skip
    w.land(
        "salesforce.case",
        [
            {"id": "500A", "contact_id": ADA, "status": "Closed", "supplied_email": "x@example.com",
             "created_date": "2026-10-19 22:41:09"},
            {"id": "500B", "status": "New", "supplied_email": " Bo@Example.org", "supplied_name": "Bo"},
            {"id": "500C", "status": "New"},
        ],
    )  # fmt: skip


def _hubspot(w: ScratchWarehouse) -> None:
    w.land(
        "hubspot.contact",
        [
            {"record_id": "101", "first_name": "Ada", "email": "ada@example.com",
             "additional_emails": "a@example.com;b@example.com", "merged_record_ids": "77;88",
             "calculated_merged_vids": "77:1730000000000;99:1735000000000;101:1735000000000",
             "create_date": "2026-03-29 02:30", "last_modified_date": "2026-10-25 02:30",
             "associated_company": "Quay Studio", "associated_company_ids": "9001"},
            {"record_id": "88", "first_name": "Old", "last_modified_date": "2025-01-01T00:00:00Z"},
            {"record_id": "102", "email": "info@example.net", "unsubscribed_from_all_email": "Yes",
             "associated_company_ids": "9100;9099"},
        ],
    )  # fmt: skip
    w.land(
        "hubspot.company",
        [
            {"record_id": "9100", "name": "Werft Weserland GmbH", "domain": "werft.example",
             "country_region": "DE", "merged_record_ids": "9098; 9099"},
        ],
    )  # fmt: skip
    w.land(
        "hubspot.deal",
        [
            {"record_id": "7001", "deal_name": "Pro", "deal_stage": "Closed Won (Sales)",
             "amount": "1.234,50", "close_date": "2026-10-15 23:30",
             "associated_contact_ids": "77; 102", "associated_company_ids": "9001"},
        ],
    )  # fmt: skip
    w.land(
        "hubspot.email_event",
        [
            {"id": "e-1", "type": "SENT", "created": "1790000000123", "recipient": "ADA@example.com"},
            {"id": "e-2", "type": "OPEN", "created": "1790000100123", "recipient": "ada@example.com",
             "sent_by_id": "e-1", "filtered_event": "true"},
            {"id": "e-3", "type": "STATUSCHANGE", "created": "1790000500000",
             "recipient": "ada@example.com", "portal_subscription_status": "UNSUBSCRIBED"},
            {"id": "e-4", "type": "FORWARD", "created": "1790000600000", "recipient": "ada@example.com"},
        ],
    )  # fmt: skip


def _email(w: ScratchWarehouse) -> None:
    w.land(
        "mailchimp.member",
        [
            {"email_address": "Ada@example.com", "status": "subscribed",
             "optin_time": "2025-11-03 09:20:00", "confirm_time": "2025-11-03 09:21:10",
             "last_changed": "2026-10-30 17:02:11",
             "address": '{"addr1":"8 Quai Haut","city":"Lyon","zip":"69002","country":"FR"}'},
            {"email_address": "bo@example.org", "address": "3 Quai Bas  Lyon  69001  FR", "status": "unsubscribed",
             "optin_time": "2024-02-01 09:00:00", "unsub_time": "2026-02-03 10:00:00"},
        ],
    )  # fmt: skip
    w.land(
        "mailchimp.email_activity",
        [
            {"campaign_id": "c1", "email_id": "m1", "email_address": "ada@example.com",
             "action": "open", "timestamp": "2026-10-29T20:17:57+00:00"},
            {"campaign_id": "c1", "email_id": "m2", "email_address": "gone@example.net",
             "action": "bounce", "type": "soft", "timestamp": "2026-10-28T08:00:00+00:00"},
        ],
    )  # fmt: skip
    w.land(
        "sendgrid.event",
        [
            {"sg_event_id": "s1", "email": "ada@example.com", "event": "processed",
             "timestamp": "1790000000", "sg_message_id": "stem.filter1.x"},
            {"sg_event_id": "s2", "email": "ada@example.com", "event": "open",
             "timestamp": "1790000060", "sg_message_id": "stem.filter2.y", "sg_machine_open": "true"},
            {"sg_event_id": "s3", "email": "bo@example.org", "event": "group_unsubscribe",
             "timestamp": "1790000100", "asm_group_id": "10"},
            {"sg_event_id": "s4", "email": "ines@quay.example.org", "event": "delivered",
             "timestamp": "1790000200", "sg_message_id": "stem.filter1.x"},
            {"sg_event_id": "s5", "email": "bo@example.org", "event": "bounce", "type": "blocked",
             "timestamp": "not a time"},
        ],
    )  # fmt: skip


def _x(w: ScratchWarehouse) -> None:
    w.land(
        "x.user",
        [
            {"id": "99", "username": "QuayBrand", "is_own_account": "true"},
            {"id": "2244", "username": "Ada_OK", "name": "Ada",
             "description": "mail me: ada@example.com or @ada@hachyderm.example, https://x.com/ada_ok"},
            {"id": "55", "username": "ines_m"},
        ],
    )  # fmt: skip
    w.land(
        "x.post",
        [
            {"id": "1", "author_id": "2244", "text": "app logs me out", "conversation_id": "1",
             "created_at": "2026-10-19T22:40:51.000Z", "in_reply_to_user_id": "99"},
            {"id": "2", "author_id": "99", "text": "Sorry", "conversation_id": "1",
             "created_at": "2026-10-20T08:09:12.000Z", "replied_to_id": "1"},
            {"id": "3", "author_id": "99", "text": "New app!", "conversation_id": "3",
             "created_at": "2026-10-21T08:00:00.000Z"},
            {"id": "5", "author_id": "7777", "text": "no profile", "conversation_id": "5",
             "created_at": "2026-10-21T09:00:00.000Z"},
            {"id": "6", "author_id": "55", "text": "from staff", "conversation_id": "5",
             "created_at": "2026-10-21T09:30:00.000Z", "replied_to_id": "5"},
            {"id": "55", "author_id": "55", "text": "love our app", "in_reply_to_user_id": "99",
             "created_at": "2026-10-21T09:40:00.000Z", "conversation_id": "55"},
            {"id": "70", "author_id": "2244", "text": "tpyo", "conversation_id": "70",
             "created_at": "2026-10-22T09:30:00.000Z", "edit_history_ids": '["70","71"]'},
            {"id": "71", "author_id": "2244", "text": "typo", "conversation_id": "70",
             "created_at": "2026-10-22T09:35:00.000Z", "edit_history_ids": '["70","71"]'},
            {"id": "72", "author_id": "99", "text": "seen", "conversation_id": "70",
             "created_at": "2026-10-22T09:36:00.000Z", "replied_to_id": "70"},
        ],
    )  # fmt: skip
    w.land(
        "x.post",  # the archive says less of the same post, and is newer
        [
            {"id": "2", "text": "Sorry", "created_at": "Tue Oct 20 08:09:12 +0000 2026"},
            {"id": "4", "text": "DM us", "created_at": "Tue Oct 20 08:10:00 +0000 2026",
             "replied_to_id": "2"},
        ],
        load_id="load2",
        as_of=datetime(2026, 11, 2, tzinfo=UTC),
    )  # fmt: skip
    w.land(
        "x.compliance",
        [
            {
                "id": "1",
                "action": "delete",
                "redacted_at": "2026-11-02T10:00:00.000Z",
                "reason": "deleted",
            }
        ],
    )


def _facebook(w: ScratchWarehouse) -> None:
    w.land(
        "facebook.post",
        [
            {"id": "514_1", "created_time": "2026-10-19T20:00:00+0000", "message": "New app",
             "from_id": "514", "from_name": "Quay"},
            {"id": "514_2", "created_time": "2026-10-18T20:00:00+0000", "message": "Old app",
             "from_id": "514", "from_name": "Quay"},
            {"id": "514_2", "verb": "remove", "created_time": "2026-10-18T20:00:00+0000",
             "updated_time": "1792500000"},
        ],
    )  # fmt: skip
    w.land(
        "facebook.comment",
        [
            {"id": "1_7", "post_id": "514_1", "from_id": "10158", "from_name": "Ada Okafor",
             "created_time": "2026-10-19T23:09:12+0000", "message": "Logs me out"},
            {"id": "1_8", "post_id": "514_1", "parent_id": "1_7", "from_id": "514",
             "created_time": "2026-10-20T08:09:12+0000", "message": "Sorry!"},
            {"id": "1_9", "post_id": "514_1", "created_time": "2026-10-20T09:00:00+0000",
             "message": "who am I"},
            {"id": "1_7", "post_id": "514_1", "verb": "remove", "created_time": "1792500000",
             "changed_time": "1800000000"},
        ],
    )  # fmt: skip


def _instagram(w: ScratchWarehouse) -> None:
    w.land(
        "instagram.media",
        [
            {
                "id": "m1",
                "timestamp": "2026-10-19T20:00:00+0000",
                "username": "quay",
                "caption": "App",
            }
        ],
    )
    w.land(
        "instagram.comment",
        [
            {"id": "i1", "media_id": "m1", "timestamp": "2026-10-19T21:00:00+0000",
             "username": "Ada.Ok", "text": "love it"},
            {"id": "i2", "media_id": "m1", "parent_id": "i1", "username": "quay",
             "timestamp": "2026-10-19T22:00:00+0000", "text": "thanks"},
        ],
    )  # fmt: skip


def _mastodon(w: ScratchWarehouse) -> None:
    fields = [
        {
            "name": "Web",
            "value": '<a href="https://www.Ada.example.com/">ada.example.com</a>',
            "verified_at": "2025-11-10T10:31:10.744+00:00",
        }
    ]
    w.land(
        "mastodon.account",
        [
            {"id": "1", "acct": "quay", "url": "https://social.example/@quay"},
            {"id": "109", "acct": "ada@hachyderm.example", "fields": json.dumps(fields),
             "note": "<p>design &amp; code</p>"},
        ],
    )  # fmt: skip
    w.land(
        "mastodon.status",
        [
            {"id": "s1", "account_id": "109", "account_acct": "ada@hachyderm.example",
             "content": "<p>it <b>logs</b> me out</p>", "created_at": "2026-10-25T00:30:00.000Z",
             "visibility": "public", "in_reply_to_account_id": "1"},
            {"id": "s2", "account_id": "1", "content": "<p>Sorry</p>", "in_reply_to_id": "s1",
             "created_at": "2026-10-25T01:30:00.000Z", "visibility": "direct"},
            {"id": "s3", "account_id": "1", "content": "<p>More</p>", "in_reply_to_id": "s2",
             "created_at": "2026-10-25T01:31:00.000Z"},
            {"id": "s4", "account_id": "1", "content": "<p>Hm</p>", "in_reply_to_id": "elsewhere",
             "created_at": "2026-10-25T01:32:00.000Z"},
        ],
    )  # fmt: skip
    w.land(
        "mastodon.status",
        [{"id": "s1", "deleted_at": "2026-11-05T00:00:00Z"}],
        load_id="load2",
        as_of=datetime(2026, 11, 5, tzinfo=UTC),
    )


def _bluesky(w: ScratchWarehouse) -> None:
    w.land(
        "bluesky.profile",
        [
            {"did": "did:plc:quay", "handle": "quay.example.org"},
            {
                "did": "did:plc:ada",
                "handle": "Jane.Example.com",
                "website": "https://ada.example.com/",
            },
        ],
    )
    w.land(
        "bluesky.post",
        [
            {"uri": "at://ada/1", "author_did": "did:plc:ada", "text": "hi", "langs": '["en"]',
             "created_at": "2036-01-01T00:00:00Z", "indexed_at": "2026-10-20T00:00:00Z"},
            {"uri": "at://ada/2", "author_did": "did:plc:ada", "text": "hidden", "is_hidden": "true",
             "indexed_at": "2026-10-20T01:00:00Z", "reply_root_uri": "at://ada/1",
             "reply_parent_uri": "at://ada/1"},
        ],
    )  # fmt: skip


def _zendesk(w: ScratchWarehouse) -> None:
    w.land(
        "zendesk.user",
        [
            {"id": "7001", "name": "Ada Okafor", "email": "Ada@Example.com", "role": "end-user",
             "organization_id": "501", "twitter_handle": "ada_ok", "updated_at": "2026-10-01T00:00:00Z"},
            {"id": "7100", "name": "Sam Desk", "email": "sam@example.net", "role": "agent",
             "updated_at": "2026-01-01T00:00:00Z"},
        ],
    )  # fmt: skip
    w.land(
        "zendesk.user",
        [{"id": "7100", "role": "end-user", "updated_at": "2026-11-01T00:00:00Z",
          "_absent": ",name,email,"}],
        load_id="load2",
        as_of=datetime(2026, 11, 2, tzinfo=UTC),
    )  # fmt: skip
    w.land("zendesk.organization", [{"id": "501", "name": "Okafor Ltd"}])
    w.land(
        "zendesk.ticket",
        [
            {"id": "35", "status": "Solved", "subject": "Lamp", "description": "It broke",
             "requester_id": "7001", "organization_id": "501", "via_channel": "Email",
             "created_at": "2026-10-20 00:41", "updated_at": "2026-10-21 09:00", "priority": "High"},
            {"id": "36", "status": "open", "requester_email": "Bo@example.com",
             "requester_name": "Bo Lind", "created_at": "2026-10-20T08:00:00Z"},
            {"id": "37", "status": "open", "requester_id": "7999", "created_at": "2026-10-20T08:00:00Z"},
        ],
    )  # fmt: skip
    w.land(
        "zendesk.ticket",
        [{"id": "37", "status": "deleted", "updated_at": "2026-10-22T00:00:00Z",
          "_absent": ",requester_id,created_at,"}],
        load_id="load2",
    )  # fmt: skip
    w.land(
        "zendesk.change",
        [{"ticket_id": "35", "field_name": "status", "value": "solved",
          "created_at": "2026-10-20T12:00:00Z"}],
    )  # fmt: skip
    w.land(
        "zendesk.comment",
        [
            {"id": "c1", "ticket_id": "35", "author_id": "7001", "body": "It broke",
             "public": "true", "created_at": "2026-10-19T22:41:00Z"},
            {"id": "c2", "ticket_id": "35", "author_id": "-1", "body": "Received", "public": "true",
             "created_at": "2026-10-19T22:41:05Z", "metadata": '{"system": {}, "flags": [0, 4]}'},
            {"id": "c3", "ticket_id": "35", "author_id": "7100", "html_body": "<p>Sorry</p>",
             "public": "false", "created_at": "2026-10-20T09:00:00Z",
             "metadata": '{"system": {"headers": {"Auto-Submitted": "no"}}}'},
            {"id": "c4", "ticket_id": "35", "author_id": "7001", "body": "I am away", "public": "true",
             "created_at": "2026-10-20T09:30:00Z",
             "metadata": '{"headers": {"Auto-Submitted": "auto-replied"}}'},
        ],
    )  # fmt: skip


def _discourse(w: ScratchWarehouse) -> None:
    w.land(
        "discourse.category",
        [
            {"id": "4", "name": "Lighting"},
            {"id": "5", "name": "Lamps", "parent_category_id": "4"},
        ],
    )
    w.land("discourse.topic", [{"id": "77", "title": "Flickers", "category_id": "5"}])
    shared = {"topic_id": "77", "post_type": "1"}
    w.land(
        "discourse.post",
        [
            {**shared, "id": "501", "post_number": "1", "user_id": "31", "name": "Ada", "raw": "It flickers",
             "created_at": "2026-10-19T20:00:00Z"},
            {**shared, "id": "502", "post_number": "2", "user_id": "32", "cooked": "<p>Turn it</p>",
             "reply_to_post_number": "1", "accepted_answer": "true", "created_at": "2026-10-19T20:10:00Z"},
            {**shared, "id": "503", "post_number": "3", "user_id": "1", "staff": "true", "raw": "Thanks",
             "reply_to_post_number": "2", "created_at": "2026-10-20T08:00:00Z"},
            {**shared, "id": "504", "post_number": "4", "user_id": "32", "raw": "And the switch?",
             "reply_to_post_number": "3", "created_at": "2026-10-20T09:00:00Z"},
            {**shared, "id": "505", "post_number": "5", "user_id": "1", "staff": "true", "raw": "Wiki",
             "post_type": "4", "created_at": "2026-10-20T09:30:00Z"},
        ],
    )  # fmt: skip


def record(world: ScratchWarehouse, columns: str, record_id: str) -> tuple[Any, ...]:
    (row,) = world.rows(
        f"select {columns} from intermediate.int_contact_records where record_id = '{record_id}'"
    )
    return row


def message(world: ScratchWarehouse, columns: str, message_id: str) -> tuple[Any, ...]:
    (row,) = world.rows(
        f"select {columns} from intermediate.int_messages where message_id = '{message_id}'"
    )
    return row


def identifiers(world: ScratchWarehouse, record_id: str) -> set[tuple[Any, ...]]:
    return set(
        world.rows(
            "select kind, network, value_norm, is_verified "
            f"from intermediate.int_contact_identifiers where record_id = '{record_id}'"
        )
    )


def test_newest_modification_wins_over_newer_export(world: ScratchWarehouse) -> None:
    row = record(
        world, "family_name, given_name, country, organisation", f"salesforce_a:contact:{ADA}"
    )

    assert row == ("Okafor", "Ada", "GB", "Quay Studio")


def test_merges_and_conversions_end_at_the_last_survivor(world: ScratchWarehouse) -> None:
    survivor = f"salesforce_a:contact:{ADA}"

    assert record(world, "merged_into", f"salesforce_a:contact:{ANN}") == (survivor,)
    assert record(world, "merged_into", f"salesforce_a:lead:{LEAD}") == (survivor,)
    assert record(world, "merged_into", survivor) == (None,)


def test_a_lead_converted_to_a_contact_that_never_landed_stands(
    world: ScratchWarehouse,
) -> None:
    assert record(world, "merged_into", f"salesforce_a:lead:{LONE_LEAD}") == (None,)


def test_merged_hubspot_ids_become_aliases_of_the_survivor(world: ScratchWarehouse) -> None:
    merged = world.rows(
        "select native_id, merged_into, deleted_at from intermediate.int_contact_records "
        "where source = 'hubspot_a' and merged_into is not null order by native_id"
    )

    assert [(m[0], m[1]) for m in merged] == [
        ("77", "hubspot_a:contact:101"),
        ("88", "hubspot_a:contact:101"),
        ("99", "hubspot_a:contact:101"),
    ]
    assert merged[2][2] == datetime(2024, 12, 24, 0, 26, 40, tzinfo=UTC)


def test_kinds_of_records(world: ScratchWarehouse) -> None:
    kinds = dict(
        world.rows(
            "select record_id, kind from intermediate.int_contact_records where kind <> 'person'"
        )
    )

    ines = world.rows("select md5('ines@quay.example.org')")[0][0]
    assert kinds == {
        "salesforce_a:contact:003C": "shared_mailbox",
        "hubspot_a:contact:102": "shared_mailbox",
        "x_a:user:99": "brand",
        "x_a:user:55": "employee",
        "facebook_a:user:514": "brand",
        "instagram_a:user:quay": "brand",
        "mastodon_a:account:1": "brand",
        "bluesky_a:profile:did:plc:quay": "brand",
        "zendesk_a:user:7100": "employee",
        "discourse_a:user:1": "employee",
        f"sendgrid_a:recipient:{ines}": "employee",
    }


def test_crm_identifiers_include_the_columns_a_company_added(world: ScratchWarehouse) -> None:
    assert identifiers(world, f"salesforce_a:contact:{ADA}") == {
        ("email", None, "ada@example.com", False),
        ("email", None, "ada@studio.example.com", False),
        ("phone", None, "01174960101", False),
        ("handle", "x", "ada_ok", False),
        ("handle", "mastodon", "ada@hachyderm.example", False),
    }


def test_bios_give_addresses_handles_and_profiles(world: ScratchWarehouse) -> None:
    assert identifiers(world, "x_a:user:2244") == {
        ("handle", "x", "ada_ok", True),
        ("email", None, "ada@example.com", False),
        ("handle", "mastodon", "ada@hachyderm.example", False),
        ("url", None, "x.com/ada_ok", False),
    }


def test_verified_fields_and_domain_handles_are_verified_urls(world: ScratchWarehouse) -> None:
    assert ("url", None, "ada.example.com", True) in identifiers(
        world, "mastodon_a:account:109"
    )
    assert ("url", None, "jane.example.com", True) in identifiers(
        world, "bluesky_a:profile:did:plc:ada"
    )


def test_several_addresses_of_one_cell_are_several_identifiers(world: ScratchWarehouse) -> None:
    emails = {i[2] for i in identifiers(world, "hubspot_a:contact:101") if i[0] == "email"}

    assert emails == {"ada@example.com", "a@example.com", "b@example.com"}


def test_a_local_fediverse_account_takes_its_instance_from_its_address(
    world: ScratchWarehouse,
) -> None:
    assert ("handle", "mastodon", "quay@social.example", True) in identifiers(
        world, "mastodon_a:account:1"
    )


def test_hubspot_wall_times_are_read_in_the_accounts_zone(world: ScratchWarehouse) -> None:
    (row,) = world.rows(
        "select created_at_raw, created_at, updated_at from staging.stg_hubspot__contacts "
        "where native_id = '101'"
    )

    assert row == (
        "2026-03-29 02:30",
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # a time the clocks skip
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # a time they repeat: the later
    )


def test_money_is_whole_minor_units(world: ScratchWarehouse) -> None:
    amounts = world.rows(
        "select opportunity_id, amount_minor, currency from intermediate.int_opportunities "
        "order by opportunity_id"
    )

    assert amounts == [
        ("hubspot_a:deal:7001", 123450, "EUR"),
        ("salesforce_a:opportunity:006A", 1850050, "EUR"),
        ("salesforce_a:opportunity:006B", 1234, "JPY"),
    ]


def test_an_opportunity_belongs_to_its_primary_contact(world: ScratchWarehouse) -> None:
    contacts = world.rows(
        "select opportunity_id, record_id, role, is_primary "
        "from intermediate.int_opportunity_contacts order by all"
    )

    assert contacts == [
        ("hubspot_a:deal:7001", "hubspot_a:contact:102", None, False),
        ("hubspot_a:deal:7001", "hubspot_a:contact:77", None, True),
        ("salesforce_a:opportunity:006A", f"salesforce_a:contact:{ADA}", "Buyer", True),
        ("salesforce_a:opportunity:006A", f"salesforce_a:contact:{ANN}", "User", False),
    ]


def test_deals_say_whether_they_are_won_in_their_stage(world: ScratchWarehouse) -> None:
    (row,) = world.rows(
        "select is_won, is_closed, close_date, account_id, primary_record_id "
        "from intermediate.int_opportunities where vendor = 'hubspot'"
    )

    assert row == (
        True,
        True,
        datetime(2026, 10, 15).date(),  # a day has no zone
        "hubspot_a:company:9001",
        "hubspot_a:contact:77",
    )


def test_hubspots_own_companies_are_accounts_and_no_records(world: ScratchWarehouse) -> None:
    told = world.rows(
        "select account_id, name, website, country from intermediate.int_accounts "
        "where vendor = 'hubspot' and name is not null order by account_id"
    )
    records = world.rows(
        "select record_id from intermediate.int_contact_records where record_id like '%9100'"
    )

    assert ("hubspot_a:company:9100", "Werft Weserland GmbH", "werft.example", "DE") in told
    assert records == []


def test_persons_kept_as_accounts_are_no_organisations(world: ScratchWarehouse) -> None:
    accounts = world.rows("select account_id from intermediate.int_accounts order by 1")

    assert accounts == [
        ("hubspot_a:company:9001",),
        ("hubspot_a:company:9100",),
        ("salesforce_a:account:001A",),
        ("zendesk_a:organization:501",),
    ]
    assert record(world, "account_id", "salesforce_a:contact:003D") == (None,)


def test_cases_without_a_contact_belong_to_their_requester(world: ScratchWarehouse) -> None:
    cases = dict(
        world.rows(
            "select case_id, record_id from intermediate.int_cases where vendor = 'salesforce'"
        )
    )

    bo = world.rows("select md5('bo@example.org')")[0][0]
    assert cases == {
        "salesforce_a:case:500A": f"salesforce_a:contact:{ADA}",
        "salesforce_a:case:500B": f"salesforce_a:case_requester:{bo}",
        "salesforce_a:case:500C": None,
    }
    assert record(world, "full_name", f"salesforce_a:case_requester:{bo}") == ("Bo",)


def test_email_events_speak_one_vocabulary(world: ScratchWarehouse) -> None:
    events = world.rows(
        "select email_event_id, event_type, bounce_class, is_vendor_machine "
        "from intermediate.int_email_events order by email_event_id"
    )

    assert [(e[0].split(":", 1)[1], *e[1:]) for e in events] == [
        ("email_event:e-1", "sent", None, False),
        ("email_event:e-2", "open", None, True),
        ("email_event:e-3", "unsubscribe", None, False),
        ("email_event:e-4", "other", None, False),
        ("email_activity:c1|m1|open|2026-10-29T20:17:57+00:00||", "open", None, False),
        ("email_activity:c1|m2|bounce|2026-10-28T08:00:00+00:00||", "bounce", "soft", False),
        ("event:s1", "sent", None, False),
        ("event:s2", "open", None, True),
        ("event:s3", "unsubscribe", None, False),
        ("event:s4", "delivered", None, False),
        ("event:s5", "bounce", "block", False),
    ]


def test_a_send_key_names_one_email_to_one_recipient(world: ScratchWarehouse) -> None:
    keys = dict(
        world.rows("select email_event_id, send_key from intermediate.int_email_events")
    )

    assert keys["sendgrid_a:event:s1"] == keys["sendgrid_a:event:s2"]
    assert keys["sendgrid_a:event:s1"] != keys["sendgrid_a:event:s4"]
    assert keys["hubspot_a:email_event:e-1"] == keys["hubspot_a:email_event:e-2"]


def test_members_no_export_holds_any_more_are_records(world: ScratchWarehouse) -> None:
    members = world.rows(
        "select count(*), count(*) filter (where native_id = md5('gone@example.net')) "
        "from intermediate.int_contact_records where record_type = 'member'"
    )

    assert members == [(3, 1)]


def test_a_time_that_cannot_be_read_is_null(world: ScratchWarehouse) -> None:
    (row,) = world.rows(
        "select occurred_at, occurred_at_raw from staging.stg_sendgrid__events "
        "where email_event_id = 'sendgrid_a:event:s5'"
    )

    assert row == (None, "not a time")


def test_consents_come_from_flags_times_and_events(world: ScratchWarehouse) -> None:
    consents = world.rows(
        "select source, purpose, status, evidence from intermediate.int_consents order by all"
    )

    assert consents == [
        ("hubspot_a", "marketing", "withdrawn", "STATUSCHANGE UNSUBSCRIBED"),
        ("hubspot_a", "marketing", "withdrawn", "Unsubscribed from all email"),
        ("mailchimp_a", "marketing", "granted", "CONFIRM_TIME"),
        ("mailchimp_a", "marketing", "granted", "OPTIN_TIME"),
        ("mailchimp_a", "marketing", "withdrawn", "UNSUB_TIME"),
        ("salesforce_a", "marketing", "withdrawn", "Contact.HasOptedOutOfEmail"),
        ("sendgrid_a", "group 10", "withdrawn", "group_unsubscribe"),
    ]


def test_outbound_messages_belong_to_the_customer_they_answer(world: ScratchWarehouse) -> None:
    columns = "direction, record_id, unattributed_reason, thread_id"

    ada = "x_a:user:2244"
    assert message(world, columns, "x_a:post:1") == ("in", ada, None, "x_a:post:1")
    assert message(world, columns, "x_a:post:2") == ("out", ada, None, "x_a:post:1")
    assert message(world, columns, "x_a:post:4") == ("out", ada, None, "x_a:post:1")
    assert message(world, columns, "x_a:post:3") == (
        "out",
        None,
        "brand_broadcast",
        "x_a:post:3",
    )


def test_an_archive_does_not_take_away_what_the_api_told(world: ScratchWarehouse) -> None:
    assert message(world, "author_record_id, parent_message_id", "x_a:post:2") == (
        "x_a:user:99",
        "x_a:post:1",
    )
    assert message(world, "author_record_id, brand_account", "x_a:post:4") == (
        "x_a:user:99",
        "quaybrand",
    )


def test_employees_who_answer_a_customer_speak_for_the_brand_and_authors_without_profile_are_records(
    world: ScratchWarehouse,
) -> None:
    assert message(world, "direction, record_id", "x_a:post:6") == ("out", "x_a:user:7777")
    assert message(world, "direction, record_id", "x_a:post:55") == ("in", "x_a:user:55")
    assert record(world, "kind, native_id", "x_a:user:7777") == ("person", "7777")


def test_an_edit_on_x_takes_the_place_of_the_version_before_it(world: ScratchWarehouse) -> None:
    columns = "body_text, edited_at is not null, thread_id, record_id"

    ada, current = "x_a:user:2244", "x_a:post:71"
    assert message(world, columns, current) == ("typo", True, current, ada)
    assert message(world, columns, "x_a:post:72") == ("seen", False, current, ada)
    assert world.rows(
        "select count(*) from intermediate.int_messages where message_id = 'x_a:post:70'"
    ) == [(0,)]


def test_a_post_its_network_deleted_loses_its_text(world: ScratchWarehouse) -> None:
    assert message(world, "body_text, deleted_at", "x_a:post:1") == (
        None,
        datetime(2026, 11, 2, 10, tzinfo=UTC),
    )


def test_facebook_threads_start_at_the_post_and_removals_keep_the_author(
    world: ScratchWarehouse,
) -> None:
    columns = "direction, record_id, unattributed_reason, thread_id, deleted_at is null"

    ada, post = "facebook_a:user:10158", "facebook_a:post:514_1"
    assert message(world, columns, post) == ("out", None, "brand_broadcast", post, True)
    assert message(world, columns, "facebook_a:comment:1_7") == ("in", ada, None, post, False)
    assert message(world, columns, "facebook_a:comment:1_8") == ("out", ada, None, post, True)
    assert message(world, columns, "facebook_a:comment:1_9") == (
        "in",
        None,
        "no_author",
        post,
        True,
    )
    assert message(world, "created_at, deleted_at", "facebook_a:comment:1_7") == (
        datetime(2026, 10, 19, 23, 9, 12, tzinfo=UTC),
        datetime.fromtimestamp(1800000000, UTC),
    )
    assert message(world, "deleted_at", "facebook_a:post:514_2") == (
        datetime.fromtimestamp(1792500000, UTC),
    )


def test_instagram_commenters_without_id_are_known_by_their_handle(
    world: ScratchWarehouse,
) -> None:
    ada = "instagram_a:user:ada.ok"

    assert message(world, "direction, record_id", "instagram_a:comment:i1") == ("in", ada)
    assert message(world, "direction, record_id", "instagram_a:comment:i2") == ("out", ada)


def test_an_edit_is_unknown_where_the_source_cannot_tell(world: ScratchWarehouse) -> None:
    edited = dict(world.rows("select message_id, is_edited from intermediate.int_messages"))

    assert edited["x_a:post:71"] is True
    assert edited["x_a:post:1"] is None
    assert edited["mastodon_a:status:s2"] is False
    assert edited["instagram_a:comment:i1"] is None
    assert edited["bluesky_a:post:at://ada/1"] is None


def test_two_numbers_of_one_cell_are_two(world: ScratchWarehouse) -> None:
    found = {value for kind, _, value, _ in identifiers(world, f"salesforce_a:contact:{ANN}")}

    assert found >= {"+442079460018", "+442079460019"}


def test_nobody_is_born_after_their_record(world: ScratchWarehouse) -> None:
    assert record(world, "birth_date", f"salesforce_a:contact:{ANN}") == (None,)


def test_an_audiences_address_is_taken_apart(world: ScratchWarehouse) -> None:
    assert world.rows(
        "select street, city, postal_code, country from intermediate.int_contact_addresses "
        "where record_id like 'mailchimp_a:%' order by street"
    ) == [
        ("3 Quai Bas", "Lyon", "69001", "FR"),
        ("8 Quai Haut", "Lyon", "69002", "FR"),
    ]


def test_replies_without_a_named_thread_walk_up_to_its_first_message(
    world: ScratchWarehouse,
) -> None:
    columns = "thread_id, record_id, unattributed_reason"

    first, ada = "mastodon_a:status:s1", "mastodon_a:account:109"
    assert message(world, columns, "mastodon_a:status:s3") == (first, ada, None)
    assert message(world, columns, "mastodon_a:status:s4") == (
        "mastodon_a:status:elsewhere",
        None,
        "answers_unknown_message",
    )


def test_a_deleted_status_keeps_author_and_time_and_loses_its_text(
    world: ScratchWarehouse,
) -> None:
    row = message(world, "record_id, body_text, created_at, deleted_at", "mastodon_a:status:s1")

    assert row == (
        "mastodon_a:account:109",
        None,
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 11, 5, tzinfo=UTC),
    )


def test_html_becomes_text(world: ScratchWarehouse) -> None:
    assert message(world, "body_text", "mastodon_a:status:s2") == ("Sorry",)
    assert record(world, "bio", "mastodon_a:account:109") == ("design & code",)


def test_bluesky_counts_from_when_the_network_saw_the_post(world: ScratchWarehouse) -> None:
    assert message(world, "created_at, language", "bluesky_a:post:at://ada/1") == (
        datetime(2026, 10, 20, tzinfo=UTC),
        "en",
    )
    assert message(world, "is_hidden, thread_id", "bluesky_a:post:at://ada/2") == (
        True,
        "bluesky_a:post:at://ada/1",
    )


def test_every_author_and_customer_side_is_a_contact_record(world: ScratchWarehouse) -> None:
    dangling = world.rows(
        """
        with named as (
            select author_record_id as record_id from intermediate.int_messages
            union select record_id from intermediate.int_messages
            union select record_id from intermediate.int_email_events
            union select record_id from intermediate.int_cases
            union select record_id from intermediate.int_opportunity_contacts
        )
        select record_id from named
        where record_id is not null
            and record_id not in (select record_id from intermediate.int_contact_records)
        """
    )

    assert dangling == []


def test_as_of_is_the_newest_event_that_is_not_in_the_future(world: ScratchWarehouse) -> None:
    (row,) = world.rows("select as_of from intermediate.int_as_of")

    assert row == (datetime(2026, 10, 29, 20, 17, 57, tzinfo=UTC),)


def test_rules_with_branches_hold(
    world: ScratchWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run_unit_tests(monkeypatch)


def test_no_source_at_all_gives_empty_tables_of_the_same_shape(
    world: ScratchWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = ScratchWarehouse(tmp_path)

    empty.build(monkeypatch)

    shape = (
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_schema in ('staging', 'intermediate') and table_name <> 'role_mailboxes' "
        "order by all"
    )
    assert empty.rows(shape) == world.rows(shape)
    assert empty.rows("select count(*) from intermediate.int_contact_records") == [(0,)]


def test_zendesk_requesters_are_records_and_agents_are_employees_for_good(
    world: ScratchWarehouse,
) -> None:
    bo = world.rows("select md5('bo@example.com')")[0][0]

    assert record(world, "full_name, primary_email, organisation, kind", "zendesk_a:user:7001") == (
        "Ada Okafor", "Ada@Example.com", "Okafor Ltd", "person",
    )  # fmt: skip
    assert record(world, "full_name, kind", "zendesk_a:user:7100") == ("Sam Desk", "employee")
    assert record(world, "full_name, record_type", f"zendesk_a:requester:{bo}") == (
        "Bo Lind", "requester",
    )  # fmt: skip
    assert ("handle", "x", "ada_ok", False) in identifiers(world, "zendesk_a:user:7001")


def test_zendesk_tickets_are_cases_with_the_time_they_were_solved(
    world: ScratchWarehouse,
) -> None:
    found = world.rows(
        "select case_id, record_id, account_id, status, origin, created_at, closed_at, "
        "deleted_at is not null from intermediate.int_cases where vendor = 'zendesk' order by 1"
    )

    assert found[0] == (
        "zendesk_a:ticket:35", "zendesk_a:user:7001", "zendesk_a:organization:501", "solved",
        "email", datetime(2026, 10, 19, 22, 41, tzinfo=UTC),
        datetime(2026, 10, 20, 12, tzinfo=UTC), False,
    )  # fmt: skip
    assert found[2][1] == "zendesk_a:user:7999"
    assert found[2][-1] is True


def test_a_machines_comment_is_told_by_its_header_and_an_agents_role_by_its_time(
    world: ScratchWarehouse,
) -> None:
    comments = world.rows(
        "select split_part(message_id, ':', 3), body_text, is_public, auto_reason, is_by_system "
        "from staging.stg_zendesk__comments order by 1"
    )
    (history,) = world.rows(
        "select role_history from staging.stg_zendesk__users where native_id = '7100'"
    )

    assert comments == [
        ("c1", "It broke", True, None, False),
        ("c2", "Received", True, "machine_generated", True),
        ("c3", "Sorry", False, None, False),
        ("c4", "I am away", True, "auto_submitted", False),
    ]
    assert [part.split("|")[1] for part in history[0].split(";")] == ["agent", "end-user"]


def test_in_a_community_members_help_each_other_and_only_askers_wait_for_the_brand(
    world: ScratchWarehouse,
) -> None:
    found = world.rows(
        "select split_part(m.message_id, ':', 3), split_part(m.parent_message_id, ':', 3), "
        "m.author_kind, m.visibility, m.division, c.needs_answer, "
        "split_part(c.answered_by_message_id, ':', 3), c.closed_at is not null "
        "from intermediate.int_messages as m "
        "join intermediate.int_conversation_messages as c using (message_id) "
        "where m.vendor = 'discourse' order by 1"
    )

    assert found == [
        ("501", None, "customer", "public", "Lighting", True, None, True),
        ("502", "501", "peer", "public", "Lighting", False, "503", True),
        ("503", "502", "agent", "public", "Lighting", False, None, False),
        ("504", "503", "customer", "public", "Lighting", True, None, False),
        ("505", "501", "agent", "internal", "Lighting", False, None, False),
    ]


def test_zendesk_comments_are_messages_with_the_role_their_author_had(
    world: ScratchWarehouse,
) -> None:
    found = world.rows(
        "select split_part(m.message_id, ':', 3), m.direction, c.author_kind, m.visibility, "
        "c.noise_reason, c.needs_answer from intermediate.int_messages as m "
        "join intermediate.int_conversation_messages as c using (message_id) "
        "where m.case_id = 'zendesk_a:ticket:35' order by 1"
    )

    assert found == [
        ("c1", "in", "customer", "public", None, True),
        ("c2", "out", "system", "public", None, False),
        ("c3", "out", "agent", "internal", None, False),
        ("c4", "in", "customer", "public", "auto_reply", False),
    ]

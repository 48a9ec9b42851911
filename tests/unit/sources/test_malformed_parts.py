"""Nested parts of another shape, and members nobody knows: read, or counted and named; never dropped."""

import json
from typing import Any

import pytest

from tests.unit.sources.inbox import Inbox, Reading, source_of

HUB = {"id": "1", "properties": {"email": "ada@example.org", "lastname": "Quay"}}
DEAL = {"id": "1", "properties": {"dealname": "Quay", "dealstage": "won"}}
MEMBER = {
    "id": "h",
    "email_address": "a@example.org",
    "status": "subscribed",
    "unique_email_id": "u",
}
POST = {"id": "1", "text": "hi", "author_id": "2", "created_at": "2026-05-01T10:00:00Z"}
USER = {"id": "2", "username": "ada", "name": "Ada"}
FB = {
    "id": "1_2",
    "created_time": "2026-05-01T10:00:00+0000",
    "message": "m",
    "updated_time": "t",
}
IG = {"id": "1", "timestamp": "2026-05-01T10:00:00+0000", "caption": "c"}
EVENT = {"id": "e", "type": "OPEN", "created": 1, "recipient": "a@example.org"}
COMMENT = {"id": "1_3", "created_time": "2026-05-01T10:00:00+0000", "message": "c"}

MISSHAPEN = [
    # vendor, page, the part that is named, rows landed
    pytest.param("hubspot", {"results": [{**DEAL, "associations": "none"}]}, "associations (1)", 1, id="text-for-object"),
    pytest.param("hubspot", {"results": [{**DEAL, "associations": {"contacts": {"results": [None, "7", {"id": 7}]}}}]},
                 "associations.contacts.results (2)", 1, id="null-among-items"),
    pytest.param("hubspot", {"events": [{**EVENT, "sentBy": "x"}], "hasMore": False}, "sentBy (1)", 1, id="sent-by"),
    pytest.param("mailchimp", {"list_id": "l", "members": [{**MEMBER, "merge_fields": ["x"]}]}, "merge_fields (1)", 1, id="list-for-object"),
    pytest.param("mailchimp", {"list_id": "l", "members": [{**MEMBER, "tags": "vip"}]}, "tags (1)", 1, id="text-for-list"),
    pytest.param("x", {"data": [{**POST, "public_metrics": 5, "referenced_tweets": "x"}]},
                 "public_metrics (1), referenced_tweets (1)", 1, id="number-for-object"),
    pytest.param("x", {"data": [POST], "includes": {"users": [{**USER, "entities": []}, {**USER, "entities": "x"}]}},
                 "entities", 3, id="entities"),
    pytest.param("facebook", {"data": [{**FB, "from": "Ada"}]}, "from (1)", 1, id="author"),
    pytest.param("instagram", {"data": [{**IG, "owner": "7"}]}, "owner (1)", 1, id="owner"),
]  # fmt: skip


@pytest.mark.parametrize(("vendor", "page", "named", "rows"), MISSHAPEN)
def test_a_part_of_another_shape_is_counted_and_its_record_lands(
    inbox: Inbox, vendor: str, page: Any, named: str, rows: int
) -> None:
    inbox.put(source_of(vendor), "page.json", json.dumps(page))

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    notes = " ".join(readings[0].batch.notes)
    assert "not shaped like the vendor's" in notes
    assert named in notes
    assert sum(len(r.rows) for r in readings) == rows


LEFT_OUT = [
    # vendor, page, what is left out, rows landed
    pytest.param("hubspot", {"results": [HUB, None, 5, {"id": "3", "properties": []}]}, {"values of another kind": 3}, 1, id="objects"),
    pytest.param("hubspot", {"results": [HUB, {"id": "2", "properties": {"hs_ticket_priority": "1"}}]}, {"HubSpot tickets": 1}, 1, id="tickets"),
    pytest.param("mailchimp", {"campaign_id": "c", "emails": [
        {"campaign_id": "c", "email_id": "e", "email_address": "a@example.org", "activity": [None, {"action": "open"}, "x"]},
        {"campaign_id": "c", "email_id": "f", "activity": []}, 7]},
        {"activities of another kind": 2, "recipients without activity": 1, "values of another kind": 1}, 1, id="activity"),
    pytest.param("x", {"data": [POST, "x"], "includes": {"media": [{"media_key": "1"}], "users": [None, USER]}},
                 {"values of another kind": 2, "media beside posts": 1}, 2, id="page"),
    pytest.param("facebook", {"data": [{**FB, "comments": {"data": [COMMENT, None, {"message": "no id"}]}}]},
                 {"comments of another kind": 2}, 2, id="comments"),
    pytest.param("facebook", {"object": "page", "entry": [{"id": "1", "messaging": [{}, {}], "changes": [
        {"field": "feed", "value": {"item": "comment", "comment_id": "1_9", "verb": "add"}},
        {"field": "feed", "value": {"item": "reaction"}}, {"field": "feed", "value": "x"}]}, 5]},
        {"private messages": 2, "changes of no post or comment": 1, "changes of another kind": 1, "values of another kind": 1}, 1, id="webhook"),
    pytest.param("instagram", {"object": "instagram", "entry": [{"id": "1", "time": 1, "changes": [
        {"field": "mentions", "value": {"id": "9"}}, {"field": "comments", "value": {"id": "8", "text": "t"}}]}]},
        {"changes of no comment": 1}, 1, id="instagram-webhook"),
    pytest.param("salesforce", {"records": [None, {"attributes": {"type": "Task"}}, {"attributes": {"type": "Account"}, "Id": "001000000000001AAA", "Name": "N"}]},
                 {"values that are no records": 1, "records of Task": 1}, 1, id="salesforce"),
    pytest.param("bluesky", {"feed": [None, {"post": "x"}, {"post": {"uri": "at://1", "cid": "c", "indexedAt": "2026-05-01T10:00:00Z",
        "record": {"text": "t"}, "author": {"did": "d", "handle": "h.example"}}}]},
        {"values of another kind": 1, "objects that are no post or profile": 1}, 2, id="feed"),
    pytest.param("mastodon", {"ancestors": [None, 5], "descendants": [{"id": "1", "content": "c", "visibility": "public",
        "account": {"id": "1", "username": "ada", "acct": "ada@example.org"}}]},
        {"entities of another kind in contexts": 2}, 2, id="context"),
]  # fmt: skip


@pytest.mark.parametrize(("vendor", "page", "left_out", "rows"), LEFT_OUT)
def test_what_gives_no_row_is_left_out_by_name(
    inbox: Inbox, vendor: str, page: Any, left_out: dict[str, int], rows: int
) -> None:
    inbox.put(source_of(vendor), "page.json", json.dumps(page))

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert {x.what: x.rows for r in readings for x in r.batch.left_out} == left_out
    assert sum(len(r.rows) for r in readings) == rows


OWN = [
    pytest.param("hubspot", {"results": [{**HUB, "properties": {**HUB["properties"], "boat": "Ida"}}]}, id="hubspot"),
    pytest.param("hubspot", {"hasMore": False, "events": [{**EVENT, "boat": "Ida"}]}, id="hubspot-event"),
    pytest.param("mailchimp", {"list_id": "l", "members": [{**MEMBER, "merge_fields": {"boat": "Ida"}}]}, id="mailchimp"),
    pytest.param("sendgrid", [{"email": "a@example.org", "event": "open", "timestamp": 1, "boat": "Ida"}], id="sendgrid"),
    pytest.param("x", {"data": [{**POST, "boat": "Ida"}]}, id="x"),
    pytest.param("facebook", {"data": [{**FB, "boat": "Ida"}]}, id="facebook"),
    pytest.param("instagram", {"data": [{**IG, "boat": "Ida"}]}, id="instagram"),
    pytest.param("salesforce", {"records": [{"attributes": {"type": "Account"}, "Id": "001000000000001AAA", "Name": "N", "boat": "Ida"}]}, id="salesforce"),
]  # fmt: skip


@pytest.mark.parametrize(("vendor", "page"), OWN)
def test_a_member_nobody_knows_is_kept_in_extra_and_named(
    inbox: Inbox, vendor: str, page: Any
) -> None:
    inbox.put(source_of(vendor), "page.json", json.dumps(page))

    readings = [r for r in inbox.read() if isinstance(r, Reading) and r.rows]

    assert json.loads(readings[0].rows[0]["_extra"])["boat"] == "Ida"
    assert any("kept in _extra (1): boat" in note for note in readings[0].batch.notes)


def test_a_member_named_like_a_person_is_counted_and_not_shown(inbox: Inbox) -> None:
    event = {
        "email": "a@example.org",
        "event": "open",
        "timestamp": 1,
        "Ada Quay": 1,
        "boat": 2,
    }
    inbox.put(source_of("sendgrid"), "log.json", json.dumps([event]))

    notes = " ".join(inbox.one().batch.notes)

    assert "kept in _extra (2): boat" in notes
    assert "Quay" not in notes


@pytest.mark.parametrize(
    ("vendor", "page", "streams"),
    [
        pytest.param("facebook", {"data": [{**FB, "comments": [COMMENT]}]}, {"post": 1, "comment": 1}, id="facebook"),
        pytest.param("instagram", {"data": [{**IG, "comments": [{"id": "9", "text": "t", "timestamp": "t"}]}]}, {"media": 1, "comment": 1}, id="instagram"),
        pytest.param("salesforce", {"records": [{"attributes": {"type": "Account"}, "Id": "001000000000001AAA", "Name": "N",
            "Contacts": [{"attributes": {"type": "Contact"}, "LastName": "T"}]}]}, {"account": 1, "contact": 1}, id="salesforce"),
        pytest.param("hubspot", {"results": [{**DEAL, "associations": {"contacts": [{"id": "7"}]}}]}, {"deal": 1}, id="hubspot"),
    ],
)  # fmt: skip
def test_a_list_that_lost_its_frame_is_read(
    inbox: Inbox, vendor: str, page: Any, streams: dict[str, int]
) -> None:
    inbox.put(source_of(vendor), "page.json", json.dumps(page))

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert {r.stream: len(r.rows) for r in readings} == streams
    if vendor == "hubspot":
        assert readings[0].column("associated_contact_ids") == ["7"]


def test_streams_that_begin_behind_the_head_of_a_file_are_read(inbox: Inbox) -> None:
    lines = [json.dumps({**HUB, "id": str(n), "note": "x" * 900}) for n in range(400)]
    inbox.put(source_of("hubspot"), "objects.ndjson", "\n".join([*lines, json.dumps(DEAL)]))

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert {r.stream: len(r.rows) for r in readings} == {"contact": 400, "deal": 1}


def test_the_pages_of_a_list_that_lack_are_counted(inbox: Inbox) -> None:
    page = {"list_id": "l", "members": [MEMBER], "total_items": 9}
    inbox.put(source_of("mailchimp"), "page.json", json.dumps(page))

    assert "the answer has further pages (total_items: 8 more)" in " ".join(
        inbox.one().batch.notes
    )

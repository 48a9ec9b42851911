"""Zendesk: whose times they are, whose comments, and what an update gives."""

import json
from typing import Any

from tests.unit.sources.inbox import Inbox, Reading, source_of

DESK = source_of("zendesk")
VIEW = (
    "Summation column,Id,Requester,Requester id,Subject,Status,Created at,Updated at,Group stations\n"
    "1,35,Ada,7001,Lamp,Open,2026-10-20 00:41,2026-10-20 13:30,1\n"
)
COPY = (
    "id,_fivetran_synced,created_at,requester_id,submitter_id,status,subject,updated_at\n"
    "35,2026-10-21 02:00:00.1,2026-10-19 22:41:09,7001,7001,open,Lamp,2026-10-20 11:30:00\n"
)


def read(inbox: Inbox, name: str, content: str, **options: Any) -> dict[str, Reading]:
    inbox.put(source_of("zendesk", **options), name, content)
    return {r.stream: r for r in inbox.read() if isinstance(r, Reading)}


def comment(**members: Any) -> dict[str, Any]:
    return {"id": 9, "author_id": 7001, "body": "It broke", "public": True, **members}


def test_a_view_needs_the_accounts_zone_and_a_warehouses_copy_is_in_utc(inbox: Inbox) -> None:
    (view,) = read(inbox, "view.csv", VIEW, timezone=None).values()

    assert "missing_time_zone" in view.batch.problems[0]
    assert "created_at, updated_at" in view.batch.problems[0]


def test_times_of_a_warehouses_copy_name_their_zone_on_landing(inbox: Inbox) -> None:
    (copy,) = read(inbox, "ticket.csv", COPY, timezone=None).values()

    assert copy.batch.problems == ()
    assert copy.rows[0]["created_at"] == "2026-10-19 22:41:09Z"


def test_comments_of_a_tickets_page_take_the_ticket_from_the_pages_address(
    inbox: Inbox,
) -> None:
    page = {
        "comments": [comment(created_at="2026-10-20T08:00:00Z")],
        "next_page": "https://d.zendesk.example/api/v2/tickets/35/comments.json?page=2",
    }

    found = read(inbox, "page.json", json.dumps(page))

    assert found["comment"].rows[0]["ticket_id"] == "35"


def test_comments_of_a_page_without_an_address_take_it_from_the_files_name(
    inbox: Inbox,
) -> None:
    page = {"comments": [comment(created_at="2026-10-20T08:00:00Z")], "next_page": None}

    found = read(inbox, "tickets_36_comments.json", json.dumps(page))

    assert found["comment"].rows[0]["ticket_id"] == "36"


def test_an_update_gives_its_comments_and_changes_and_counts_the_rest(inbox: Inbox) -> None:
    audit = {
        "id": 1, "ticket_id": 35, "author_id": 7100, "created_at": "2026-10-20T09:15:00Z",
        "via": {"channel": "web", "source": {"from": {"ticket_id": 36}, "rel": "merge"}},
        "metadata": {"system": {}, "flags": [4]},
        "events": [
            {"id": 2, "type": "Comment", "body": "Merged", "public": False, "author_id": None},
            {"id": 3, "type": "Change", "field_name": "status", "value": "pending",
             "previous_value": "open"},
            {"id": 4, "type": "Notification", "body": "mail"},
        ],
    }  # fmt: skip

    found = read(inbox, "audits.json", json.dumps({"audits": [audit], "next_page": None}))

    note = found["comment"].rows[0]
    assert (note["ticket_id"], note["author_id"], note["public"]) == ("35", "7100", "false")
    assert (note["via_rel"], note["via_ticket_id"]) == ("merge", "36")
    assert json.loads(note["metadata"])["flags"] == [4]
    assert (found["change"].rows[0]["value"], len(found["change"].rows)) == ("pending", 1)
    assert [(left.what, left.rows) for left in found["comment"].batch.left_out] == [
        ("events of a ticket that are no comment or change", 1)
    ]


def test_an_exports_line_brings_its_comments_and_its_people(inbox: Inbox) -> None:
    ticket = {
        "id": 40, "status": "new", "subject": "Invoice", "created_at": "2026-10-21T08:00:00Z",
        "requester": {"id": 7001, "name": "Ada", "role": "end-user", "email": "ada@example.org",
                      "user_fields": {"loyalty": "L-1"}, "identities": [
                          {"type": "twitter", "value": "ada_ok"}]},
        "comments": [comment(created_at="2026-10-21T08:00:00Z")],
    }  # fmt: skip

    found = read(inbox, "export.ndjson", json.dumps(ticket) + "\n")

    assert found["ticket"].rows[0]["requester_id"] == "7001"
    assert found["comment"].rows[0]["ticket_id"] == "40"
    assert found["user"].rows[0]["twitter_handle"] == "ada_ok"
    assert json.loads(found["user"].rows[0]["_extra"]) == {"loyalty": "L-1"}


def test_a_deleted_ticket_says_nothing_of_what_it_was(inbox: Inbox) -> None:
    gone = {"id": 39, "subject": "S", "deleted_at": "2026-10-22T10:00:00Z", "actor": {"id": 1}}

    found = read(
        inbox, "deleted.json", json.dumps({"deleted_tickets": [gone], "next_page": None})
    )

    row = found["ticket"].rows[0]
    assert (row["status"], row["updated_at"]) == ("deleted", "2026-10-22T10:00:00Z")
    assert ",requester_id," in row["_absent"]

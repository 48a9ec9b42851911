"""A wrong advice is worse than none: what a refusal or a note says to do is done here, and helps."""

import io
import json
import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from dagster_project.config.sources import SourceConfig
from dagster_project.sources.files import Unreadable, Why
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

CONTACTS = "Record ID,Email,Lifecycle Stage,Create Date\n1,ada@example.org,lead,{}\n"


def advised(text: str) -> dict[str, Any]:
    """The first line of config a text asks for, as the entry of its source."""
    found = re.search(r"add `([^`]+)`", text)
    assert found, text
    entry: dict[str, Any] = YAML(typ="safe").load(io.StringIO(found.group(1)))
    return entry


def as_advised(source: SourceConfig, text: str) -> SourceConfig:
    return source.model_copy(update=advised(text))


def read_alone(inbox: Inbox, source: SourceConfig, name: str, content: str) -> Reading:
    inbox.sources[:] = []
    file = inbox.put(source, name, content)
    (reading,) = inbox.read()
    file.unlink()
    assert isinstance(reading, Reading), reading
    return reading


REFUSED = {
    "time-zone": ("hubspot", {"timezone": None}, CONTACTS.format("2026-05-01 10:00")),
    "date-order": ("hubspot", {}, CONTACTS.format("05/06/2026 10:00 AM")),
    "currency": (
        "hubspot",
        {"currency": None},
        "Record ID,Deal Name,Deal Stage,Amount\n1,Quay,won,5\n",
    ),
    "renamed-key": (
        "hubspot",
        {},
        "Record ID no,Email,Lifecycle Stage\n1,ada@example.org,lead\n",
    ),
    "renamed-name": (
        "salesforce",
        {},
        "Id,LastNames,Email,SystemModstamp\n003000000000001AAA,Quay,a@example.org,2026-05-01T00:00:00Z\n",
    ),
    "renamed-stage": (
        "hubspot",
        {},
        "Record ID,Deal Name,Deal Stages\n1,Quay,won\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("vendor", "options", "content"), REFUSED.values(), ids=list(REFUSED))
def test_the_line_a_refusal_asks_for_lets_the_load_in(
    inbox: Inbox, vendor: str, options: dict[str, Any], content: str
) -> None:
    source = source_of(vendor, **options)
    refused = read_alone(inbox, source, "export.csv", content).batch

    mended = read_alone(inbox, as_advised(source, refused.problems[0]), "export.csv", content)

    assert refused.problems or refused.missing_columns
    assert (mended.batch.problems, mended.batch.missing_columns) == ((), ())


def test_a_hint_of_a_note_fills_the_column(inbox: Inbox) -> None:
    source = source_of("hubspot")
    content = "Record ID,Email,Lifecycle Stage,Job Titles\n1,ada@example.org,lead,Captain\n"
    batch = read_alone(inbox, source, "export.csv", content).batch
    (note,) = [note for note in batch.notes if "did you mean" in note]

    mended = read_alone(inbox, as_advised(source, note), "export.csv", content)

    assert mended.column("job_title") == ["Captain"]
    assert not any("did you mean" in note for note in mended.batch.notes)


@pytest.mark.parametrize("label", ["Is Closed Lost", "hs_is_closed_lost"])
def test_a_flag_of_something_narrower_is_nobodys_hint(inbox: Inbox, label: str) -> None:
    content = (
        f"Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,{label}\n"
        "801,Oven,Signed,Sales,1200,2026-04-20 10:00,false\n"
    )

    read = read_alone(inbox, source_of("hubspot"), "deals.csv", content)

    assert read.column("deal_name") == ["Oven"]
    assert not any("did you mean" in note for note in read.batch.notes)
    assert any(label in note for note in read.batch.notes)


MAILCHIMP = (
    "Email Address,MEMBER_RATING,OPTIN_TIME,LEID,{}\nada@example.org,2,2026-05-01,1,{}\n"
)


@pytest.mark.parametrize(
    ("vendor", "name", "content"),
    [
        pytest.param("mailchimp", "unsubscribed_x.csv", MAILCHIMP.format("Status", "Active"), id="own-status"),
        pytest.param("mailchimp", "subscribed_x.csv", MAILCHIMP.format("Statuses", "Active"), id="like-status"),
        pytest.param("mailchimp", "subscribed_x.csv", MAILCHIMP.format("UNSUB_TIMES", "never"), id="no-time"),
        pytest.param("hubspot", "x.csv", CONTACTS.replace("Create Date", "Phone Numbers").format(""), id="empty"),
        pytest.param("hubspot", "x.csv", "Record ID,Lifecycle Stage,First Name,Emails\n1,lead,Ada,none\n", id="no-address"),
        pytest.param("hubspot", "x.csv", "Email,First Name,Lifecycle Stage,Record IDs\nada@example.org,Ada,lead,one two\n", id="no-id"),
    ],
)  # fmt: skip
def test_no_column_is_proposed_that_would_not_help(
    inbox: Inbox, vendor: str, name: str, content: str
) -> None:
    batch = read_alone(inbox, source_of(vendor), name, content).batch

    assert not any("did you mean" in text for text in (*batch.notes, *batch.problems))


def test_one_label_is_proposed_for_one_column(inbox: Inbox) -> None:
    content = (
        "Record ID,Lifecycle Stage,Email,Websites URL\n1,lead,a@example.org,https://x.example\n"
    )

    batch = read_alone(inbox, source_of("hubspot"), "x.csv", content).batch

    assert sum('"Websites URL"' in note for note in batch.notes if "did you mean" in note) == 1


def test_the_name_a_status_is_told_by_lets_the_load_in(inbox: Inbox) -> None:
    content = MAILCHIMP.format("NOTES", "n")
    source = source_of("mailchimp")
    (problem,) = read_alone(inbox, source, "people.csv", content).batch.problems
    advised_name = re.search(r"such as (\S+\.csv)", problem)

    assert advised_name
    assert not read_alone(inbox, source, advised_name.group(1), content).batch.problems


SAMPLED = (
    "salesforce/Contact.csv", "hubspot/contacts_fr.csv", "hubspot/crm_v3_deals_page.json",
    "mailchimp/members_page.json", "sendgrid/events.ndjson", "x/mentions_page.json",
    "facebook/page_feed.json", "instagram/media_comments.json",
    "mastodon/account_statuses.json", "bluesky/getAuthorFeed.json",
)  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLED)
def test_a_misplaced_file_is_read_where_it_is_sent_to(inbox: Inbox, sample: str) -> None:
    file = SAMPLES / sample
    wrong = source_of("salesforce" if "salesforce" not in sample else "sendgrid")
    inbox.put(wrong, file.name, file.read_bytes())
    refusal = inbox.refusal()
    vendor = refusal.remedy.rpartition(" ")[2]
    inbox.put(source_of(vendor), file.name, file.read_bytes())

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert refusal.why is Why.MISPLACED
    assert readings
    assert (
        {r.batch.spec.vendor for r in readings}
        == {vendor}
        == {sample.split("/", maxsplit=1)[0]}
    )


def test_an_archive_without_its_author_is_helped_by_what_is_asked_for(inbox: Inbox) -> None:
    content = (SAMPLES / "x/tweets.js").read_text()
    without = read_alone(inbox, source_of("x"), "tweets.js", content)
    (note,) = [note for note in without.batch.notes if "no author" in note]

    mended = read_alone(inbox, source_of("x", brand_accounts=("99",)), "tweets.js", content)

    assert "brand_accounts" in note
    assert mended.column("author_id") == ["99"]
    assert not any("no author" in note for note in mended.batch.notes)


BARE = {
    "x": {"data": [{"id": "1", "text": "hi", "author_id": "2"}], "meta": {"result_count": 1}},
    "facebook": {"data": [{"id": "1_2", "message": "hi", "updated_time": "t", "created_time": None}]},
    "mailchimp": {"list_id": "l", "emails": [
        {"campaign_id": "c", "email_id": "e", "activity": [{"action": "open"}]}]},
    "sendgrid": [{"sg_event_id": "e", "event": "open", "timestamp": 1, "sg_message_id": "m"}],
    "salesforce": {"records": [{"attributes": {"type": "Contact"}, "Id": "003000000000001AAA"}]},
}  # fmt: skip


@pytest.mark.parametrize("vendor", list(BARE))
def test_an_answer_that_was_asked_for_too_little_is_not_sent_to_its_header(
    inbox: Inbox, vendor: str
) -> None:
    inbox.put(source_of(vendor), "answer.json", json.dumps(BARE[vendor]))

    batches = [
        r.batch for r in inbox.read() if isinstance(r, Reading) and r.batch.missing_columns
    ]

    assert batches
    assert all(re.match(r"ask|keep|add it to the query", b.missing_remedy) for b in batches)


def test_a_file_no_source_takes_says_what_to_add_and_adding_it_helps(inbox: Inbox) -> None:
    content = (SAMPLES / "salesforce/Contact.csv").read_bytes()
    inbox.sources.append(source_of("sendgrid"))
    inbox.put(None, "Contact.csv", content)
    refusal = inbox.refusal()
    inbox.sources.append(source_of("salesforce"))

    (reading,) = inbox.read()

    assert "salesforce" in refusal.reason
    assert "add an entry" in refusal.remedy
    assert not isinstance(reading, Unreadable)

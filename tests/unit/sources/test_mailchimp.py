import json
from hashlib import md5

import pytest

from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

NEWSLETTER = source_of("mailchimp")


def sample(name: str) -> bytes:
    return (SAMPLES / "mailchimp" / name).read_bytes()


def test_the_status_comes_from_the_name_of_each_file(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "audience.zip", sample("audience_export_aa00bb.zip"))

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    statuses = {row["email_address"]: row["status"] for r in readings for row in r.rows}
    assert statuses == {
        "ida.tranter@example.org": "subscribed",
        "Noor.Haddad@example.org": "subscribed",
        "bo.lind@example.com": "unsubscribed",
        "gone@example.net": "cleaned",
    }


def test_members_are_known_by_the_hash_mailchimp_uses(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "audience.zip", sample("audience_export_aa00bb.zip"))

    first = inbox.read()[0]

    assert isinstance(first, Reading)
    assert first.column("subscriber_hash") == first.column("_native_id")
    assert first.rows[1]["subscriber_hash"] == md5(b"noor.haddad@example.org").hexdigest()


def test_tags_keep_their_quotes(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "audience.zip", sample("audience_export_aa00bb.zip"))

    first = inbox.read()[0]

    assert isinstance(first, Reading)
    assert first.rows[0]["tags"] == '"vip","design"'


def test_a_column_only_one_status_has_beats_the_name(inbox: Inbox) -> None:
    content = sample("unsubscribed_email_audience_export_aa00bb.csv")
    inbox.put(NEWSLETTER, "subscribed_members.csv", content)

    assert inbox.one().column("status") == ["unsubscribed"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("subscribed_segment_export_1.csv", "subscribed"),
        ("nonsubscribed_email_audience_export_1.csv", "nonsubscribed"),
        ("archived_1.csv", "archived"),
    ],
)
def test_statuses_are_read_from_names(inbox: Inbox, name: str, status: str) -> None:
    header = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID"
    inbox.put(NEWSLETTER, name, f"{header}\na@example.org,A,2,2026-01-01 00:00:00,1,2\n")

    assert inbox.one().column("status") == [status]


def test_members_of_unknown_status_are_refused(inbox: Inbox) -> None:
    header = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID"
    inbox.put(
        NEWSLETTER, "export.csv", f"{header}\na@example.org,A,2,2026-01-01 00:00:00,1,2\n"
    )

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("missing_status: neither the file's name nor its columns")


def test_a_file_of_the_same_rows_and_another_status_is_another_load(inbox: Inbox) -> None:
    header = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID\n"
    inbox.put(NEWSLETTER, "subscribed_1.csv", header)
    inbox.put(NEWSLETTER, "nonsubscribed_1.csv", header)

    contents = {r.batch.content_id for r in inbox.read() if isinstance(r, Reading)}

    assert len(contents) == 2


def test_members_without_an_address_column_are_refused(inbox: Inbox) -> None:
    header = "Contact,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID"
    inbox.put(NEWSLETTER, "subscribed_1.csv", f"{header}\nx,A,2,2026-01-01 00:00:00,1,2\n")

    assert inbox.one().batch.missing_columns == ("email_address",)


def test_each_activity_is_a_row_and_equal_ones_are_numbered(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "report.json", sample("reports_email_activity.json"))

    reading = inbox.one()

    assert reading.column("action") == ["open", "open", "click"]
    assert reading.column("nth") == ["1", "2", "1"]
    assert len(set(reading.column("_native_id"))) == 3


def test_activity_keeps_its_key_when_the_report_grows(inbox: Inbox) -> None:
    before = sample("reports_email_activity.json")
    after = before.replace(
        b'"activity": []',
        b'"activity": [{"action": "open", "timestamp": "2026-10-30T00:00:00+00:00"}]',
    )
    inbox.put(NEWSLETTER, "1.json", before)
    inbox.put(NEWSLETTER, "2.json", after)

    first, second = (r for r in inbox.read() if isinstance(r, Reading))

    assert set(first.column("_native_id")) < set(second.column("_native_id"))


def test_a_page_of_members_lands_like_the_export(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "page.json", sample("members_page.json"))

    (row,) = inbox.one().rows

    assert (row["email_address"], row["status"]) == ("ida.tranter@example.org", "subscribed")
    assert (row["first_name"], row["cc"], row["tags"]) == ("Ida", "FR", '"vip"')
    assert row["leid"] == "546000001"


AUDIENCE = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID"
MEMBER = "a@example.org,A,2,2026-01-01 00:00:00,1,2"


def test_a_column_that_is_there_and_empty_decides_nothing(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "subscribed_x.csv", f"{AUDIENCE},UNSUB_TIME\n{MEMBER},\n")

    assert inbox.one().column("status") == ["subscribed"]


def test_a_companys_own_field_called_status_replaces_nothing_and_is_kept(inbox: Inbox) -> None:
    inbox.put(NEWSLETTER, "unsubscribed_x.csv", f"{AUDIENCE},Status\n{MEMBER},Active\n")

    reading = inbox.one()

    assert reading.column("status") == ["unsubscribed"]
    assert reading.column("_extra") == ['{"Status":"Active"}']


def test_a_companys_own_status_does_not_tell_the_members_of_a_nameless_file(
    inbox: Inbox,
) -> None:
    inbox.put(NEWSLETTER, "people.csv", f"{AUDIENCE},Status\n{MEMBER},Active\n")

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("missing_status")


@pytest.mark.parametrize(
    ("name", "written", "status"),
    [
        pytest.param("people.csv", "Subscribed", "subscribed", id="the column alone"),
        pytest.param("people.csv", "Non-Subscribed", "nonsubscribed", id="with a hyphen"),
        pytest.param("subscribed_x.csv", "Unsubscribed", "unsubscribed", id="no subscriber"),
        pytest.param("unsubscribed_x.csv", "Subscribed", "unsubscribed", id="makes nobody one"),
        pytest.param("cleaned_x.csv", "Subscribed", "cleaned", id="nor a cleaned address"),
    ],
)
def test_the_vendors_own_status_counts_wherever_it_stands(
    inbox: Inbox, name: str, written: str, status: str
) -> None:
    inbox.put(NEWSLETTER, name, f"{AUDIENCE},Status\n{MEMBER},{written}\n")

    assert inbox.one().column("status") == [status]


def test_a_page_of_a_few_fields_says_nothing_of_the_others(inbox: Inbox) -> None:
    member = {"email_address": "a@example.org", "status": "pending", "unique_email_id": "1"}
    inbox.put(NEWSLETTER, "members.json", json.dumps({"members": [member], "list_id": "1"}))

    (row,) = inbox.one().rows

    assert row["status"] == "pending"
    assert ",first_name," in row["_absent"]
    assert ",confirm_time," in row["_absent"]

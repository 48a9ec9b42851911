"""Every format: our own samples always, the shared ones where they are at hand."""

from pathlib import Path

import pytest

from dagster_project.domain.loads import Batch
from dagster_project.sources.archives import open_members
from dagster_project.sources.catalogue import STREAMS
from dagster_project.sources.files import file_vendors, read_inbox
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, rows_of, source_of

SHARED = SAMPLES.parents[2] / "shared" / "data" / "formats"

OWN = {
    "salesforce/Account.csv": {"account": 2},
    "salesforce/Contact.csv": {"contact": 3},
    "salesforce/extract_leads.csv": {"lead": 2},
    "salesforce/Opportunity.csv": {"opportunity": 2},
    "salesforce/OpportunityContactRole.csv": {"opportunity_contact_role": 1},
    "salesforce/Campaign.csv": {"campaign": 1},
    "salesforce/CampaignMember.csv": {"campaign_member": 2},
    "salesforce/Case.csv": {"case": 2},
    "salesforce/WE_00D8d000000AAAAEAA_1.ZIP": {"account": 2, "contact": 3},
    "salesforce/WE_00D8d000000AAAAEAA_2.ZIP": {"case": 2},
    "salesforce/tree_contacts.json": {"contact": 2},
    "salesforce/query_page.json": {"contact": 1, "lead": 1},
    "salesforce/import_contacts.csv": {"contact": 2},
    "hubspot/hubspot-crm-exports-all-contacts-2026-11-02.csv": {"contact": 2},
    "hubspot/contacts_fr.csv": {"contact": 2},
    "hubspot/hubspot-crm-exports-all-deals-2026-11-02.csv": {"deal": 2},
    "hubspot/hubspot-crm-exports-all-companies-2026-11-02.csv": {"company": 2},
    "hubspot/crm_v3_contacts_page.json": {"contact": 1},
    "hubspot/crm_v3_deals_page.json": {"deal": 1},
    "hubspot/email_public_v1_events_page.json": {"email_event": 3},
    "mailchimp/audience_export_aa00bb.zip": {"member": 4},
    "mailchimp/unsubscribed_email_audience_export_aa00bb.csv": {"member": 1},
    "mailchimp/reports_email_activity.json": {"email_activity": 3},
    "mailchimp/members_page.json": {"member": 1},
    "sendgrid/event_webhook_batch.json": {"event": 6},
    "sendgrid/arrays_per_line.log": {"event": 7},
    "sendgrid/events.ndjson": {"event": 6},
    "sendgrid/concatenated_arrays.json": {"event": 6},
    "sendgrid/node_console.txt": {"event": 2},
    "x/twitter-2026-11-01-sample.zip": {"post": 3, "user": 1},
    "x/tweets.js": {"post": 1},
    "x/mentions_page.json": {"post": 2, "user": 2},
    "x/compliance_tweets.jsonl": {"compliance": 2},
    "facebook/page_feed.json": {"post": 2, "comment": 3},
    "facebook/comments_page.json": {"comment": 2},
    "facebook/webhook_changes.ndjson": {"comment": 4},
    "facebook/download_comments.json": {"comment": 1},
    "instagram/media_comments.json": {"media": 1, "comment": 2},
    "instagram/comments_page.json": {"comment": 1},
    "instagram/webhook_comments.ndjson": {"comment": 1},
    "zendesk/incremental_tickets_cursor.json": {"ticket": 2, "user": 2, "organization": 1},
    "zendesk/ticket_audits.json": {"comment": 5, "change": 4},
    "zendesk/tickets_36_comments.json": {"comment": 1},
    "zendesk/export_2026-10-22.ndjson": {"ticket": 2, "comment": 1},
    "zendesk/ticket_events.json": {"comment": 1, "change": 1},
    "zendesk/deleted_tickets.json": {"ticket": 1},
    "zendesk/sla_policies.json": {"sla_policy": 2},
    "zendesk/schedules.json": {"schedule": 2},
    "zendesk/schedules_8_holidays.json": {"schedule_holiday": 1},
    "zendesk/ticket_sla_policy_data.csv": {"ticket_sla_policy": 1},
    "zendesk/ticket_tag_data.csv": {"ticket_tag": 1},
    "zendesk/view_2026-10-22.csv": {"ticket": 1},
    "salesforce/Individual.csv": {"individual": 1},
    "manual/consents.csv": {"consent": 3},
    "manual/corrections.csv": {"correction": 1},
    "discourse/topics.ndjson": {"topic": 2, "post": 5},
    "discourse/categories.json": {"category": 2},
    "discourse/posts.json": {"post": 1},
    "discourse/latest.json": {"topic": 1},
    "discourse/webhook_posts.ndjson": {"post": 1},
}

THEIRS = {
    "salesforce/Contact.csv": {"contact": 2},
    "salesforce/Opportunity.csv": {"opportunity": 1},
    "salesforce/CampaignMember.csv": {"campaign_member": 1},
    "salesforce/Case.csv": {"case": 1},
    "salesforce/easyspaces_Accounts.json": {"account": 12},
    "salesforce/easyspaces_Contact_Data.csv": {"contact": 12},
    "salesforce/easyspaces_Contacts.json": {"contact": 12},
    "salesforce/easyspaces_Lead_Data.csv": {"lead": 11},
    "salesforce/easyspaces_Leads.json": {"lead": 11},
    "hubspot/hubspot-crm-exports-all-contacts-2026-11-01.csv": {"contact": 1},
    "hubspot/hubspot-crm-exports-all-deals-2026-11-01.csv": {"deal": 1},
    "hubspot/crm_v3_contacts_page.json": {"contact": 1},
    "hubspot/email_public_v1_events_page.json": {"email_event": 2},
    "mailchimp/audience_export_1a2b3c.zip": {"member": 3},
    "mailchimp/subscribed_email_audience_export_1a2b3c.csv": {"member": 1},
    "mailchimp/unsubscribed_email_audience_export_1a2b3c.csv": {"member": 1},
    "mailchimp/cleaned_email_audience_export_1a2b3c.csv": {"member": 1},
    "mailchimp/reports_email_activity.json": {"email_activity": 3},
    "sendgrid/event_webhook_batch.json": {"event": 8},
    "sendgrid/event_webhook_log.ndjson": {"event": 10},
    "sendgrid/nodejs_example_event_notification.txt": {"event": 11},
    "x/archive_tweets.js": {"post": 1},
    "x/users_id_mentions.json": {"post": 2, "user": 1},
    "x/compliance_tweets.jsonl": {"compliance": 1},
    "facebook/page_feed.json": {"post": 1, "comment": 2},
    "instagram/media_comments.json": {"media": 1, "comment": 1},
    "zendesk/incremental_tickets_cursor.json": {"ticket": 1},
    "zendesk/ticket_view_export.csv": {"ticket": 1},
    "zendesk/ticket_data.csv": {"ticket": 10},
    "zendesk/ticket_comment_data.csv": {"comment": 20},
    "zendesk/ticket_field_history_data.csv": {"change": 38},
    "zendesk/user_data.csv": {"user": 10},
    "zendesk/organization_data.csv": {"organization": 10},
    "zendesk/sla_policy_metric_history_data.csv": {"sla_policy": 22},
    "zendesk/ticket_sla_policy_data.csv": {"ticket_sla_policy": 10},
    "zendesk/ticket_tag_data.csv": {"ticket_tag": 10},
    "zendesk/schedule_data.csv": {"schedule": 5},
    "zendesk/schedule_holiday_data.csv": {"schedule_holiday": 2},
}

VENDORS_OF_FILES = sorted({name.split("/")[0] for name in OWN})


def read_sample(inbox: Inbox, folder: Path, name: str) -> list[Reading]:
    if not folder.is_dir():
        pytest.skip(f"{folder} is not at hand")
    vendor = name.split("/", maxsplit=1)[0]
    inbox.put(
        source_of(vendor, brand_accounts=("99",)), Path(name).name, (folder / name).read_bytes()
    )
    return [reading for reading in inbox.read() if isinstance(reading, Reading)]


def count_by_stream(readings: list[Reading]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reading in readings:
        counts[reading.stream] = counts.get(reading.stream, 0) + len(reading.rows)
    return counts


@pytest.mark.parametrize(("name", "counts"), OWN.items(), ids=list(OWN))
def test_our_sample_loads_with_every_row(
    inbox: Inbox, name: str, counts: dict[str, int]
) -> None:
    readings = read_sample(inbox, SAMPLES, name)

    assert count_by_stream(readings) == counts
    assert all(not r.batch.problems and not r.batch.missing_columns for r in readings)


@pytest.mark.parametrize(("name", "counts"), THEIRS.items(), ids=list(THEIRS))
def test_shared_sample_loads_untouched(inbox: Inbox, name: str, counts: dict[str, int]) -> None:
    readings = read_sample(inbox, SHARED, name)

    assert count_by_stream(readings) == counts
    assert all(not r.batch.problems and not r.batch.missing_columns for r in readings)


def test_every_stream_read_from_files_has_a_sample_of_ours() -> None:
    streams = {spec.table for spec in STREAMS if spec.vendor in VENDORS_OF_FILES}

    sampled = {f"{name.split('/')[0]}__{stream}" for name, c in OWN.items() for stream in c}

    assert sampled == streams


def test_every_sample_file_is_tested() -> None:
    files = {
        file.relative_to(SAMPLES).as_posix()
        for vendor in VENDORS_OF_FILES
        for file in (SAMPLES / vendor).rglob("*")
        if file.is_file()
    }

    assert files == set(OWN)


@pytest.mark.parametrize("name", sorted(OWN))
def test_no_other_vendor_claims_a_sample(tmp_path: Path, name: str) -> None:
    known_by = {
        vendor
        for member in open_members(SAMPLES / name, tmp_path)
        for vendor, module in file_vendors().items()
        if module.sniff(member)
    }

    assert known_by == {name.split("/", maxsplit=1)[0]}


def test_the_same_file_gives_the_same_batch_twice(inbox: Inbox, tmp_path: Path) -> None:
    source = source_of("salesforce")
    inbox.put(source, "Contact.csv", (SAMPLES / "salesforce/Contact.csv").read_bytes())
    first, second = (
        next(iter(read_inbox(inbox.root, (source,), tmp_path / work, clock=inbox.clock)))
        for work in ("one", "two")
    )

    assert isinstance(first, Batch)
    assert isinstance(second, Batch)
    assert first.content_id == second.content_id
    assert first.as_of == second.as_of
    assert rows_of(first) == rows_of(second)


def test_a_member_of_a_zip_is_the_same_content_as_the_plain_file(inbox: Inbox) -> None:
    source = source_of("salesforce")
    for name in ("Contact.csv", "WE_00D8d000000AAAAEAA_1.ZIP"):
        inbox.put(source, name, (SAMPLES / "salesforce" / name).read_bytes())

    contents = [
        r.batch.content_id
        for r in inbox.read()
        if isinstance(r, Reading) and r.stream == "contact"
    ]

    assert len(contents) == 2
    assert len(set(contents)) == 1

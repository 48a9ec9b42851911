import io
import os
import zipfile
from pathlib import Path

import pytest

from dagster_project.domain.loads import Batch
from dagster_project.sources.files import Unreadable, Why, group_by_file, read_inbox
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, StillClock, source_of

CRM = source_of("salesforce")
MAIL = source_of("mailchimp")
CONTACTS = (SAMPLES / "salesforce/Contact.csv").read_bytes()


class GrowingClock(StillClock):
    """While the inbox waits, the file goes on growing."""

    def __init__(self, file: Path) -> None:
        super().__init__(now=file.stat().st_mtime + 0.5)
        self.file = file

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        with self.file.open("ab") as out:
            out.write(b"more")


def test_files_come_in_the_order_of_their_paths(inbox: Inbox) -> None:
    inbox.put(CRM, "b/Contact.csv", CONTACTS)
    inbox.put(CRM, "a.csv", CONTACTS)

    readings = inbox.read()

    assert [r.batch.path.name for r in readings if isinstance(r, Reading) and r.batch.path] == [
        "a.csv",
        "Contact.csv",
    ]


def test_an_inbox_that_is_not_there_gives_nothing(inbox: Inbox) -> None:
    assert inbox.read() == []


def test_loaded_hidden_and_partial_files_are_passed_over(inbox: Inbox) -> None:
    for name in (
        ".Contact.csv",
        "Contact.csv.part",
        "Contact.csv.crdownload",
        "x.tmp",
        "__MACOSX/a.csv",
    ):
        inbox.put(CRM, name, CONTACTS)
    (inbox.root.inbox / "loaded/salesforce_test").mkdir(parents=True)
    (inbox.root.inbox / "loaded/salesforce_test/Contact.csv").write_bytes(CONTACTS)

    assert inbox.read() == []


def test_an_old_file_is_read_without_waiting(inbox: Inbox) -> None:
    inbox.put(CRM, "Contact.csv", CONTACTS)

    inbox.read()

    assert inbox.clock.slept == 0


def test_a_fresh_file_is_read_once_it_has_not_changed_for_a_while(inbox: Inbox) -> None:
    file = inbox.put(CRM, "Contact.csv", CONTACTS)
    inbox.clock = StillClock(now=file.stat().st_mtime + 0.5)

    (reading,) = inbox.read(settle_seconds=2)

    assert isinstance(reading, Reading)
    assert inbox.clock.slept == 2


def test_a_file_still_being_written_is_left_for_a_later_run(inbox: Inbox) -> None:
    growing = inbox.put(CRM, "Contact.csv", CONTACTS)
    whole = inbox.put(CRM, "Whole.csv", CONTACTS)
    os.utime(whole, (1, 1))
    inbox.clock = GrowingClock(growing)

    unfinished, reading = inbox.read()

    assert isinstance(unfinished, Unreadable)
    assert unfinished.why is Why.UNFINISHED
    assert unfinished.holds_file
    assert isinstance(reading, Reading)


def test_an_empty_file_is_reported(inbox: Inbox) -> None:
    inbox.put(CRM, "Contact.csv", b"")

    refusal = inbox.refusal()

    assert refusal.why is Why.BROKEN
    assert "empty (0 bytes)" in refusal.reason


def test_an_unknown_file_is_reported_at_every_reading_and_stays(inbox: Inbox) -> None:
    file = inbox.put(CRM, "notes.txt", "remember the milk")

    first, second = inbox.refusal(), inbox.refusal()

    assert first.why is second.why is Why.UNKNOWN
    assert first.reason == second.reason
    assert file.exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), id="image"),
        pytest.param(b"<html><body>Sign in</body></html>", id="html"),
        pytest.param(b"name,colour\nida,red\n", id="other-table"),
        pytest.param(b'{"hello": "world"}', id="other-json"),
        pytest.param(b'[{"id": 1}]', id="other-array"),
        pytest.param(bytes(5000), id="zeros"),
        pytest.param(b"[]", id="nothing"),
        pytest.param(b"%PDF-1.7 " + bytes(range(256)) * 9, id="pdf"),
    ],
)
@pytest.mark.parametrize(
    "vendor", ["salesforce", "hubspot", "mailchimp", "sendgrid", "x", "facebook", "instagram"]
)
def test_what_is_no_export_is_unknown_to_everyone(
    inbox: Inbox, vendor: str, content: bytes
) -> None:
    inbox.put(source_of(vendor), "file", content)

    assert inbox.refusal().why is Why.UNKNOWN


@pytest.mark.parametrize(
    ("content", "kind", "remedy"),
    [
        pytest.param(b"<!DOCTYPE html><title>Sign in</title>", "a web page", "export it again"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(600), "an old Excel workbook", "as CSV"),
        pytest.param(b"%PDF-1.7 " + bytes(range(256)), "a PDF", "export the data"),
    ],
)
def test_a_file_of_another_kind_is_named(
    inbox: Inbox, content: bytes, kind: str, remedy: str
) -> None:
    inbox.put(CRM, "export.csv", content)

    refusal = inbox.refusal()

    assert refusal.reason == f"it is {kind}, and not recognised as a file of salesforce"
    assert remedy in refusal.remedy


def test_a_table_that_lacks_what_tells_it_is_read_in_its_sources_folder(inbox: Inbox) -> None:
    """So that the load is refused for the column, and regating can take it once it is named."""
    crm = source_of("hubspot")
    inbox.put(
        crm, "a.csv", "Record ID no,First Name,Last Name,Email\n1,Ada,Q,ada@example.org\n"
    )

    reading = inbox.one()

    assert reading.batch.missing_columns == ("record_id",)
    assert 'columns: {record_id: "Record ID no"}' in " ".join(reading.batch.problems)


def test_a_table_of_another_vendor_stays_misplaced(inbox: Inbox) -> None:
    crm = source_of("hubspot")
    inbox.put(
        crm,
        "a.csv",
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LEID\na@example.org,A,Q,2,,1\n",
    )

    assert inbox.refusal().why is Why.MISPLACED


def test_a_file_in_the_wrong_folder_is_told_where_it_belongs(inbox: Inbox) -> None:
    inbox.put(MAIL, "Contact.csv", CONTACTS)

    refusal = inbox.refusal()

    assert refusal.why is Why.MISPLACED
    assert "a file of salesforce, and mailchimp_test is mailchimp" in refusal.reason


def test_a_folder_of_no_source_is_reported(inbox: Inbox) -> None:
    inbox.sources = [CRM]
    inbox.put(source_of("salesforce", name="elsewhere"), "Contact.csv", CONTACTS)
    inbox.sources = [CRM]

    refusal = inbox.refusal()

    assert refusal.why is Why.MISPLACED
    assert "belongs to no source" in refusal.reason


def test_a_file_at_the_top_goes_to_the_only_source_of_its_vendor(inbox: Inbox) -> None:
    inbox.sources = [CRM, MAIL]
    inbox.put(None, "Contact.csv", CONTACTS)

    assert inbox.one().batch.source == "salesforce_test"


def test_a_file_at_the_top_that_two_sources_could_take_is_reported(inbox: Inbox) -> None:
    inbox.sources = [CRM, source_of("salesforce", name="salesforce_apac")]
    inbox.put(None, "Contact.csv", CONTACTS)

    refusal = inbox.refusal()

    assert "more than one source" in refusal.reason
    assert refusal.remedy == "move it to one of: inbox/salesforce_test/, inbox/salesforce_apac/"


def test_a_file_at_the_top_of_a_vendor_without_source_is_reported(inbox: Inbox) -> None:
    inbox.sources = [MAIL]
    inbox.put(None, "Contact.csv", CONTACTS)

    assert "no source of config/sources.yml has" in inbox.refusal().reason


def test_each_vendor_is_given_its_own_files_and_strays_are_told_once(inbox: Inbox) -> None:
    inbox.put(CRM, "Contact.csv", CONTACTS)
    inbox.put(
        MAIL, "audience.zip", (SAMPLES / "mailchimp/audience_export_aa00bb.zip").read_bytes()
    )
    inbox.put(None, "Lead.csv", (SAMPLES / "salesforce/extract_leads.csv").read_bytes())
    inbox.put(None, "notes.txt", "remember the milk")
    inbox.put(None, "empty.csv", "")

    by_vendor = {
        vendor: [
            r.stream if isinstance(r, Reading) else r.origin.name
            for r in inbox.read(vendor=vendor)
        ]
        for vendor in ("salesforce", "mailchimp", "x")
    }

    assert by_vendor == {
        "salesforce": ["lead", "empty.csv", "notes.txt", "contact"],
        "mailchimp": ["member", "member", "member", "member"],
        "x": [],
    }


def test_a_broken_zip_stays_and_the_next_file_is_read(inbox: Inbox) -> None:
    archive = (SAMPLES / "salesforce/WE_00D8d000000AAAAEAA_1.ZIP").read_bytes()
    inbox.put(CRM, "A.ZIP", archive[:300])
    inbox.put(CRM, "Contact.csv", CONTACTS)

    broken, reading = inbox.read()

    assert isinstance(broken, Unreadable)
    assert (broken.why, broken.holds_file, broken.source) == (
        Why.BROKEN,
        True,
        "salesforce_test",
    )
    assert isinstance(reading, Reading)


def test_an_empty_zip_is_reported(inbox: Inbox) -> None:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    inbox.put(CRM, "A.ZIP", buffer.getvalue())

    assert inbox.refusal().reason == "the archive is empty"


def zip_of(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


def test_what_is_not_read_of_an_archive_in_an_archive_is_named_with_its_place(
    inbox: Inbox,
) -> None:
    inner = zip_of(Contact_csv=CONTACTS, notes_txt=b"remember the milk", logo_png=b"PNG")
    inbox.put(CRM, "A.zip", zip_of(part__1_zip=inner, photo_jpg=b"JPG"))

    reading, ignored = inbox.read()

    assert isinstance(reading, Reading)
    assert isinstance(ignored, Unreadable)
    assert "nothing that is read: part/1.zip!notes.txt" in ignored.reason
    assert "2 pictures, films and pages in the archive not looked into" in ignored.reason
    assert "photo.jpg" in ignored.reason
    assert "logo.png" in ignored.reason


def test_an_archive_of_pictures_alone_is_not_called_empty(inbox: Inbox) -> None:
    inbox.put(CRM, "A.zip", zip_of(photo_jpg=b"JPG"))

    assert inbox.refusal().reason == "the archive holds pictures, films or pages alone"


def test_ignored_parts_of_a_zip_do_not_hold_it(inbox: Inbox) -> None:
    name = "WE_00D8d000000AAAAEAA_2.ZIP"
    inbox.put(CRM, name, (SAMPLES / "salesforce" / name).read_bytes())

    reading, ignored = inbox.read()

    assert isinstance(reading, Reading)
    assert isinstance(ignored, Unreadable)
    assert (ignored.why, ignored.holds_file) == (Why.PARTS_IGNORED, False)


def test_readings_are_grouped_by_file_one_batch_at_a_time(inbox: Inbox) -> None:
    inbox.put(CRM, "A.ZIP", (SAMPLES / "salesforce/WE_00D8d000000AAAAEAA_1.ZIP").read_bytes())
    inbox.put(CRM, "B.csv", CONTACTS)
    readings = read_inbox(inbox.root, (CRM,), inbox.path / "work", clock=inbox.clock)

    groups = [
        (file.name, [b.spec.stream for b in group if isinstance(b, Batch)])
        for file, group in group_by_file(readings)
    ]

    assert groups == [("A.ZIP", ["account", "contact"]), ("B.csv", ["contact"])]


def test_nothing_is_moved_or_changed(inbox: Inbox) -> None:
    file = inbox.put(CRM, "Contact.csv", CONTACTS)

    inbox.read()

    assert file.read_bytes() == CONTACTS


@pytest.mark.parametrize(
    ("name", "timezone", "as_of"),
    [
        (
            "hubspot-crm-exports-all-contacts-2026-11-02.csv",
            "Asia/Hong_Kong",
            "2026-11-01T16:00:00+00:00",
        ),
        ("contacts 20261102.csv", "UTC", "2026-11-02T00:00:00+00:00"),
        ("contacts_2026-10-31.csv", "UTC", "2026-10-31T10:00:00+00:00"),
        ("contacts-2026-99-02.csv", "UTC", "2026-10-31T10:00:00+00:00"),
        ("contacts.csv", "UTC", "2026-10-31T10:00:00+00:00"),
    ],
)
def test_the_export_date_comes_from_the_name_else_from_the_content(
    inbox: Inbox, name: str, timezone: str, as_of: str
) -> None:
    sample = SAMPLES / "hubspot/hubspot-crm-exports-all-contacts-2026-11-02.csv"
    inbox.put(source_of("hubspot", timezone=timezone), name, sample.read_bytes())

    assert inbox.one().batch.as_of.isoformat() == as_of


def test_a_file_without_any_date_has_its_own(inbox: Inbox) -> None:
    file = inbox.put(
        CRM, "import.csv", (SAMPLES / "salesforce/import_contacts.csv").read_bytes()
    )
    os.utime(file, (1_790_000_000, 1_790_000_000))

    assert inbox.one().batch.as_of.isoformat() == "2026-09-21T14:13:20+00:00"


def zip_with(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        pytest.param(zip_with("../../Contact.csv", CONTACTS), "points outside", id="traversal"),
        pytest.param(zip_with("Contact.csv", bytes(100 << 20)), "zip bomb", id="bomb"),
        pytest.param(
            zip_with("Contact.csv", CONTACTS)[:-30], "cut off or damaged", id="truncated"
        ),
    ],
)
def test_a_dangerous_or_broken_archive_stops_nobody_else(
    inbox: Inbox, archive: bytes, reason: str
) -> None:
    inbox.put(CRM, "A.zip", archive)
    inbox.put(CRM, "B.csv", CONTACTS)

    refused, reading = inbox.read()

    assert isinstance(refused, Unreadable)
    assert (refused.why, refused.holds_file) == (Why.BROKEN, True)
    assert reason in refused.reason
    assert isinstance(reading, Reading)

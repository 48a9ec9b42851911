import json

import pytest

from tests.unit.sources.inbox import SAMPLES, Inbox, source_of

CRM = source_of("hubspot")
CONTACTS = "hubspot-crm-exports-all-contacts-2026-11-02.csv"
DEALS = "hubspot-crm-exports-all-deals-2026-11-02.csv"


def sample(name: str) -> bytes:
    return (SAMPLES / "hubspot" / name).read_bytes()


def test_a_contact_export_lands_with_its_raw_cells(inbox: Inbox) -> None:
    inbox.put(CRM, CONTACTS, sample(CONTACTS))

    first, second = inbox.one().rows

    assert first["record_id"] == first["_native_id"] == "501"
    assert (first["create_date"], first["twitter_username"]) == ("2025-11-03 09:14", "meichan")
    assert (second["merged_record_ids"], second["unsubscribed_from_all_email"]) == (
        "77;88",
        "Yes",
    )
    assert second["_extra"] == '{"Favourite Colour":"teal"}'


def test_labels_of_a_french_account_are_known(inbox: Inbox) -> None:
    inbox.put(CRM, "contacts_fr.csv", sample("contacts_fr.csv"))

    reading = inbox.one()

    assert reading.column("first_name") == ["Zoé", "Anaïs"]
    assert reading.column("last_name") == ["Lefèvre", "D’Arcy"]
    assert reading.column("record_id") == ["601", "602"]
    assert "cp1252" in reading.batch.notes[0]


@pytest.mark.parametrize(
    "label", ["Record ID", "Record Id", "Contact ID", "RECORD ID", "Record ID - Contact"]
)
def test_the_record_id_has_many_labels(inbox: Inbox, label: str) -> None:
    inbox.put(CRM, CONTACTS, sample(CONTACTS).replace(b"Record ID", label.encode(), 1))

    assert inbox.one().column("record_id") == ["501", "502"]


def test_labels_may_be_configured(inbox: Inbox) -> None:
    source = source_of("hubspot", columns={"email": "Courriel maison"})
    inbox.put(source, CONTACTS, sample(CONTACTS).replace(b",Email,", b",Courriel maison,"))

    assert inbox.one().column("email") == ["mei.chan@example.com", "oscar.wu@example.com"]


def test_an_account_in_any_language_is_read_once_its_labels_are_configured(
    inbox: Inbox,
) -> None:
    source = source_of(
        "hubspot", columns={"record_id": "レコードID", "email": "Eメール", "last_name": "姓"}
    )
    inbox.put(source, "contacts.csv", "レコードID,姓,Eメール,会社\n7,山田,y@example.com,例\n")

    (row,) = inbox.one().rows

    assert (row["record_id"], row["last_name"], row["email"]) == ("7", "山田", "y@example.com")
    assert row["_extra"] == '{"会社":"例"}'


@pytest.mark.parametrize("name", [CONTACTS, DEALS])
def test_times_without_a_zone_refuse_the_load_with_the_line_to_add(
    inbox: Inbox, name: str
) -> None:
    inbox.put(source_of("hubspot", timezone=None), name, sample(name))

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("missing_time_zone: times in ")
    assert "add `timezone: Europe/Paris`" in problem
    assert "under sources.hubspot_test in config/sources.yml" in problem


def test_times_with_a_zone_need_none_configured(inbox: Inbox) -> None:
    inbox.put(
        source_of("hubspot", timezone=None), "page.json", sample("crm_v3_contacts_page.json")
    )

    assert not inbox.one().batch.problems


@pytest.mark.parametrize(
    "time", ["2026-10-29T18:40:00Z", "2026-10-29 18:40:00+02:00", "2026-10-29"]
)
def test_an_export_with_zones_or_days_only_needs_no_zone(inbox: Inbox, time: str) -> None:
    header = "Record ID,First Name,Email,Lifecycle Stage,Create Date"
    inbox.put(
        source_of("hubspot", timezone=None),
        "a.csv",
        f"{header}\n1,Mei,m@example.com,Lead,{time}\n",
    )

    assert not inbox.one().batch.problems


@pytest.mark.parametrize(
    "time",
    ["2026-10-29 18:40", "2026-10-29T18:40:00", "29/10/2026 18:40", "10/29/2026 6:40 PM"],
)
def test_every_zone_less_time_is_seen(inbox: Inbox, time: str) -> None:
    header = "Record ID,First Name,Email,Lifecycle Stage,Create Date"
    inbox.put(
        source_of("hubspot", timezone=None),
        "a.csv",
        f"{header}\n1,Mei,m@example.com,Lead,{time}\n",
    )

    assert "missing_time_zone: times in create_date" in inbox.one().batch.problems[0]


def test_a_deal_without_currency_needs_a_default(inbox: Inbox) -> None:
    inbox.put(source_of("hubspot", currency=None), DEALS, sample(DEALS))

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("missing_currency: 1 amount names no currency")


def test_deals_keep_their_contacts_and_amounts_as_written(inbox: Inbox) -> None:
    inbox.put(CRM, DEALS, sample(DEALS))

    reading = inbox.one()

    assert reading.column("associated_contact_ids") == ["501;502", "501"]
    assert reading.column("amount") == ["8200", "1,200.50"]
    assert reading.column("currency") == ["HKD", None]


def test_a_contact_page_lands_its_properties(inbox: Inbox) -> None:
    inbox.put(CRM, "page.json", sample("crm_v3_contacts_page.json"))

    (row,) = inbox.one().rows

    assert (row["record_id"], row["first_name"], row["archived"]) == ("503", "Kai", "false")
    assert (row["merged_record_ids"], row["associated_company_ids"]) == ("79", "9101")
    assert row["create_date"] == "2026-02-03T09:14:55.123Z"
    assert json.loads(row["_extra"]) == {"favourite_colour": "red"}
    assert json.loads(row["_raw"])["id"] == "503"


def test_a_deal_page_names_each_contact_once(inbox: Inbox) -> None:
    inbox.put(CRM, "page.json", sample("crm_v3_deals_page.json"))

    (row,) = inbox.one().rows

    assert (row["associated_contact_ids"], row["currency"]) == ("503", "HKD")


def test_email_events_keep_their_times_as_numbers_in_text(inbox: Inbox) -> None:
    inbox.put(CRM, "events.json", sample("email_public_v1_events_page.json"))

    rows = inbox.one().rows

    assert [row["type"] for row in rows] == ["SENT", "OPEN", "STATUSCHANGE"]
    assert rows[1]["created"] == "1790000100123"
    assert rows[1]["sent_by_id"] == rows[0]["id"]
    assert rows[1]["filtered_event"] == "true"
    assert rows[2]["portal_subscription_status"] == "UNSUBSCRIBED"


def test_a_contact_export_without_record_ids_is_refused(inbox: Inbox) -> None:
    inbox.put(CRM, "contacts.csv", sample(CONTACTS).replace(b"Record ID,", b"Reference,"))

    assert inbox.one().batch.missing_columns == ("record_id",)


def test_an_excel_workbook_is_not_taken_for_an_archive_of_tables(inbox: Inbox) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as workbook:
        workbook.writestr("[Content_Types].xml", "<Types/>")
        workbook.writestr("xl/workbook.xml", "<workbook/>")
    inbox.put(CRM, "hubspot-crm-exports-all-contacts-2026-11-02.xlsx", buffer.getvalue())

    refusal = inbox.refusal()

    assert "Excel workbook" in refusal.reason
    assert "CSV" in refusal.remedy

"""Each row says which columns it lacks: absent is not empty."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.presence import Presence
from tests.unit.sources.inbox import Inbox, source_of

CRM = source_of("hubspot")
SALES = source_of("salesforce")
LABELS = {
    "first_name": "First Name",
    "last_name": "Last Name",
    "email": "Email",
    "phone_number": "Phone Number",
    "lifecycle_stage": "Lifecycle Stage",
    "unsubscribed_from_all_email": "Unsubscribed from all email",
}
CONTACT = stream_of("hubspot", "contact")


def absent(row: dict[str, Any]) -> set[str]:
    return set((row["_absent"] or "").strip(",").split(",")) - {""}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    columns=st.permutations(sorted(LABELS)).flatmap(
        lambda names: st.integers(1, len(names)).map(lambda n: names[:n])
    ),
    empty=st.sets(st.sampled_from(sorted(LABELS))),
    number=st.integers(0, 10**9),
)
def test_a_table_lacks_the_columns_its_header_does_not_name_whatever_their_order(
    tmp_path: Path, columns: list[str], empty: set[str], number: int
) -> None:
    inbox = Inbox(tmp_path / str(number))
    cells = {c: "" if c in empty else "true" for c in columns}
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["Record ID", *(LABELS[c] for c in columns), "Contact owner"])
    writer.writerow(["1", *cells.values(), "Ada Rep"])
    inbox.put(CRM, "view.csv", table.getvalue())

    (row,) = inbox.one().rows

    told = {*columns, "contact_owner", "record_id"}
    assert absent(row) == set(CONTACT.columns) - told
    assert {c for c in columns if row[c] is None} == empty & set(columns)


def test_a_page_says_nothing_of_properties_and_associations_it_was_not_asked_for(
    inbox: Inbox,
) -> None:
    asked = {"dealname": "Pier", "dealstage": "closedwon", "amount": None}
    page = {
        "results": [{"id": "301", "properties": asked, "updatedAt": "2026-05-01T00:00:00Z"}]
    }
    inbox.put(CRM, "deals.json", json.dumps(page))

    (row,) = inbox.one().rows

    assert {"associated_contact_ids", "associated_company_ids", "currency"} <= absent(row)
    assert not {"amount", "deal_name", "last_modified_date"} & absent(row)


def test_records_of_one_file_may_have_different_members(inbox: Inbox) -> None:
    stamped = {"attributes": {"type": "Contact"}, "LastName": "Harders"}
    records = [
        {**stamped, "Id": "0035g00000EAAAAAA4", "HasOptedOutOfEmail": True},
        {**stamped, "Id": "0035g00000EAAAAAA5", "Phone": None},
    ]
    inbox.put(SALES, "contacts.json", json.dumps({"records": records}))

    first, second = inbox.one().rows

    assert "phone" in absent(first)
    assert "has_opted_out_of_email" not in absent(first)
    assert "phone" not in absent(second)
    assert "has_opted_out_of_email" in absent(second)


def test_a_row_shorter_than_its_header_says_nothing_of_the_cells_it_lacks(inbox: Inbox) -> None:
    inbox.put(
        CRM, "view.csv", "Record ID,Email,Lifecycle Stage,City\n1,a@view.example,Customer\n"
    )

    (row,) = inbox.one().rows

    assert "city" in absent(row)


@pytest.mark.parametrize("stream", [("sendgrid", "event"), ("hubspot", "email_event")])
def test_an_event_is_told_whole(stream: tuple[str, str]) -> None:
    assert Presence(stream_of(*stream)).absent({"email": "a@view.example"}) is None

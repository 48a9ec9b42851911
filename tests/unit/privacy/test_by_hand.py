"""An entry names one person by what is known of them, and lands like any other row."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.consent.identifiers import keys_sql
from dagster_project.domain.by_hand import CHANNELS, FIELDS, STATUSES
from dagster_project.domain.errors import ConfigError, Customer360Error
from dagster_project.domain.root import Root
from dagster_project.privacy.by_hand import (
    checked_value,
    golden_value,
    source_for_entries,
    whom,
    write_entries,
)
from dagster_project.sources.catalogue import stream_of
from expectations import manual
from tests.unit.sources.inbox import Inbox, source_of

DESK = source_of("manual", name="desk")
NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def work() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("""
            attach ':memory:' as w;
            create schema w.identity; create schema w.marts;
            create table w.identity.customer_xref as select * from (values
                ('crm:contact:1', 'c1', null::timestamptz), ('list:member:2', 'c1', null),
                ('crm:contact:3', 'c2', null), ('crm:contact:4', 'c1', timestamptz '2026-01-01')
            ) as t(record_id, customer_id, valid_to);
            create table w.identity.redirects as select 'old' as customer_id, 'c1' as redirects_to;
            create table w.identity.record_identifiers as select * from (values
                ('crm:contact:1', 'ana@example.org'), ('crm:contact:1', '+33199000001'),
                ('crm:contact:3', '+33199000001'), ('list:member:2', 'ana_writes')
            ) as t(record_id, value_norm);
            create table w.marts.dim_customer as select 'c1' as customer_id, 'Buyer' as title;
        """)
        yield connection


@pytest.mark.parametrize(
    ("named", "cells", "customers"),
    [
        pytest.param("Ana@Example.org", {"email": "ana@example.org"}, ("c1",), id="address"),
        pytest.param(
            "+33 1 99 00 00 01", {"phone": "+33 1 99 00 00 01"}, ("c1", "c2"), id="number"
        ),
        pytest.param(
            "0033199000001", {"phone": "0033199000001"}, ("c1", "c2"), id="number of 00"
        ),
        pytest.param("x:@ana_writes", {"x_handle": "@ana_writes"}, ("c1",), id="handle"),
        pytest.param("crm:contact:1", {"record_id": "crm:contact:1"}, ("c1",), id="record"),
        pytest.param("new@example.org", {"email": "new@example.org"}, (), id="nobody yet"),
    ],
)
def test_an_identifier_is_told_by_its_form(
    work: duckdb.DuckDBPyConnection,
    named: str,
    cells: dict[str, str],
    customers: tuple[str, ...],
) -> None:
    about = whom(work, "w", customer=None, named=named)

    assert about.rows == (cells,)
    assert about.customers == customers


@pytest.mark.parametrize("customer", ["c1", "old"])
def test_a_customer_is_all_their_records(
    work: duckdb.DuckDBPyConnection, customer: str
) -> None:
    about = whom(work, "w", customer=customer, named=None)

    assert [cells["record_id"] for cells in about.rows] == ["crm:contact:1", "list:member:2"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"customer": "c9", "named": None}, id="no such customer"),
        pytest.param({"customer": None, "named": "Ana"}, id="a name"),
        pytest.param({"customer": None, "named": "0199000001"}, id="a number of no country"),
        pytest.param({"customer": None, "named": None}, id="nothing"),
        pytest.param({"customer": "c1", "named": "ana@example.org"}, id="both"),
    ],
)
def test_who_is_not_said_is_not_guessed(
    work: duckdb.DuckDBPyConnection, given: dict[str, str | None]
) -> None:
    with pytest.raises(Customer360Error):
        whom(work, "w", **given)


def test_an_entry_is_read_as_it_was_written(
    tmp_path: Path, work: duckdb.DuckDBPyConnection
) -> None:
    inbox = Inbox(tmp_path, sources=[DESK])
    about = whom(work, "w", customer="c1", named=None)
    said = {"field": "title", "value": 'Owner, "first"', "replaces": "Buyer", "status": "set",
            "evidence": "", "recorded_by": "desk@example.org", "reason": "call"}  # fmt: skip

    file = write_entries(inbox.root, DESK, "correction", about, said, now=NOW)

    assert file.stat().st_mode & 0o077 == 0
    assert list(inbox.root.state.iterdir()) == []
    reading = inbox.one()
    assert reading.stream == "correction"
    assert not reading.batch.problems
    assert not reading.batch.missing_columns
    assert reading.column("record_id") == ["crm:contact:1", "list:member:2"]
    assert reading.column("value") == ['Owner, "first"'] * 2
    assert len(set(reading.column("_native_id"))) == 2


def test_a_list_typed_by_hand_needs_no_ids(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.put(DESK, "letters.csv", "email;channel;status\nana@example.org;email;withdrawn\n")

    reading = inbox.one()

    assert reading.stream == "consent"
    assert reading.column("status") == ["withdrawn"]


def test_whom_an_entry_names_goes_with_them(tmp_path: Path) -> None:
    """Erasure and tombstones find entries by the same keys as every other row."""
    spec = stream_of("manual", "consent")
    cells = dict.fromkeys(spec.columns) | {
        "email": "Ana@example.org",
        "phone": "+33 1 99",
        "x_handle": "@Ana",
        "record_id": "crm:contact:003A00000012345AAA",
    }
    columns = ", ".join(
        f"{'null' if v is None else repr(v)}::varchar as {k}" for k, v in cells.items()
    )
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            f"select {keys_sql(spec, None)} from (select {columns}, 'desk' as _source)"
        ).fetchall()[0][0]

    assert {
        "email|ana@example.org",
        "phone|33199",
        "handle|x|ana",
        "id|crm:contact:003A00000012345AAA",
        "id|crm:contact:003A00000012345",
    } <= set(found)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("birth_date", "03/02/1971", id="day"),
        pytest.param("email", "ana at example", id="address"),
        pytest.param("phone", "0199000001", id="number"),
        pytest.param("country", "France", id="country"),
    ],
)
def test_a_correction_has_the_form_of_its_field(field: str, value: str) -> None:
    with pytest.raises(Customer360Error) as refused:
        checked_value(field, value)

    assert value not in str(refused.value)
    assert checked_value(field, "  ") == ""


def test_what_a_correction_replaces_is_what_stands_now(
    work: duckdb.DuckDBPyConnection,
) -> None:
    assert golden_value(work, "w", "c1", "title") == "Buyer"
    assert golden_value(work, "w", "c2", "title") == ""


def test_without_a_source_for_entries_the_remedy_is_told() -> None:
    with pytest.raises(ConfigError, match="vendor: manual"):
        source_for_entries([source_of("x")], None)
    with pytest.raises(Customer360Error, match="more than one"):
        source_for_entries([DESK, source_of("manual", name="shop")], None)

    assert source_for_entries([DESK, source_of("manual", name="shop")], "shop").name == "shop"


def test_the_gate_knows_the_words_that_can_be_entered() -> None:
    assert manual.CHANNELS == CHANNELS
    assert manual.STATUSES == STATUSES
    assert manual.FIELDS == FIELDS


def test_cells_of_a_file_are_plain_csv(tmp_path: Path, work: duckdb.DuckDBPyConnection) -> None:
    about = whom(work, "w", customer=None, named="ana@example.org")

    file = write_entries(Root(tmp_path), DESK, "consent", about, {"channel": "email"}, now=NOW)

    with file.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["email"] == "ana@example.org"
    assert row["said_at"] == "2026-11-01T09:30:00+00:00"

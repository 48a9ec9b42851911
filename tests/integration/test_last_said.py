"""What a file does not have changes nothing: each column stays as it was last said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dagster_project.engines.duckdb.session import session
from tests.integration.scratch_warehouse import ScratchWarehouse

MODELS = ("stg_hubspot__contacts", "stg_hubspot__deals", "stg_mailchimp__members")
COLUMNS = {
    "phone_number": "phone",
    "city": "city",
    "job_title": "title",
    "unsubscribed_from_all_email": "has_unsubscribed_from_all",
}
PEOPLE = 60
FIRST = datetime(2026, 5, 1, tzinfo=UTC)

Row = dict[str, Any]


def history(random: Random) -> list[Row]:
    """Up to five exports of one person, each with some of the columns, some of them empty."""
    rows: list[Row] = []
    for day in sorted(random.sample(range(9), random.randint(1, 5))):
        said = [column for column in COLUMNS if random.random() < 0.6]
        values = {"unsubscribed_from_all_email": random.choice(["true", "FALSCH", None])}
        row: Row = {
            column: values.get(column, random.choice([f"{column} {day}", None]))
            for column in said
        }
        absent = [column for column in COLUMNS if column not in said]
        if random.random() < 0.7:
            row["last_modified_date"] = (FIRST + timedelta(days=day, hours=-3)).isoformat()
        else:
            absent.append("last_modified_date")
        rows.append({**row, "day": day, "_absent": f",{','.join(absent)}," if absent else None})
    return rows


def last_words(rows: list[Row]) -> tuple[Any, ...]:
    """The rule in plain words: for every column the newest row that has it."""
    known: Row = {}
    for row in rows:
        known |= {column: row[column] for column in COLUMNS if column in row}
    flag = known.get("unsubscribed_from_all_email")
    known["unsubscribed_from_all_email"] = {"true": True, "FALSCH": False}.get(flag)
    return tuple(known.get(column) for column in COLUMNS)


def land_days(
    warehouse: ScratchWarehouse, histories: dict[int, list[Row]], days: range
) -> None:
    for day in days:
        rows = [
            {"record_id": str(person), "email": f"p{person}@example.org"}
            | {name: value for name, value in row.items() if name != "day"}
            for person, rows in histories.items()
            for row in rows
            if row["day"] == day
        ]
        if rows:
            as_of = FIRST + timedelta(days=day)
            warehouse.land(
                "hubspot.contact", rows, load_id=f"h{day}", as_of=as_of, gate_seq=100 - day
            )


def build(warehouse: ScratchWarehouse, *, full_refresh: bool = False) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        warehouse.build(patch, select=MODELS, full_refresh=full_refresh)
    return warehouse.rows("select * from staging.stg_hubspot__contacts order by all")


def test_every_column_stays_as_it_was_last_said_in_whatever_order_files_come(
    tmp_path: Path,
) -> None:
    random = Random(20260501)
    histories = {person: history(random) for person in range(PEOPLE)}
    warehouse = ScratchWarehouse(tmp_path)

    land_days(warehouse, histories, range(4, 9))
    build(warehouse)
    land_days(warehouse, histories, range(4))
    late = build(warehouse)

    found = warehouse.rows(
        f"select native_id, {', '.join(COLUMNS.values())} "
        "from staging.stg_hubspot__contacts order by native_id::int"
    )
    assert found == [(str(p), *last_words(histories[p])) for p in range(PEOPLE)]
    assert late == build(warehouse, full_refresh=True)


@pytest.fixture(scope="module")
def narrower(tmp_path_factory: pytest.TempPathFactory) -> ScratchWarehouse:
    """Whole rows, then narrower ones of the same keys."""
    warehouse = ScratchWarehouse(tmp_path_factory.mktemp("narrower"))
    land = warehouse.land
    land(
        "hubspot.contact",
        [
            {
                "record_id": "1",
                "email": "insa@view.example",
                "phone_number": "+49 170 5550001",
                "unsubscribed_from_all_email": "true",
                "last_modified_date": "2026-04-30T10:00:00Z",
            }
        ],
        load_id="wide",
        as_of=FIRST,
    )
    land(
        "hubspot.contact",
        [
            {
                "record_id": "1",
                "email": "insa@view.example",
                "last_modified_date": "2026-05-07T10:00:00Z",
                "_absent": ",phone_number,unsubscribed_from_all_email,",
            }
        ],
        load_id="narrow",
        as_of=FIRST + timedelta(days=7),
        gate_seq=2,
    )
    deal = {"record_id": "301", "deal_name": "Pier", "deal_stage": "closedwon"}
    land(
        "hubspot.deal",
        [{**deal, "associated_contact_ids": "1", "amount": "100"}],
        load_id="deals",
        as_of=FIRST,
    )
    land(
        "hubspot.deal",
        [{**deal, "amount": "120", "_absent": ",associated_contact_ids,"}],
        load_id="page",
        as_of=FIRST + timedelta(days=1),
        gate_seq=2,
    )
    member = {"email_address": "insa@view.example", "status": "unsubscribed"}
    land(
        "mailchimp.member",
        [{**member, "phone_number": "1", "last_changed": "2026-04-01 00:00:00"}],
        load_id="audience",
        as_of=FIRST,
    )
    land(
        "mailchimp.member",
        [
            {
                "email_address": "Insa@view.example",
                "phone_number": None,
                "_absent": ",status,last_changed,",
            }
        ],
        load_id="members",
        as_of=FIRST + timedelta(days=1),
        gate_seq=2,
    )
    build(warehouse)
    return warehouse


def test_a_view_with_fewer_columns_keeps_the_phone_and_the_opt_out_with_its_time(
    narrower: ScratchWarehouse,
) -> None:
    (contact,) = narrower.rows(
        "select phone, has_unsubscribed_from_all, opt_out_said_at, updated_at "
        "from staging.stg_hubspot__contacts"
    )

    assert contact[:2] == ("+49 170 5550001", True)
    assert contact[2] == datetime(2026, 4, 30, 10, tzinfo=UTC)
    assert contact[3] == datetime(2026, 5, 7, 10, tzinfo=UTC)


def test_a_page_without_associations_takes_no_contact_from_a_deal(
    narrower: ScratchWarehouse,
) -> None:
    deals = narrower.rows("select contact_ids, amount_minor from staging.stg_hubspot__deals")

    assert deals == [("1", 12000)]


def test_a_column_that_is_there_and_empty_says_empty_and_one_that_is_not_says_nothing(
    narrower: ScratchWarehouse,
) -> None:
    members = narrower.rows("select status, phone from staging.stg_mailchimp__members")

    assert members == [("unsubscribed", None)]


def test_no_key_passes_the_window_while_all_rows_say_the_same(tmp_path: Path) -> None:
    warehouse = ScratchWarehouse(tmp_path)
    row = {"record_id": "1", "_absent": ",archived,", "last_modified_date": "2026-05-01"}
    for number in (1, 2):
        warehouse.land("hubspot.contact", [row], load_id=f"l{number}", gate_seq=number)
    with session(warehouse.database) as connection:
        connection.execute("update landing.hubspot__contact set phone_number = _load_id")

    build(warehouse)

    assert warehouse.rows("select phone from staging.stg_hubspot__contacts") == [("l2",)]

"""Incremental models of staging equal a build from empty, in whatever order loads arrive."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dagster_project.engines.duckdb.session import session
from tests.integration.scratch_warehouse import ScratchWarehouse

MODELS = (
    "stg_sendgrid__events",
    "stg_hubspot__email_events",
    "stg_mailchimp__email_activities",
    "int_email_events",
)


def event(number: int, what: str, **columns: Any) -> dict[str, Any]:
    return {
        "sg_event_id": f"s{number}",
        "email": f"person{number}@example.org",
        "event": what,
        "timestamp": str(1790000000 + number),
        "_native_id": f"s{number}",
        **columns,
    }


LOADS: dict[str, tuple[datetime, list[dict[str, Any]]]] = {
    "first": (datetime(2026, 11, 1, tzinfo=UTC), [event(1, "processed"), event(2, "open")]),
    "newer": (
        datetime(2026, 11, 2, tzinfo=UTC),
        [event(2, "open", sg_machine_open="true"), event(3, "click"), event(3, "click")],
    ),
    "late": (
        datetime(2026, 10, 30, tzinfo=UTC),
        [event(2, "click"), event(3, "bounce"), event(4, "delivered")],
    ),
}


def arrive(warehouse: ScratchWarehouse, load: str, gate_seq: int) -> None:
    as_of, rows = LOADS[load]
    warehouse.land("sendgrid.event", rows, load_id=load, as_of=as_of, gate_seq=gate_seq)


def build(warehouse: ScratchWarehouse, *, full_refresh: bool = False) -> None:
    with pytest.MonkeyPatch.context() as patch:
        warehouse.build(patch, select=MODELS, full_refresh=full_refresh)


def content(warehouse: ScratchWarehouse, *, without: str = "") -> dict[str, list[Any]]:
    hidden = f"exclude ({without})" if without else ""
    return {
        name: warehouse.rows(f"select * {hidden} from {schema}.{name} order by email_event_id")
        for schema, name in (("staging", MODELS[0]), ("intermediate", MODELS[3]))
    }


def judge_again(warehouse: ScratchWarehouse, gate_seq: int) -> None:
    """Let one more row of the first load out of quarantine."""
    with session(warehouse.database) as connection:
        connection.execute(
            "insert into landing.sendgrid__event by name "
            "select * replace ('s9' as _native_id, 's9' as sg_event_id, 7 as _row) "
            "from landing.sendgrid__event where _load_id = 'first' and _native_id = 's1'"
        )
        connection.execute(
            "update landing.sendgrid__event set _gate_seq = ? where _load_id = 'first'",
            [gate_seq],
        )


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> ScratchWarehouse:
    """Loads that arrived one by one, the last of them late, each built on its own."""
    warehouse = ScratchWarehouse(tmp_path_factory.mktemp("one_by_one"))
    for gate_seq, load in enumerate(("first", "newer", "late"), 1):
        arrive(warehouse, load, gate_seq=gate_seq)
        build(warehouse)
    judge_again(warehouse, gate_seq=4)
    build(warehouse)
    return warehouse


def test_a_late_load_does_not_replace_newer_rows_and_one_judged_again_is_read_again(
    one_by_one: ScratchWarehouse,
) -> None:
    events = one_by_one.rows(
        "select email_event_id, event_type, is_vendor_machine "
        "from intermediate.int_email_events order by 1"
    )

    assert events == [
        ("sendgrid_a:event:s1", "sent", False),
        ("sendgrid_a:event:s2", "open", True),
        ("sendgrid_a:event:s3", "click", False),
        ("sendgrid_a:event:s4", "delivered", False),
        ("sendgrid_a:event:s9", "sent", False),
    ]


def test_incremental_models_equal_a_build_from_empty_in_any_order_of_loads(
    one_by_one: ScratchWarehouse, tmp_path: Path
) -> None:
    backwards = ScratchWarehouse(tmp_path)
    arrive(backwards, "late", gate_seq=1)
    arrive(backwards, "newer", gate_seq=2)
    build(backwards)
    arrive(backwards, "first", gate_seq=3)
    judge_again(backwards, gate_seq=4)
    build(backwards)
    incremental = content(one_by_one)

    build(one_by_one, full_refresh=True)

    assert incremental == content(one_by_one)
    assert content(backwards, without="_gate_seq") == content(one_by_one, without="_gate_seq")


CONTACTS = {
    "stg_hubspot__contacts": "staging",
    "stg_mailchimp__members": "staging",
    "stg_salesforce__contacts": "staging",
    "int_contact_identifiers": "intermediate",
}
CHANGING = tuple(
    f"{name}+,+int_contact_identifiers" for name in CONTACTS if CONTACTS[name] == "staging"
)
"""What these days change; everything else that the identifiers are made of stays empty."""


def person(number: int, modified: str, **columns: Any) -> dict[str, Any]:
    return {
        "record_id": str(number),
        "email": f"person{number}@example.org",
        "create_date": "2026-01-01T00:00:00Z",
        "last_modified_date": modified,
        **columns,
    }


def member(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "email_address": f"Member{number}@example.org",
        "last_changed": "2026-10-01 00:00:00",
        **columns,
    }


def contact_days(warehouse: ScratchWarehouse) -> Iterator[None]:
    """Days of contacts: an edit, a late file, a key found absent, one let go, a row taken out."""
    day = partial(datetime, 2026, 11, tzinfo=UTC)
    land = warehouse.land
    people = [
        person(n, "2026-10-01T00:00:00Z", phone_number=f"+3312345678{n}") for n in range(4)
    ]
    land("hubspot.contact", people, load_id="h1", as_of=day(1), gate_seq=1)
    land("mailchimp.member", [member(1), member(2)], load_id="m1", as_of=day(1), gate_seq=2)
    yield
    edited = person(1, "2026-11-02T00:00:00Z", email="new@example.org")
    bare = person(2, "2026-11-02T00:00:00Z", email=None)
    land("hubspot.contact", [edited, bare], load_id="h2", as_of=day(2), gate_seq=3)
    spelled = member(2, email_address="MEMBER2@example.org", phone_number="+331999", status="x")
    land("mailchimp.member", [spelled], load_id="m2", as_of=day(2), gate_seq=4)
    yield
    late = [
        person(1, "2026-10-15T00:00:00Z", job_title="late"),
        person(9, "2026-10-15T00:00:00Z"),
    ]
    land(
        "hubspot.contact",
        late,
        load_id="h3",
        as_of=datetime(2026, 10, 15, tzinfo=UTC),
        gate_seq=5,
    )
    change = (
        "update landing.hubspot__contact set _absent_since = '2026-11-03 00:00:00+00' "
        "where _native_id = '3'",
        "delete from landing.hubspot__contact where _native_id = '0'",
        "update landing.mailchimp__member set _absent_since = '2026-11-03 00:00:00+00'",
    )
    with session(warehouse.database) as connection:
        for sql in change:
            connection.execute(sql)
    yield
    with session(warehouse.database) as connection:
        connection.execute("update landing.mailchimp__member set _absent_since = null")
    yield


def test_contacts_read_day_by_day_equal_a_build_from_empty(
    tmp_path_factory: pytest.TempPathFactory, one_by_one: ScratchWarehouse
) -> None:
    warehouse = ScratchWarehouse(tmp_path_factory.mktemp("contacts"))

    def tables() -> dict[str, list[Any]]:
        return {
            name: warehouse.rows(f"select * from {schema}.{name} order by all")
            for name, schema in CONTACTS.items()
        }

    def run(select: tuple[str, ...], *, full_refresh: bool = False) -> dict[str, list[Any]]:
        with pytest.MonkeyPatch.context() as patch:
            warehouse.build(patch, select=select, full_refresh=full_refresh)
        return tables()

    everything = ("+int_contact_identifiers",)
    days = [
        run(CHANGING if number else everything)
        for number, _ in enumerate(contact_days(warehouse))
    ]

    assert run(everything, full_refresh=True) == days[-1]
    assert len({str(day) for day in days}) == len(days)
    emails = warehouse.rows(
        "select record_id, value_norm from intermediate.int_contact_identifiers "
        "where record_id like 'hubspot%' and kind = 'email' order by all"
    )
    assert emails == [
        ("hubspot_a:contact:1", "new@example.org"),
        ("hubspot_a:contact:3", "person3@example.org"),
        ("hubspot_a:contact:9", "person9@example.org"),
    ]

"""Clocks of conversations: whose policy, from when, and right at every instant asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config.service_levels import ServiceLevels, read_service_levels
from dagster_project.publish.at_an_instant import _CLOCKS
from dagster_project.service_levels.warehouse import write_clocks

TABLES = {
    "intermediate.int_conversation_messages": """
        message_id varchar, conversation_id varchar, thread_id varchar, party_id varchar,
        author_kind varchar, noise_reason varchar, is_closing boolean, needs_answer boolean,
        answered_at timestamptz, closed_at timestamptz""",
    "intermediate.int_messages": """
        message_id varchar, case_id varchar, record_id varchar, channel varchar, brand varchar,
        language varchar, direction varchar, visibility varchar, is_hidden boolean,
        created_at timestamptz, deleted_at timestamptz, view_count bigint,
        author_followers bigint""",
    "intermediate.int_cases": """
        case_id varchar, priority varchar, merged_at timestamptz, deleted_at timestamptz""",
    "intermediate.int_opportunities": """
        primary_record_id varchar, outcome varchar, close_date date, deleted_at timestamptz""",
    "intermediate.int_as_of": "as_of timestamptz",
    "identity.customer_xref": "record_id varchar, customer_id varchar, valid_to timestamptz",
    "identity.record_identifiers": "record_id varchar, kind varchar, value_norm varchar",
    "staging.stg_zendesk__changes": """
        ticket_id varchar, field_name varchar, field_value varchar, changed_at timestamptz""",
}

LEVELS = """
calendars:
  care: [{tz: UTC, week: {mon: [["09:00", "17:00"]], tue: [["09:00", "17:00"]]}}]
tiers: [{name: paying, won_deals: 1}, {name: partner, email_domains: [partner.example]}]
policies:
  - name: desk
    applies_to: {channels: [zendesk]}
    calendar: care
    pause_on: [pending]
    on_priority_change: retarget_open_from_start
    versions:
      - first_reply: {target_min: 60}
        next_reply: {target_min: 30}
        resolution: {target_min: 240, targets: {urgent: 60}}
    escalation: [{at_share: 0.5, to: lead}]
  - name: paying
    applies_to: {tiers: [paying, partner]}
    calendar: care
    versions: [{first_reply: {target_min: 15, hours: calendar}}]
  - name: rest
    calendar: care
    versions:
      - first_reply: {target_min: 120}
        next_reply: {target_min: 60}
      - first_reply: {target_min: 10}
        valid_from: "2026-11-02T00:00:00Z"
        recorded_at: "2026-11-02T12:00:00Z"
"""

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def at(hour: float, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


class Desk:
    """Conversations in tables; what is added has good defaults."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, levels: ServiceLevels) -> None:
        self.connection = connection
        self.levels = levels

    def put(self, table: str, **values: Any) -> "Desk":
        marks = ", ".join("?" for _ in values)
        self.connection.execute(
            f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values())
        )
        return self

    def ask(self, name: str, created_at: datetime, **more: Any) -> "Desk":
        values = {
            "thread": "t1", "party": "ana", "answered_at": None, "closed_at": None,
            "case_id": None, "channel": "x", "deleted_at": None, "record_id": "ana",
            "view_count": None, "author_followers": None,
        } | more  # fmt: skip
        self.put(
            "intermediate.int_conversation_messages", message_id=name,
            conversation_id=values["thread"], thread_id=values["thread"],
            party_id=values["party"], author_kind="customer",
            needs_answer=values["deleted_at"] is None, answered_at=values["answered_at"],
            closed_at=values["closed_at"],
        )  # fmt: skip
        return self.put(
            "intermediate.int_messages", message_id=name, case_id=values["case_id"],
            record_id=values["record_id"], channel=values["channel"], brand="quay",
            language="fr", direction="in", visibility="public", created_at=created_at,
            deleted_at=values["deleted_at"], view_count=values["view_count"],
            author_followers=values["author_followers"],
        )  # fmt: skip

    def run(self, as_of: datetime) -> list[tuple[Any, ...]]:
        self.connection.execute("delete from intermediate.int_as_of")
        self.put("intermediate.int_as_of", as_of=as_of)
        self.written = write_clocks(self.connection, self.levels)
        return self.connection.execute(
            "select measure, policy, status, due_at from service_levels.clocks "
            "order by started_at, measure"
        ).fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    file = tmp_path / "service_levels.yml"
    file.write_text(LEVELS, encoding="utf-8")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        for table, columns in TABLES.items():
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            connection.execute(f"create table {table} ({columns})")
        yield Desk(connection, read_service_levels(file))


def ticket(desk: Desk, **answers: Any) -> Desk:
    desk.put("intermediate.int_cases", case_id="T", priority="urgent")
    return desk.ask(
        "m1", at(10), thread="T", party="T", case_id="T", channel="zendesk", **answers
    )


def change(desk: Desk, field: str, value: str, when: datetime) -> Desk:
    return desk.put(
        "staging.stg_zendesk__changes", ticket_id="T", field_name=field, field_value=value,
        changed_at=when,
    )  # fmt: skip


def test_first_and_next_replies_are_owed_from_the_oldest_message_that_waits(desk: Desk) -> None:
    desk.ask("m1", at(8), answered_at=at(10)).ask("m2", at(9), answered_at=at(10))
    desk.ask("m3", at(11))

    assert desk.run(at(13)) == [
        ("first_reply", "rest", "met", at(11)),
        ("next_reply", "rest", "missed", at(12)),
    ]


def test_a_version_recorded_later_rewrites_no_history(desk: Desk) -> None:
    desk.ask("m1", at(9)).ask("m2", at(13), thread="t2")

    assert [due for *_, due in desk.run(at(16))] == [at(11), at(13) + timedelta(minutes=10)]


def test_a_tier_counts_from_the_day_it_was_reached(desk: Desk) -> None:
    desk.put("identity.customer_xref", record_id="ana", customer_id="c1")
    desk.put(
        "intermediate.int_opportunities", primary_record_id="ana", outcome="won",
        close_date=at(0, day=1),
    )  # fmt: skip
    desk.ask("m1", at(9)).ask("m2", at(9, day=1), thread="t2")

    assert [policy for _, policy, _, _ in desk.run(at(16, day=1))] == ["rest", "paying"]


def test_a_tier_by_address_holds_at_any_time(desk: Desk) -> None:
    desk.put("identity.customer_xref", record_id="ana", customer_id="c1")
    desk.put("identity.record_identifiers", record_id="ana", kind="email", value_norm="a@partner.example")  # fmt: skip

    assert desk.ask("m1", at(9)).run(at(10)) == [
        ("first_reply", "paying", "missed", at(9) + timedelta(minutes=15))
    ]


def test_a_message_taken_back_in_time_is_void(desk: Desk) -> None:
    assert desk.ask("m1", at(9), deleted_at=at(10)).run(at(16))[0][2] == "void"


def test_a_ticket_solved_without_a_reply_is_closed_unanswered(desk: Desk) -> None:
    found = ticket(desk, closed_at=at(10.5)).run(at(16))

    assert [(m, s) for m, _, s, _ in found] == [
        ("first_reply", "closed_unanswered"), ("resolution", "met"),
    ]  # fmt: skip


def test_a_merge_makes_the_absorbed_tickets_clock_void(desk: Desk) -> None:
    desk.put("intermediate.int_cases", case_id="B", merged_at=at(11))
    ticket(desk).ask("m2", at(9), thread="T", party="T", case_id="B", channel="zendesk")

    found = desk.run(at(16))

    assert sorted((m, s) for m, _, s, _ in found) == [
        ("first_reply", "missed"), ("first_reply", "void"), ("resolution", "missed"),
    ]  # fmt: skip
    assert desk.connection.execute(
        "select conversation_id, hour(started_at) from service_levels.clocks order by all"
    ).fetchall() == [("B", 9), ("T", 9), ("T", 9)]


def test_escalation_is_due_at_its_share_of_the_target(desk: Desk) -> None:
    ticket(desk).run(at(10.25))

    told = desk.connection.execute(
        "select escalations from service_levels.clocks where measure = 'first_reply'"
    ).fetchall()
    assert told == [("lead>2026-11-02 10:30:00+00",)]


def test_without_policies_there_are_no_clocks(desk: Desk) -> None:
    desk.levels = ServiceLevels()

    assert desk.ask("m1", at(9)).run(at(16)) == []


def test_open_clocks_at_any_instant_are_those_of_a_run_at_that_instant(desk: Desk) -> None:
    ticket(desk, answered_at=at(11))
    change(desk, "priority", "normal", at(10))
    change(desk, "status", "pending", at(11))
    change(desk, "status", "open", at(13))
    change(desk, "priority", "urgent", at(13.5))
    change(desk, "status", "solved", at(15))
    desk.ask("m9", at(8)).ask("m8", at(12), answered_at=at(14), thread="t2")
    instants = [at(7 + step / 4) for step in range(48)]
    asked = """
        select clock_id, status, due_at from service_levels.clocks
        where ended_at is null and status <> 'not_started' and started_at <= ?
        order by clock_id
    """
    by_run = []
    for instant in instants:
        desk.run(instant)
        by_run.append(desk.connection.execute(asked, [instant]).fetchall())

    desk.run(at(20))
    desk.connection.execute(
        "create table fct_sla_clock as select *, ended_at is null as is_open from service_levels.clocks"
    )
    desk.connection.execute(f"create macro sla_now(instant) as table {_CLOCKS}")
    by_macro = [
        desk.connection.execute(
            "select clock_id, status, due_at from sla_now(?::timestamptz) order by clock_id",
            [instant],
        ).fetchall()
        for instant in instants
    ]

    assert by_macro == by_run
    assert {status for rows in by_run for _, status, _ in rows} == {
        "running",
        "missed",
        "paused",
    }


def test_what_came_while_nobody_was_there_is_told_with_its_time_and_its_audience(
    desk: Desk,
) -> None:
    desk.ask("night", at(2), author_followers=5_000)
    desk.ask("day", at(10), thread="t2", view_count=70, author_followers=9_000)
    desk.run(at(10.5))

    assert desk.written.unseen == 1
    assert desk.written.audience == 5_000
    assert desk.connection.execute(
        "select exposed_minutes, audience, started_in_hours from service_levels.clocks "
        "order by started_at"
    ).fetchall() == [(510.0, 5_000, False), (30.0, 70, True)]


def test_what_was_answered_stands_unseen_no_more(desk: Desk) -> None:
    desk.ask("night", at(2), answered_at=at(9), author_followers=5_000).run(at(12))

    assert (desk.written.unseen, desk.written.overdue) == (0, 0)

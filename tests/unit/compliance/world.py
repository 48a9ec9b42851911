"""A hand-made warehouse of messages, as the compliance desk reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import orjson

from dagster_project.listening.personal_data.find import find_spans, redacted

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
"""A Tuesday at noon."""

_TABLES = """
    create schema intermediate; create schema listening; create schema identity;
    create schema config; create schema service_levels;
    create table intermediate.int_as_of as select timestamptz '2026-11-03 12:00:00+00' as as_of;
    create table intermediate.int_messages (
        message_id varchar, version_number bigint, source varchar, channel varchar, brand varchar,
        brand_account varchar, author_record_id varchar, record_id varchar, parent_message_id varchar,
        direction varchar, author_kind varchar, visibility varchar, language varchar, body_text varchar,
        is_repost boolean, is_hidden boolean, deleted_by varchar, view_count bigint,
        author_followers bigint, created_at timestamptz, edited_at timestamptz, deleted_at timestamptz);
    create table intermediate.int_conversation_messages (
        message_id varchar, conversation_id varchar, thread_id varchar, party_id varchar, is_answer boolean);
    create table intermediate.int_contact_records (record_id varchar, kind varchar);
    create table listening.message_labels (
        message_id varchar, version_number bigint, language varchar, is_complaint boolean,
        complaint_by varchar, harm varchar, harm_by varchar, personal_data varchar,
        redacted_text varchar, model_version varchar, rules_version varchar);
    create table identity.record_identifiers (
        record_id varchar, kind varchar, value_raw varchar, value_norm varchar, is_shared boolean,
        flag varchar);
    create table identity.customer_xref (
        record_id varchar, customer_id varchar, valid_to timestamptz);
    create table config.sources (name varchar, country varchar);
    insert into config.sources values ('x_quay', 'FR');
    create table service_levels.clocks (message_id varchar, started_in_hours boolean);
"""


class World:
    """Messages, people and labels; ``session`` is what the run would open."""

    def __init__(self) -> None:
        self.session = duckdb.connect()
        self.session.execute("set timezone = 'UTC'")
        self.session.execute(_TABLES)

    def person(
        self, name: str, *, kind: str = "person", customer: str | None = None, **values: str
    ) -> str:
        """A record with identifiers; its customer is itself unless it is said."""
        record = f"x_quay:user:{name}"
        self._insert("intermediate.int_contact_records", record_id=record, kind=kind)
        if kind == "person":
            self._insert(
                "identity.customer_xref", record_id=record, customer_id=customer or f"c-{name}"
            )
        for what, value in values.items():
            self._insert(
                "identity.record_identifiers",
                record_id=record, kind=what, value_raw=value, value_norm=value, is_shared=False,
            )  # fmt: skip
        return record

    def post(self, name: str, text: str, author: str | None = None, **values: Any) -> str:
        """A message with its labels and place in a thread of its own, posted an hour before now."""
        row = {
            "message_id": name, "version_number": 1, "source": "x_quay", "channel": "x",
            "brand": "quay", "author_record_id": author, "record_id": author, "direction": "in",
            "author_kind": "customer", "visibility": "public", "body_text": text,
            "is_repost": False, "is_hidden": False, "created_at": NOW - timedelta(hours=1),
        }  # fmt: skip
        labels = {key: values.pop(key) for key in ("harm", "is_complaint") if key in values}
        thread = values.pop("thread", name)
        is_answer = values.pop("is_answer", False)
        row |= values
        self._insert("intermediate.int_messages", **row)
        self._insert(
            "intermediate.int_conversation_messages",
            message_id=name, conversation_id=thread, thread_id=thread,
            party_id=row["record_id"] or name, is_answer=is_answer,
        )  # fmt: skip
        if row.get("deleted_at") is None:
            self.label(name, text, row["version_number"], **labels)
        return name

    def label(self, name: str, text: str, version: int = 1, **labels: Any) -> None:
        """What the listeners say of a text."""
        spans = find_spans(text, ("FR",))
        self._insert(
            "listening.message_labels",
            **{
                "message_id": name, "version_number": version, "language": "en",
                "is_complaint": False, "complaint_by": "complaint/1", "harm": "none",
                "harm_by": "threat/1", "model_version": "1", "rules_version": "a",
                "personal_data": orjson.dumps(
                    [{"kind": s.kind, "start": s.start, "end": s.end} for s in spans]
                ).decode(),
                "redacted_text": redacted(text, spans) if spans else None,
                **labels,
            },
        )  # fmt: skip

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a question."""
        return self.session.execute(sql).fetchall()

    def _insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.session.execute(
            f"insert into {table} ({names}) values ({marks})", list(values.values())
        )

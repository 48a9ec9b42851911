"""A run's look at the messages: what no run has asked the rules about is asked, once, and kept.

A message is asked again when it has another version, or when rules or labels are others; what is
found then and was known is not found again (``desk``).

Belongs here: which messages are asked, and handing the desk what is found. Does not belong here:
the rules' conditions (``matching``), the tables that readers see (``warehouse``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import duckdb
import orjson

from dagster_project.compliance.desk import Desk, Found, Harm, Sampled
from dagster_project.compliance.matching import Message, Rules, compile_rules
from dagster_project.compliance.whose import Own, Said, value_of, whose
from dagster_project.config.compliance import Compliance, Review, Rule
from dagster_project.engines.duckdb.session import quoted
from dagster_project.listening.personal_data.spans import Span

SCHEMA = "compliance"

BATCH = 10_000
"""Messages whose texts are held at a time."""


@dataclass(frozen=True)
class Looked:
    """How many messages were asked about, how many of these needed their text read, what is new."""

    asked: int = 0
    read: int = 0
    found: int = 0
    harmful: int = 0


def look(
    connection: duckdb.DuckDBPyConnection, desk: Desk, compliance: Compliance, own: Own
) -> Looked:
    """Ask the rules about what is new and keep what they find."""
    as_of = as_of_now(connection)
    _prepare(connection)
    version = version_of(compliance)
    connection.execute(_news(version))
    asked = _count(connection, "news")
    if not asked or as_of is None:
        return Looked()
    harmful = desk.note_harm(_harm(connection, as_of))
    connection.execute(_candidates(compliance.rules))
    rules = compile_rules(compliance.rules)
    read = _count(connection, "candidate")
    found = sum(
        len(desk.register(_found_in(connection, batch, rules, own, as_of)))
        for batch in _batches(connection, read)
    )
    connection.execute(
        f"""
        delete from {SCHEMA}.asked where message_id in (select message_id from news);
        insert into {SCHEMA}.asked
        select message_id, version_number, '{version}', labels_version, false from news
        """
    )
    for table in ("news", "candidate"):
        connection.execute(f"drop table if exists temp.{table}")
    return Looked(asked, read, found, harmful)


def draw_sample(connection: duckdb.DuckDBPyConnection, desk: Desk, review: Review) -> int:
    """Draw the day's sample of messages that no rule found; how many it was drawn from.

    The day is that of ``as_of``. Who was not drawn from on a day without a run, or after the day's
    draw, is drawn from the next time, so that every message has its chance once.
    """
    as_of = as_of_now(connection)
    if as_of is None or review.sample_per_day == 0 or desk.is_drawn(f"{as_of:%Y-%m-%d}"):
        return 0
    columns, rows = desk.table("finding")
    places = columns.index("message_id"), columns.index("version_number")
    import pyarrow as pa

    known = [(row[places[0]], row[places[1]]) for row in rows if row[places[0]] is not None]
    connection.register(
        "found_in",
        pa.table(
            {
                "message_id": pa.array([k[0] for k in known], pa.string()),
                "version_number": pa.array([k[1] for k in known], pa.int64()),
            }
        ),
    )
    try:
        drawn = connection.execute(
            _SAMPLE, {"seed": str(review.sample_seed), "most": review.sample_per_day}
        ).fetchall()
    finally:
        connection.unregister("found_in")
    eligible = drawn[0][-1] if drawn else 0
    if drawn:
        desk.draw(
            f"{as_of:%Y-%m-%d}",
            eligible,
            [Sampled(0, m, v, "", 0, 0, *more) for m, v, *more, _ in drawn],
        )
    connection.execute(f"update {SCHEMA}.asked set is_drawn_from = true")
    return int(eligible)


def as_of_now(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The newest event that has landed: a run's now."""
    rows = connection.execute("select as_of from intermediate.int_as_of").fetchall()
    return rows[0][0] if rows else None


def version_of(compliance: Compliance) -> str:
    """Changes with every rule and with what is the brand's own."""
    said = [rule.model_dump_json() for rule in compliance.rules]
    text = "\x1f".join([compliance.own_contacts.model_dump_json(), *said])
    return sha256(text.encode()).hexdigest()[:12]


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(
        f"create table if not exists {SCHEMA}.asked (message_id varchar, version_number bigint, "
        "rules_version varchar, labels_version varchar, is_drawn_from boolean)"
    )


def _found_in(
    connection: duckdb.DuckDBPyConnection,
    batch: Sequence[Mapping[str, Any]],
    rules: Rules,
    own: Own,
    as_of: datetime,
) -> Iterator[Found]:
    places = [list(_places(row["personal_data"])) for row in batch]
    data = whose(
        connection,
        [
            Said(
                number,
                row["author_record_id"],
                span,
                value_of(span.kind, row["body_text"][span.start : span.end], row["country"]),
            )
            for number, row in enumerate(batch)
            for span in places[number]
        ],
        own,
    )
    for number, row in enumerate(batch):
        message = Message(
            row["body_text"],
            row["author_role"],
            None if row["language"] == "und" else row["language"],
            row["is_public"],
            frozenset(row["labels"]),
            data.get(number, ()),
        )
        for match in rules.find(message):
            yield _found(row, match.rule, match.spans, as_of)


def _places(personal_data: str) -> Iterator[Span]:
    for place in orjson.loads(personal_data):
        if place["kind"] != "url":
            yield Span(place["start"], place["end"], place["kind"])


def _found(row: Mapping[str, Any], rule: Rule, spans: Sequence[Span], as_of: datetime) -> Found:
    by = {"complaint": row["complaint_by"]}.get(rule.label or "", row["harm_by"])
    return Found(
        message_id=row["message_id"],
        version_number=row["version_number"],
        rule_id=rule.id,
        rule_version=rule.version,
        kind=rule.kind,
        severity=rule.severity,
        owner=rule.owner,
        deadline_hours=rule.deadline_hours,
        author_role=row["author_role"],
        author_record_id=row["author_record_id"],
        record_id=row["record_id"],
        channel=row["channel"],
        brand=row["brand"],
        language=row["language"],
        labelled_by=by if rule.label else None,
        spans=orjson.dumps(
            [{"kind": s.kind, "start": s.start, "end": s.end} for s in spans]
        ).decode(),
        redacted_text=row["redacted_text"],
        posted_at=row["created_at"],
        found_at=as_of,
        reopens=rule.reopen,
    )


def _batches(
    connection: duckdb.DuckDBPyConnection, rows: int
) -> Iterator[list[dict[str, Any]]]:
    for begin in range(0, rows, BATCH):
        table = connection.execute(
            f"select * from candidate where place > {begin} and place <= {begin + BATCH} "
            "order by place"
        ).to_arrow_table()
        yield table.to_pylist()


def _harm(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> list[Harm]:
    rows = connection.execute(
        "select message_id, version_number, harm, harm_by, author_record_id, record_id from news "
        "where harm in ('offence', 'hate', 'threat') and author_role = 'customer' "
        "order by created_at, message_id"
    ).fetchall()
    return [Harm(m, version, harm, by, a, r, as_of) for m, version, harm, by, a, r in rows]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def _news(version: str) -> str:
    """SQL of ``news``: message versions that no run has asked these rules about, with these labels.

    An employee is one by the register, whomever they answer; everybody else who speaks for the brand
    is the brand.
    """
    return f"""
        create or replace temp table news as
        select
            labels.message_id,
            labels.version_number,
            concat(labels.model_version, '/', labels.rules_version) as labels_version,
            messages.author_record_id,
            messages.record_id,
            messages.channel,
            messages.brand,
            sources.country,
            case
                when authors.kind = 'employee' then 'employee'
                when messages.direction = 'out' then 'brand'
                when messages.author_kind in ('bot', 'system') then messages.author_kind
                else 'customer'
            end as author_role,
            coalesce(messages.visibility, 'public') in ('public', 'unlisted') as is_public,
            labels.language,
            labels.is_complaint and messages.direction = 'in' as is_complaint,
            labels.complaint_by,
            labels.harm,
            labels.harm_by,
            labels.personal_data,
            coalesce(labels.redacted_text, messages.body_text) as redacted_text,
            messages.body_text,
            messages.created_at
        from listening.message_labels as labels
        join intermediate.int_messages as messages
            on messages.message_id = labels.message_id
            and messages.version_number = labels.version_number
        left join intermediate.int_contact_records as authors
            on authors.record_id = messages.author_record_id
        left join config.sources as sources on sources.name = messages.source
        anti join {SCHEMA}.asked as asked
            on asked.message_id = labels.message_id
            and asked.version_number = labels.version_number
            and asked.rules_version = '{version}'
            and asked.labels_version = concat(labels.model_version, '/', labels.rules_version)
        where messages.deleted_at is null and not messages.is_repost
    """


def _candidates(rules: Iterable[Rule]) -> str:
    """SQL of ``candidate``: what some rule may fit, by what the engine can see without its words."""
    conditions = [_may_fit(rule) for rule in rules] or ["false"]
    return f"""
        create or replace temp table candidate as
        with told as (select *, lower(body_text) as read from news)
        select
            * exclude (read),
            list_filter([case when is_complaint then 'complaint' end, harm], x -> x is not null)
                as labels,
            row_number() over (order by created_at, message_id) as place
        from told
        where {" or ".join(f"({condition})" for condition in conditions)}
    """


def _may_fit(rule: Rule) -> str:
    needed = []
    if rule.authors:
        needed.append(f"author_role in ({_listed(rule.authors)})")
    if rule.public_only:
        needed.append("is_public")
    if rule.label:
        needed.append("is_complaint" if rule.label == "complaint" else f"harm = '{rule.label}'")
    if rule.personal_data:
        needed.append(
            f"""regexp_matches(personal_data, '"(?:{"|".join(rule.personal_data)})"')"""
        )
    elif rule.any_of and rule.hints:
        hints = "|".join(re.escape(hint) for hint in rule.hints)
        needed.append(f"regexp_matches(read, '{quoted(hints)}')")
    return " and ".join(needed) or "true"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_SAMPLE = f"""
    with eligible as (
        select
            asked.message_id,
            asked.version_number,
            case
                when authors.kind = 'employee' then 'employee'
                when messages.direction = 'out' then 'brand'
                else 'customer'
            end as author_role,
            messages.author_record_id,
            messages.channel,
            messages.brand,
            labels.language,
            coalesce(labels.redacted_text, messages.body_text) as redacted_text,
            messages.created_at
        from {SCHEMA}.asked as asked
        join listening.message_labels as labels
            on labels.message_id = asked.message_id
            and labels.version_number = asked.version_number
        join intermediate.int_messages as messages on messages.message_id = asked.message_id
        left join intermediate.int_contact_records as authors
            on authors.record_id = messages.author_record_id
        anti join found_in
            on found_in.message_id = asked.message_id
            and found_in.version_number = asked.version_number
        where not asked.is_drawn_from and messages.deleted_at is null
    )
    select *, (select count(*) from eligible)
    from eligible
    order by md5(concat_ws('|', $seed, message_id, version_number)), message_id
    limit $most
"""

"""Retention: what a source has held longer than its register allows goes, by the removal engine.

An event or a message ages from its own time. A contact record ages from the last time its source
delivered or changed it: a CRM that still exports somebody still needs them. A file that was read
goes when its export is older than that. There are no tombstones: what is delivered again lands
again, and the next night takes it out again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from dagster_project.config.privacy import LegalHold
from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Load
from dagster_project.domain.root import Root
from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.landing.ledger import Ledger
from dagster_project.privacy.landed import landed_sql

_TIMES = ("occurred_at", "changed_at", "created_at", "updated_at")
"""Columns of staging that say when something happened, the best first."""

_RECORDS = "record_id"
"""First column of a staging table of contacts."""

_OF_EVENTS = frozenset(
    {"email_event_id", "message_id", "case_id", "ticket_id", "change_id", "campaign_member_id"}
)
"""First columns of staging tables whose rows are about a person at one time."""

KEPT = {
    "account_id": "organisations are no people",
    "opportunity_id": "deals are the company's books; they forget who acted for them on erasure",
    "role_id": "goes with its contact, or stays with its deal",
    "campaign_id": "names nobody",
    "category_id": "names nobody",
    "topic_id": "its first post has what somebody wrote",
    "compliance_event_id": "keeps a post out that its network has taken down",
    "individual_record_id": "an objection has no end; it goes with the person",
    "consent_entry_id": "an objection has no end; it goes with the person",
    "correction_entry_id": "holds as long as the value it puts right; it goes with the person",
    "country_name": "no data of a source",
    "local_part": "no data of a source",
}
"""First columns of staging tables that no number of days empties, and why."""


@dataclass(frozen=True)
class Expired:
    """What is past its retention: rows by source and stream, and files of originals."""

    rows: Mapping[str, int]
    records: int
    files: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.rows or self.files)


Cutoffs = Mapping[tuple[str, str], datetime]
"""From when on the data of a source's stream is kept."""


def cutoffs(
    sources: Sequence[SourceConfig],
    streams: Iterable[StreamSpec],
    holds: Mapping[str, LegalHold],
    now: datetime,
) -> Cutoffs:
    """By the register, stream by stream; sources under a legal hold keep everything."""
    held = {name for hold in holds.values() for name in hold.sources}
    streams = tuple(streams)
    return {
        (s.name, spec.stream): (
            now - timedelta(days=s.terms(spec.stream).retention_days)
        ).astimezone(UTC)
        for s in sources
        for spec in streams
        if s.name not in held and spec.vendor == s.vendor
    }


def find_expired(
    work: duckdb.DuckDBPyConnection,
    catalog: str | None,
    root: Root,
    since: Cutoffs,
    holds: Mapping[str, LegalHold],
) -> Expired:
    """Make the tables of a removal's plan of everything that is past its retention."""
    for statement in _TABLES:
        work.execute(statement)
    work.execute(
        "create or replace temp table cutoff as "
        "select unnest($1::varchar[]) as source, unnest($2::varchar[]) as stream, "
        "unnest($3::timestamptz[]) as since",
        [[s for s, _ in since], [stream for _, stream in since], list(since.values())],
    )
    if catalog is not None:
        for schema, table, columns in _staging(work, catalog):
            _find_in(work, catalog, f"{identifier(catalog)}.{schema}.{table}", columns)
        _find_records(work, catalog, holds)
    rows = work.execute(
        "select source || '.' || stream, count(*) from gone_row group by all order by all"
    ).fetchall()
    records = work.execute("select count(*) from gone_record").fetchall()[0][0]
    return Expired(
        {name: int(count) for name, count in rows}, int(records), _expired_files(root, since)
    )


def add_versions_of_events(
    work: duckdb.DuckDBPyConnection, root: Root, loads: Mapping[StreamSpec, Sequence[Load]]
) -> None:
    """Add to ``gone_row`` every other version of an event that goes: none may take its place."""
    for spec, own in loads.items():
        work.execute(
            f"""
            insert into gone_row
            with landed as (
                select _source, _load_id, _row, _native_id from {landed_sql(root, spec, own)}
            ),
            gone as (
                select distinct landed._source, landed._native_id
                from landed
                inner join gone_row
                    on gone_row.load_id = landed._load_id and gone_row.row = landed._row
                where gone_row.vendor = '{spec.vendor}' and gone_row.stream = '{spec.stream}'
            )
            select '{spec.vendor}', '{spec.stream}', landed._source, landed._load_id,
                landed._row, landed._native_id, 0
            from landed
            inner join gone using (_source, _native_id)
            anti join gone_row
                on gone_row.load_id = landed._load_id and gone_row.row = landed._row
            """
        )


def _staging(
    work: duckdb.DuckDBPyConnection, catalog: str
) -> list[tuple[str, str, tuple[str, ...]]]:
    found = work.execute(
        "select schema_name, table_name, list(column_name order by column_index) "
        "from duckdb_columns() where database_name = ? and schema_name = 'staging' "
        "and starts_with(table_name, 'stg_') group by all order by all",
        [catalog],
    ).fetchall()
    return [(schema, table, tuple(columns)) for schema, table, columns in found]


def _find_in(
    work: duckdb.DuckDBPyConnection, catalog: str, table: str, columns: tuple[str, ...]
) -> None:
    own = columns[0]
    if not {"source", "_load_id", "_row", "_as_of"} <= set(columns):
        return
    times = [c for c in _TIMES if c in columns]
    dated = (
        f"from {table} as t "
        f"inner join {identifier(catalog)}.landing.loads as l on l.load_id = t._load_id "
        "inner join cutoff on cutoff.source = t.source and cutoff.stream = l.stream"
    )
    if own == _RECORDS:
        seen = ", ".join(["t._as_of", *(f"t.{c}" for c in times if c == "updated_at")])
        work.execute(
            f"insert into old_record select t.record_id, t.source {dated} "
            f"where greatest({seen}) < cutoff.since"
        )
    elif own in _OF_EVENTS and times:
        work.execute(
            f"insert into old_event select t.{own}, t.source, t._load_id, t._row {dated} "
            f"where t.{times[0]} < cutoff.since"
        )


def _find_records(
    work: duckdb.DuckDBPyConnection, catalog: str, holds: Mapping[str, LegalHold]
) -> None:
    held = sorted({customer for hold in holds.values() for customer in hold.customers})
    work.execute(_GONE_RECORD.format(catalog=identifier(catalog)), [held])
    work.execute(_GONE_CUSTOMER.format(catalog=identifier(catalog)))
    work.execute(_HELD_EVENTS.format(catalog=identifier(catalog)), [held])
    work.execute(_GONE_CELL)
    work.execute(_GONE_KEY)
    work.execute(_GONE_EVENT_ROW.format(catalog=identifier(catalog)))


def _expired_files(root: Root, since: Cutoffs) -> tuple[str, ...]:
    """Originals all of whose loads are older than what their source may keep."""
    ledger = Ledger(root)
    old: dict[tuple[str, str], bool] = {}
    for load in ledger.loads():
        name = ledger.manifest_of(load.load_id).get("file_name")
        if name:
            key = load.source, name
            until = since.get((load.source, load.stream))
            is_old = until is not None and load.as_of < until
            old[key] = old.get(key, True) and is_old
    files = [
        root.inbox / "loaded" / source / name
        for (source, name), is_old in old.items()
        if is_old
    ]
    return tuple(
        sorted(file.relative_to(root.path).as_posix() for file in files if file.is_file())
    )


_TABLES = (
    "create or replace temp table old_record (record_id varchar, source varchar)",
    "create or replace temp table old_event "
    "(event_id varchar, source varchar, load_id varchar, row bigint)",
    "create or replace temp table gone_record (request integer, record_id varchar, "
    "source varchar, vendor varchar, customer_id varchar, key varchar)",
    "create or replace temp table gone_customer (customer_id varchar, is_whole boolean)",
    "create or replace temp table gone_key (key varchar, source varchar, request integer)",
    "create or replace temp table gone_cell (value varchar, kind varchar)",
    "create or replace temp table gone_row (vendor varchar, stream varchar, source varchar, "
    "load_id varchar, row bigint, native_id varchar, request integer)",
    "create or replace temp table touched_row (vendor varchar, stream varchar, source varchar, "
    "load_id varchar, row bigint)",
)

_GONE_RECORD = """
insert into gone_record
select
    0, records.record_id, records.source, records.vendor, xref.customer_id,
    'id|' || records.source || ':' || split_part(records.record_id, ':', 2) || ':'
    || case
        when records.vendor = 'salesforce'
            and regexp_full_match(records.native_id, '[A-Za-z0-9]{{18}}')
            then left(records.native_id, 15)
        else records.native_id
    end
from old_record
inner join {catalog}.intermediate.int_contact_records as records using (record_id)
left join {catalog}.identity.customer_xref as xref
    on xref.record_id = records.record_id and xref.valid_to is null
where not coalesce(list_contains($1::varchar[], xref.customer_id), false)
"""

_GONE_CUSTOMER = """
insert into gone_customer
with left_over as (
    select distinct customer_id from {catalog}.identity.customer_xref
    where valid_to is null and record_id not in (select record_id from gone_record)
)
select distinct customer_id, customer_id not in (from left_over)
from gone_record
where customer_id is not null
"""

_HELD_EVENTS = """
delete from old_event
where event_id in (
    select event_id from {catalog}.marts.customer_timeline
    where list_contains($1::varchar[], customer_id)
)
"""

_GONE_CELL = """
insert into gone_cell
select record_id, 'id' from gone_record
union select customer_id, case when is_whole then 'id' else 'part' end from gone_customer
union select event_id, 'id' from old_event
"""

_GONE_KEY = "insert into gone_key select key, source, 0 from gone_record"

_GONE_EVENT_ROW = """
insert into gone_row
select distinct loads.vendor, loads.stream, old.source, old.load_id, old.row, old.event_id, 0
from old_event as old
inner join {catalog}.landing.loads as loads on loads.load_id = old.load_id
"""

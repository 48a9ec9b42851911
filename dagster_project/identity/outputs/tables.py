"""Schema ``identity`` of the warehouse: what marts read, written in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from dagster_project.identity.bits import chance_sql
from dagster_project.identity.outputs.audit import AUDITED_AGAIN
from dagster_project.identity.reading.phones import CACHE, FORGET_UNUSED_PHONES
from dagster_project.identity.reading.records import EVERY_RECORD
from dagster_project.identity.workspace import Workspace

_TABLES = {
    "customer_xref": """
        select
            members.record_id,
            members.customer_id,
            members.valid_from,
            members.valid_to,
            case when members.valid_to is null then coalesce(sure.confidence, 1.0) end as confidence
        from idstate.members
        left join work.confidence as sure on members.record_id = sure.record_id
        -- runs of one as-of may move a record and move it back: it was never there for a time
        where members.valid_to is null or members.valid_to > members.valid_from
    """,
    "record_status": "select record_id, status, reason from work.status",
    "record_identifiers": """
        select distinct
            record.record_id,
            identifier.kind,
            nullif(identifier.network, '') as network,
            identifier.value_raw,
            identifier.canonical as value_norm,
            identifier.is_verified,
            identifier.flag is not null as is_shared,
            identifier.flag,
            identifier.first_seen_at,
            identifier.last_seen_at
        from work.identifier
        inner join work.record on identifier.rid = record.rid
        where identifier.is_stated
    """,
    "links": "select * from work.link",
    "redirects": """
        select customer_id, redirects_to, retired_at as redirected_at
        from idstate.ids
        where retired_at is not null
    """,
    "events": """
        select
            event_id, event_type, customer_id, other_customer_id, record_count, run_id, actor,
            occurred_at
        from idstate.events
    """,
    "guard_audit": "select * from work.audit",
}

# What a household or an office shares ties its customers to one another and makes them no one.
GROUPS = """
create or replace view identity.groups as
with

shared as (

    select
        format('{:016x}', hash(held.kind, held.value_norm)) as group_id,
        held.kind as identifier_kind,
        held.flag,
        xref.customer_id,
        held.record_id,
        lower(trim(record.organisation)) as organisation
    from identity.record_identifiers as held
    inner join identity.customer_xref as xref
        on held.record_id = xref.record_id and xref.valid_to is null
    left join intermediate.int_contact_records as record on held.record_id = record.record_id
    where held.kind in ('email', 'phone') and held.flag in ('generic', 'role', 'shared')

),

judged as (

    select
        group_id,
        case
            when bool_or(flag in ('generic', 'role')) then 'account'
            when count(organisation) > 1 and count(distinct organisation) = 1 then 'account'
            else 'household'
        end as relation,
        count(distinct customer_id) as customers
    from shared
    group by group_id

)

select
    shared.group_id,
    judged.relation,
    shared.identifier_kind,
    shared.customer_id,
    count(distinct shared.record_id) as records,
    any_value(judged.customers) as customers
from shared
inner join judged on shared.group_id = judged.group_id
where judged.customers > 1
group by shared.group_id, judged.relation, shared.identifier_kind, shared.customer_id
"""

_RUNS = """
create table if not exists identity.runs (
    run_id varchar, occurred_at timestamptz, input_hash varchar, evidence_hash varchar,
    spec_hash varchar, model_version varchar, ledger_run bigint, records bigint,
    candidates bigint, links bigint, customers bigint, created bigint, absorbed bigint,
    merged bigint, split bigint, retired bigint, expected_precision double,
    expected_recall double, seconds double, warnings varchar, is_incremental boolean,
    reopened bigint, reclustered bigint
)
"""

# Runs of warehouses that were written before there were incremental ones.
_MORE_OF_RUNS = tuple(
    f"alter table identity.runs add column if not exists {column}"
    for column in ("is_incremental boolean", "reopened bigint", "reclustered bigint")
)


@dataclass(frozen=True)
class RunRow:
    """A row of ``identity.runs``; a run that only handed times on has no figures of its own."""

    run_id: str
    occurred_at: datetime
    input_hash: str
    evidence_hash: str
    spec_hash: str
    model_version: str
    ledger_run: int
    records: int | None = None
    candidates: int | None = None
    links: int | None = None
    customers: int | None = None
    created: int | None = None
    absorbed: int | None = None
    merged: int | None = None
    split: int | None = None
    retired: int | None = None
    expected_precision: float | None = None
    expected_recall: float | None = None
    seconds: float | None = None
    warnings: str = ""
    is_incremental: bool | None = None
    reopened: int | None = None
    reclustered: int | None = None


@dataclass(frozen=True)
class RunKey:
    """What the tables of the warehouse were made from."""

    input_hash: str
    evidence_hash: str
    spec_hash: str
    model_version: str
    ledger_run: int


def describe_links(work: Workspace) -> None:
    """Make ``work.link`` (links inside customers) and ``work.confidence`` per record."""
    work.run(_LINKS)
    work.run(_CONFIDENCE)


_LINKS = f"""
create or replace table work.link as
with

joined as (

    select edge.l, edge.r, edge.bits / 10.0 as bits, edge.odds / 10.0 as odds, weight.evidence
    from work.edge
    inner join work.pattern_weight as weight on edge.pattern = weight.pattern
    where edge.weight > 0

    union all

    select must_link.l, must_link.r, 999.0 as bits, 999.0 as odds, must_link.evidence
    from work.must_link

)

select
    l.record_id as record_id_l,
    r.record_id as record_id_r,
    joined.bits::double as match_weight,
    round({chance_sql("joined.odds")}, 9)::double as match_probability,
    joined.evidence
from joined
inner join work.assignment as la on joined.l = la.rid
inner join work.assignment as ra on joined.r = ra.rid and la.cluster = ra.cluster
inner join work.record as l on joined.l = l.rid
inner join work.record as r on joined.r = r.rid
"""

_CONFIDENCE = """
create or replace table work.confidence as
select record_id, max(match_probability) as confidence
from (
    select record_id_l as record_id, match_probability from work.link
    union all
    select record_id_r as record_id, match_probability from work.link
)
group by record_id
"""


def write_outputs(work: Workspace, run: RunRow) -> None:
    """Replace every table of the schema and add the run's row, all or nothing."""
    _replace(work, tuple(_TABLES), run, GROUPS)


def write_changes(work: Workspace, run: RunRow, *, only: str = EVERY_RECORD) -> None:
    """Replace only the rows of ``work.concerned(record_id)``; the others stand as they are.

    ``only``: whose status may be another, a condition of ``records.announce``.
    Needs the new evidence as ``kept``. ``work.reread(record_id)``: whose identifiers are others, or were seen at other times;
    ``work.dropped_phone(value_norm)``: numbers that some record no longer holds;
    ``work.audit``, ``work.audited_record`` and ``work.audited_value``: the guards' new acts.
    """
    concerned = "record_id in (from work.concerned)"
    for table, sql, condition in (
        ("customer_xref", _TABLES["customer_xref"], concerned),
        (
            "record_identifiers",
            _TABLES["record_identifiers"].replace("work.", "kept.")
            + "and record.record_id in (from work.reread)",
            EVERY_RECORD,
        ),
        ("record_status", _TABLES["record_status"], EVERY_RECORD),
    ):
        work.run(
            f"create or replace table work.out_{table} as "
            f"select * from ({sql}) where {condition}"
        )
    work.run(
        "create or replace table work.status_changed as with "
        f"known as (select * from identity.record_status where {only}) "
        "select record_id from ((from known except from work.out_record_status) union "
        "(from work.out_record_status except from known))"
    )
    _commit(work, _CHANGES, run)


_CHANGES = (
    "delete from identity.customer_xref where record_id in (from work.concerned)",
    "insert into identity.customer_xref by name from work.out_customer_xref order by all",
    "delete from identity.record_identifiers where record_id in (from work.reread)",
    "insert into identity.record_identifiers by name from work.out_record_identifiers order by all",
    "delete from identity.record_status where record_id in (from work.status_changed)",
    "insert into identity.record_status by name from work.out_record_status "
    "where record_id in (from work.status_changed) order by all",
    "delete from identity.links where record_id_l in (from work.concerned) "
    "or record_id_r in (from work.concerned)",
    "insert into identity.links by name from work.link order by all",
    f"create or replace table identity.redirects as from ({_TABLES['redirects']}) order by all",
    f"insert into identity.events by name select * from ({_TABLES['events']}) "
    "where event_id > (select coalesce(max(event_id), '') from identity.events) order by all",
    AUDITED_AGAIN.format(table="identity.guard_audit"),
    "insert into identity.guard_audit by name select * from work.audit order by all",
    f"delete from {CACHE} where value_norm in (from work.dropped_phone)",
)


def refresh_identifiers(work: Workspace, run: RunRow) -> None:
    """Replace only what does not depend on the partition: times of identifiers."""
    _replace(work, ("record_identifiers",), run)


def flags_changed(work: Workspace) -> bool:
    """Whether an identifier read anew has another flag than the warehouse knows of."""
    return (
        work.count(
            """
            (
                select record.record_id
                from work.identifier
                inner join work.record on identifier.rid = record.rid
                left join identity.record_identifiers as known
                    on
                        record.record_id = known.record_id
                        and identifier.kind = known.kind
                        and identifier.canonical = known.value_norm
                where identifier.is_stated and identifier.flag is distinct from known.flag
                limit 1
            )
            """
        )
        > 0
    )


def _replace(work: Workspace, tables: tuple[str, ...], run: RunRow, *more: str) -> None:
    for table in tables:
        work.run(f"create or replace table work.out_{table} as {_TABLES[table]}")
    work.run("create schema if not exists identity")
    statements = [
        f"create or replace table identity.{table} as from work.out_{table} order by all"
        for table in tables
    ]
    _commit(work, [*statements, *more, FORGET_UNUSED_PHONES], run)


def _commit(work: Workspace, statements: Sequence[str], run: RunRow) -> None:
    row = asdict(run)
    with work.transaction():
        for statement in (*statements, _RUNS, *_MORE_OF_RUNS):
            work.run(statement)
        work.run(
            f"insert into identity.runs ({', '.join(row)}) values ({', '.join('?' for _ in row)})",
            list(row.values()),
        )


def last_run(work: Workspace) -> RunKey | None:
    """What the warehouse's tables were made from; nothing when one of them is missing."""
    wanted = ["runs", "groups", *_TABLES]
    known = work.number(
        "select count(*) from information_schema.tables where table_schema = 'identity' "
        "and table_catalog = current_database() and list_contains($1::varchar[], table_name)",
        [wanted],
    )
    if known < len(wanted):
        return None
    rows = work.rows(
        "select input_hash, evidence_hash, spec_hash, model_version, ledger_run "
        "from identity.runs order by rowid desc limit 1"
    )
    return RunKey(*rows[0]) if rows else None  # type: ignore[arg-type]

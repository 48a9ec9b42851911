"""Which contact records are resolved at all, and who was merged into whom by its own source."""

from collections.abc import Collection

from dagster_project.identity.workspace import Workspace

_SURVIVORS = """
create or replace table work.survivor as
with recursive

chain as (

    select record_id, merged_into as survivor, 1 as depth
    from intermediate.int_contact_records
    where merged_into is not null and merged_into <> record_id

    union all

    select chain.record_id, record.merged_into as survivor, chain.depth + 1 as depth
    from chain
    inner join intermediate.int_contact_records as record
        on chain.survivor = record.record_id
    where
        record.merged_into is not null
        and record.merged_into <> chain.record_id
        and chain.depth < 20

)

select record_id, arg_max(survivor, depth) as survivor
from chain
group by record_id
"""

_STATUS = """
create or replace table work.status as
with

survivors as (

    select survivor.record_id, survivor.survivor
    from work.survivor
    inner join intermediate.int_contact_records as record
        on survivor.survivor = record.record_id
    where
        record.deleted_at is null and record.kind in ('person', 'shared_mailbox')
        and {merged}

),

stated as (select * from intermediate.int_contact_records as record where {stated})

select
    record.record_id,
    record.kind,
    survivors.survivor,
    case
        when record.kind not in ('person', 'shared_mailbox') then 'not_a_customer'
        when survivors.survivor is not null then 'resolved'
        when record.deleted_at is not null then 'withdrawn'
        else 'resolved'
    end as status,
    case
        when record.kind not in ('person', 'shared_mailbox') then record.kind
        when survivors.survivor is not null then 'merged by its source'
        when record.deleted_at is not null then 'deleted by its source'
        else 'living record'
    end as reason
from stated as record
left join survivors on record.record_id = survivors.record_id
"""

_ANNOUNCED = """
create or replace table work.announced as
with recursive

-- what becomes of a record decides over those that its source merged into it
touched as (

    -- a list of nobody comes without a type
    select record_id::varchar as record_id from announced_records

    union

    select record.record_id
    from touched
    inner join intermediate.int_contact_records as record
        on touched.record_id = record.merged_into

)

select record_id from touched
"""

EVERY_RECORD, ANNOUNCED = "true", "record_id in (from work.announced)"
"""Conditions on a ``record_id``: whatever it is, and that it is one of those announced."""

LONGEST_NAME, LONGEST_TEXT = 200, 5_000
"""Characters of a name, and of a text, that are compared: a cell of megabytes is neither, and
the work on a name grows with the square of its length."""

_RESOLVED = f"""
select
    status.record_id,
    status.survivor,
    status.kind = 'shared_mailbox' as is_mailbox,
    record.deleted_at is null as is_living,
    record.source,
    left(record.given_name, {LONGEST_NAME}) as given_name,
    left(record.family_name, {LONGEST_NAME}) as family_name,
    left(record.full_name, {LONGEST_NAME}) as full_name,
    record.birth_date,
    left({{birth_date_text}}, {LONGEST_NAME}) as birth_date_text,
    left(record.organisation, {LONGEST_NAME}) as organisation,
    record.country,
    record.default_country,
    left(record.bio, {LONGEST_TEXT}) as bio
from work.status
inner join intermediate.int_contact_records as record on status.record_id = record.record_id
where status.status = 'resolved'
"""

# numbered before all else of a record is read: a window carries along what it does not look at
_RECORDS = """
create or replace table work.record as
with

numbered as (

    select record_id, (row_number() over (order by record_id) - 1)::integer as rid
    from work.status
    where status = 'resolved'

)

select numbered.rid, resolved.*
from ({resolved}) as resolved
inner join numbered on resolved.record_id = numbered.record_id
"""

_NO_ATTRIBUTES = (
    "create or replace table work.attribute (rid integer, attribute varchar, value varchar)"
)

# Facts that only some tables know of: an occupation, a place of birth, any other column.
_ATTRIBUTES = f"""
create or replace table work.attribute as
select distinct record.rid, lower(trim(given.attribute)) as attribute, left(lower(trim(given.value)), {LONGEST_NAME}) as value
from intermediate.int_contact_attributes as given
inner join work.record on given.record_id = record.record_id
where trim(given.value) <> ''
"""


def read_records(work: Workspace) -> None:
    """Make ``work.status`` (every record once), ``work.record`` (resolved ones), ``work.attribute``.

    ``rid`` numbers the resolved records by record_id, so it does not depend on row order.
    """
    read_statuses(work)
    work.run(_RECORDS.format(resolved=resolved_sql(work)))
    read_attributes(work)


def announce(work: Workspace, changed: Collection[str] | None) -> str:
    """Make ``work.announced(record_id)``; the condition that a ``record_id`` is one of them.

    Without ``changed`` every record may be another, and the condition is always true.
    """
    if changed is not None:
        with work.columns("announced_records", record_id=sorted(changed)):
            work.run(_ANNOUNCED)
    return whom(changed)


def whom(changed: Collection[str] | None) -> str:
    """The condition that ``announce`` gives, once it has been called."""
    return EVERY_RECORD if changed is None else ANNOUNCED


def read_statuses(work: Workspace, *, only: str = EVERY_RECORD) -> None:
    """Make ``work.status``: every record once, or those that a condition of ``announce`` names."""
    work.run(_SURVIVORS)
    stated, merged = (
        only.replace("record_id", f"{table}.record_id", 1) for table in ("record", "survivor")
    )
    work.run(_STATUS.format(stated=stated, merged=merged))


def resolved_sql(work: Workspace) -> str:
    """A query of the resolved records, all but their numbers; needs ``work.status``."""
    return _RESOLVED.format(birth_date_text=_birth_date_text(work))


def read_attributes(work: Workspace) -> None:
    """Make ``work.attribute`` of the records in ``work.record``."""
    work.run(_ATTRIBUTES if has_attributes(work) else _NO_ATTRIBUTES)


def has_attributes(work: Workspace) -> bool:
    """Whether there are facts that only some tables know of."""
    return _has(work, "int_contact_attributes")


def _birth_date_text(work: Workspace) -> str:
    """Birth dates as written are an extra that the warehouse has no need of."""
    is_there = _has(work, "int_contact_records", "birth_date_text")
    return "record.birth_date_text" if is_there else "null::varchar"


def _has(work: Workspace, table: str, column: str | None = None) -> bool:
    found = work.number(
        "select count(*) from information_schema.columns where table_schema = 'intermediate' "
        "and table_catalog = current_database() and table_name = $1 "
        "and column_name = coalesce($2, column_name)",
        [table, column],
    )
    return found > 0

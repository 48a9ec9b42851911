"""Which records are new, changed or gone since the last run, told by hashes of their evidence."""

from dataclasses import dataclass

from dagster_project.identity.records import EVERY_RECORD, resolved_sql
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Changed:
    """How many records there were, and how many of them are not as they were."""

    records: int
    new_or_changed: int
    gone: int

    @property
    def share(self) -> float:
        """Changed and gone of all records."""
        return (self.new_or_changed + self.gone) / max(self.records, 1)


def write_hashes(work: Workspace, *, only: str = EVERY_RECORD) -> None:
    """Make ``work.record_hash``: of all that decides who a record is, and of mere times.

    Reads the records where they come from: most have not changed, and are not wanted here.
    """
    work.run(_HASHES.format(resolved=resolved_sql(work), only=only))


def find_changed(work: Workspace, *, only: str = EVERY_RECORD) -> Changed:
    """Make ``work.everybody(rid, record_id)``, by the numbers they had, and who of them changed.

    ``only``: a condition of ``announce``; everybody are then those, and nobody else has changed.
    ``work.changed(rid)`` are new and changed records, ``work.gone(rid)`` those that left,
    ``work.retimed(rid)`` those whose identifiers were seen at other times.
    """
    write_hashes(work, only=only)
    work.run(_EVERYBODY)
    work.run(_CHANGED)
    work.run(_GONE.format(only=only))
    work.run(_RETIMED)
    return Changed(
        work.count("kept.record"), work.count("work.changed"), work.count("work.gone")
    )


_HASHES = """
create or replace table work.record_hash as
with

identifiers as (

    select
        record_id,
        hash(sum(hash(
            kind, network, value_raw, value_norm, coalesce(is_verified, false)
        )::hugeint)) as evidence,
        hash(sum(hash(kind, value_norm, first_seen_at, last_seen_at)::hugeint)) as times
    from intermediate.int_contact_identifiers
    where {only}
    group by record_id

),

addresses as (

    select record_id, hash(sum(hash(street, city, postal_code)::hugeint)) as evidence
    from intermediate.int_contact_addresses
    where {only}
    group by record_id

)

select
    record.record_id,
    hash(
        record.survivor, record.is_mailbox, record.is_living, record.source, record.given_name,
        record.family_name, record.full_name, record.birth_date, record.birth_date_text,
        record.organisation, record.country, record.default_country, record.bio,
        identifiers.evidence, addresses.evidence
    ) as evidence,
    identifiers.times
from ({resolved}) as record
left join identifiers on record.record_id = identifiers.record_id
left join addresses on record.record_id = addresses.record_id
"""

_EVERYBODY = """
create or replace table work.everybody as
select
    coalesce(
        known.rid,
        (select coalesce(max(rid), -1) from kept.record)
        + row_number() over (partition by known.rid is null order by record.record_id)
    )::integer as rid,
    record.record_id,
    record.evidence,
    record.times,
    last.evidence as evidence_then,
    last.times as times_then
from work.record_hash as record
left join kept.record as known on record.record_id = known.record_id
left join kept.record_hash as last on record.record_id = last.record_id
"""

_CHANGED = """
create or replace table work.changed as
select rid from work.everybody where evidence is distinct from evidence_then
"""

_GONE = """
create or replace table work.gone as
select known.rid
from (select rid, record_id from kept.record where {only}) as known
anti join work.everybody on known.record_id = everybody.record_id
"""

_RETIMED = """
create or replace table work.retimed as
select rid from work.everybody
where evidence_then is not null and times is distinct from times_then
"""

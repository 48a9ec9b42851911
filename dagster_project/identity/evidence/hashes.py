"""Hashes of every record's evidence, to tell later which records are others."""

from dagster_project.identity.reading.records import EVERY_RECORD, resolved_sql
from dagster_project.identity.workspace import Workspace


def write_hashes(work: Workspace, *, only: str = EVERY_RECORD) -> None:
    """Make ``work.record_hash``: of all that decides who a record is, and of mere times.

    Reads the records where they come from: most have not changed, and are not wanted here.
    """
    work.run(_HASHES.format(resolved=resolved_sql(work), only=only))


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

"""Who objects, by all that names them and nobody else: what the next loads are held to.

Belongs here: reading it off the marts of a run. Does not belong here: what it keeps out
(``consent.objections``).
"""

from datetime import UTC, datetime

import duckdb

from dagster_project.consent.objections import Objections
from dagster_project.domain.root import Root

_NEEDED = "marts.customer_consent_history"


def note_objectors(
    connection: duckdb.DuckDBPyConnection,
    root: Root,
    *,
    key: str | None,
    now: datetime | None = None,
) -> int:
    """Write the objections anew from the warehouse of ``connection``; how many keys there are.

    Without any, nothing is read but the few rows that would say so, and no secret is made.
    """
    objections = Objections(root, key=key)
    keys = connection.execute(_KEYS).fetchall()
    if not keys and not objections.exist():
        return 0
    return objections.keep_only(connection, keys, at=now or datetime.now(UTC))


_KEYS = f"""
with
objectors as (
    select customer_id, channel as objection
    from {_NEEDED}
    where channel in ('processing', 'tracking') and is_current and status = 'withdrawn'
),
theirs as (
    select records.record_id, records.source, records.vendor, records.native_id, objectors.objection
    from objectors
    inner join marts.customer_records as members using (customer_id)
    inner join intermediate.int_contact_records as records using (record_id)
),
held as (
    select theirs.source, theirs.objection, i.kind, i.network, i.value_norm, i.value_raw
    from theirs
    inner join identity.record_identifiers as i using (record_id)
    where
        i.value_norm is not null
        -- what others hold as well is not theirs alone
        and not exists (
            select 1
            from identity.record_identifiers as other
            where
                other.kind = i.kind
                and other.value_norm = i.value_norm
                and other.record_id not in (select record_id from theirs)
        )
)
select
    'id|' || source || ':' || split_part(record_id, ':', 2) || ':'
    || case
        when vendor = 'salesforce' and regexp_full_match(native_id, '[A-Za-z0-9]{{18}}')
            then left(native_id, 15)
        else native_id
    end as key,
    objection
from theirs
union
select 'email|' || lower(value_norm), objection from held where kind = 'email'
union
select 'email|' || lower(trim(value_raw)), objection from held where kind = 'email'
union
select 'phone|' || regexp_replace(value_norm, '[^0-9]', '', 'g'), objection
from held where kind = 'phone' and value_norm like '+%'
union
select 'written|' || source || '|' || regexp_replace(value_raw, '[^0-9]', '', 'g'), objection
from held where kind = 'phone' and value_raw is not null
union
select 'handle|' || network || '|' || lower(value_norm), objection
from held where kind = 'handle' and network is not null
order by 1, 2
"""

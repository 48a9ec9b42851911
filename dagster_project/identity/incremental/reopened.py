"""Features of changed records, and of those that a changed record reopens.

What a value proves depends on all who hold it. Values that changed records hold or held are
judged again, and where the judgement is another, every holder is read again.

Belongs here: judgements of values: shared, generic, everybody's alias, a shared roof.
Does not belong here: pairs (``pairs``).
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.comparing.agreements import MOST_HOLDERS, write_holdings
from dagster_project.identity.evidence.tables import (
    DERIVED,
    JUDGED,
    NAMES,
    READ,
    copy_in,
    copy_names,
    take_out,
    take_out_rest,
)
from dagster_project.identity.features.aliases import USUAL_HOLDERS
from dagster_project.identity.features.values import DWELLERS, build_features
from dagster_project.identity.reading.contacts import read_values
from dagster_project.identity.reading.holders import (
    HOLDER_COLUMNS,
    HOLDERS,
    judge_values,
)
from dagster_project.identity.reading.names import read_names
from dagster_project.identity.reading.records import read_attributes, resolved_sql
from dagster_project.identity.workspace import Workspace

FLAGS_BY_HOLDERS = "({0}.flag is null or {0}.flag in ('shared', 'generic'))"
"""Identifiers whose flag depends on who holds the value."""


def read_changed(work: Workspace, spec: IdentitySpec) -> None:
    """Read all that changed or must be read again; the result stands in ``work`` alone.

    Makes ``work.dirty(rid)``, whose pairs are all to be found again, ``work.departed(rid)``, who
    was taken out of ``kept`` before anything else, and ``work.reflagged(rid)``. Needs
    statistics, and what ``find_changed`` makes.
    """
    work.run(
        "create or replace table work.departed as select rid from work.gone union all "
        "select rid from work.changed where rid in (select rid from kept.record)"
    )
    if work.count("work.departed"):
        take_out(work, "work.departed")
    work.run("create or replace table work.read_again (rid integer)")
    work.run(_TIMES)
    work.run(
        "create or replace table work.record as select everybody.rid, resolved.* "
        f"from ({resolved_sql(work)}) as resolved inner join work.everybody on resolved.record_id = everybody.record_id "
        "where everybody.rid in (select rid from work.changed)"
    )
    read_attributes(work)
    read_names(work, spec)
    read_values(work, spec)
    _judge_values_again(work, spec)
    build_features(work, spec, has_statistics=True, has_others=True)
    _judge_aliases_and_places_again(work)
    write_holdings(work)
    _judge_crowds_again(work)
    if work.count("work.read_again"):
        take_out_rest(work, "work.read_again")
    work.run("create or replace table work.dirty as select rid from work.record")


# New times of records that are otherwise as they were.
_TIMES = """
create or replace table work.seen_again as
select distinct
    known.* replace (stated.first_seen_at as first_seen_at, stated.last_seen_at as last_seen_at)
from kept.identifier as known
inner join kept.record on known.rid = record.rid
inner join intermediate.int_contact_identifiers as stated
    on
        record.record_id = stated.record_id
        and known.kind = stated.kind
        and known.value_norm = stated.value_norm
        and known.value_raw is not distinct from stated.value_raw
        and known.is_verified = coalesce(stated.is_verified, false)
where
    known.is_stated
    and known.rid in (from work.retimed)
    and (known.kind <> 'handle' or known.network = coalesce(stated.network, ''));

delete from kept.identifier where is_stated and rid in (from work.retimed);

insert into kept.identifier by name from work.seen_again
"""


def _judge_values_again(work: Workspace, spec: IdentitySpec) -> None:
    """Flags of identifiers by who holds them; holders of values with another flag are reopened."""
    timed = [kind for kind, guard in spec.identifiers.items() if guard.reads_times]
    work.run(
        """
        create or replace table work.touched_value as
        select value_id from before.identifier where rid in (select rid from work.departed)
        union
        select value_id from work.identifier where flag is null
        union
        select value_id from kept.identifier
        where rid in (select rid from work.retimed) and list_contains($1::varchar[], kind)
        """,
        [timed],
    )
    work.run(HOLDERS.format(which="true"))
    work.run(_TOUCHED_IDENTIFIERS)
    work.run(_OTHER_HOLDERS)
    copy_names(work, "select name_id from work.holder")
    judge_values(work, spec)
    work.run(
        "update work.identifier set flag = shared.flag from work.shared "
        "where identifier.flag is null and identifier.value_id = shared.value_id"
    )
    work.run(_FLIPPED)
    work.run(
        "create or replace table work.reflagged as select distinct rid from kept.identifier "
        "where value_id in (select value_id from work.flipped)"
    )
    work.run(
        f"""
        update kept.identifier
        set flag = flipped.flag
        from work.flipped
        where identifier.value_id = flipped.value_id and {FLAGS_BY_HOLDERS.format("identifier")}
        """
    )
    _reopen(work, "work.reflagged", READ)


# A table of their own tells the engine how few they are: all joins start from them.
_TOUCHED_IDENTIFIERS = f"""
create or replace table work.touched_identifier as
select rid, kind, canonical, value_id, first_seen_at, last_seen_at, flag
from kept.identifier
where
    value_id in (select value_id from work.touched_value)
    and {FLAGS_BY_HOLDERS.format("identifier")}
"""

_OTHER_HOLDERS = f"""
insert into work.holder by name
with

span as (

    select rid, kind, min(value_id) as first_value, max(value_id) as last_value
    from kept.identifier as identifier
    where
        rid in (select rid from work.touched_identifier)
        and {FLAGS_BY_HOLDERS.format("identifier")}
    group by rid, kind

)

select distinct {HOLDER_COLUMNS}
from work.touched_identifier as identifier
inner join kept.record on identifier.rid = record.rid
inner join span on identifier.rid = span.rid and identifier.kind = span.kind
left join kept.record_name on identifier.rid = record_name.rid
left join kept.name on record_name.name_id = name.name_id
where not record.is_mailbox
"""

_FLIPPED = """
create or replace table work.flipped as
select distinct known.value_id, shared.flag
from work.touched_identifier as known
left join work.shared on known.value_id = shared.value_id
where known.flag is distinct from shared.flag
"""


def _reopen(work: Workspace, rids: str, tables: tuple[str, ...]) -> None:
    """Take records out of ``kept`` to read them again from some of their tables.

    At first only from the tables in which values are judged, so that no judgement meets them
    twice; ``work.read_again(rid)`` says who is to be taken out of the others.
    """
    if not work.count(rids):
        return
    work.run(
        f"insert into work.record by name from kept.record where rid in (select rid from {rids})"
    )
    copy_in(work, rids, tables)
    names = NAMES if "feature" in tables else NAMES[:1]
    copy_names(
        work,
        f"select name_id from kept.record_name where rid in (select rid from {rids})",
        names,
    )
    take_out(work, rids, JUDGED)
    work.run(f"insert into work.read_again select rid from {rids}")


def _judge_aliases_and_places_again(work: Workspace) -> None:
    """Aliases that become or cease to be everybody's, addresses that become or cease to be shared."""
    work.run(_ALIASES_NOW)
    work.run(_ROOFS_NOW)
    work.run(_REOPENED)
    work.run(
        "update kept.alias set is_common = now.is_common or alias.is_plain "
        "from work.alias_now as now where alias.alias = now.alias"
    )
    work.run(
        "update kept.address_key set is_shared = now.is_shared from work.roof_now as now "
        "where address_key.place = now.place and address_key.is_shared <> now.is_shared"
    )
    _reopen(work, "work.reopened", (*READ, *DERIVED))


_ALIASES_NOW = f"""
create or replace table work.alias_now as
with

touched as (

    select alias from before.alias
    where rid in (select rid from work.departed union all select rid from work.record)
    union
    select alias from work.alias

)

select alias, count(distinct rid) > {USUAL_HOLDERS} as is_common
from (
    select rid, alias from kept.alias where alias in (select alias from touched)
    union all
    select rid, alias from work.alias
)
group by alias
"""

_ROOFS_NOW = f"""
create or replace table work.dweller as {DWELLERS};

create or replace table work.roof_now as
with

touched as (

    select place from before.address_key where rid in (select rid from work.departed)
    union
    select place from work.address_key

)

select touched.place, count(distinct dweller.given) > 1 as is_shared
from touched
left join (
    select place, given from kept.dweller union all select place, given from work.dweller
) as dweller on touched.place = dweller.place
where touched.place is not null
group by touched.place
"""

_REOPENED = """
create or replace table work.reopened as
select alias.rid
from kept.alias
inner join work.alias_now as now on alias.alias = now.alias
where alias.is_common <> (now.is_common or alias.is_plain)
union
select address_key.rid
from kept.address_key
inner join work.roof_now as now on address_key.place = now.place
where address_key.is_shared <> now.is_shared
"""


def _judge_crowds_again(work: Workspace) -> None:
    """Values that come to have too many holders for a pair each, or cease to."""
    work.run(_CROWDED)
    if not work.count("work.crowded"):
        return
    copy_in(work, "work.crowded", ("value_holder", "nameless"))
    _reopen(work, "work.crowded", (*READ, *DERIVED))


_CROWDED = f"""
create or replace table work.crowded as
with

touched as (

    select value, flag from before.value_holder
    where rid in (select rid from work.departed union all select rid from work.record)
    union
    select value, flag from work.value_holder

),

earlier as (

    select value, flag, count(*) as holders
    from before.value_holder semi join touched using (value, flag)
    group by value, flag

),

known as (select value, flag, rid from kept.value_holder semi join touched using (value, flag)),

now as (

    select value, flag, count(*) as holders
    from (select value, flag from known union all select value, flag from work.value_holder)
    group by value, flag

),

crossed as (

    select value, flag
    from now
    inner join earlier using (value, flag)
    where (now.holders > {MOST_HOLDERS}) <> (earlier.holders > {MOST_HOLDERS})

)

select distinct rid from known semi join crossed using (value, flag)
"""

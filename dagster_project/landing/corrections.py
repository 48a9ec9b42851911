"""Quarantined rows whose next version has come and passed: they wait for nobody any more."""

from collections.abc import Iterable

from dagster_project.domain.loads import Load, LoadState
from dagster_project.landing.attention import Attention
from dagster_project.landing.quarantine import quarantine_file
from dagster_project.landing.store import LandingZone, parquet_sql


def note_corrections(zone: LandingZone, attention: Attention, loads: Iterable[Load]) -> None:
    """Count, for the streams of new loads, which rows held back earlier they have made good."""
    accepted = {
        (load.source, load.stream) for load in loads if load.state is LoadState.ACCEPTED
    }
    for source, stream in sorted(accepted):
        for load_id, rows in _corrected(zone, source, stream):
            attention.note_corrected(load_id, rows)


def _corrected(zone: LandingZone, source: str, stream: str) -> list[tuple[str, int]]:
    """Per load, how many of its quarantined rows a later export has a good version of."""
    accepted = zone.ledger.loads(state=LoadState.ACCEPTED, source=source, stream=stream)
    waiting = [x for x in accepted if x.quarantined and quarantine_file(zone.root, x).exists()]
    if not waiting:
        return []
    oldest = min(load.as_of for load in waiting)
    later = [zone.rows_file(x) for x in accepted if x.rows and x.as_of > oldest]
    if not later:
        return []
    exported = ", ".join(
        f"('{x.load_id}', timestamptz '{x.as_of.isoformat()}')" for x in waiting
    )
    held = parquet_sql(quarantine_file(zone.root, load) for load in waiting)
    found = zone.connection.execute(
        f"""
        with
        held as (select distinct _load_id, _row, _native_id from {held}),
        exported(_load_id, as_of) as (values {exported}),
        good as (
            select later._native_id, max(later._as_of) as as_of
            from {parquet_sql(later)} as later
            anti join held on held._load_id = later._load_id and held._row = later._row
            where later._native_id in (select _native_id from held)
            group by later._native_id
        )
        select held._load_id, count(*)
        from held
        inner join exported using (_load_id)
        inner join good using (_native_id)
        where good.as_of > exported.as_of
        group by held._load_id
        order by held._load_id
        """
    ).fetchall()
    return [(str(load_id), int(rows)) for load_id, rows in found]

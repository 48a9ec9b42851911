"""Small loads share a file after merging, and nobody who reads them can tell."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.loads import Load, LoadState, Verdict
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.exposure import expose
from dagster_project.landing.merge import merge_small_loads
from dagster_project.landing.store import LandingZone, parquet_sql
from dagster_project.sources.catalogue import STREAMS
from tests.unit.landing.builders import batch, contact, source


def decide(zone: LandingZone, load: Load, state: LoadState = LoadState.ACCEPTED) -> Load:
    return zone.ledger.decide(
        load.load_id, state=state, verdict=Verdict("test"), quarantined=0, suite_hash=""
    )


def land(zone: LandingZone, count: int) -> list[Load]:
    return [decide(zone, zone.land(batch(contact(n), contact(n + 100)))) for n in range(count)]


def shown(zone: LandingZone) -> list[tuple[object, ...]]:
    with session(zone.root.database) as connection:
        expose(connection, zone.root, zone.ledger, (source(),), STREAMS)
        return connection.execute(
            "select * from landing.hubspot__contact order by all"
        ).fetchall()


def rows_of(zone: LandingZone, load: Load) -> list[tuple[object, ...]]:
    return zone.connection.execute(
        f"select _load_id, _row, _native_id from {parquet_sql([zone.rows_file(load)])} order by all"
    ).fetchall()


def test_readers_see_the_same_rows_before_and_after(zone: LandingZone) -> None:
    loads = land(zone, 5)
    before, first = shown(zone), rows_of(zone, loads[0])

    merged = merge_small_loads(zone.root, zone.ledger, worth_it=3)

    assert (merged.loads, merged.files_before, merged.files_after) == (5, 5, 1)
    assert len({zone.rows_file(load).resolve() for load in loads}) == 1
    assert shown(zone) == before
    assert len(before) == 10
    assert rows_of(zone, loads[0]) == first


def test_a_view_made_before_fails_rather_than_show_rows_twice(zone: LandingZone) -> None:
    land(zone, 5)
    shown(zone)

    merge_small_loads(zone.root, zone.ledger, worth_it=3)

    with session(zone.root.database) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("from landing.hubspot__contact")


def test_loads_that_come_later_are_merged_with_the_merged_ones(zone: LandingZone) -> None:
    land(zone, 5)
    merge_small_loads(zone.root, zone.ledger, worth_it=3)
    land(zone, 9)
    before = shown(zone)

    merge_small_loads(zone.root, zone.ledger, worth_it=3)

    assert shown(zone) == before
    assert len(list((zone.root.landing / ".merged").rglob("*.parquet"))) == 1


def test_a_load_refused_after_merging_is_no_longer_shown(zone: LandingZone) -> None:
    loads = land(zone, 4)
    merge_small_loads(zone.root, zone.ledger, worth_it=3)

    decide(zone, loads[1], LoadState.REFUSED)

    assert len(shown(zone)) == 6


def test_a_load_read_again_after_merging_is_shown_once(zone: LandingZone) -> None:
    loads = land(zone, 4)
    merge_small_loads(zone.root, zone.ledger, worth_it=3)
    decide(zone, loads[1], LoadState.REFUSED)

    again = zone.land_again(batch(contact(1), contact(101)))
    decide(zone, again)

    assert again.load_id == loads[1].load_id
    assert len(shown(zone)) == 8


def test_a_few_small_loads_and_refused_ones_are_left_alone(zone: LandingZone) -> None:
    land(zone, 2)
    refused = decide(zone, zone.land(batch(contact(7))), LoadState.REFUSED)

    merged = merge_small_loads(zone.root, zone.ledger, worth_it=3)

    assert merged.loads == 0
    assert not zone.rows_file(refused).is_symlink()


def test_what_a_killed_merge_left_is_removed_and_the_zone_recovers(zone: LandingZone) -> None:
    loads = land(zone, 4)
    merge_small_loads(zone.root, zone.ledger, worth_it=3)
    before = shown(zone)
    folder = zone.rows_file(loads[0]).resolve().parent
    (folder / "0123456789abcdef.parquet").write_bytes(b"never linked")
    (folder / ".0123456789abcdef.parquet.partial").write_bytes(b"half")
    (Path(zone.rows_file(loads[0])).parent / ".rows.parquet.partial").symlink_to("nowhere")

    zone.recover()
    merge_small_loads(zone.root, zone.ledger, worth_it=3)

    assert [f for f in folder.iterdir() if f.is_file()] == [zone.rows_file(loads[0]).resolve()]
    assert shown(zone) == before

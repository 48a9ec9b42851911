"""What staging sees: accepted loads less quarantined rows, with the register beside each row."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch, Load, LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.domain.streams import PROVENANCE, REGISTER, Delivery
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.exposure import expose, write_config_table
from dagster_project.landing.quarantine import write_quarantine
from dagster_project.landing.store import LandingZone
from dagster_project.sources.catalogue import STREAMS
from tests.unit.landing.builders import CONTACT, DAY, batch, contact, snapshot, source

SNAPSHOTS = source(streams={"contact": {"delivery": "snapshot", "absence": "deleted"}})


@pytest.fixture
def warehouse(root: Root) -> Iterator[duckdb.DuckDBPyConnection]:
    with session(root.database) as connection:
        yield connection


def accept(zone: LandingZone, given_batch: Batch, *, held_back: str | None = None) -> Load:
    load = zone.land(given_batch)
    quarantined = 0
    if held_back:
        rows = f"select * from read_parquet('{zone.rows_file(load)}') where {held_back}"
        quarantined = write_quarantine(
            zone.connection,
            zone.root,
            load,
            f"select _native_id, _row, 'test_rule' as rule from ({rows})",
        )
    return zone.ledger.decide(
        load.load_id,
        state=LoadState.ACCEPTED,
        verdict=Verdict("test"),
        quarantined=quarantined,
        suite_hash="",
    )


def refuse(zone: LandingZone, given_batch: Batch) -> Load:
    load = zone.land(given_batch)
    return zone.ledger.decide(
        load.load_id,
        state=LoadState.REFUSED,
        verdict=Verdict("test"),
        quarantined=0,
        suite_hash="",
    )


def shown(
    connection: duckdb.DuckDBPyConnection,
    zone: LandingZone,
    columns: str = "_native_id",
    *,
    sources: tuple[SourceConfig, ...] = (source(),),
) -> list[tuple[object, ...]]:
    expose(connection, zone.root, zone.ledger, sources, STREAMS)
    return connection.execute(
        f"select {columns} from landing.hubspot__contact order by all"
    ).fetchall()


def test_every_stream_has_a_view_even_without_a_load(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    expose(warehouse, zone.root, zone.ledger, (), STREAMS)

    for spec in STREAMS:
        described = warehouse.execute(f"describe landing.{spec.table}").fetchall()
        assert [row[0] for row in described] == [*spec.columns, *PROVENANCE, *REGISTER]
        assert warehouse.execute(f"from landing.{spec.table}").fetchall() == []


def test_a_view_has_the_same_types_with_and_without_loads(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    expose(warehouse, zone.root, zone.ledger, (source(),), STREAMS)
    empty = warehouse.execute("describe landing.hubspot__contact").fetchall()

    accept(zone, batch(contact(1)))
    expose(warehouse, zone.root, zone.ledger, (source(),), STREAMS)

    assert warehouse.execute("describe landing.hubspot__contact").fetchall() == empty


def test_refused_and_undecided_loads_are_not_shown(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, batch(contact(1)))
    refuse(zone, batch(contact(2)))
    zone.land(batch(contact(3)))

    assert shown(warehouse, zone) == [("1",)]


def test_quarantined_rows_are_listed_and_left_out(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    load = accept(zone, batch(contact(1), contact(2)), held_back="record_id = '2'")

    assert shown(warehouse, zone) == [("1",)]
    assert warehouse.execute("from landing.quarantined").fetchall() == [
        ("hubspot_apac", "contact", "2", load.load_id, 2, "test_rule")
    ]
    assert warehouse.execute(
        "select rows, quarantined, state from landing.loads"
    ).fetchall() == [(2, 1, "accepted")]


def test_rows_carry_what_the_register_says_of_their_source(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    load = accept(zone, batch(contact(1)))

    assert shown(
        warehouse, zone, "_brand, _region, _timezone, _currency, _country, _gate_seq"
    ) == [("quay", "apac", "Asia/Hong_Kong", "HKD", "HK", load.gate_seq)]


def test_what_the_register_no_longer_lists_is_not_shown(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, batch(contact(1)))

    assert shown(warehouse, zone, sources=(source("another"),)) == []
    assert warehouse.execute("from landing.loads").fetchall() == []


def test_accounts_and_domains_are_told_in_lower_case(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    configured = source(
        brand_accounts=("QuayBrand",),
        employee_accounts=("Ana",),
        employee_domains=("Quay.Example",),
    )
    expose(warehouse, zone.root, zone.ledger, (configured,), STREAMS)

    for table, value in (
        ("brand_accounts", "quaybrand"),
        ("employee_accounts", "ana"),
        ("employee_domains", "quay.example"),
    ):
        assert warehouse.execute(f"from config.{table}").fetchall() == [("hubspot_apac", value)]


def test_exposing_again_replaces_what_was_there(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, batch(contact(1)))
    shown(warehouse, zone)
    accept(zone, batch(contact(2)))

    assert shown(warehouse, zone) == [("1",), ("2",)]


def test_a_load_of_an_older_version_lacks_columns_that_came_later(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    load = accept(zone, batch(contact(1)))
    file = zone.rows_file(load)
    older = file.with_name("older.parquet")
    zone.connection.execute(
        f"copy (select * exclude (archived, city) from read_parquet('{file}')) to '{older}'"
    )
    older.rename(file)
    accept(zone, batch(contact(2, city="Porto")))

    assert shown(warehouse, zone, "_native_id, city, archived") == [
        ("1", None, None),
        ("2", "Porto", None),
    ]


def test_a_key_is_absent_since_the_first_snapshot_that_lacks_it(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    days = [DAY + timedelta(days=n) for n in range(4)]
    accept(zone, snapshot(contact(1), contact(2), as_of=days[0]))
    accept(zone, snapshot(contact(1), as_of=days[1]))
    accept(zone, snapshot(contact(1), as_of=days[2]))

    assert _absences(warehouse, zone) == {"1": None, "2": days[1]}


def test_a_key_that_comes_back_is_there_again(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for day, rows in enumerate(([1, 2], [1], [1, 2])):
        accept(zone, snapshot(*map(contact, rows), as_of=DAY + timedelta(days=day)))

    assert _absences(warehouse, zone) == {"1": None, "2": None}


def test_the_parts_of_one_days_export_are_one_snapshot(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, snapshot(contact(1), contact(2), contact(3)))
    later = DAY + timedelta(days=1)
    accept(zone, snapshot(contact(1), as_of=later))
    accept(zone, snapshot(contact(2), as_of=later + timedelta(hours=2)))

    assert _absences(warehouse, zone) == {"1": None, "2": None, "3": later}


def test_a_snapshot_with_a_refused_part_proves_nothing(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, snapshot(contact(1), contact(2)))
    later = DAY + timedelta(days=1)
    accept(zone, snapshot(contact(1), as_of=later))
    refuse(zone, snapshot(contact(2), as_of=later))

    assert _absences(warehouse, zone) == {"1": None, "2": None}


def test_a_quarantined_row_was_still_there(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, snapshot(contact(1), contact(2)))
    accept(
        zone,
        snapshot(contact(1), contact(2), as_of=DAY + timedelta(days=1)),
        held_back="record_id = '2'",
    )

    assert _absences(warehouse, zone) == {"1": None, "2": None}


def test_absence_means_nothing_where_the_register_does_not_say_deleted(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, snapshot(contact(1), contact(2)))
    accept(zone, snapshot(contact(1), as_of=DAY + timedelta(days=1)))

    assert _absences(warehouse, zone, configured=source()) == {"1": None, "2": None}


def test_a_delta_after_the_snapshot_keeps_a_key_alive(
    zone: LandingZone, warehouse: duckdb.DuckDBPyConnection
) -> None:
    accept(zone, snapshot(contact(1), contact(2)))
    accept(zone, snapshot(contact(1), as_of=DAY + timedelta(days=1)))
    accept(
        zone,
        batch(contact(2), as_of=DAY + timedelta(days=2), delivery=Delivery.DELTA),
    )

    assert _absences(warehouse, zone) == {"1": None, "2": None}


@settings(max_examples=6, deadline=None)
@given(order=st.permutations(range(5)))
def test_any_order_of_arrival_shows_the_same_newest_rows(order: list[int]) -> None:
    batches = [
        snapshot(contact(1), contact(2), as_of=DAY),
        batch(contact(1, first_name="Bo", last_modified_date="2026-11-02 09:00"), as_of=DAY),
        snapshot(contact(1, first_name="Cy"), as_of=DAY + timedelta(days=1)),
        batch(contact(3), as_of=DAY + timedelta(days=2)),
        snapshot(contact(1), contact(3), as_of=DAY + timedelta(days=3)),
    ]

    assert _newest(batches, order) == _newest(batches, list(range(5)))


def test_a_config_table_is_replaced_by_its_rows(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = {"key": "varchar", "value": "varchar"}
    write_config_table(warehouse, "settings", columns, [("a", "1"), ("b", None)])
    write_config_table(warehouse, "settings", columns, [("a", "2")])

    assert warehouse.execute("from config.settings").fetchall() == [("a", "2")]


def _absences(
    connection: duckdb.DuckDBPyConnection,
    zone: LandingZone,
    *,
    configured: SourceConfig = SNAPSHOTS,
) -> dict[str, object]:
    """Absence of each key's newest row."""
    expose(connection, zone.root, zone.ledger, (configured,), STREAMS)
    rows = connection.execute(
        "select _native_id, _absent_since from landing.hubspot__contact "
        "qualify row_number() over (partition by _native_id order by _as_of desc) = 1"
    ).fetchall()
    return dict(rows)


def _newest(batches: list[Batch], order: list[int]) -> list[tuple[object, ...]]:
    with TemporaryDirectory() as folder:
        zone = LandingZone(Root(Path(folder)))
        for number in order:
            accept(zone, batches[number])
        with session() as connection:
            expose(connection, zone.root, zone.ledger, (SNAPSHOTS,), STREAMS)
            rows = connection.execute(
                "select _native_id, first_name, _as_of, _load_id, _row, _hash, _absent_since "
                f"from landing.{CONTACT.table} qualify row_number() over (partition by "
                "_native_id order by last_modified_date desc, _as_of desc, _load_id desc, "
                "_row desc) = 1 order by _native_id"
            ).fetchall()
        zone.close()
    return rows

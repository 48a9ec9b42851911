"""dbt builds the marts with their contracts and tests, and restates what identity changed."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.engines.duckdb.dbt_run import DbtError, run_dbt
from tests.parsed_project import CATALOG, parsed_project
from tests.unit.dbt_marts.test_attribution import ANA, busy_world
from tests.unit.dbt_marts.world import World

MARTS = (
    "int_conversation_messages",
    "int_attack_posts",
    "path:models/marts",
    "path:models/insights",
)
BEN = "hubspot_apac:contact:ben"


class Warehouse:
    """A warehouse file on which dbt runs as in production."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.project = parsed_project(folder)

    @property
    def database(self) -> Path:
        return self.folder / f"{CATALOG}.duckdb"

    def write(self, world: World) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            world.write(connection, CATALOG)

    def dbt(self, command: str, *arguments: str, select: tuple[str, ...] = MARTS) -> None:
        self.monkeypatch.setenv("C360_DATABASE", str(self.database))
        self.monkeypatch.setenv("C360_THREADS", "1")
        run_dbt(self.project, [command, "--select", *select, *arguments], is_parsed=True)

    def execute(self, sql: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(sql)

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Every mart's and insight view's rows in an order that depends on nothing else."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            names = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables "
                "where table_schema in ('marts', 'insights') order by 1"
            ).fetchall()
            return {
                name: connection.execute(f"select * from {name} order by all").fetchall()
                for (name,) in names
            }


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    return Warehouse(tmp_path / "warehouse", monkeypatch)


def lived_world() -> World:
    """The busy world with more e-mail, addresses and identifiers, so that a day can change them."""
    world = busy_world()
    for number in range(8):
        record = f"sendgrid_global:recipient:r{number}"
        world.record(record, f"c{number + 10}").identifier(
            record, "email", f"r{number}@example.org"
        )
        world.add("intermediate.int_contact_addresses", record_id=record, city="Lyon")
        send = {"record_id": record, "send_key": f"send-r{number}"}
        world.email_event(f"r{number}-open", "open", **send)
        world.email_event(f"r{number}-click", "click", url="https://example.org/a", **send)
    return world


def a_day_later() -> World:
    """A merge, an edited post, a late event, a new one, a moved identifier, a later as_of."""
    world = lived_world()
    _move(world, of="c2", to="c1")
    world.add("identity.redirects", customer_id="c2", redirects_to="c1")
    post = world.rows["intermediate.int_messages"][0]
    post.update(body_text="edited", edited_at="2026-10-02 00:00:00+00")
    send = {"record_id": "sendgrid_global:recipient:r0", "send_key": "send-r0"}
    world.email_event("r0-late", "delivered", occurred_at="2026-10-01 09:59:59+00", **send)
    world.email_event(
        "r1-new", "click", record_id="sendgrid_global:recipient:r1", send_key=None
    )
    world.identifier("sendgrid_global:recipient:r2", "email", "second@example.org")
    world.rows["identity.record_identifiers"][3].update(is_shared=True, flag="generic")
    world.rows["intermediate.int_contact_addresses"][4].update(city="Paris")
    world.add("intermediate.int_as_of", as_of="2026-11-02 00:00:00+00")
    return world


def two_days_later() -> World:
    """Then a split, a deleted and a withdrawn record, an event gone, one of another send."""
    world = a_day_later()
    moved = next(r for r in _members(world) if r["record_id"] == "x_quay:user:ana")
    moved.update(customer_id="c99", valid_from="2026-11-03 00:00:00+00")
    records = {r["record_id"]: r for r in world.rows["intermediate.int_contact_records"]}
    records["sendgrid_global:recipient:r5"].update(deleted_at="2026-11-02 00:00:00+00")
    gone = next(r for r in _members(world) if r["record_id"] == "sendgrid_global:recipient:r6")
    gone.update(valid_to="2026-11-03 00:00:00+00")
    world.rows["identity.record_status"] = [
        {**row, "status": "withdrawn"} if row["record_id"] == gone["record_id"] else row
        for row in world.rows["identity.record_status"]
    ]
    events = {r["email_event_id"]: r for r in world.rows["intermediate.int_email_events"]}
    events["r3-click"].update(send_key="send-r0")
    events["r0-click"].update(send_key=None)
    del events["r0-late"]
    world.rows["intermediate.int_email_events"] = list(events.values())
    return world


def _move(world: World, *, of: str, to: str) -> None:
    """Every record of one customer belongs to another from now on."""
    xref = "identity.customer_xref"
    for row in [r for r in _members(world) if r["customer_id"] == of]:
        world.add(xref, **{**row, "valid_to": "2026-10-01 00:00:00+00"})
        row.update(customer_id=to, valid_from="2026-10-01 00:00:00+00")


def _members(world: World) -> list[dict[str, Any]]:
    return [r for r in world.rows["identity.customer_xref"] if not r.get("valid_to")]


def test_models_contracts_data_tests_and_unit_tests_pass_and_descriptions_are_kept(
    warehouse: Warehouse,
) -> None:
    warehouse.write(busy_world())

    warehouse.dbt("build", "--indirect-selection", "eager")

    assert len(warehouse.content()["marts.customer_360"]) == 2

    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        undescribed = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name in ('marts', 'insights') and comment is null "
            "and left(column_name, 1) <> '_'"
        ).fetchall()
    assert undescribed == []


def test_after_every_kind_of_change_every_mart_equals_a_build_from_empty(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.write(lived_world())
    warehouse.dbt("run")
    fresh = Warehouse(tmp_path / "fresh", monkeypatch)
    seen = [warehouse.content()]

    for day in (a_day_later(), two_days_later()):
        warehouse.write(day)
        warehouse.dbt("run")
        fresh.write(day)
        fresh.dbt("run", "--full-refresh")
        seen.append(warehouse.content())

        assert {t: rows for t, rows in seen[-1].items() if rows != fresh.content()[t]} == {}

    changed = [{t for t in now if now[t] != then[t]} for then, now in pairwise(seen)]
    restated = {"fct_email_event", "dim_customer", "customer_golden_values", "customer_360"}
    assert all({f"marts.{table}" for table in restated} <= tables for tables in changed)


def test_an_incremental_model_that_fails_keeps_the_rows_it_had(warehouse: Warehouse) -> None:
    events = ("+fct_email_event,path:models/marts",)
    warehouse.write(lived_world())
    warehouse.dbt("run", select=events)
    before = warehouse.content()
    warehouse.write(a_day_later())
    warehouse.execute("update config.settings set value = 'x' where key = 'email.fast_seconds'")

    with pytest.raises(DbtError, match="fct_email_event"):
        warehouse.dbt("run", select=events)

    table = "marts.fct_email_event"
    assert warehouse.content()[table] == before[table]


def test_a_row_too_many_stops_the_build(warehouse: Warehouse) -> None:
    warehouse.write(busy_world().record(ANA, "c2").record(BEN, "c1"))

    with pytest.raises(DbtError, match="primary_key_customer_records_record_id"):
        warehouse.dbt(
            "build", "--indirect-selection", "eager", "--exclude-resource-type", "unit_test"
        )

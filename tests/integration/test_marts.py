"""dbt builds the marts with their contracts and tests, and restates what identity changed."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.dbt_run import DbtError, DbtProject, run_dbt
from tests.unit.dbt_marts.test_attribution import ANA, busy_world
from tests.unit.dbt_marts.world import PROJECT, World

MARTS = ["--select", "path:models/marts", "path:models/insights"]
BEN = "hubspot_apac:contact:ben"


class Warehouse:
    """A warehouse file on which dbt runs as in production."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        folder.mkdir()

    @property
    def database(self) -> Path:
        return self.folder / "c360.duckdb"

    def write(self, world: World) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            world.write(connection, "c360")

    def dbt(self, command: str, *arguments: str) -> None:
        self.monkeypatch.setenv("C360_DATABASE", str(self.database))
        project = DbtProject(PROJECT / "dbt", self.folder.parent / "target")
        run_dbt(project, [command, *MARTS, "--threads", "1", *arguments])

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


def merged_world() -> World:
    """The busy world after Ana and Ben turned out to be one, and a post was edited."""
    world = busy_world()
    xref = "identity.customer_xref"
    moved = [row for row in world.rows[xref] if row["customer_id"] == "c2"]
    for row in moved:
        world.add(
            xref,
            **{**row, "valid_to": "2026-10-01 00:00:00+00"},
        )
        row.update(customer_id="c1", valid_from="2026-10-01 00:00:00+00")
    world.add("identity.redirects", customer_id="c2", redirects_to="c1")
    post = world.rows["intermediate.int_messages"][0]
    post.update(body_text="edited", edited_at="2026-10-02 00:00:00+00")
    return world


def test_models_contracts_data_tests_and_unit_tests_pass(warehouse: Warehouse) -> None:
    warehouse.write(busy_world())

    warehouse.dbt("build", "--indirect-selection", "eager")

    assert len(warehouse.content()["marts.customer_360"]) == 2


def test_after_a_merge_and_an_edit_every_mart_equals_a_build_from_empty(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.write(busy_world())
    warehouse.dbt("run")
    before = warehouse.content()
    warehouse.write(merged_world())
    warehouse.dbt("run")
    fresh = Warehouse(tmp_path / "fresh", monkeypatch)
    fresh.write(merged_world())
    fresh.dbt("run")

    assert warehouse.content() == fresh.content()
    assert warehouse.content() != before
    assert len(warehouse.content()["marts.customer_360"]) == 1


def test_a_row_too_many_stops_the_build(warehouse: Warehouse) -> None:
    warehouse.write(busy_world().record(ANA, "c2").record(BEN, "c1"))

    with pytest.raises(DbtError, match="unique_customer_records_record_id"):
        warehouse.dbt(
            "build", "--indirect-selection", "eager", "--exclude-resource-type", "unit_test"
        )

"""Staging tables of streams that nothing came from are those that dbt would make."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.config.roots import init_company_root
from dagster_project.defs.absent_streams import (
    EMPTY_TABLES,
    absent_tables,
    make_empty,
    write_empty_tables,
)
from dagster_project.defs.described import DbtCatalogue
from dagster_project.defs.ingest import load_files
from dagster_project.defs.intake import Intake
from dagster_project.defs.manifest import prepare_manifest
from dagster_project.defs.workbench import open_workbench
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.dbt_run import DbtProject
from dagster_project.engines.duckdb.session import session
from dagster_project.settings import PROJECT, Settings, read_settings
from tests.parsed_project import CATALOG

REGISTER = """
sources:
  hub:
    vendor: hubspot
    owner: crm@example.org
    brand: quay
    region: emea
    country: FR
    currency: EUR
    timezone: Europe/Paris
    purpose: customer relationship management
    lawful_basis: contract
    retention_days: 30
    disclosure: https://example.org/privacy
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a company's root with one HubSpot source."""
    root = Root(tmp_path / CATALOG)
    init_company_root(root, PROJECT / "config")
    root.config.joinpath("sources.yml").write_text(REGISTER)
    settings = read_settings(root.path)
    monkeypatch.setenv("C360_DATABASE", str(settings.root.database))
    monkeypatch.setenv("C360_SPILL", str(tmp_path / "spill"))
    return settings


def tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    return connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'staging' order by table_name, column_index"
    ).fetchall()


def test_empty_tables_are_those_that_dbt_makes_of_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    target = prepare_manifest(settings).parent
    project = DbtProject(settings.dbt_project, target)
    write_empty_tables(settings, project, target / EMPTY_TABLES)
    with session(settings.root.database) as connection:
        made_by_dbt = tables(connection)

    with open_workbench(settings, "run", holder="test") as workbench:
        absent = absent_tables(workbench, DbtCatalogue(project.manifest).reads)
    with session(tmp_path / "other.duckdb") as connection:
        make_empty(connection, absent.values())
        make_empty(connection, absent.values())
        made_at_once = tables(connection)

    assert made_at_once == made_by_dbt
    assert len(absent) > 20


def test_a_stream_with_a_load_is_left_to_dbt_whatever_its_gate_decides(
    settings: Settings,
) -> None:
    target = prepare_manifest(settings).parent
    (target / EMPTY_TABLES).write_text(
        '{"stg_hubspot__contacts": "", "stg_hubspot__deals": ""}'
    )
    file = settings.root.inbox / "hub" / "contacts.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Record ID,First Name,Last Name,Email\n,Ada,Kestrel,ada@example.org\n")

    with open_workbench(settings, "run", holder="test") as workbench:
        load_files(workbench, "hubspot", intake := Intake())
        absent = absent_tables(workbench, DbtCatalogue(target / "manifest.json").reads)

    assert len(intake.loads) == 1
    assert [key.path[-1] for key in absent] == ["stg_hubspot__deals"]


def test_without_what_dbt_made_at_installation_all_is_left_to_dbt(settings: Settings) -> None:
    manifest = prepare_manifest(settings)
    (manifest.parent / EMPTY_TABLES).unlink(missing_ok=True)

    with open_workbench(settings, "run", holder="test") as workbench:
        absent = absent_tables(workbench, DbtCatalogue(manifest).reads)

    assert absent == {}

"""The data dictionary says what the models say."""

from typing import Any

from dagster_project.publish.dictionary import data_dictionary, read_tables
from tests.unit.dbt_marts.world import PROJECT

PAGE = PROJECT / "docs" / "data-dictionary.md"


def test_the_page_is_current(manifest: dict[str, Any]) -> None:
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(manifest), (
        "the models' descriptions changed: run `make dictionary`"
    )


def test_every_column_of_every_table_is_marked_and_typed(manifest: dict[str, Any]) -> None:
    unclear = [
        f"{table.name}.{column.name}"
        for table in read_tables(manifest)
        for column in table.columns
        if column.personal not in {"direct", "quasi", "none"} or not column.data_type
    ]

    assert unclear == []


def test_every_table_names_its_key(manifest: dict[str, Any]) -> None:
    assert [table.name for table in read_tables(manifest) if not table.keys] == []


def test_names_of_people_and_their_addresses_are_marked_direct(
    manifest: dict[str, Any],
) -> None:
    people = {"full_name", "given_name", "family_name", "email", "street", "birth_date"}

    wrong = [
        f"{table.name}.{column.name}"
        for table in read_tables(manifest)
        for column in table.columns
        if column.name in people and table.name != "dim_account" and column.personal != "direct"
    ]

    assert wrong == []


def test_bars_in_a_description_do_not_break_the_table() -> None:
    manifest = {
        "nodes": {
            "model.p.dim_x": {
                "resource_type": "model",
                "schema": "marts",
                "name": "dim_x",
                "description": "One row per x.",
                "columns": {"a": {"description": "a|b", "data_type": "varchar"}},
            }
        }
    }

    assert "a\\|b" in data_dictionary(manifest)

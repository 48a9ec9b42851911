"""What is kept of customers' versions between runs."""

from pathlib import Path

import duckdb

from dagster_project.domain.root import Root
from dagster_project.publish.versions import ROWS, VERSIONS, expose_versions, keep_versions

MACRO = Path(__file__).resolve().parents[3] / "dbt" / "macros" / "marts" / "history.sql"


def warehouse(versions: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in VERSIONS.items())
    connection.execute(
        f"create table marts.customer_history as select {columns} from range({versions})"
    )
    connection.execute(
        "create table marts.customer_360 as "
        "select 'c1' as customer_id, 7::bigint as _row_version, "
        "timestamptz '2026-11-01 00:00:00+00' as row_updated_at"
    )
    connection.execute(
        "create table marts.customer_segments as select 'c1' as customer_id, 'win_back' as segment, "
        "'Bought before' as title, '1 deal won' as because, "
        "timestamptz '2026-11-01 00:00:00+00' as member_from, null::timestamptz as member_to"
    )
    return connection


def shown(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[dict[str, str], int]:
    described = connection.execute(f"describe history.{table}").fetchall()
    count = connection.execute(f"select count(*) from history.{table}").fetchall()[0][0]
    return {name: kind.lower() for name, kind, *_ in described}, count


def test_a_root_that_has_kept_nothing_shows_typed_tables_without_rows(tmp_path: Path) -> None:
    connection = duckdb.connect()

    expose_versions(connection, Root(tmp_path))

    names, rows = shown(connection, "customer_versions")
    assert (list(names), rows) == (list(VERSIONS), 0)
    assert names["birth_date"] == "date"
    assert shown(connection, "customer_rows")[1] == 0


def test_what_a_run_has_shown_is_there_for_the_next_also_with_a_column_more(
    tmp_path: Path,
) -> None:
    connection = warehouse(versions=3)
    keep_versions(connection, Root(tmp_path))
    file = tmp_path / "state" / "history" / "customer_versions.parquet"
    connection.execute(
        f"copy (select * exclude (household_id) from read_parquet('{file}')) "
        f"to '{file}.new' (format parquet)"
    )
    Path(f"{file}.new").replace(file)

    expose_versions(connection, Root(tmp_path))

    assert shown(connection, "customer_versions")[1] == 3
    assert list(shown(connection, "customer_rows")[0]) == list(ROWS)
    assert shown(connection, "customer_segments")[1] == 1
    assert sorted(f.name for f in file.parent.iterdir()) == [
        "customer_rows.parquet",
        "customer_segments.parquet",
        "customer_versions.parquet",
    ]


def test_the_columns_kept_are_those_the_models_compare() -> None:
    listed = MACRO.read_text(encoding="utf-8").split("return([")[1].split("])")[0]
    tracked = [word.strip("' \n") for word in listed.split(",") if word.strip("' \n")]

    assert [name for name in VERSIONS if name in tracked] == tracked
    assert set(VERSIONS) - set(tracked) == {
        "customer_id", "last_merged_at", "_inputs_version", "reason", "valid_from",
        "recorded_from", "recorded_to",
    }  # fmt: skip

"""The warehouse stays open between the steps of a run, and is let go of for whoever else opens it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.defs.workbench import HeldWarehouse
from dagster_project.engines.duckdb.session import DEFAULT_OPTIONS


@pytest.fixture
def held() -> Iterator[HeldWarehouse]:
    held = HeldWarehouse()
    yield held
    held.close()


def test_sessions_share_the_file_and_nothing_that_is_their_own(
    held: HeldWarehouse, tmp_path: Path
) -> None:
    file = tmp_path / "c360.duckdb"
    with held.session(file, DEFAULT_OPTIONS) as first:
        first.execute(
            "create table kept as select timestamptz '2026-01-01 00:00:00+00' as seen_at"
        )
        first.execute("create temp table scratch as select 1 as one")
        first.execute("begin")
        first.execute("delete from kept")

    with held.session(file, DEFAULT_OPTIONS) as second:
        kept = second.execute("select cast(seen_at as varchar) from kept").fetchall()
        temporary = second.execute("select * from duckdb_tables() where temporary").fetchall()

    assert kept == [("2026-01-01 00:00:00+00",)]
    assert temporary == []


def test_a_file_that_is_let_go_of_is_whole_and_free(
    held: HeldWarehouse, tmp_path: Path
) -> None:
    file = tmp_path / "c360.duckdb"
    with held.session(file, DEFAULT_OPTIONS) as connection:
        connection.execute("create table kept as select 1 as one")

    held.close()

    with duckdb.connect(str(file), read_only=True) as other:
        assert other.execute("select one from kept").fetchall() == [(1,)]
    assert not file.with_name("c360.duckdb.wal").exists()
    with held.session(file, DEFAULT_OPTIONS) as connection:
        assert connection.execute("select one from kept").fetchall() == [(1,)]

"""The scratch database of a resolution."""

import duckdb
import pytest

from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.identity.workspace import Workspace, workspace


def test_a_transaction_that_fails_leaves_nothing() -> None:
    with session() as connection, workspace(connection) as work:
        work.run("create table work.kept_or_not (n integer)")

        with pytest.raises(duckdb.ConversionException):
            _insert(work, "1", "'no number'")

        assert work.count("work.kept_or_not") == 0


def test_a_transaction_that_succeeds_stays() -> None:
    with session() as connection, workspace(connection) as work:
        work.run("create table work.kept_or_not (n integer)")

        _insert(work, "7")

        assert work.number("select max(n) from work.kept_or_not") == 7


@pytest.mark.parametrize(("rows", "threads"), [(7, 1), (8, 2)])
def test_small_work_is_one_threads_and_the_next_has_all_again(rows: int, threads: int) -> None:
    def now() -> int:
        return work.number("select current_setting('threads')")

    options = EngineOptions(threads=2)
    with session(options=options) as connection, workspace(connection) as work:
        with work.threads_for(rows, most=7):
            assert now() == threads

        assert now() == 2


def _insert(work: Workspace, *values: str) -> None:
    with work.transaction():
        for value in values:
            work.run(f"insert into work.kept_or_not values ({value})")

"""The scratch database of a resolution."""

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
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


def _insert(work: Workspace, *values: str) -> None:
    with work.transaction():
        for value in values:
            work.run(f"insert into work.kept_or_not values ({value})")

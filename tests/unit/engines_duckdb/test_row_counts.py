"""Rows of tables and views, counted."""

import duckdb

from dagster_project.engines.duckdb.row_counts import count_rows


def test_tables_and_views_of_the_named_schemas_are_counted_without_deleted_rows() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema marts; create schema other")
        connection.execute('create table marts."group" as select * from range(10) as t(n)')
        connection.execute('delete from marts."group" where n < 3')
        connection.execute('create view marts.odd as from marts."group" where n % 2 = 1')
        connection.execute("create table other.left_out as select 1 as n")

        assert count_rows(connection, ["marts"]) == {("marts", "group"): 7, ("marts", "odd"): 4}
        assert count_rows(connection, ["empty"]) == {}

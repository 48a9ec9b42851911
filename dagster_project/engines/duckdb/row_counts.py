"""How many rows the tables of a database hold."""

from collections.abc import Iterable

import duckdb

from dagster_project.engines.duckdb.digests import identifier

RowCounts = dict[tuple[str, str], int]
"""Rows by schema and name."""


def count_rows(connection: duckdb.DuckDBPyConnection, schemas: Iterable[str]) -> RowCounts:
    """Rows of every table and view in some schemas of the connection's own database.

    They are counted, since the catalogue's own figure takes deleted rows along.
    """
    wanted = set(schemas)
    relations = [
        (schema, table)
        for schema, table in connection.execute(
            """
            select table_schema, table_name
            from information_schema.tables
            where table_catalog = current_database()
            order by all
            """
        ).fetchall()
        if schema in wanted
    ]
    if not relations:
        return {}
    counts = ", ".join(
        f"(select count(*) from {identifier(schema)}.{identifier(table)})"
        for schema, table in relations
    )
    rows = connection.execute(f"select {counts}").fetchall()[0]
    return dict(zip(relations, rows, strict=True))

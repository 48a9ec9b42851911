"""Small invented tables as the engine's input."""

from collections.abc import Sequence

import duckdb

from dagster_project.identity.tabular.input_table import ROW, TABLE


def load(
    connection: duckdb.DuckDBPyConnection,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Make the input table of text columns (lists stay lists)."""
    connection.execute("create schema if not exists input")
    columns = ", ".join(
        f'"{name}" {"varchar[]" if isinstance(rows[0][n], list) else "varchar"}'
        for n, name in enumerate(header)
    )
    connection.execute(f"create or replace table {TABLE} ({ROW} bigint, {columns})")
    marks = ", ".join("?" for _ in range(len(header) + 1))
    connection.executemany(
        f"insert into {TABLE} values ({marks})",
        [[n, *row] for n, row in enumerate(rows, start=1)],
    )

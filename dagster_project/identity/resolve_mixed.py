"""A table of persons and organisations: each kind resolved by itself, the outputs as of one table.

Belongs here: which rows are resolved as what, and putting the parts together.
Does not belong here: how either is matched (``resolve_table``).
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dagster_project.engines.duckdb.output_file import write_atomically
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.resolve_table import (
    Matching,
    Outputs,
    Resolved,
    load_rows,
    resolve_table,
)
from dagster_project.identity.tabular.input_table import TABLE
from dagster_project.identity.tabular.kinds_of_rows import KindsOfRows
from dagster_project.identity.tabular.meanings import Kind
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.workspace import Progress

MIXED = (Kind.PERSONS, Kind.ORGANISATIONS)


def resolve_mixed(
    connection: duckdb.DuckDBPyConnection,
    kinds: KindsOfRows,
    table_of: Callable[[Kind], TableSpec],
    matching: Matching,
    outputs: Outputs,
    *,
    progress: Progress | None = None,
) -> dict[Kind, Resolved]:
    """Resolve each kind's rows and write one file of customers, in the table's order.

    ``table_of`` is asked what the columns mean with only that kind's rows in the input table.
    """
    connection.execute(f"create or replace table input.mixed as from {TABLE}")
    connection.execute(
        "create or replace table input.ordered (record_id varchar, row_number bigint)"
    )
    resolved = {}
    with TemporaryDirectory(prefix="c360-mixed-") as folder:
        parts = {}
        for kind in MIXED:
            load_rows(
                connection,
                f"select * from input.mixed where {kinds.rows_of(kind)}",
                where=f"rows of {kind}",
            )
            parts[kind] = Outputs(
                Path(folder) / f"{kind}.parquet",
                Path(folder) / f"{kind}_links.parquet" if outputs.links else None,
            )
            resolved[kind] = resolve_table(
                connection, table_of(kind), matching, parts[kind], progress=progress
            )
            connection.execute(
                "insert into input.ordered select record_id::varchar, row_number from input.assigned"
            )
        write_atomically(
            connection,
            "select part.record_id, part.customer_id "
            f"from ({_union([part.customers for part in parts.values()])}) as part "
            "inner join input.ordered as ordered on part.record_id = ordered.record_id "
            "order by ordered.row_number",
            outputs.customers,
        )
        if outputs.links:
            links = [part.links for part in parts.values() if part.links]
            write_atomically(connection, _union(links), outputs.links)
    return resolved


def _union(files: list[Path]) -> str:
    return " union all ".join(
        f"select * from read_parquet('{quoted(str(file))}')" for file in files
    )

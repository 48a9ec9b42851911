"""What a table of a product lost and got since the generation before, and how the file follows.

Rows are told apart by the hash of their content, so nothing need be known of how they came to
change. A delta is taken only when it explains the difference exactly; else the table is written
anew. Does not belong here: which tables a product has, and what is kept of older generations.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.digests import (
    Relation,
    digest_text,
    identifier,
    qualified,
    row_hash,
)
from dagster_project.engines.duckdb.session import quoted
from dagster_project.publish.manifest import PublishedTable
from dagster_project.publish.tables import sort_key

SINCE = "since"
"""Folder of a generation with the rows each table lost and got since the one before it."""

_SMALL = 0.3
"""From this share of changed rows on, a table is written anew: that is no dearer."""

_LOOSE = 0.2
"""From this share of rows out of order on, a table is written anew, sorted."""


@dataclass(frozen=True)
class Delta:
    """Rows a table lost and got; ``loose`` of its rows then lie behind the sorted ones."""

    gone: int
    came: int
    loose: int


def same_shape(
    connection: duckdb.DuckDBPyConnection, warehouse: str, product: str, relation: Relation
) -> bool:
    """Whether the product has this table with the same columns, order and descriptions."""
    here = _shape(connection, warehouse, relation.schema, relation.table)
    there = _shape(connection, product, "main", relation.table)
    kept = [column for column in here if column[0] in {None, *relation.column_names}]
    return kept == there


def hash_rows(
    connection: duckdb.DuckDBPyConnection, warehouse: str, relation: Relation
) -> PublishedTable:
    """Rows and content hash of a relation; leaves its rows' hashes for ``find_delta``.

    They are looked at once: the largest relation is a view, and dear to read.
    """
    place = "rowid" if _is_table(connection, warehouse, relation) else "null::bigint"
    connection.execute(
        f"create or replace temp table {_rows_now(relation)} as "
        f"select {place} as place, {row_hash(relation)} as row_hash "
        f"from {qualified(warehouse, relation)}"
    )
    rows, total = connection.execute(
        f"select count(*), sum(row_hash::hugeint) from {_rows_now(relation)}"
    ).fetchall()[0]
    return PublishedTable(relation.table, rows, digest_text(relation, rows, total))


def find_delta(
    connection: duckdb.DuckDBPyConnection,
    product: str,
    relation: Relation,
    *,
    before: PublishedTable,
    now: PublishedTable,
) -> Delta | None:
    """What changed, where that is little and certain; leaves temp tables for ``apply_delta``.

    ``hash_rows`` has looked at the relation before.
    """
    connection.execute(
        "create or replace temp table rows_before as "
        f"select rowid as place, {row_hash(relation)} as row_hash "
        f"from {identifier(product)}.{identifier(relation.table)}"
    )
    (
        rows_before, total_before, rows_now, total_now, gone, total_gone, came, total_came
    ) = connection.execute(_WEIGH.format(rows_now=_rows_now(relation))).fetchall()[0]  # fmt: skip
    loose = before.loose + came
    is_known = before.digest == digest_text(relation, rows_before, total_before or None)
    is_exact = (rows_now, total_now) == (
        rows_before - gone + came,
        total_before - total_gone + total_came,
    )
    if not (is_known and is_exact and rows_now == now.rows):
        return None
    if max(gone, came) > _SMALL * rows_now or loose > _LOOSE * rows_now:
        return None
    return Delta(gone, came, loose)


def apply_delta(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    product: str,
    relation: Relation,
    *,
    folder: Path,
) -> None:
    """Make the product's table the warehouse's; keep the rows that went and came in ``folder``."""
    target = f"{identifier(product)}.{identifier(relation.table)}"
    columns = ", ".join(identifier(c) for c in relation.column_names)
    folder.mkdir(exist_ok=True)
    now = _rows_now(relation)
    connection.execute(
        "create or replace temp table gone_places as "
        f"select place from rows_before anti join {now} using (row_hash)"
    )
    connection.execute(
        "create or replace temp table came_places as "
        f"select place, row_hash from {now} anti join rows_before using (row_hash)"
    )
    is_new = (
        "rowid in (select place from came_places)"
        if _is_table(connection, warehouse, relation)
        else f"{row_hash(relation)} in (select row_hash from came_places)"
    )
    connection.execute(
        f"create or replace temp table came as select {columns} "
        f"from {qualified(warehouse, relation)} where {is_new} order by {sort_key(relation)}"
    )
    gone = f"from {target} where rowid in (select place from gone_places)"
    for rows, kind in ((f"select {columns} {gone}", "gone"), ("from came", "came")):
        connection.execute(
            f"copy ({rows}) to '{quoted(str(folder / f'{relation.table}.{kind}.parquet'))}' "
            "(format parquet, compression zstd)"
        )
    connection.execute(f"delete {gone}")
    connection.execute(f"insert into {target} by name from came")


_WEIGH = """
    with
    sums_before as (select count(*) as n, coalesce(sum(row_hash::hugeint), 0) as t from rows_before),
    sums_now as (select count(*) as n, coalesce(sum(row_hash::hugeint), 0) as t from {rows_now}),
    gone as (
        select count(*) as n, coalesce(sum(row_hash::hugeint), 0) as t
        from rows_before anti join {rows_now} using (row_hash)
    ),
    came as (
        select count(*) as n, coalesce(sum(row_hash::hugeint), 0) as t
        from {rows_now} anti join rows_before using (row_hash)
    )
    select
        sums_before.n, sums_before.t, sums_now.n, sums_now.t, gone.n, gone.t, came.n, came.t
    from sums_before, sums_now, gone, came
"""
"""Rows and sums of hashes on both sides: they show whether what went and came is all there is."""


def _rows_now(relation: Relation) -> str:
    return identifier(f"rows_now_{relation.table}")


def _is_table(connection: duckdb.DuckDBPyConnection, catalog: str, relation: Relation) -> bool:
    """Whether its rows have places to be found again by; those of a view have none."""
    found = connection.execute(
        "select 1 from duckdb_tables() "
        "where database_name = ? and schema_name = ? and table_name = ?",
        [catalog, relation.schema, relation.table],
    )
    return bool(found.fetchall())


def _shape(
    connection: duckdb.DuckDBPyConnection, catalog: str, schema: str, table: str
) -> list[tuple[str | None, str | None, str | None]]:
    """The table's description, then its columns in order: name, type, description."""
    where = "database_name = $catalog and schema_name = $schema and table_name = $table"
    values = {"catalog": catalog, "schema": schema, "table": table}
    described = connection.execute(
        f"select null, null, comment from duckdb_tables() where {where}", values
    ).fetchall()
    columns = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        f"where {where} order by column_index",
        values,
    ).fetchall()
    return [*(described or [(None, None, None)]), *columns]

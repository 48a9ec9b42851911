"""Digests of tables: a hash of their content that no order of rows or columns changes.

Belongs here: what counts as content. Does not belong here: what differs; ``compare`` says that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import quoted

RUN_CLOCKS = frozenset({"run_id", "run_at", "built_at", "computed_at", "dbt_updated_at"})
"""Columns that say when or by which run a row was made; they are no content."""


@dataclass(frozen=True)
class Relation:
    """A table or view whose content counts: its columns as (name, type), in the file's order."""

    schema: str
    table: str
    columns: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """``schema.table``."""
        return f"{self.schema}.{self.table}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Columns without their types."""
        return tuple(name for name, _ in self.columns)


@dataclass(frozen=True)
class TableDigest:
    """Row count and content hash of one relation; equal content gives equal digests."""

    relation: Relation
    rows: int
    digest: str


def list_relations(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    schemas: tuple[str, ...] | None = None,
    *,
    ignored: frozenset[str] = RUN_CLOCKS,
) -> tuple[Relation, ...]:
    """Tables and views of an attached database, by name, with the columns that are content."""
    rows = connection.execute(
        """
        select schema_name, table_name, column_name, data_type
        from duckdb_columns()
        where database_name = ?
            and not internal
            and not starts_with(table_name, '_')
            and not starts_with(schema_name, '_')
            and not contains(table_name, '__dbt_')
        order by schema_name, table_name, column_index
        """,
        [catalog],
    ).fetchall()
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, kind in rows:
        if schemas is None or schema in schemas:
            kept = columns.setdefault((schema, table), [])
            if not column.startswith("_") and column not in ignored:
                kept.append((column, kind))
    return tuple(Relation(s, t, tuple(c)) for (s, t), c in columns.items())


def digest(
    connection: duckdb.DuckDBPyConnection, catalog: str, relation: Relation
) -> TableDigest:
    """Row count and content hash of one relation: the sum of its rows' 64-bit hashes.

    Order of rows and columns does not matter; names and types of columns do. Floating-point
    numbers count with twelve significant digits, for parallel sums differ in the last bits.
    """
    rows, total = connection.execute(
        f"select count(*), sum({row_hash(relation)}::hugeint) from {qualified(catalog, relation)}"
    ).fetchall()[0]
    return TableDigest(relation, rows, digest_text(relation, rows, total))


def digest_text(relation: Relation, rows: int, total: int | None) -> str:
    """The content hash of a relation with this many rows, whose hashes sum up to ``total``."""
    text = repr((sorted(relation.columns), rows, total))
    return sha256(text.encode()).hexdigest()[:32]


def qualified(catalog: str, relation: Relation) -> str:
    """The relation's full name, quoted."""
    return ".".join(identifier(part) for part in (catalog, relation.schema, relation.table))


def identifier(name: str) -> str:
    """``name`` quoted to stand as an identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection, file: Path, *, alias: str | None = None
) -> Iterator[str]:
    """Attach a DuckDB file for reading; yields its catalog's name.

    Views name the catalog they were made in, so the default alias is the file's own name.
    """
    catalog = alias or file.stem
    try:
        connection.execute(f"attach '{quoted(str(file))}' as {identifier(catalog)} (read_only)")
    except duckdb.IOException as refused:  # its own words name paths and processes
        is_held = "lock" in str(refused).lower()
        raise Customer360Error(
            "another process writes this file"
            if is_held
            else "this cannot be read as a DuckDB file",
            str(file),
            "wait for the run to end, and ask again"
            if is_held
            else "name a file that DuckDB has written, whole",
        ) from None
    try:
        yield catalog
    finally:
        connection.execute(f"detach {identifier(catalog)}")


def row_hash(relation: Relation) -> str:
    """SQL of one row's hash, columns by name; a row without columns hashes to a constant."""
    values = [_canonical(identifier(name), kind) for name, kind in sorted(relation.columns)]
    return f"hash({', '.join(values)})" if values else "hash(1)"


def _canonical(column: str, kind: str) -> str:
    """SQL of the value to hash: text for nested types, whose nulls hash like empty lists."""
    if is_nested(kind):
        return f"{column}::varchar"
    if is_float(kind):
        digits = f"(11 - floor(log10(abs({column}))))::int"
        return (
            f"case when {column} = 0 or not isfinite({column}) then {column} "
            f"else round({column}, {digits}) end"
        )
    return column


def is_nested(kind: str) -> bool:
    """Whether a DuckDB type holds other values: list, struct, map, union."""
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))


def is_float(kind: str) -> bool:
    """Whether a DuckDB type is a binary floating-point number."""
    return kind in {"DOUBLE", "FLOAT"}

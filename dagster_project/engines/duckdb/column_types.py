"""Types of the columns of a warehouse's tables, kept in a file that is read without opening it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import orjson

Types = Mapping[str, Mapping[str, str]]
"""Per ``schema.table``, each column's type as the engine names it."""

_SHORT = {"timestamp with time zone": "timestamptz"}


def read_types(connection: duckdb.DuckDBPyConnection, schemas: Iterable[str]) -> Types:
    """The types of every table and view in some schemas of the connection's own database."""
    rows = connection.execute(
        """
        select table_schema || '.' || table_name, column_name, lower(data_type)
        from information_schema.columns
        where table_catalog = current_database() and list_contains($1::varchar[], table_schema)
        order by table_schema, table_name, ordinal_position
        """,
        [sorted(schemas)],
    ).fetchall()
    types: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        types.setdefault(table, {})[column] = _SHORT.get(kind, kind)
    return types


def keep_types(file: Path, types: Types) -> None:
    """Write them down; the types of tables that are not among them stay."""
    file.write_bytes(orjson.dumps({**kept_types(file), **types}))


def kept_types(file: Path) -> Types:
    """The types as the last run left them; nothing before the first."""
    try:
        known: Types = orjson.loads(file.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return known

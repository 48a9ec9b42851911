"""Which tables of the warehouse a consumer reads, and how one is written for readers.

Belongs here: SQL that copies a table to DuckDB, Parquet and CSV.
Does not belong here: generations and links, and whether a product is good.
"""

import shutil
from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.digests import Relation, identifier, qualified
from dagster_project.engines.duckdb.session import quoted

_FORMULA = "^[=+\\-@\\t\\r\\n＝＋－＠]"
"""A CSV cell that starts like this would run in a spreadsheet (OWASP: CSV injection)."""

_NUMBER = "^[+][0-9]{6,15}$"
"""A telephone number as E.164 writes it."""


def choose_tables(relations: tuple[Relation, ...], consumer: Consumer) -> tuple[Relation, ...]:
    """The relations a consumer may read; an error names the pattern that finds none."""
    from fnmatch import fnmatchcase

    for pattern in consumer.tables:
        if not any(fnmatchcase(relation.name, pattern) for relation in relations):
            raise Customer360Error(
                f"nothing in the warehouse is called {pattern}",
                f"config/consumers.yml, consumer {consumer.name}",
                "correct the entry, or run the pipeline first",
            )
    chosen = tuple(r for r in relations if consumer.may_read(r.name))
    names = [r.table for r in chosen]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Customer360Error(
            f"two schemas have a table {twice[0]}",
            f"config/consumers.yml, consumer {consumer.name}",
            "a product holds each name once: narrow the entry's tables",
        )
    return chosen


def copy_table(
    connection: duckdb.DuckDBPyConnection, warehouse: str, product: str, relation: Relation
) -> None:
    """Create the table in the attached product, sorted, with the descriptions of its columns."""
    columns = ", ".join(identifier(c) for c in relation.column_names)
    target = f"{identifier(product)}.{identifier(relation.table)}"
    connection.execute(
        f"create table {target} as select {columns} from {qualified(warehouse, relation)} "
        f"order by {sort_key(relation)}"
    )
    copy_comments(connection, warehouse, target, relation)


def write_parquet(
    connection: duckdb.DuckDBPyConnection, product: str, table: str, file: Path
) -> None:
    """Write one table of the product as Parquet, in the table's order.

    The lowest level of compression takes a quarter less time, and the files are no larger.
    """
    file.parent.mkdir(exist_ok=True)
    connection.execute(
        f"copy {identifier(product)}.{identifier(table)} to '{quoted(str(file))}' "
        "(format parquet, compression zstd, compression_level 1)"
    )


def write_csv(
    connection: duckdb.DuckDBPyConnection, product: str, relation: Relation, file: Path
) -> None:
    """Write one table as CSV, sorted by all its columns, cells safe to open in a spreadsheet."""
    file.parent.mkdir(exist_ok=True)
    source = f"from {identifier(product)}.{identifier(relation.table)}"
    copy_csv(connection, source, relation.columns, file, order_by="all")


def copy_csv(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    columns: tuple[tuple[str, str], ...],
    file: Path,
    *,
    order_by: str,
) -> int:
    """Write a query's columns as sorted CSV; returns its rows. Text cells are made safe."""
    cells = ", ".join(
        f"{safe_cell(identifier(name)) if _is_text(kind) else identifier(name)} "
        f"as {identifier(name)}"
        for name, kind in columns
    )
    written = connection.execute(
        f"copy (select {cells} from ({query}) order by {order_by}) "
        f"to '{quoted(str(file))}' (format csv, header)"
    ).fetchall()
    return int(written[0][0])


def safe_cell(value: str) -> str:
    """SQL of a text value that no spreadsheet takes for a formula: an apostrophe before its sign.

    A telephone number stays as it is dialled: a plus and digits compute nothing.
    """
    runs = f"regexp_matches({value}, '{_FORMULA}') and not regexp_matches({value}, '{_NUMBER}')"
    return f"case when {runs} then '''' || {value} else {value} end"


def link_or_copy(source: Path, target: Path) -> None:
    """Share an unchanged file with the previous generation; copy where links are not supported."""
    target.parent.mkdir(exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _is_text(kind: str) -> bool:
    return kind == "VARCHAR" or kind.startswith("ENUM")


def sort_key(relation: Relation) -> str:
    """SQL of a table's order. By customer where there is one: readers look customers up, and like values compress."""
    leading = [c for c in ("customer_id",) if c in relation.column_names]
    rest = [c for c in relation.column_names[:1] if c not in leading]
    return ", ".join(identifier(c) for c in [*leading, *rest]) or "all"


def copy_comments(
    connection: duckdb.DuckDBPyConnection, warehouse: str, target: str, relation: Relation
) -> None:
    """What the warehouse says of a table and its columns, said in one transaction.

    Each statement by itself would wait for the disk; a product has hundreds.
    """
    of_table = connection.execute(
        "select comment from duckdb_tables() where database_name = ? and schema_name = ? "
        "and table_name = ? and comment is not null",
        [warehouse, relation.schema, relation.table],
    ).fetchall()
    of_columns = connection.execute(
        "select column_name, comment from duckdb_columns() where database_name = ? "
        "and schema_name = ? and table_name = ? and comment is not null order by column_index",
        [warehouse, relation.schema, relation.table],
    ).fetchall()
    said = [(f"table {target}", comment) for (comment,) in of_table]
    said += [
        (f"column {target}.{identifier(column)}", comment)
        for column, comment in of_columns
        if column in relation.column_names
    ]
    if said:
        comments = "; ".join(f"comment on {on} is '{quoted(text)}'" for on, text in said)
        connection.execute(f"begin; {comments}; commit")

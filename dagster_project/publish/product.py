"""The files of one generation: what it will hold, and building them aside.

A file starts as a copy of the generation in force, so that what did not change costs nothing;
tables that changed much, or look different, are written anew and sorted.
Does not belong here: whether the product is good, and when readers get it (``publication``).
"""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.domain.loads import RuleOutcome
from dagster_project.engines.duckdb.digests import (
    RUN_CLOCKS,
    Relation,
    identifier,
    list_relations,
)
from dagster_project.engines.duckdb.session import quoted
from dagster_project.publish.at_an_instant import write_macros
from dagster_project.publish.column_classes import ColumnClasses
from dagster_project.publish.crm_import import check_columns, write_imports
from dagster_project.publish.delta import SINCE, apply_delta, find_delta, hash_rows, same_shape
from dagster_project.publish.generations import ProductFolder
from dagster_project.publish.manifest import (
    Manifest,
    PublishedTable,
    content_hash,
    write_manifest_table,
)
from dagster_project.publish.promises import check_promises
from dagster_project.publish.tables import (
    choose_tables,
    copy_table,
    link_or_copy,
    write_csv,
    write_parquet,
)

NEW_BASELINE = ".baseline.parquet"
"""Where the next baseline of CRM imports waits until its generation is settled."""

NEW_MEMORY = ".releases.parquet"
"""The same for what insight views are made of."""

_HOLES = 0.5
"""A file with more than this share of its blocks unused is not copied: it is written anew."""


@dataclass(frozen=True)
class Plan:
    """What a product would hold."""

    relations: tuple[Relation, ...]
    tables: tuple[PublishedTable, ...]
    content: str
    as_of: datetime


@dataclass(frozen=True)
class Built:
    """What was written aside; ``before`` is the generation its file was made from, if one was."""

    tables: tuple[PublishedTable, ...]
    promises: tuple[RuleOutcome, ...]
    linked: int
    imports: dict[str, int]
    before: str | None


def plan_product(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    consumer: Consumer,
    rules: str,
    *,
    clock: str,
) -> Plan:
    """Tables, their content hashes and the time of the data, as the warehouse stands.

    ``clock``: the catalog that knows the time, where ``warehouse`` holds what a consumer sees.
    """
    # readers of identity_events ask which run it was
    relations = list_relations(connection, warehouse, ignored=RUN_CLOCKS - {"run_id"})
    relations = choose_tables(relations, consumer)
    check_columns(consumer, relations)
    tables = tuple(hash_rows(connection, warehouse, relation) for relation in relations)
    return Plan(relations, tables, content_hash(rules, tables), _as_of(connection, clock))


def build_product(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    consumer: Consumer,
    plan: Plan,
    *,
    folder: ProductFolder,
    name: str,
    baseline: Path | None,
    previous: Manifest | None,
    classes: ColumnClasses | None = None,
) -> Built:
    """Write the DuckDB file, Parquet, CSV and CRM imports below ``folder.partial``."""
    partial = folder.begin()
    file = partial / f"{consumer.name}.duckdb"
    start = _start_from(connection, folder, previous, file)
    connection.execute(f"attach '{quoted(str(file))}' as product")
    tables = _write_tables(connection, warehouse, plan, previous=start, folder=partial)
    write_manifest_table(
        connection, "product", consumer=consumer.name, generation=name, as_of=plan.as_of,
        content=plan.content, tables=plan.tables,
    )  # fmt: skip
    if not (consumer.masked or consumer.columns):  # the macros ask for columns by name
        write_macros(connection, "product", plan.relations)
    connection.execute("checkpoint product")
    linked = _write_files(connection, consumer, plan, folder=folder, previous=previous)
    promises = check_promises(
        connection, "product", consumer=consumer, folder=partial, tables=plan.tables,
        relations=plan.relations, classes=classes,
    )  # fmt: skip
    connection.execute("detach product")
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
    imports = {}
    if consumer.crm_import:
        imports = write_imports(
            connection, warehouse, consumer=consumer, relations=plan.relations,
            baseline=baseline, folder=partial, new_baseline=partial / NEW_BASELINE,
        )  # fmt: skip
    return Built(tables, promises, linked, imports, start.generation if start else None)


def _as_of(connection: duckdb.DuckDBPyConnection, warehouse: str) -> datetime:
    """Time of the data; the epoch for a warehouse that has none."""
    rows = connection.execute(f"select max(as_of) from {warehouse}.intermediate.int_as_of")
    found: datetime | None = rows.fetchall()[0][0]
    return found.astimezone(UTC) if found else datetime.fromtimestamp(0, UTC)


def _start_from(
    connection: duckdb.DuckDBPyConnection,
    folder: ProductFolder,
    previous: Manifest | None,
    file: Path,
) -> Manifest | None:
    """Copy the file of the generation in force, if it is one this engine wrote without waste."""
    if previous is None or previous.engine != duckdb.__version__:
        return None
    source = folder.path / previous.generation / file.name
    if not source.is_file():
        return None
    connection.execute(f"attach '{quoted(str(source))}' as before (read_only)")
    used, total = connection.execute(
        "select used_blocks, total_blocks from pragma_database_size() "
        "where database_name = 'before'"
    ).fetchall()[0]
    connection.execute("detach before")
    if used < (1 - _HOLES) * total:
        return None
    shutil.copyfile(source, file)
    return previous


def _write_tables(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    plan: Plan,
    *,
    previous: Manifest | None,
    folder: Path,
) -> tuple[PublishedTable, ...]:
    """Bring every table of the product to what the warehouse holds, at the cost of its change."""
    before = {t.table: t for t in previous.tables} if previous else {}
    pairs = tuple(zip(plan.relations, plan.tables, strict=True))
    brought = [
        _bring_up_to_date(
            connection, warehouse, relation, table, old=before.get(table.table), folder=folder
        )
        for relation, table in pairs
    ]
    if before:
        _drop(connection, kept={table.table for table in brought if table})
    for (relation, _), done in zip(pairs, brought, strict=True):
        if done is None:
            copy_table(connection, warehouse, "product", relation)
    return tuple(done or table for (_, table), done in zip(pairs, brought, strict=True))


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    relation: Relation,
    table: PublishedTable,
    *,
    old: PublishedTable | None,
    folder: Path,
) -> PublishedTable | None:
    """Leave a table that is the same, mend one that changed little; none: write it anew."""
    if old is None or not same_shape(connection, warehouse, "product", relation):
        return None
    if old.digest == table.digest:
        return replace(table, loose=old.loose)
    delta = find_delta(connection, "product", relation, before=old, now=table)
    if delta is None:
        return None
    apply_delta(connection, warehouse, "product", relation, folder=folder / SINCE)
    return replace(table, loose=delta.loose)


def _drop(connection: duckdb.DuckDBPyConnection, *, kept: set[str]) -> None:
    """Drop the other tables, and give their room back before new ones are written."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'product' order by 1"
    ).fetchall()
    for (table,) in tables:
        if table not in kept:
            connection.execute(f"drop table product.{identifier(table)}")
    connection.execute("checkpoint product")


def _write_files(
    connection: duckdb.DuckDBPyConnection,
    consumer: Consumer,
    plan: Plan,
    *,
    folder: ProductFolder,
    previous: Manifest | None,
) -> int:
    """Parquet (and CSV) of every table; unchanged ones are links to the previous generation's."""
    before = previous.digests() if previous else {}
    linked = 0
    for relation, table in zip(plan.relations, plan.tables, strict=True):
        files = [f"parquet/{table.table}.parquet"]
        files += [f"csv/{table.table}.csv"] if consumer.csv else []
        for name in files:
            target = folder.partial / name
            source = folder.path / previous.generation / name if previous else target
            if before.get(table.table) == table.digest and source.is_file():
                link_or_copy(source, target)
                linked += 1
            elif name.endswith(".csv"):
                write_csv(connection, "product", relation, target)
            else:
                write_parquet(connection, "product", table.table, target)
    return linked

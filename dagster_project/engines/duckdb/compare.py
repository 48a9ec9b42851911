"""Compares two roots or two DuckDB files by content, and counts by key what differs.

Belongs here: finding differences; files of equal content may differ in their bytes.
Does not belong here: what counts as content (``digests``), and showing the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import (
    Relation,
    TableDigest,
    attached,
    digest,
    identifier,
    is_float,
    is_nested,
    list_relations,
    qualified,
    row_hash,
)
from dagster_project.engines.duckdb.session import EngineOptions, session

COMPARED_SCHEMAS = ("marts", "insights")
"""Schemas of the warehouse that two roots are compared by."""

Keys = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class TableDifference:
    """How one table differs, in counts of keys; ``columns`` counts changed values by column.

    Without a ``key`` a changed row counts as one removed and one added.
    """

    table: str
    left_rows: int
    right_rows: int
    key: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    left_columns: tuple[str, ...] = ()
    right_columns: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the last bits of floating-point numbers differs."""
        return not (
            self.added
            or self.removed
            or self.changed
            or self.left_columns
            or self.right_columns
        )

    def __str__(self) -> str:
        by = f" by {', '.join(self.key)}" if self.key else ""
        text = (
            f"{self.table}: {self.left_rows} → {counted(self.right_rows, 'row')}{by}: "
            f"{self.added} added, {self.removed} removed, {self.changed} changed"
        )
        if self.columns:
            text += f" ({', '.join(f'{c} {n}' for c, n in self.columns.items())})"
        for side, columns in (("left", self.left_columns), ("right", self.right_columns)):
            if columns:
                text += f"; only {side}: {', '.join(columns)}"
        return text


@dataclass(frozen=True)
class Differences:
    """What two sides do not share; counts and names only, never a value."""

    compared: int
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()
    tables: tuple[TableDifference, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both sides hold the same tables with the same content."""
        return not (self.only_left or self.only_right or self.tables)

    def lines(self) -> tuple[str, ...]:
        """One line per finding, for a person."""
        return (
            *(f"{t}: only left" for t in self.only_left),
            *(f"{t}: only right" for t in self.only_right),
            *(str(t) for t in self.tables),
        )


def diff(
    left: Path,
    right: Path,
    *,
    schemas: tuple[str, ...] = COMPARED_SCHEMAS,
    keys: Keys | None = None,
    options: EngineOptions | None = None,
) -> Differences:
    """Compare two roots, or two DuckDB files, by content and key.

    Of a root: ``schemas`` of its warehouse, and every published file. Of a file: all its
    schemas. ``keys`` maps ``schema.table`` to key columns where they are neither declared in
    the file nor its first columns. Tables and columns that start with ``_`` are not content.
    """
    left_files, right_files = _files_of(left, schemas), _files_of(right, schemas)
    shared = [name for name in left_files if name in right_files]
    compared, only_left, only_right = 0, [], []
    differing: list[TableDifference] = []
    only_left += [f"file {name}" for name in left_files if name not in right_files]
    only_right += [f"file {name}" for name in right_files if name not in left_files]
    for name in shared:
        found = _diff_files(left_files[name], right_files[name], keys or {}, options)
        prefix = f"{name}: " if name else ""
        compared += found.compared
        only_left += [prefix + table for table in found.only_left]
        only_right += [prefix + table for table in found.only_right]
        differing += [replace(table, table=prefix + table.table) for table in found.tables]
    return Differences(compared, tuple(only_left), tuple(only_right), tuple(differing))


@dataclass(frozen=True)
class _File:
    path: Path
    schemas: tuple[str, ...] | None


def _files_of(side: Path, schemas: tuple[str, ...]) -> dict[str, _File]:
    if side.is_file():
        return {"": _File(side, None)}
    root = Root(side)
    files = {}
    if root.database.is_file():
        files["warehouse"] = _File(root.database, schemas)
    if root.published.is_dir():
        for product in sorted(root.published.glob("*.duckdb")):
            files[f"published/{product.stem}"] = _File(product, None)
    if not files:
        raise Customer360Error(
            "nothing to compare: neither a DuckDB file nor a root that has been run",
            str(side),
            "name two roots, or two .duckdb files",
        )
    return files


def _diff_files(
    left: _File, right: _File, keys: Keys, options: EngineOptions | None
) -> Differences:
    with session(options=options) as connection:
        lefts, rights = _digests(connection, left), _digests(connection, right)
        shared = [name for name in lefts if name in rights]
        found = [
            _diff_tables(connection, (left, lefts[name]), (right, rights[name]), keys)
            for name in shared
            if lefts[name].digest != rights[name].digest
        ]
    return Differences(
        len(shared),
        tuple(name for name in lefts if name not in rights),
        tuple(name for name in rights if name not in lefts),
        tuple(table for table in found if not table.is_empty),
    )


def _digests(connection: duckdb.DuckDBPyConnection, file: _File) -> dict[str, TableDigest]:
    with attached(connection, file.path) as catalog:
        relations = list_relations(connection, catalog, file.schemas)
        return {r.name: digest(connection, catalog, r) for r in relations}


def _diff_tables(
    connection: duckdb.DuckDBPyConnection,
    left: tuple[_File, TableDigest],
    right: tuple[_File, TableDigest],
    keys: Keys,
) -> TableDifference:
    relation = left[1].relation
    _copy(connection, "left_rows", *left)
    _copy(connection, "right_rows", *right)
    shared = tuple(c for c in relation.columns if c in right[1].relation.columns)
    key = _key(connection, relation, keys, shared)
    _hash_rows(connection, shared)
    counts = _count_by_key(connection, key, shared) if key else _count_rows(connection)
    return TableDifference(
        table=relation.name,
        left_rows=left[1].rows,
        right_rows=right[1].rows,
        key=key,
        added=counts.added,
        removed=counts.removed,
        changed=counts.changed,
        columns=counts.columns,
        left_columns=_only(relation, right[1].relation),
        right_columns=_only(right[1].relation, relation),
    )


def _only(here: Relation, there: Relation) -> tuple[str, ...]:
    return tuple(
        f"{name} {kind}" for name, kind in here.columns if (name, kind) not in there.columns
    )


def _copy(
    connection: duckdb.DuckDBPyConnection, name: str, file: _File, table: TableDigest
) -> None:
    with attached(connection, file.path) as catalog:
        columns = ", ".join(identifier(c) for c in table.relation.column_names)
        connection.execute(
            f"create or replace temp table {name} as "
            f"select {columns} from {qualified(catalog, table.relation)}"
        )


def _hash_rows(
    connection: duckdb.DuckDBPyConnection, shared: tuple[tuple[str, str], ...]
) -> None:
    row = row_hash(Relation("", "", shared))
    for side in ("left", "right"):
        connection.execute(
            f"create or replace temp view {side}_hashed as "
            f"select *, {row} as _row_hash from {side}_rows"
        )


@dataclass(frozen=True)
class _Counts:
    added: int
    removed: int
    changed: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)


def _key(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    keys: Keys,
    shared: tuple[tuple[str, str], ...],
) -> tuple[str, ...]:
    """The given key, else the fewest leading columns that are unique on both sides."""
    names = tuple(name for name, _ in shared)
    given = keys.get(relation.name)
    candidates = [given] if given else [names[:length] for length in (1, 2, 3)]
    for key in candidates:
        if key and set(key) <= set(names) and _is_key(connection, key):
            return key
    return ()


def _is_key(connection: duckdb.DuckDBPyConnection, key: tuple[str, ...]) -> bool:
    names = ", ".join(identifier(k) for k in key)
    no_null = " and ".join(f"{identifier(k)} is not null" for k in key)
    return all(
        _one(
            connection,
            f"select count(*) = count(distinct ({names})) and coalesce(bool_and({no_null}), true) "
            f"from {side}_rows",
        )[0]
        for side in ("left", "right")
    )


def _count_by_key(
    connection: duckdb.DuckDBPyConnection,
    key: tuple[str, ...],
    shared: tuple[tuple[str, str], ...],
) -> _Counts:
    names = ", ".join(identifier(k) for k in key)
    connection.execute(
        f"""
        create or replace temp table differing as
        select
            {names},
            l._row_hash is not null as in_left,
            r._row_hash is not null as in_right
        from (select {names}, _row_hash from left_hashed) as l
        full join (select {names}, _row_hash from right_hashed) as r using ({names})
        where l._row_hash is distinct from r._row_hash
        """
    )
    added, removed = _one(
        connection,
        "select count(*) filter (not in_left), count(*) filter (not in_right) from differing",
    )
    values = [(name, kind) for name, kind in shared if name not in key]
    if not values:
        return _Counts(added, removed)
    flags = ", ".join(f"{_differs(c, k)} as d{i}" for i, (c, k) in enumerate(values))
    either = " or ".join(f"d{i}" for i in range(len(values)))
    sums = ", ".join(f"count(*) filter (d{i})" for i in range(len(values)))
    changed, *by_column = _one(
        connection,
        f"""
        with flagged as (
            select {flags}
            from differing
            inner join left_rows as l using ({names})
            inner join right_rows as r using ({names})
        )
        select count(*) filter ({either}), {sums} from flagged
        """,
    )
    columns = {c: n for (c, _), n in zip(values, by_column, strict=True) if n}
    return _Counts(added, removed, changed, columns)


def _count_rows(connection: duckdb.DuckDBPyConnection) -> _Counts:
    added, removed = _one(
        connection,
        """
        with counted as (
            select _row_hash, 1 as n from right_hashed
            union all
            select _row_hash, -1 as n from left_hashed
        ),
        summed as (
            select sum(n) as n from counted group by _row_hash
        )
        select
            coalesce(sum(n) filter (n > 0), 0)::bigint,
            coalesce(-sum(n) filter (n < 0), 0)::bigint
        from summed
        """,
    )
    return _Counts(added, removed)


def _differs(name: str, kind: str) -> str:
    """SQL that says whether the left and right value of one column differ."""
    left, right = f"l.{identifier(name)}", f"r.{identifier(name)}"
    if is_nested(kind):
        return f"{left}::varchar is distinct from {right}::varchar"
    if not is_float(kind):
        return f"{left} is distinct from {right}"
    near = f"abs({left} - {right}) <= 1e-11 * greatest(abs({left}), abs({right}))"
    return f"({left} is distinct from {right} and not coalesce({near}, false))"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchall()
    return row[0]

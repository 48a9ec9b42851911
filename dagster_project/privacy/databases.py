"""A DuckDB file written anew without some people: no row of theirs is left in it, nor a free block.

A row goes when one of its cells names them. What others wrote to them, and deals of accounts they
acted for, stay and lose the reference. Texts lose the mention.

Belongs here: what becomes of a table. Does not belong here: which files there are (``places``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.consent.masking import Values
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.session import quoted

REFERENCES = frozenset(
    [
        "parent_message_id",
        "addressee_record_id",
        "thread_id",
        "conversation_id",
        "answered_by_message_id",
        "merged_into",
        "primary_record_id",
        "parent_account_id",
        "seed_record_id",
        "account_id",
        "moved_to_record_id",
        "media_message_id",
        "post_message_id",
    ]
)
"""Columns by which a row refers to somebody else's: what they name is forgotten, the row stays."""

TEXTS = frozenset(
    [
        "body_text",
        "redacted_text",
        "bio",
        "subject",
        "description",
        "extra",
        "contact_ids",
        "merged_record_ids",
        "calculated_merged_vids",
        "name",
        "opportunity_name",
        "account_name",
        "facets",
        "evidence",
        "url",
        "fields",
        "tags",
        "notes",
        "reason",
        "unsubscribe_reason",
        "edit_history_ids",
        "website",
    ]
)
"""Columns that may mention people in somebody else's row."""

_WRITTEN_BY = "author_record_id"
"""A message is its author's; to whom it is addressed is a reference."""

_OF_ACCOUNTS = frozenset({"fct_opportunity", "int_opportunities", "int_opportunities_unioned"})
"""Deals are the account's: they stay, and forget who acted for it."""

_OF_CONVERSATIONS = frozenset({"conversation_id", "thread_id"})
"""What a message refers to; where no message is told of, the conversation is what it is about."""

_PERSON = ("record_id", "customer_id")

EMPTIED = frozenset({"meta.phases", "meta.findings"})
"""Tables that are left empty: with them the next run builds everything anew from what is left."""


@dataclass(frozen=True)
class Table:
    """A base table: its columns and which of them hold text."""

    schema: str
    name: str
    columns: tuple[str, ...]
    texts: frozenset[str]
    lists: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        """``schema.table``."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Rewritten:
    """What writing a file anew took away, by table."""

    removed: dict[str, int]
    masked: dict[str, int]


def rewrite_database(
    work: duckdb.DuckDBPyConnection,
    database: Path,
    fresh: Path,
    values: Values,
    *,
    cells: str = "gone_cell",
) -> Rewritten:
    """Write ``fresh``, a copy of ``database`` without rows that have a cell of ``cells``."""
    for file in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        file.unlink(missing_ok=True)
    catalog = database.stem
    removed: dict[str, int] = {}
    masked: dict[str, int] = {}
    work.execute(f"attach '{quoted(str(database))}' as {identifier(catalog)} (read_only)")
    work.execute(f"attach '{quoted(str(fresh))}' as fresh")
    try:
        work.execute(f"copy from database {identifier(catalog)} to fresh (schema)")
        for table in list_tables(work, catalog):
            lost, mentions = _copy_table(work, catalog, table, values, cells)
            if lost:
                removed[table.full_name] = lost
            if mentions:
                masked[table.full_name] = mentions
        work.execute("checkpoint fresh")
    finally:
        work.execute("detach fresh")
        work.execute(f"detach {identifier(catalog)}")
    return Rewritten(removed, masked)


def count_hits(
    work: duckdb.DuckDBPyConnection, database: Path, *, cells: str = "gone_cell"
) -> dict[str, int]:
    """How many rows of each table would go; nothing is written."""
    catalog = database.stem
    work.execute(f"attach '{quoted(str(database))}' as {identifier(catalog)} (read_only)")
    try:
        hits = {}
        for table in list_tables(work, catalog):
            goes = _goes_sql(table, cells)
            if goes and table.full_name not in EMPTIED:
                source = _qualified(catalog, table)
                rows = work.execute(f"select count(*) from {source} as t where {goes}")
                hits[table.full_name] = int(rows.fetchall()[0][0])
        return {name: rows for name, rows in hits.items() if rows}
    finally:
        work.execute(f"detach {identifier(catalog)}")


def list_tables(work: duckdb.DuckDBPyConnection, catalog: str) -> tuple[Table, ...]:
    """Base tables of an attached database, with their text columns."""
    rows = work.execute(
        """
        select c.schema_name, c.table_name, list(c.column_name order by c.column_index),
            list(c.column_name order by c.column_index) filter (c.data_type = 'VARCHAR'),
            list(c.column_name order by c.column_index) filter (c.data_type = 'VARCHAR[]')
        from duckdb_columns() as c
        inner join duckdb_tables() as t
            on t.database_name = c.database_name
            and t.schema_name = c.schema_name
            and t.table_name = c.table_name
        where c.database_name = ? and not t.internal
        group by c.schema_name, c.table_name
        order by c.schema_name, c.table_name
        """,
        [catalog],
    ).fetchall()
    return tuple(
        Table(schema, name, tuple(columns), frozenset(texts or ()), frozenset(lists or ()))
        for schema, name, columns, texts, lists in rows
    )


def _copy_table(
    work: duckdb.DuckDBPyConnection, catalog: str, table: Table, values: Values, cells: str
) -> tuple[int, int]:
    """Copy what stays of one table; returns rows that went and rows that lost a mention."""
    if table.full_name in EMPTIED:
        return 0, 0
    source, target = _qualified(catalog, table), _qualified("fresh", table)
    goes = _goes_sql(table, cells)
    masks = _find_mentions(work, source, table, values)
    listed = ", ".join(_kept(column, table, cells, masks) for column in table.columns)
    joins = " ".join(
        f"left join {mask} on {mask}.found = t.{identifier(column)}"
        for column, mask in masks.items()
    )
    where = f"where not coalesce({goes}, false)" if goes else ""
    work.execute(f"insert into {target} select {listed} from {source} as t {joins} {where}")
    before, after = (
        int(work.execute(f"select count(*) from {name}").fetchall()[0][0])
        for name in (source, target)
    )
    mentions = sum(
        int(work.execute(f"select count(*) from {mask}").fetchall()[0][0])
        for mask in masks.values()
    )
    for mask in masks.values():
        work.execute(f"drop table {mask}")
    return before - after, mentions


def _goes_sql(table: Table, cells: str) -> str:
    """SQL of whether a row ``t`` is about them; nothing where no column could say so."""
    if _WRITTEN_BY in table.columns:
        looked_at: Iterable[str] = (_WRITTEN_BY, "message_id")
    else:
        looked_at = (
            c
            for c in table.columns
            if c in table.texts
            and (c not in REFERENCES | TEXTS or c == table.columns[0] or c in _OF_CONVERSATIONS)
            and not (table.name in _OF_ACCOUNTS and c in _PERSON)
        )
    terms = [
        f"t.{identifier(c)} in (select value from {cells})"
        for c in looked_at
        if c in table.texts
    ]
    return " or ".join(f"coalesce({term}, false)" for term in terms)


def _kept(column: str, table: Table, cells: str, masks: dict[str, str]) -> str:
    name = f"t.{identifier(column)}"
    if column in masks:
        return f"case when {masks[column]}.found is null then {name} else {masks[column]}.shown end"
    if column in table.texts and column != table.columns[0]:
        return f"case when {name} in (select value from {cells}) then null else {name} end"
    if column in table.lists:
        return f"list_filter({name}, lambda v: not list_contains((select list(value) from {cells}), v))"
    return name


_WORTH_A_LOOK = "@|[0-9]{6}|[0-9][0-9 ().-]{7}|https?://|did:"
"""What a text has that mentions anybody by more than a name."""


def _find_mentions(
    work: duckdb.DuckDBPyConnection, source: str, table: Table, values: Values
) -> dict[str, str]:
    """Per column, a table of the texts that mention them and what is shown instead."""
    masks: dict[str, str] = {}
    for column in sorted(TEXTS & table.texts):
        name = identifier(column)
        texts = work.execute(
            f"select distinct {name} from {source} where regexp_matches({name}, '{_WORTH_A_LOOK}')"
        ).fetchall()
        found = [
            (text, shown)
            for (text,) in texts
            if values.are_in(text) and (shown := values.masked(text)) != text
        ]
        if found:
            mask = f"mask_{len(masks)}"
            work.execute(
                f"create or replace temp table {mask} as "
                "select unnest($1::varchar[]) as found, unnest($2::varchar[]) as shown",
                [[f for f, _ in found], [s for _, s in found]],
            )
            masks[column] = mask
    return masks


def _qualified(catalog: str, table: Table) -> str:
    return ".".join(identifier(part) for part in (catalog, table.schema, table.name))

"""A DuckDB file written anew without some people: no row of theirs is left in it, nor a free block.

A row goes when one of its ids names them; in a table without ids of people, when a value does. What
others wrote to them, and deals of accounts they acted for, stay and lose the reference. Texts lose
the mention. Every table is looked at once, in its columns of ids and values alone; one that names
nobody is copied as it is.

Belongs here: what becomes of a table. Does not belong here: which files there are (``places``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from dagster_project.consent.masking import NUMBER_SQL, WORD_SQL, Values
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
        "links",
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

_IS_ID = re.compile(r"(^|_)id(_|$)")
"""Columns of ids: of people, of what they did, of what others did with them."""

_IS_PERSONS_ID = re.compile(r"(^|_)(record|customer)_id(_|$)")

_IS_HANDLE = re.compile(r"handle|username|identifier|contact_point|value|golden")
_IS_VALUE = re.compile(
    rf"{_IS_HANDLE.pattern}|e?mail|phone|number|website|url|e164|native|link|profile|street|address"
)
"""Columns where an address, a number or a profile may stand; of ``_IS_HANDLE`` a bare handle too."""

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
    always: bool = False,
) -> Rewritten | None:
    """Write ``fresh``, a copy of ``database`` without rows that have a cell of ``cells``.

    None, and no file, where no table names them, unless it is to be written ``always``.
    """
    for file in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        file.unlink(missing_ok=True)
    catalog = database.stem
    _keep_needles(work, values)
    work.execute(f"attach '{quoted(str(database))}' as {identifier(catalog)} (read_only)")
    try:
        looks = {
            table: _look_for_all(work, catalog, table, values, cells=cells, place=place)
            for place, table in enumerate(list_tables(work, catalog))
            if table.full_name not in EMPTIED
        }
        if not (always or any(looks.values())):
            return None
        _copy_without(work, catalog, fresh, looks, cells)
    finally:
        work.execute(f"detach {identifier(catalog)}")
    return Rewritten(
        {t.full_name: look.going for t, look in looks.items() if look.going},
        {t.full_name: look.changed for t, look in looks.items() if look.changed},
    )


def count_hits(
    work: duckdb.DuckDBPyConnection, database: Path, *, cells: str = "gone_cell"
) -> dict[str, int]:
    """How many rows of each table would go; nothing is written."""
    catalog = database.stem
    work.execute(f"attach '{quoted(str(database))}' as {identifier(catalog)} (read_only)")
    try:
        hits = {
            table.full_name: look_at(work, _qualified(catalog, table), table, cells).going
            for table in list_tables(work, catalog)
            if table.full_name not in EMPTIED
        }
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


@dataclass(frozen=True)
class Look:
    """What of a table names them: rows that go, and cells and texts of others by their column.

    ``masks``: by column, a temporary table of what is found there and what is shown instead.
    """

    going: int = 0
    goes: str = ""
    cells: dict[str, int] = field(default_factory=dict)
    masks: dict[str, str] = field(default_factory=dict)
    texts: int = 0

    def __bool__(self) -> bool:
        return bool(self.going or self.changed)

    @property
    def changed(self) -> int:
        """Cells and texts of others that change."""
        return sum(self.cells.values()) + self.texts


def _look_for_all(
    work: duckdb.DuckDBPyConnection,
    catalog: str,
    table: Table,
    values: Values,
    *,
    cells: str,
    place: int,
) -> Look:
    source = _qualified(catalog, table)
    look = look_at(work, source, table, cells)
    found = _find_mentions(work, source, table, values, place) | _find_in_lists(
        work, source, table, cells, place
    )
    rows = {
        column: int(work.execute(f"select count(*) from {mask}").fetchall()[0][0])
        for column, mask in found.items()
    }
    return replace(
        look, masks={c: m for c, m in found.items() if rows[c]}, texts=sum(rows.values())
    )


def _copy_without(
    work: duckdb.DuckDBPyConnection,
    catalog: str,
    fresh: Path,
    looks: Mapping[Table, Look],
    cells: str,
) -> None:
    work.execute(f"attach '{quoted(str(fresh))}' as fresh")
    try:
        work.execute(f"copy from database {identifier(catalog)} to fresh (schema)")
        for table, look in looks.items():
            listed = ", ".join(shown(column, table, look, cells) for column in table.columns)
            joins = " ".join(
                f"left join {mask} on {mask}.found = t.{identifier(column)}"
                for column, mask in look.masks.items()
            )
            where = f"where not ({look.goes})" if look.going else ""
            work.execute(
                f"insert into {_qualified('fresh', table)} select {listed} "
                f"from {_qualified(catalog, table)} as t {joins} {where}"
            )
            for mask in look.masks.values():
                work.execute(f"drop table {mask}")
        work.execute("checkpoint fresh")
    finally:
        work.execute("detach fresh")


def look_at(
    work: duckdb.DuckDBPyConnection, source: str, table: Table, cells: str = "gone_cell"
) -> Look:
    """Go through a table's columns of ids and values, once."""
    terms = _terms(table, cells)
    going = [terms[c] for c in _decisive(table) if c in terms]
    if {"_load_id", "_row"} <= {*table.columns} and cells == "gone_cell":
        going.append("(t._load_id, t._row) in (select load_id, row from gone_row)")
    forgotten = [c for c in terms if c != table.columns[0]]
    if not (going or forgotten):
        return Look()
    goes = " or ".join(f"coalesce({term}, false)" for term in going) or "false"
    counted = ", ".join(
        f"count(*) filter (not is_gone and hit_{place})" for place in range(len(forgotten))
    )
    hits = ", ".join(f"{terms[c]} as hit_{place}" for place, c in enumerate(forgotten))
    lost, *found = work.execute(
        f"select {', '.join(filter(None, ['count(*) filter (is_gone)', counted]))} "
        f"from (select {', '.join(filter(None, [f'{goes} as is_gone', hits]))} from {source} as t)"
    ).fetchall()[0]
    return Look(
        int(lost), goes, {c: int(n) for c, n in zip(forgotten, found, strict=True) if n}
    )


def shown(column: str, table: Table, look: Look, cells: str = "gone_cell") -> str:
    """SQL of what a row ``t`` that stays shows in a column."""
    name = f"t.{identifier(column)}"
    mask = look.masks.get(column)
    if mask:
        name = f"case when {mask}.found is null then {name} else {mask}.shown end"
    if column in look.cells:
        return f"case when {_terms(table, cells)[column]} then null else {name} end"
    return name


def _decisive(table: Table) -> Iterable[str]:
    """Columns that say whom a row is about."""
    if _WRITTEN_BY in table.columns:
        return (_WRITTEN_BY, "message_id")
    has_people = _has_people(table)
    return [
        c
        for c in table.columns
        if (_is_id(c) or not has_people)
        and (c not in REFERENCES | TEXTS or c == table.columns[0] or c in _OF_CONVERSATIONS)
        and not (table.name in _OF_ACCOUNTS and c in _PERSON)
    ]


def _terms(table: Table, cells: str) -> dict[str, str]:
    """By column, SQL of whether a cell of ``t`` names them; only of columns where one may."""
    terms = {}
    has_people = _has_people(table)
    for column in table.columns:
        if column not in table.texts:
            continue
        kinds = _kinds(column, table) or ("" if has_people or column in TEXTS else "'point'")
        if kinds:
            terms[column] = (
                f"t.{identifier(column)} in (select value from {cells} where kind in ({kinds}))"
            )
    return terms


def _has_people(table: Table) -> bool:
    return any(_IS_PERSONS_ID.search(column) for column in table.columns)


def _kinds(column: str, table: Table) -> str:
    """Of a customer who loses a part of their records, rows by record say themselves whose they are."""
    if _is_id(column):
        return "'id'" if "record_id" in table.columns else "'id', 'part'"
    if _IS_HANDLE.search(column):
        return "'id', 'point', 'word'"
    return "'point'" if _IS_VALUE.search(column) else ""


def _is_id(column: str) -> bool:
    return column in REFERENCES or _IS_ID.search(column) is not None


def _find_in_lists(
    work: duckdb.DuckDBPyConnection, source: str, table: Table, cells: str, place: int
) -> dict[str, str]:
    """Per column of lists, a table of the lists that name them and what is left of each."""
    masks = {}
    for number, column in enumerate(sorted(table.lists)):
        mask, name = f"listed_{place}_{number}", identifier(column)
        work.execute(
            f"""
            create or replace temp table {mask} as
            with hit as (
                select distinct found
                from (select distinct {name} as found from {source}), unnest(found) as each(value)
                semi join {cells} as gone on gone.value = each.value
            )
            select found, list_filter(
                found, lambda v: not list_contains((select list(value) from {cells}), v)
            ) as shown
            from hit
            """
        )
        masks[column] = mask
    return masks


_WORTH_A_LOOK = "@|[0-9]{6}|[0-9][0-9 ().-]{7}|https?://|did:"
"""What a text has that mentions anybody by more than a name."""


def _find_mentions(
    work: duckdb.DuckDBPyConnection, source: str, table: Table, values: Values, place: int
) -> dict[str, str]:
    """Per column, a table of the texts that mention them and what is shown instead."""
    masks: dict[str, str] = {}
    for column in sorted(TEXTS & table.texts):
        texts = work.execute(_mentioning(column, source, values)).fetchall()
        found = [(text, shown) for (text,) in texts if (shown := values.masked(text)) != text]
        if found:
            mask = f"mask_{place}_{len(masks)}"
            work.execute(
                f"create or replace temp table {mask} as "
                "select unnest($1::varchar[]) as found, unnest($2::varchar[]) as shown",
                [[f for f, _ in found], [s for _, s in found]],
            )
            masks[column] = mask
    return masks


def _keep_needles(work: duckdb.DuckDBPyConnection, values: Values) -> None:
    """Make ``needle(word)``: what a text has, as a word or a number's digits, that names them."""
    work.execute(
        "create or replace temp table needle as select unnest($1::varchar[]) as word",
        [sorted(values.needles)],
    )


def _mentioning(column: str, source: str, values: Values) -> str:
    """SQL of a column's texts that may mention them: none that does is left out."""
    name = identifier(column)
    looked_at = f"select distinct {name} as text from {source} where "
    if values.pattern:
        return (
            f"{looked_at} regexp_matches(lower({name}), '{quoted(values.pattern)}') order by 1"
        )
    return f"""
        with
        looked_at as ({looked_at} regexp_matches({name}, '{_WORTH_A_LOOK}')),
        word as (
            select text, unnest(regexp_extract_all(lower(text), '{WORD_SQL}')) as word from looked_at
            union all
            select text, regexp_replace(number, '[^0-9]', '', 'g')
            from (
                select text, unnest(regexp_extract_all(text, '{NUMBER_SQL}')) as number from looked_at
            )
        )
        select distinct text from word
        where
            word in (select word from needle)
            or split_part(word, '@', 1) in (select word from needle)
        order by text
    """


def _qualified(catalog: str, table: Table) -> str:
    return ".".join(identifier(part) for part in (catalog, table.schema, table.name))

"""Rows of a stream that name some people: the ones about them, and those that mention them.

Belongs here: finding such rows by keys, and writing a load's rows without them. Does not belong
here: who the people are: tombstones know them when a load lands, an erasure while it works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.consent.identifiers import keys_sql, text_keys_sql
from dagster_project.consent.masking import Values, masked_json
from dagster_project.consent.tombstones import HASHED_SQL
from dagster_project.domain.streams import PROVENANCE, StreamSpec
from dagster_project.engines.duckdb.session import quoted

BY_TOMBSTONE = f"""
    select hashed.key, hashed.source
    from (select key, source, {HASHED_SQL} as hash from asked) as hashed
    inner join tombstone on tombstone.hash = hashed.hash
    where tombstone.source is null or tombstone.source = hashed.source
"""
"""Keys of ``asked(key, source)`` that a tombstone has; needs ``Tombstones.prepare``."""


@dataclass(frozen=True)
class Named:
    """How many rows are about some people, and how many others mention them."""

    about: int
    mentioning: int

    def __bool__(self) -> bool:
        return bool(self.about or self.mentioning)


def find_named(
    connection: duckdb.DuckDBPyConnection,
    rows_sql: str,
    spec: StreamSpec,
    *,
    country: str | None,
    hits_sql: str,
    pattern: str | None = None,
) -> Named:
    """Make ``temp.named(_load_id, _row, key, source, is_about)`` of rows that name a wanted key.

    ``rows_sql``: landed rows of the stream; ``hits_sql``: which of ``asked(key, source)`` are
    wanted. ``pattern``: what a lower-case text fits that names one, if that is known.
    """
    worth = f"and regexp_matches(lower(text), '{quoted(pattern)}')" if pattern else ""
    connection.execute(
        f"""
        create or replace temp table stated as
        with landed as (select * from {rows_sql})
        select
            _load_id, _row, _source as source,
            unnest({keys_sql(spec, country)}) as key, true as is_about
        from landed
        union all
        select
            _load_id, _row, _source as source,
            unnest({keys_sql(spec, country, about=False)}) as key, false as is_about
        from landed
        union all
        select _load_id, _row, _source as source, unnest({text_keys_sql("text", spec.vendor)}), false
        from (select _load_id, _row, _source, {_text_sql(spec)} as text from landed)
        where regexp_matches(text, '@|[0-9]{{7}}|[0-9][0-9 ().-]{{7}}|did:') {worth}
        """
    )
    connection.execute(
        f"""
        create or replace temp table named as
        with asked as materialized (select distinct key, source from stated), hit as ({hits_sql})
        select distinct stated._load_id, stated._row, stated.key, stated.source, stated.is_about
        from stated
        inner join (select distinct key, source from hit) as hit
            on stated.key = hit.key and stated.source = hit.source
        """
    )
    connection.execute("drop table stated")
    about, mentioning = connection.execute(
        """
        select count(*) filter (is_about), count(*) filter (not is_about)
        from (select bool_or(is_about) as is_about from named group by _load_id, _row)
        """
    ).fetchall()[0]
    return Named(int(about), int(mentioning))


def named_keys(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The keys that rows were found by, after ``find_named``."""
    return [key for (key,) in connection.execute("select distinct key from named").fetchall()]


def write_without(
    connection: duckdb.DuckDBPyConnection,
    rows_sql: str,
    spec: StreamSpec,
    file: Path,
    values: Values,
) -> int:
    """Write rows that are not about those of ``temp.named``, masked where they mention them.

    Returns how many were written. Rows keep their order, number and hash.
    """
    columns = [*spec.columns, "_raw", "_extra"]
    _mask_rows(connection, rows_sql, spec, columns, values)
    listed = ", ".join(
        f'case when mask._row is null then r."{c}" else mask."{c}" end as "{c}"'
        if c in columns
        else f'r."{c}"'
        for c in (*spec.columns, *PROVENANCE)
    )
    written = connection.execute(
        f"""
        copy (
            select {listed}
            from {rows_sql} as r
            left join mask on mask._load_id = r._load_id and mask._row = r._row
            anti join (select distinct _load_id, _row from named where is_about) as gone
                on gone._load_id = r._load_id and gone._row = r._row
            order by r._load_id, r._row
        ) to '{quoted(str(file))}' (format parquet, compression zstd, compression_level 1)
        """
    ).fetchall()
    return int(written[0][0])


def _mask_rows(
    connection: duckdb.DuckDBPyConnection,
    rows_sql: str,
    spec: StreamSpec,
    columns: Sequence[str],
    values: Values,
) -> None:
    """Make ``temp.mask`` of rows that mention the people and stay."""
    listed = ", ".join(f'r."{c}"' for c in columns)
    found = connection.execute(
        f"""
        select r._load_id, r._row, {listed}
        from {rows_sql} as r
        semi join named on named._load_id = r._load_id and named._row = r._row
        anti join (select * from named where is_about) as gone
            on gone._load_id = r._load_id and gone._row = r._row
        """
    ).fetchall()
    references = {r.column: r.kind for r in spec.people}
    masked = [
        [
            load,
            row,
            *(_cell(values, c, v, references) for c, v in zip(columns, cells, strict=True)),
        ]
        for load, row, *cells in found
    ]
    kinds = {"_load_id": "varchar", "_row": "bigint", **dict.fromkeys(columns, "varchar")}
    lists = [list(column) for column in zip(*masked, strict=True)] or [[] for _ in kinds]
    unnested = ", ".join(
        f'unnest(${place}::{kind}[]) as "{name}"'
        for place, (name, kind) in enumerate(kinds.items(), start=1)
    )
    connection.execute(f"create or replace temp table mask as select {unnested}", lists)


def _cell(
    values: Values, column: str, text: str | None, references: dict[str, str]
) -> str | None:
    if text is None:
        return None
    if column in {"_raw", "_extra"} or references.get(column) == "json":
        return masked_json(values, text)
    if column in references:
        return values.without(text)
    return values.masked(text)


def _text_sql(spec: StreamSpec) -> str:
    """All that a row says besides its references, as one text."""
    known = {r.column for r in spec.people if r.kind != "json"}
    free = [f'"{c}"' for c in spec.columns if c not in known]
    return f"concat_ws(' ', {', '.join([*free, '_raw', '_extra'])})"

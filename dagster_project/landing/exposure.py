"""What staging may read: one view per stream over accepted loads, and the register beside it.

Belongs here: the schemas ``landing`` and ``config`` of the warehouse.
Does not belong here: casting, choosing the newest version of a key; that is staging's (dbt).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Load, LoadState
from dagster_project.domain.root import Root
from dagster_project.domain.streams import PROVENANCE, REGISTER, Delivery, StreamSpec
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.quarantine import quarantine_file
from dagster_project.landing.store import ROWS, parquet_sql

_ABSENCES = {
    "_source": "varchar",
    "_stream": "varchar",
    "_native_id": "varchar",
    "_absent_since": "timestamptz",
}
_QUARANTINED = {
    "_source": "varchar",
    "_stream": "varchar",
    "_native_id": "varchar",
    "_load_id": "varchar",
    "_row": "bigint",
    "rule": "varchar",
}
_LOADS = {
    "load_id": "varchar",
    "source": "varchar",
    "vendor": "varchar",
    "stream": "varchar",
    "state": "varchar",
    "as_of": "timestamptz",
    "rows": "bigint",
    "quarantined": "bigint",
    "gate_seq": "bigint",
}
_SOURCES = {
    "name": "varchar",
    "vendor": "varchar",
    "brand": "varchar",
    "region": "varchar",
    "country": "varchar",
    "currency": "varchar",
    "timezone": "varchar",
}
_ACCOUNTS = {"source": "varchar", "account": "varchar"}
_DOMAINS = {"source": "varchar", "domain": "varchar"}


def expose(
    connection: duckdb.DuckDBPyConnection,
    root: Root,
    ledger: Ledger,
    sources: Sequence[SourceConfig],
    streams: Iterable[StreamSpec],
) -> None:
    """Create schemas ``landing`` and ``config`` anew for the ledger and register as they stand.

    Loads of sources that the register no longer lists are not exposed: what has no entry may
    not be used. Rows of refused or undecided loads and quarantined rows are left out.
    """
    connection.execute("create schema if not exists landing")
    connection.execute("create schema if not exists config")
    streams = tuple(streams)
    listed = {source.name for source in sources}
    loads = tuple(load for load in ledger.loads() if load.source in listed)
    _write_register(connection, sources)
    _write_loads(connection, loads)
    _write_quarantined(connection, root, loads)
    _write_absences(connection, root, loads, sources, streams)
    with_absences = _streams_with_absences(connection)
    for spec in streams:
        own = [
            load
            for load in loads
            if (load.vendor, load.stream) == (spec.vendor, spec.stream)
            and load.state is LoadState.ACCEPTED
            and load.rows
        ]
        gone = any((load.source, load.stream) in with_absences for load in own)
        _write_view(connection, root, spec, own, some_absent=gone)


def write_config_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: dict[str, str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Replace ``config.<name>`` by ``rows``; ``columns`` maps names to DuckDB types, in order."""
    connection.execute("create schema if not exists config")
    _write_table(connection, f"config.{name}", columns, rows)


def _write_register(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[SourceConfig]
) -> None:
    write_config_table(
        connection,
        "sources",
        _SOURCES,
        [
            (s.name, s.vendor, s.brand, s.region, s.country, s.currency, s.timezone)
            for s in sources
        ],
    )
    for table, columns, field in (
        ("brand_accounts", _ACCOUNTS, "brand_accounts"),
        ("employee_accounts", _ACCOUNTS, "employee_accounts"),
        ("employee_domains", _DOMAINS, "employee_domains"),
    ):
        rows = [(s.name, value.strip().lower()) for s in sources for value in getattr(s, field)]
        write_config_table(connection, table, columns, rows)


def _write_loads(connection: duckdb.DuckDBPyConnection, loads: Iterable[Load]) -> None:
    _write_table(
        connection,
        "landing.loads",
        _LOADS,
        [
            (
                load.load_id,
                load.source,
                load.vendor,
                load.stream,
                str(load.state),
                load.as_of,
                load.rows,
                load.quarantined,
                load.gate_seq,
            )
            for load in loads
        ],
    )


def _write_quarantined(
    connection: duckdb.DuckDBPyConnection, root: Root, loads: Iterable[Load]
) -> None:
    files = [
        quarantine_file(root, load)
        for load in loads
        if load.state is LoadState.ACCEPTED and load.quarantined
    ]
    rows = parquet_sql(files) if files else _nothing(_QUARANTINED)
    connection.execute(
        f"create or replace table landing.quarantined as "
        f"select {', '.join(_QUARANTINED)} from {rows}"
    )


def _write_view(
    connection: duckdb.DuckDBPyConnection,
    root: Root,
    spec: StreamSpec,
    loads: Sequence[Load],
    *,
    some_absent: bool,
) -> None:
    columns = {**{f'"{c}"': "varchar" for c in spec.columns}, **PROVENANCE}
    if loads:
        select = _view_sql(root, spec, loads, columns, some_absent=some_absent)
    else:
        select = f"select * from {_nothing({**columns, **REGISTER})}"
    connection.execute(f"create or replace view landing.{spec.table} as {select}")


def _view_sql(
    root: Root,
    spec: StreamSpec,
    loads: Sequence[Load],
    columns: dict[str, str],
    *,
    some_absent: bool,
) -> str:
    """Rows of the accepted loads, joined to small tables only.

    The first branch is empty and gives every column a load of an older version may lack. The
    filter on ``_gate_seq`` of an incremental model reaches ``landing.loads`` first, and from
    there DuckDB skips the files of loads it has read before.
    """
    rows = ", ".join(f"landed.{column}" for column in columns)
    held_back = any(load.quarantined for load in loads)
    return f"""
        with
        landed as (
            select * from {_nothing(columns)}
            union all by name
            select * from {parquet_sql(_rows_file(root, load) for load in loads)}
        )
        select
            {rows},
            register.brand as _brand,
            register.region as _region,
            register.timezone as _timezone,
            register.currency as _currency,
            register.country as _country,
            loads.gate_seq as _gate_seq,
            {"absences._absent_since" if some_absent else "null::timestamptz as _absent_since"}
        from landed
        inner join landing.loads as loads on loads.load_id = landed._load_id
        inner join config.sources as register on register.name = landed._source
        {_ABSENT.format(stream=spec.stream) if some_absent else ""}
        {_NOT_QUARANTINED if held_back else ""}
    """


_ABSENT = """
        left join landing.absences as absences
            on absences._source = landed._source
            and absences._stream = '{stream}'
            and absences._native_id = landed._native_id
            and absences._absent_since > landed._as_of
"""

_NOT_QUARANTINED = """
        where not exists (
            select 1 from landing.quarantined as held_back
            where held_back._load_id = landed._load_id and held_back._row = landed._row
        )
"""


def _write_absences(
    connection: duckdb.DuckDBPyConnection,
    root: Root,
    loads: Sequence[Load],
    sources: Iterable[SourceConfig],
    streams: Sequence[StreamSpec],
) -> None:
    """Keys that a later snapshot no longer holds, for streams where that means deleted."""
    connection.execute(
        f"create or replace table landing.absences as select * from {_nothing(_ABSENCES)}"
    )
    by_name = {(spec.vendor, spec.stream): spec for spec in streams}
    for source in sources:
        for stream, options in sorted(source.streams.items()):
            spec = by_name.get((source.vendor, stream))
            if spec is None or options.absence != "deleted":
                continue
            if (options.delivery or spec.delivery) is not Delivery.SNAPSHOT:
                continue
            own = [x for x in loads if (x.source, x.stream) == (source.name, stream)]
            _insert_absences(connection, root, own)


def _streams_with_absences(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = connection.execute(
        "select distinct _source, _stream from landing.absences"
    ).fetchall()
    return {(source, stream) for source, stream in rows}


def _insert_absences(
    connection: duckdb.DuckDBPyConnection, root: Root, loads: Sequence[Load]
) -> None:
    """A key is absent since the first whole snapshot taken after it was last seen.

    All loads of one day are one snapshot; while one of its parts is refused or undecided, what
    it lacks proves nothing. A key whose row was quarantined was still there.
    """
    parts: dict[str, list[Load]] = {}
    for load in loads:
        if load.delivery is Delivery.SNAPSHOT:
            parts.setdefault(load.as_of.date().isoformat(), []).append(load)
    whole = [
        min(part.as_of for part in day)
        for day in parts.values()
        if all(part.state is LoadState.ACCEPTED for part in day)
    ]
    files = [_rows_file(root, x) for x in loads if x.state is LoadState.ACCEPTED and x.rows]
    if not whole or not files:
        return
    connection.execute(
        f"""
        insert into landing.absences
        with
        seen as (
            select _source, _native_id, max(_as_of) as last_seen
            from {parquet_sql(files)}
            group by _source, _native_id
        )
        select _source, '{loads[0].stream}', _native_id, min(taken)
        from seen
        inner join (select unnest($taken::timestamptz[]) as taken) as snapshots
            on snapshots.taken > seen.last_seen
        group by _source, _native_id
        """,
        {"taken": whole},
    )


def _rows_file(root: Root, load: Load) -> Path:
    return root.landing / load.source / load.stream / load.load_id / ROWS


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: dict[str, str],
    rows: Iterable[Sequence[object]],
) -> None:
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace table {table} ({listed})")
    values = [list(row) for row in rows]
    if values:
        lists = [[row[i] for row in values] for i in range(len(columns))]
        unnested = ", ".join(
            f"unnest(${i}::{kind}[])" for i, kind in enumerate(columns.values(), start=1)
        )
        connection.execute(f"insert into {table} select {unnested}", lists)


def _nothing(columns: dict[str, str]) -> str:
    """An empty relation with these columns."""
    typed = ", ".join(f"null::{kind} as {name}" for name, kind in columns.items())
    return f"(select {typed} where false)"

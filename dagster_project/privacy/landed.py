"""Landing without some people: which rows go, and the files of loads written anew.

Older versions of a row name people by values that the warehouse has forgotten, so contacts are
read first: what a row that goes says of itself is looked for in all other streams as well.

Makes, in the work session:
  ``gone_row(vendor, stream, source, load_id, row, native_id, request)``  rows that go
  ``touched_row(vendor, stream, source, load_id, row)``  rows of others that mention them
and adds to ``gone_key`` and ``gone_cell``.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from dagster_project.consent.identifiers import keys_sql, own_id_sql, text_pattern
from dagster_project.consent.masking import Values, values_of
from dagster_project.domain.loads import Load
from dagster_project.domain.root import Root
from dagster_project.domain.streams import PROVENANCE, StreamSpec
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.people import find_named, write_without
from dagster_project.landing.store import ROWS, parquet_sql
from dagster_project.privacy.people import kind_of_cell

_WANTED = """
    select asked.key, asked.source
    from (select distinct key, source from stated) as asked
    inner join gone_key on gone_key.key = asked.key
    where gone_key.source is null or gone_key.source = asked.source
"""

_ROUNDS = 3
"""How often contacts are read for values that only their other versions hold."""


def loads_by_stream(
    ledger: Ledger, streams: Iterable[StreamSpec]
) -> dict[StreamSpec, list[Load]]:
    """Every load that has rows, whatever became of it, by its stream."""
    specs = {(spec.vendor, spec.stream): spec for spec in streams}
    found: dict[StreamSpec, list[Load]] = {}
    for load in ledger.loads():
        spec = specs.get((load.vendor, load.stream))
        if spec is not None and load.rows:
            found.setdefault(spec, []).append(load)
    return found


def rows_file(root: Root, load: Load) -> Path:
    """Where a load's rows lie; a link where they were merged with others'."""
    return root.landing / load.source / load.stream / load.load_id / ROWS


def landed_sql(root: Root, spec: StreamSpec, loads: Iterable[Load]) -> str:
    """SQL of the rows of some loads, with every column that the stream has by now."""
    kinds = {**dict.fromkeys(spec.columns, "varchar"), **PROVENANCE}
    nothing = ", ".join(f'null::{kind} as "{name}"' for name, kind in kinds.items())
    files = parquet_sql(rows_file(root, load) for load in loads)
    return f"(select {nothing} where false union all by name select * from {files})"


def find_landed(
    work: duckdb.DuckDBPyConnection,
    root: Root,
    loads: Mapping[StreamSpec, Sequence[Load]],
    countries: Mapping[str, str | None],
) -> None:
    """Make the tables above."""
    for statement in _TABLES:
        work.execute(statement)
    contacts = {spec: own for spec, own in loads.items() if _is_of_contacts(spec)}
    if contacts:
        _widen(work, root, contacts, countries)
    for spec, own in sorted(loads.items(), key=lambda item: not _is_of_contacts(item[0])):
        rows = landed_sql(root, spec, own)
        for source in sorted({load.source for load in own}):
            part = f"(select * from {rows} where _source = '{source}')"
            named = find_named(
                work,
                part,
                spec,
                country=countries.get(source),
                hits_sql=_WANTED,
                pattern=text_pattern(_keys(work, source)),
            )
            if named:
                _leave_records_that_stay(work, part, spec)
                work.execute(_KEEP.format(vendor=spec.vendor, stream=spec.stream, rows=part))
        if spec.stream == "contact" and spec.vendor == "salesforce":
            _find_person_accounts(work, root, loads, rows)
    work.execute(_EVENT_CELLS)


def add_rows_of_records(
    work: duckdb.DuckDBPyConnection, root: Root, loads: Mapping[StreamSpec, Sequence[Load]]
) -> None:
    """Add to ``gone_row`` every version of the contact records in ``gone_record``, and no more."""
    for spec, own in loads.items():
        key = own_id_sql(spec)
        if key is None:
            continue
        work.execute(
            f"""
            insert into gone_row
            select '{spec.vendor}', '{spec.stream}', landed._source, landed._load_id,
                landed._row, landed._native_id, 0
            from {landed_sql(root, spec, own)} as landed
            inner join (select distinct key from gone_record) as gone on gone.key = {key}
            """
        )


def values_for(
    work: duckdb.DuckDBPyConnection, source: str | None = None, vendor: str | None = None
) -> Values:
    """Everything that names the people, as far as it may be used on one source's data."""
    events = work.execute(
        "select distinct 'event|' || source || ':' || native_id from gone_row "
        "where (source = $1 or $1 is null) and stream in ('post', 'comment', 'media', 'status')",
        [source],
    ).fetchall()
    return values_of(
        [*_keys(work, source), *(key for (key,) in events)], source=source, vendor=vendor
    )


def _keys(work: duckdb.DuckDBPyConnection, source: str | None) -> list[str]:
    """What names them in one source's rows; in all of them without one."""
    question = "select key from gone_key where source is null or source = $1 or $1 is null"
    return [key for (key,) in work.execute(question, [source]).fetchall()]


def write_file_without(
    work: duckdb.DuckDBPyConnection,
    root: Root,
    spec: StreamSpec,
    loads: Sequence[Load],
    target: Path,
) -> int:
    """Write ``target``, what the one file that some loads share holds without the people."""
    ids = [load.load_id for load in loads]
    work.execute(
        """
        create or replace temp table named as
        select load_id as _load_id, row as _row, true as is_about from gone_row
        where list_contains($1::varchar[], load_id)
        union all
        select load_id, row, false from touched_row where list_contains($1::varchar[], load_id)
        """,
        [ids],
    )
    values = values_for(work, loads[0].source, spec.vendor)
    return write_without(work, landed_sql(root, spec, loads), spec, target, values)


def _leave_records_that_stay(
    work: duckdb.DuckDBPyConnection, rows: str, spec: StreamSpec
) -> None:
    """A row of somebody who stays may once have held a value of theirs: it loses it, no more."""
    own = own_id_sql(spec)
    if own is None:
        return
    work.execute(
        f"""
        update named set is_about = false
        from (
            select _load_id, _row from {rows} where {own} in (select key from kept_key)
        ) as stays
        where stays._load_id = named._load_id and stays._row = named._row and named.is_about
        """
    )


def _is_of_contacts(spec: StreamSpec) -> bool:
    return (own_id_sql(spec) is not None and spec.stream != "account") or (
        (spec.vendor, spec.stream) == ("mastodon", "account")
    )  # fmt: skip


def _widen(
    work: duckdb.DuckDBPyConnection,
    root: Root,
    contacts: Mapping[StreamSpec, Sequence[Load]],
    countries: Mapping[str, str | None],
) -> None:
    """Add to ``gone_key`` what rows that go say besides, unless a row that stays says it too."""
    work.execute(
        "create or replace temp table contact_key "
        "(stream varchar, source varchar, load_id varchar, row bigint, own varchar, key varchar)"
    )
    for spec, own in contacts.items():
        for source in sorted({load.source for load in own}):
            rows = landed_sql(root, spec, [load for load in own if load.source == source])
            work.execute(
                f"insert into contact_key select '{spec.table}', _source, _load_id, _row, "
                f"{own_id_sql(spec)}, unnest({keys_sql(spec, countries.get(source))}) from {rows}"
            )
    known = -1
    for _ in range(_ROUNDS):
        work.execute(_WIDER)
        now = int(work.execute("select count(*) from gone_key").fetchall()[0][0])
        if now == known:
            break
        known = now
    work.execute(_WIDER_CELLS.format(kind=kind_of_cell("value")))
    work.execute("drop table contact_key")


def _find_person_accounts(
    work: duckdb.DuckDBPyConnection,
    root: Root,
    loads: Mapping[StreamSpec, Sequence[Load]],
    contacts_sql: str,
) -> None:
    """An account that is a person (Salesforce's person accounts) goes with the contact it is."""
    spec = next((s for s in loads if (s.vendor, s.stream) == ("salesforce", "account")), None)
    if spec is None:
        return
    accounts = landed_sql(root, spec, loads[spec])
    work.execute(
        f"""
        insert into gone_key
        with theirs as (
            select contacts._source as source, left(contacts.account_id, 15) as account, gone_row.request
            from {contacts_sql} as contacts
            inner join gone_row
                on gone_row.load_id = contacts._load_id and gone_row.row = contacts._row
            where contacts.account_id is not null
        )
        select
            'id|' || theirs.source || ':account_of_person:' || theirs.account,
            case when min(limited.source) is null then null else theirs.source end,
            min(theirs.request)
        from theirs
        inner join {accounts} as accounts
            on accounts._source = theirs.source and left(accounts.id, 15) = theirs.account
        left join (select distinct request, source from gone_key where source is not null) as limited
            on limited.request = theirs.request
        where lower(accounts.is_person_account) in ('true', '1', 'yes')
        group by theirs.source, theirs.account
        """
    )
    work.execute(
        "insert into gone_cell select source_account, 'id' from (select regexp_replace(substr(key, 4), "
        "':account_of_person:', ':account:') as source_account from gone_key "
        "where key like 'id|%:account_of_person:%')"
    )


_TABLES = (
    "create or replace temp table gone_row (vendor varchar, stream varchar, source varchar, "
    "load_id varchar, row bigint, native_id varchar, request integer)",
    "create or replace temp table touched_row (vendor varchar, stream varchar, source varchar, "
    "load_id varchar, row bigint)",
)

_KEEP = """
insert into gone_row
with about as (
    select named._load_id, named._row, min(gone_key.request) as request
    from named
    inner join gone_key
        on gone_key.key = named.key
        and (gone_key.source is null or gone_key.source = named.source)
    where named.is_about
    group by named._load_id, named._row
)
select
    '{vendor}', '{stream}', landed._source, landed._load_id, landed._row, landed._native_id,
    about.request
from {rows} as landed
inner join about on about._load_id = landed._load_id and about._row = landed._row;

insert into touched_row
select distinct '{vendor}', '{stream}', source, _load_id, _row
from named
anti join gone_row on gone_row.load_id = named._load_id and gone_row.row = named._row;
"""

_WIDER = """
insert into gone_key
with
going as (
    select
        contact_key.stream, contact_key.load_id, contact_key.row,
        min(gone_key.request) as request,
        bool_and(gone_key.source is not null) as is_limited
    from contact_key
    inner join gone_key
        on gone_key.key = contact_key.key
        and (gone_key.source is null or gone_key.source = contact_key.source)
    where contact_key.own not in (select key from kept_key)
    group by contact_key.stream, contact_key.load_id, contact_key.row
),
staying as (
    select key from kept_key
    union
    select key from contact_key
    anti join going
        on going.stream = contact_key.stream
        and going.load_id = contact_key.load_id
        and going.row = contact_key.row
)
select
    contact_key.key,
    case when bool_and(going.is_limited) then contact_key.source end,
    min(going.request)
from contact_key
inner join going
    on going.stream = contact_key.stream
    and going.load_id = contact_key.load_id
    and going.row = contact_key.row
anti join staying on staying.key = contact_key.key
anti join gone_key on gone_key.key = contact_key.key
group by contact_key.key, contact_key.source
"""

_WIDER_CELLS = """
insert into gone_cell
with
named as (
    select distinct
        case
            when key like 'id|%' then substr(key, 4)
            when key like 'email|%' then substr(key, 7)
            when key like 'handle|%' then regexp_replace(key, '^handle[|][^|]*[|]', '')
            when key like 'phone|%' then '+' || substr(key, 7)
        end as value,
        key like 'id|%' as is_id
    from gone_key
    where length(regexp_replace(key, '^[a-z]+[|]([^|]*[|])?', '')) > 3 and key not like 'written|%'
)
select value, case when is_id then 'id' else {kind} end as kind
from named
where value not in (select value from kept_value where value is not null)
"""

_EVENT_CELLS = """
insert into gone_cell
select distinct source || ':' || stream || ':' || native_id, 'id'
from gone_row
where stream in ('post', 'comment', 'media', 'status', 'case')
"""

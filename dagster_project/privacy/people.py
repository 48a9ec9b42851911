"""Who is meant by requests, and everything that names them, as tables of a work session.

The warehouse says which records are one customer and what they hold; landing adds what only older
versions of their rows said. A value that somebody else holds as well is not theirs to take along.

Makes, in the work session:
  ``asked(request, candidate, is_customer, is_connected, allowed)``  what to look for
  ``gone_record(request, record_id, source, vendor, customer_id, key)``  records that go
  ``gone_customer(customer_id, is_whole)``  customers that lose records, and whether all
  ``gone_key(key, source, request)``  what names them in landed rows; no source: everywhere
  ``gone_cell(value)``  what names them in cells of derived tables
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.config.privacy import LegalHold
from dagster_project.config.sources import SourceConfig
from dagster_project.consent.identifiers import dial_code
from dagster_project.privacy.requests import Request, Scope


@dataclass(frozen=True)
class Found:
    """How much of a request was found: records and customers of the warehouse."""

    request: int
    records: int
    customers: tuple[str, ...]


def find_people(
    work: duckdb.DuckDBPyConnection,
    catalog: str | None,
    requests: Sequence[Request],
    sources: Sequence[SourceConfig],
    holds: Iterable[LegalHold] = (),
) -> tuple[Found, ...]:
    """Make the tables above; ``catalog`` is the warehouse attached for reading, if there is one."""
    holds = tuple(holds)
    _write_asked(work, requests, sources, holds)
    if catalog is None:
        for name, columns in _EMPTY.items():
            work.execute(f"create or replace temp table {name} ({columns})")
    else:
        _find_records(work, catalog, holds)
        _find_values(work, catalog)
    _add_asked_keys(work, requests)
    return _found(work, len(requests))


def allowed_sources(
    request: Request, sources: Sequence[SourceConfig], holds: Iterable[LegalHold]
) -> list[str] | None:
    """Sources whose data may go; none: all there are, listed or not."""
    held = {name for hold in holds for name in hold.sources}
    if not (request.sources or request.purposes or held):
        return None
    return sorted(
        s.name
        for s in sources
        if s.name not in held
        and (not request.sources or s.name in request.sources)
        and (not request.purposes or s.purpose in request.purposes)
    )


def candidates(identifier: str, countries: Iterable[str]) -> list[str]:
    """What a person may have meant by what they wrote: as the tables spell it."""
    plain = identifier.strip()
    lower = plain.lower()
    path = re.sub(r"^https?://(www\.)?", "", lower).rstrip("/")
    found = [
        plain,
        lower,
        lower.removeprefix("@"),
        path,
        path.rpartition("/")[2].removeprefix("@"),
    ]
    digits = re.sub(r"[^0-9]", "", plain)
    if len(digits) >= 6 and re.fullmatch(r"[+()0-9 .\-/]+", plain):
        rest = digits.lstrip("0")
        found += [digits, f"+{rest}"]
        found += [f"+{dial_code(country)}{rest}" for country in countries]
    return list(dict.fromkeys(found))


def keys_of(identifier: str, countries: Iterable[str]) -> list[str]:
    """Keys that an identifier may stand for, where no table knows it."""
    countries = tuple(countries)
    lower = identifier.strip().lower()
    digits = re.sub(r"[^0-9]", "", lower)
    if "@" in lower.removeprefix("@"):
        return [f"email|{lower}", f"handle|mastodon|{lower.removeprefix('@')}"]
    if re.fullmatch(r"[+()0-9 .\-/]+", lower) and len(digits) >= 7:
        rest = digits.lstrip("0")
        return [f"phone|{rest}", *(f"phone|{dial_code(c)}{rest}" for c in countries)]
    if identifier.count(":") >= 2:
        return [f"id|{identifier.strip()}"]
    name = re.sub(r"^https?://[^/]+/", "", lower).removeprefix("@").rstrip("/")
    return [f"handle|{network}|{name}" for network in ("x", "instagram", "bluesky", "mastodon")]


def _write_asked(
    work: duckdb.DuckDBPyConnection,
    requests: Sequence[Request],
    sources: Sequence[SourceConfig],
    holds: Sequence[LegalHold],
) -> None:
    countries = sorted({s.country for s in sources if s.country})
    rows: list[tuple[int, str, bool, bool, list[str] | None]] = []
    for number, request in enumerate(requests):
        allowed = allowed_sources(request, sources, holds)
        if request.customer:
            rows.append((number, request.customer.strip(), True, True, allowed))
        if request.identifier:
            connected = request.scope is Scope.CONNECTED
            rows += [
                (number, candidate, False, connected, allowed)
                for candidate in candidates(request.identifier, countries)
            ]
    write_table(
        work,
        "asked",
        {
            "request": "integer", "candidate": "varchar", "is_customer": "boolean",
            "is_connected": "boolean", "allowed": "varchar[]",
        },
        rows,
    )  # fmt: skip


def _find_records(
    work: duckdb.DuckDBPyConnection, catalog: str, holds: Sequence[LegalHold]
) -> None:
    held = sorted({customer for hold in holds for customer in hold.customers})
    work.execute(_HOLDINGS.format(catalog=catalog))
    work.execute(_EVERYBODY.format(catalog=catalog))
    work.execute(_ASKED_RECORD)
    work.execute(_ASKED_HELD, [held])
    work.execute(_GONE_RECORD)
    work.execute(_GONE_CUSTOMER.format(catalog=catalog))


def _find_values(work: duckdb.DuckDBPyConnection, catalog: str) -> None:
    work.execute(_GONE_VALUE.format(catalog=catalog))
    work.execute(_GONE_KEY)
    work.execute(_GONE_CELL)


def _add_asked_keys(work: duckdb.DuckDBPyConnection, requests: Sequence[Request]) -> None:
    """An identifier that no record of the warehouse holds may still stand in what has landed."""
    known = {n for (n,) in work.execute("select distinct request from gone_record").fetchall()}
    held = {n for (n,) in work.execute("select request from asked_held").fetchall()}
    rows = [
        (key, None, number)
        for number, request in enumerate(requests)
        if number not in known and number not in held and request.identifier
        for key in keys_of(request.identifier, ())
    ]
    limits = dict(
        work.execute(
            "select distinct request, allowed from asked where allowed is not null"
        ).fetchall()
    )
    limited = [
        (key, source, number)
        for key, _, number in rows
        for source in limits.get(number, [None])
    ]
    write_table(
        work,
        "more_key",
        {"key": "varchar", "source": "varchar", "request": "integer"},
        limited,
    )
    work.execute("insert into gone_key select * from more_key")
    work.execute(
        "insert into gone_cell select regexp_replace(key, '^[a-z]+[|](.*[|])?', '') "
        "from more_key where key not like 'id|%' union "
        "select substr(key, 4) from more_key where key like 'id|%'"
    )


def _found(work: duckdb.DuckDBPyConnection, requests: int) -> tuple[Found, ...]:
    rows: Mapping[int, tuple[int, list[str]]] = {
        request: (records, customers)
        for request, records, customers in work.execute(
            "select request, count(*), list_sort(list(distinct customer_id) "
            "filter (customer_id is not null)) from gone_record group by request"
        ).fetchall()
    }
    return tuple(
        Found(n, rows.get(n, (0, []))[0], tuple(rows.get(n, (0, []))[1] or ()))
        for n in range(requests)
    )


def write_table(
    work: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Make a temporary table of rows that Python holds."""
    lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
    unnested = ", ".join(
        f"unnest(${place}::{kind}[]) as {column}"
        for place, (column, kind) in enumerate(columns.items(), start=1)
    )
    work.execute(f"create or replace temp table {name} as select {unnested}", lists)


_EMPTY = {
    "gone_record": "request integer, record_id varchar, source varchar, vendor varchar, "
    "customer_id varchar, key varchar",
    "gone_customer": "customer_id varchar, is_whole boolean",
    "gone_key": "key varchar, source varchar, request integer",
    "gone_cell": "value varchar",
    "asked_held": "request integer",
}

_HOLDINGS = """
create or replace temp table holding as
select distinct record_id, kind, network, value_norm, value_raw
from (
    select record_id, kind, network, value_norm, value_raw
    from {catalog}.intermediate.int_contact_identifiers
    union all
    select record_id, kind, network, value_norm, value_raw
    from {catalog}.identity.record_identifiers
)
"""

_EVERYBODY = """
create or replace temp table everybody as
select
    records.record_id, records.source, records.vendor, records.native_id, xref.customer_id
from {catalog}.intermediate.int_contact_records as records
left join {catalog}.identity.customer_xref as xref
    on xref.record_id = records.record_id and xref.valid_to is null
"""

# Customers by their id or one that leads to it; records by their id, the vendor's, or what they hold.
_ASKED_RECORD = """
create or replace temp table asked_record as
with
named as (
    select asked.request, everybody.record_id, asked.is_customer or asked.is_connected as whole
    from asked
    inner join everybody on everybody.customer_id = asked.candidate and asked.is_customer
    union all
    select asked.request, everybody.record_id, asked.is_connected
    from asked
    inner join everybody
        on (everybody.record_id = asked.candidate or everybody.native_id = asked.candidate)
        and not asked.is_customer
    union all
    select asked.request, holding.record_id, asked.is_connected
    from asked
    inner join holding on holding.value_norm = asked.candidate and not asked.is_customer
    union all
    select asked.request, holding.record_id, asked.is_connected
    from asked
    inner join holding
        on regexp_replace(holding.value_norm, '[^0-9]', '', 'g') = ltrim(asked.candidate, '+')
        and holding.kind = 'phone'
        and not asked.is_customer
)
select request, record_id, bool_or(whole) as whole from named group by all
"""

_ASKED_HELD = """
create or replace temp table asked_held as
select distinct asked_record.request
from asked_record
inner join everybody using (record_id)
where list_contains($1::varchar[], everybody.customer_id)
"""

_GONE_RECORD = """
create or replace temp table gone_record as
with
whole as (
    select distinct asked_record.request, everybody.customer_id
    from asked_record
    inner join everybody using (record_id)
    where asked_record.whole and everybody.customer_id is not null
),
meant as (
    select request, record_id from asked_record
    union
    select whole.request, everybody.record_id
    from whole
    inner join everybody using (customer_id)
),
allowed as (select request, any_value(allowed) as allowed from asked group by request)
select
    min(meant.request) as request,
    everybody.record_id, everybody.source, everybody.vendor, everybody.customer_id,
    'id|' || everybody.source || ':' || split_part(everybody.record_id, ':', 2) || ':'
    || case
        when everybody.vendor = 'salesforce'
            and regexp_full_match(everybody.native_id, '[A-Za-z0-9]{18}')
            then left(everybody.native_id, 15)
        else everybody.native_id
    end as key
from meant
inner join everybody using (record_id)
inner join allowed on allowed.request = meant.request
where
    (allowed.allowed is null or list_contains(allowed.allowed, everybody.source))
    and meant.request not in (from asked_held)
group by all
"""

_GONE_CUSTOMER = """
create or replace temp table gone_customer as
with
touched as (
    select distinct customer_id from gone_record where customer_id is not null
),
left_over as (
    select distinct customer_id from everybody
    where record_id not in (select record_id from gone_record) and customer_id is not null
)
select
    touched.customer_id,
    touched.customer_id not in (from left_over) as is_whole
from touched
union
select redirects.customer_id, true
from {catalog}.identity.redirects as redirects
inner join touched on redirects.redirects_to = touched.customer_id
where touched.customer_id not in (from left_over)
"""

# What others hold, people and organisations, is theirs as well: it stays, and names nobody here.
_GONE_VALUE = """
create or replace temp table gone_value as
with
others as (
    select lower(value_norm) as value from holding
    where record_id not in (select record_id from gone_record)
    union
    select lower(value_raw) from holding
    where record_id not in (select record_id from gone_record)
    union
    select lower(phone) from {catalog}.intermediate.int_accounts where phone is not null
    union
    select regexp_replace(lower(website), '^https?://(www[.])?', '')
    from {catalog}.intermediate.int_accounts where website is not null
    union
    select '+' || regexp_replace(phone, '[^0-9]', '', 'g')
    from {catalog}.intermediate.int_accounts where phone like '+%'
)
select
    gone_record.request, gone_record.source, gone_record.record_id,
    holding.kind, holding.network, holding.value_norm, holding.value_raw
from holding
inner join gone_record using (record_id)
where
    lower(holding.value_norm) not in (select value from others where value is not null)
    and lower(holding.value_raw) not in (select value from others where value is not null)
"""

_GONE_KEY = """
create or replace temp table gone_key as
with
stated as (
    select key, source, request from gone_record
    union
    select 'email|' || lower(trim(value)), source, request
    from gone_value, unnest([value_norm, value_raw]) as each(value)
    where kind = 'email'
    union
    select 'phone|' || regexp_replace(value_norm, '[^0-9]', '', 'g'), source, request
    from gone_value
    where kind = 'phone' and value_norm like '+%'
    union
    select
        'written|' || source || '|' || regexp_replace(value_raw, '[^0-9]', '', 'g'),
        source, request
    from gone_value
    where kind = 'phone'
    union
    select 'handle|' || network || '|' || lower(value_norm), source, request
    from gone_value
    where kind = 'handle'
),
limited as (select request, any_value(allowed) is not null as is_limited from asked group by request)
select
    stated.key,
    case when limited.is_limited then each.name end as source,
    min(stated.request) as request
from stated
inner join limited using (request)
left join (select request, unnest(any_value(allowed)) as name from asked group by request) as each
    on each.request = stated.request
group by all
"""

_GONE_CELL = """
create or replace temp table gone_cell as
select record_id as value from gone_record
union
select customer_id from gone_customer
union
select value
from gone_value, unnest([value_norm, value_raw, lower(value_raw), trim(value_raw)]) as each(value)
where length(value) > 3
"""

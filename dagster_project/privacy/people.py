"""Who is meant by requests, and everything that names them, as tables of a work session.

The warehouse says which records are one customer and what they hold; landing adds what only older
versions of their rows said. A value that somebody else holds as well is not theirs to take along.

Makes, in the work session:
  ``asked(request, candidate, is_customer, is_connected, allowed)``  what to look for
  ``gone_record(request, record_id, source, vendor, customer_id, key)``  records that go
  ``gone_customer(customer_id, is_whole)``  customers that lose records, and whether all
  ``gone_key(key, source, request)``  what names them in landed rows; no source: everywhere
  ``gone_cell(value, kind)``  what names them in cells of derived tables
  ``kept_key(key)``, ``kept_value(value)``  what somebody who stays holds
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.config.privacy import LegalHold
from dagster_project.config.sources import SourceConfig
from dagster_project.consent.identifiers import dial_code
from dagster_project.domain.errors import Customer360Error
from dagster_project.privacy.requests import Request, Scope


@dataclass(frozen=True)
class Found:
    """How much of a request was found: records and customers of the warehouse.

    ``is_held``: it means somebody whom a legal hold keeps, so nothing of it is carried out.
    """

    request: int
    records: int
    customers: tuple[str, ...]
    is_held: bool = False


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


def check_limits(request: Request, sources: Sequence[SourceConfig]) -> None:
    """Refuse a source or purpose that the register does not know: nothing would go, unnoticed."""
    for what, given, known in (
        ("source", request.sources, {s.name for s in sources}),
        ("purpose", request.purposes, {s.purpose for s in sources}),
    ):
        unknown = sorted({*given} - known)
        if unknown:
            raise Customer360Error(
                f"the register has no {what} {unknown[0]}",
                "config/sources.yml",
                f"use one of: {', '.join(sorted(known))}",
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
    work.execute(_ASKED_RECORD.format(catalog=catalog))
    work.execute(_ASKED_HELD, [held])
    work.execute(_GONE_RECORD.format(plain_id=_PLAIN_ID))
    work.execute(_FOLLOW_ADDRESS.format(plain_id=_PLAIN_ID), [held])
    work.execute(_GONE_CUSTOMER.format(catalog=catalog))


def _find_values(work: duckdb.DuckDBPyConnection, catalog: str) -> None:
    work.execute(_HELD_KEY)
    work.execute(_KEPT_KEY.format(catalog=catalog, plain_id=_PLAIN_ID))
    work.execute(_KEPT_VALUE.format(catalog=catalog))
    work.execute(_GONE_KEY)
    work.execute(_GONE_CELL.format(kind=kind_of_cell("each.value")))


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
    work.execute(_ASKED_CELL.format(kind=kind_of_cell("value")))


def _found(work: duckdb.DuckDBPyConnection, requests: int) -> tuple[Found, ...]:
    rows: Mapping[int, tuple[int, list[str]]] = {
        request: (records, customers)
        for request, records, customers in work.execute(
            "select request, count(*), list_sort(list(distinct customer_id) "
            "filter (customer_id is not null)) from gone_record group by request"
        ).fetchall()
    }
    held = {n for (n,) in work.execute("select request from asked_held").fetchall()}
    return tuple(
        Found(n, rows.get(n, (0, []))[0], tuple(rows.get(n, (0, []))[1] or ()), n in held)
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


def kind_of_cell(value: str) -> str:
    """SQL of what a value of a cell is: ``point`` where nothing else is spelled like it.

    A handle may be ``marketing``: such a ``word`` counts in columns of handles alone.
    """
    return (
        f"case when regexp_matches({value}, '[@:/]|[0-9][0-9 ().-]" + "{5}') "
        f"or (length({value}) >= 8 and contains({value}, '.')) then 'point' else 'word' end"
    )


_ASKED_CELL = """
insert into gone_cell
select value, {kind}
from (select regexp_replace(key, '^[a-z]+[|](.*[|])?', '') as value from more_key where key not like 'id|%')
union
select substr(key, 4), 'id' from more_key where key like 'id|%'
"""

_PLAIN_ID = """case
    when vendor = 'salesforce' and regexp_full_match(native_id, '[A-Za-z0-9]{18}')
        then left(native_id, 15)
    else native_id
end"""
"""A record's own id as its key has it."""

_EMPTY = {
    "gone_record": "request integer, record_id varchar, source varchar, vendor varchar, "
    "customer_id varchar, key varchar",
    "gone_customer": "customer_id varchar, is_whole boolean",
    "gone_key": "key varchar, source varchar, request integer",
    "gone_cell": "value varchar, kind varchar",
    "kept_key": "key varchar",
    "kept_value": "value varchar",
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
with recursive
customer as (
    select request, candidate as customer_id from asked where is_customer
    union
    select customer.request, redirects.redirects_to
    from customer
    inner join {catalog}.identity.redirects as redirects using (customer_id)
),
written as (select * from asked where not is_customer),
named as (
    select customer.request, everybody.record_id, true as whole
    from customer
    inner join everybody using (customer_id)
    union all
    select written.request, everybody.record_id, written.is_connected
    from written
    inner join everybody on everybody.record_id = written.candidate
    union all
    select written.request, everybody.record_id, written.is_connected
    from written
    inner join everybody on everybody.native_id = written.candidate
    union all
    select written.request, holding.record_id, written.is_connected
    from written
    inner join holding on holding.value_norm = written.candidate
    union all
    select written.request, holding.record_id, written.is_connected
    from written
    inner join holding
        on regexp_replace(holding.value_norm, '[^0-9]', '', 'g') = ltrim(written.candidate, '+')
    where holding.kind = 'phone'
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
    || {plain_id} as key
from meant
inner join everybody using (record_id)
inner join allowed on allowed.request = meant.request
where
    (allowed.allowed is null or list_contains(allowed.allowed, everybody.source))
    and meant.request not in (from asked_held)
group by all
"""

# A record that is known by its address alone is nobody else: where the contacts who hold the address
# go, mails to it are theirs.
_FOLLOW_ADDRESS = """
insert into gone_record
with
address as (
    select distinct holding.record_id, lower(holding.value_norm) as value
    from holding
    where holding.kind = 'email'
),
alone as (
    select everybody.*, address.value
    from everybody
    inner join address using (record_id)
    where
        split_part(everybody.record_id, ':', 2) in ('recipient', 'requester', 'case_requester')
        and not list_contains($1::varchar[], coalesce(everybody.customer_id, ''))
),
going as (
    select address.value, min(gone_record.request) as request
    from gone_record
    inner join address using (record_id)
    inner join asked on asked.request = gone_record.request and asked.is_connected
    group by address.value
),
staying as (
    select address.value from address
    anti join gone_record using (record_id)
    anti join alone using (record_id)
)
select
    going.request, record_id, source, vendor, customer_id,
    'id|' || source || ':' || split_part(record_id, ':', 2) || ':' || {plain_id} as key
from alone
inner join going using (value)
anti join staying using (value)
anti join gone_record using (record_id)
inner join (select request, any_value(allowed) as allowed from asked group by request) as allowed
    on allowed.request = going.request
where allowed.allowed is null or list_contains(allowed.allowed, source)
"""

_GONE_CUSTOMER = """
create or replace temp table gone_customer as
with recursive
touched as (
    select distinct customer_id from gone_record where customer_id is not null
),
left_over as (
    select distinct customer_id from everybody
    where record_id not in (select record_id from gone_record) and customer_id is not null
),
redirected as (
    select redirects.customer_id
    from {catalog}.identity.redirects as redirects
    inner join touched on redirects.redirects_to = touched.customer_id
    where touched.customer_id not in (from left_over)
    union
    select redirects.customer_id
    from {catalog}.identity.redirects as redirects
    inner join redirected on redirects.redirects_to = redirected.customer_id
)
select
    touched.customer_id,
    touched.customer_id not in (from left_over) as is_whole
from touched
union
select customer_id, true from redirected
"""

# What names somebody in landed rows (``consent.identifiers``), by the record that holds it.
_HELD_KEY = """
create or replace temp table held_key as
select distinct holding.record_id, each.key
from holding
inner join everybody using (record_id),
unnest(case holding.kind
    when 'email' then [
        'email|' || lower(trim(holding.value_norm)), 'email|' || lower(trim(holding.value_raw))
    ]
    when 'phone' then [
        case when holding.value_norm like '+%'
            then 'phone|' || regexp_replace(holding.value_norm, '[^0-9]', '', 'g') end,
        'written|' || everybody.source || '|' || regexp_replace(holding.value_raw, '[^0-9]', '', 'g')
    ]
    when 'handle' then ['handle|' || holding.network || '|' || lower(holding.value_norm)]
end) as each(key)
where each.key is not null
"""

# What somebody who stays holds, people and organisations, is theirs as well: it names nobody here.
_KEPT_KEY = """
create or replace temp table kept_key as
select key from held_key anti join gone_record using (record_id)
union
select 'phone|' || regexp_replace(phone, '[^0-9]', '', 'g')
from {catalog}.intermediate.int_accounts where phone like '+%'
union
select 'written|' || each.source || '|' || regexp_replace(accounts.phone, '[^0-9]', '', 'g')
from {catalog}.intermediate.int_accounts as accounts
cross join (select distinct source from everybody) as each
where accounts.phone is not null
union
select 'id|' || source || ':' || split_part(record_id, ':', 2) || ':' || {plain_id}
from everybody anti join gone_record using (record_id)
"""

_KEPT_VALUE = """
create or replace temp table kept_value as
select lower(value) as value
from holding anti join gone_record using (record_id),
unnest([value_norm, value_raw]) as each(value)
union
select lower(phone) from {catalog}.intermediate.int_accounts where phone is not null
union
select regexp_replace(lower(website), '^https?://(www[.])?', '')
from {catalog}.intermediate.int_accounts where website is not null
union
select '+' || regexp_replace(phone, '[^0-9]', '', 'g')
from {catalog}.intermediate.int_accounts where phone like '+%'
"""

_GONE_KEY = """
create or replace temp table gone_key as
with
stated as (
    select key, source, request from gone_record
    union
    select held_key.key, gone_record.source, gone_record.request
    from gone_record
    inner join held_key using (record_id)
    anti join kept_key on kept_key.key = held_key.key
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

# A word is a value that other things are called as well: it counts in few columns.
_GONE_CELL = """
create or replace temp table gone_cell as
select record_id as value, 'id' as kind from gone_record
union
select customer_id, case when is_whole then 'id' else 'part' end from gone_customer
union
select each.value, {kind} as kind
from holding
semi join gone_record using (record_id),
unnest([value_norm, value_raw, lower(value_raw), trim(value_raw)]) as each(value)
where
    length(each.value) > 3
    and lower(holding.value_norm) not in (select value from kept_value where value is not null)
    and lower(holding.value_raw) not in (select value from kept_value where value is not null)
"""

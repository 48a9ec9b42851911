"""One customer out of a published file: found by whatever is known of it, with all that is known.

Belongs here: looking up, and what is read. Does not belong here: how it is shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import phonenumbers

from dagster_project.viewer.product import Product

Row = dict[str, Any]

MOST_CANDIDATES = 20
"""Customers that are listed where a value fits several."""

_GOLDEN = {
    "name": ("full_name",),
    "email": ("email",),
    "phone": ("phone",),
    "address": ("street", "postal_code", "city", "state", "country"),
    "birth_date": ("birth_date",),
    "title": ("title",),
    "organisation": ("organisation",),
    "language": ("language",),
    "account_id": ("account_id",),
}
"""Fields of the golden record, and the columns of ``dim_customer`` that hold them."""


@dataclass(frozen=True)
class Search:
    """What was looked for, and whom that fits; ``retired`` is an id that led to another one."""

    looked_for: tuple[str, ...]
    customers: tuple[str, ...]
    retired: str | None = None


@dataclass(frozen=True)
class GoldenValue:
    """A value of the golden record, where it came from and how old it is."""

    field: str
    value: str
    source: str | None
    as_of: Any


@dataclass(frozen=True)
class Customer:
    """Everything a published file says of one customer."""

    summary: Row
    golden: tuple[GoldenValue, ...]
    identifiers: tuple[Row, ...]
    records: tuple[Row, ...]
    consents: tuple[Row, ...]
    money: tuple[Row, ...]
    events: tuple[Row, ...]


def find_customers(product: Product, asked: str, *, countries: Iterable[str] = ()) -> Search:
    """Customers by id (retired ones too), record, e-mail address, phone, handle or name.

    ``countries``: of phone numbers without a prefix.
    """
    text = asked.strip()
    by_id = _rows(product, "customer_360", "customer_id = $1", [text])
    if by_id:
        return Search((f"customer id {text}",), (text,))
    heirs = _rows(product, "identity_redirects", "customer_id = $1", [text])
    if heirs:
        heir = heirs[0]["resolves_to"]
        return Search((f"retired customer id {text}",), (heir,) if heir else (), retired=text)
    records = _rows(
        product,
        "customer_xref",
        "is_current and (record_id = $1 or ends_with(record_id, ':' || $1))",
        [text],
    )
    if records:
        return Search((f"record {text}",), _ids(records))
    wanted = _identifiers(text, countries)
    found = _by_identifier(product, wanted)
    if not found:
        named = "lower(full_name) = $1 or lower(given_name || ' ' || family_name) = $1"
        found = _ids(_rows(product, "dim_customer", named, [" ".join(text.lower().split())]))
    looked_for = tuple(f"{kind} {value}" for kind, value in wanted)
    return Search((*looked_for, f"name {' '.join(text.split())}"), found)


def read_customer(product: Product, customer_id: str, *, events: int) -> Customer:
    """All that is published of one customer; ``events``: how many of the newest."""
    mine, me = "customer_id = $1", [customer_id]
    golden = _rows(product, "dim_customer", mine, me)
    return Customer(
        summary=_rows(product, "customer_360", mine, me)[0],
        golden=_golden(golden[0]) if golden else (),
        identifiers=_rows(
            product, "customer_identifiers", f"{mine} order by kind, identifier", me
        ),
        records=_rows(
            product, "customer_xref", f"{mine} and is_current order by record_id", me
        ),
        consents=_rows(product, "customer_consent", f"{mine} order by channel, purpose", me),
        money=_rows(product, "customer_money", f"{mine} order by currency", me),
        events=_rows(
            product,
            "customer_timeline",
            f"{mine} and not coalesce(is_deleted, false) order by occurred_at desc, event_id "
            f"limit {events:d}",
            me,
        ),
    )


def read_summaries(product: Product, customers: tuple[str, ...]) -> tuple[Row, ...]:
    """A line for each of several candidates."""
    return _rows(
        product,
        "customer_360",
        f"list_contains($1, customer_id) order by record_count desc, customer_id "
        f"limit {MOST_CANDIDATES}",
        [list(customers)],
    )


def _golden(row: Row) -> tuple[GoldenValue, ...]:
    values = []
    for field, columns in _GOLDEN.items():
        parts = [str(row[c]) for c in columns if row.get(c) is not None]
        if parts:
            source = row.get(f"{field}_source")
            values.append(
                GoldenValue(field, ", ".join(parts), source, row.get(f"{field}_as_of"))
            )
    return tuple(values)


def _identifiers(text: str, countries: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What a text may be as an identifier, written as published files write it."""
    lowered = text.lower()
    wanted = [("handle", lowered.removeprefix("@"))]
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", lowered):
        wanted.insert(0, ("email", lowered.removeprefix("mailto:")))
    if "/" in text or lowered.startswith("www."):
        wanted.append(("url", lowered.rstrip("/")))
        wanted.append(("handle", lowered.rstrip("/").rpartition("/")[2].removeprefix("@")))
    wanted += [("phone", number) for number in _phones(text, countries)]
    return tuple(dict.fromkeys(wanted))


def _phones(text: str, countries: Iterable[str]) -> list[str]:
    """Every E.164 number that the digits may be: as written, else in the countries given."""
    if sum(char.isdigit() for char in text) < 6 or re.search(r"[^\W\d_]|@", text):
        return []
    found = []
    for country in (None, *countries):
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            continue
        found.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return list(dict.fromkeys(found))


_SAME_MAILBOX = (
    "regexp_replace(split_part(lower({0}), '@', 1), '[+].*|[.]', '', 'g') || '@' || "
    "split_part(lower({0}), '@', 2)"
)
"""Without the tag and the dots, which some providers ignore."""


def _by_identifier(product: Product, wanted: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    for kind, value in wanted:
        rows = _rows(
            product,
            "customer_identifiers",
            "kind = $1 and lower(identifier) = $2",
            [kind, value],
        )
        if not rows and kind == "email":
            mine, theirs = _SAME_MAILBOX.format("$2"), _SAME_MAILBOX.format("identifier")
            rows = _rows(
                product,
                "customer_identifiers",
                f"kind = $1 and {theirs} = {mine}",
                [kind, value],
            )
        if not rows and kind == "url":
            rows = _rows(
                product,
                "customer_identifiers",
                "kind = $1 and regexp_replace(lower(identifier), '^https?://(www[.])?|/$', '', 'g') "
                "= regexp_replace($2, '^https?://(www[.])?|/$', '', 'g')",
                [kind, value],
            )
        if rows:
            return _ids(rows)
    return ()


def _ids(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row["customer_id"]) for row in rows))


def _rows(product: Product, table: str, where: str, parameters: list[Any]) -> tuple[Row, ...]:
    """Rows of a table; none where the product does not hold it (``config/consumers.yml``)."""
    if table != "customer_360" and table not in product.tables():
        return ()
    answer = product.ask(f"select * from {table} where {where}", parameters)
    if answer is None:
        return ()
    return tuple(dict(zip(answer.columns, row, strict=True)) for row in answer.rows)

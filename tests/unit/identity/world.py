"""Invented contact records as dbt would leave them in schema ``intermediate``."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dagster_project.config.identity import IdentitySpec, read_identity
from dagster_project.identity.outputs.report import IdentityReport
from dagster_project.identity.resolve import resolve
from dagster_project.settings import PROJECT

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
_SEEN = "2025-01-01 00:00:00+00"

_DDL = """
create schema intermediate;
create table intermediate.int_contact_records (
    record_id varchar, source varchar, vendor varchar, record_type varchar, native_id varchar,
    brand varchar, region varchar, default_country varchar, kind varchar, given_name varchar,
    family_name varchar, full_name varchar, birth_date date, organisation varchar,
    title varchar, language varchar, country varchar, account_id varchar,
    created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
    merged_into varchar, bio varchar
);
create table intermediate.int_contact_identifiers (
    record_id varchar, kind varchar, network varchar, value_raw varchar, value_norm varchar,
    is_verified boolean, first_seen_at timestamptz, last_seen_at timestamptz
);
create table intermediate.int_contact_addresses (
    record_id varchar, street varchar, city varchar, state varchar, postal_code varchar,
    country varchar
);
"""


@dataclass(frozen=True)
class Contact:
    """One contact record with its contact points; the defaults are a person who says nothing."""

    key: str
    given: str | None = None
    family: str | None = None
    email: str | None = None
    phone: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    birth_date: str | None = None
    source: str = "crm"
    kind: str = "person"
    organisation: str | None = None
    deleted_at: str | None = None
    merged_into: str | None = None

    @property
    def record_id(self) -> str:
        """The id that the resolution knows the record by."""
        return record_id(self.key, self.source)


@dataclass(frozen=True)
class Resolved:
    """What a resolution made of a world."""

    customers: dict[str, str]
    status: list[tuple[str, str, str]]
    redirects: dict[str, str | None]
    events: list[tuple[str, str, str | None]]
    report: IdentityReport
    partition: frozenset[frozenset[str]] = field(default=frozenset())


def record_id(key: str, source: str = "crm") -> str:
    """The id of the record built under ``key``."""
    return f"{source}:contact:{key}"


def spec() -> IdentitySpec:
    """The spec the project ships, with a smaller sample of non-matches: the world is small."""
    shipped = read_identity(PROJECT / "config" / "identity.yml")
    fewer = shipped.model.model_copy(update={"random_pairs": 20_000})
    return shipped.model_copy(update={"model": fewer})


def non_matches(count: int) -> list[Contact]:
    """People who have nothing to do with one another; every third also stands in a second source."""
    dice = random.Random(7)
    people = []
    for n in range(count):
        given, family = dice.choice(_GIVEN), dice.choice(_FAMILY)
        person = Contact(
            key=f"s{n:04d}",
            given=given,
            family=family,
            email=f"{given}.{family}{n}@example.org".lower(),
            phone=f"+4420{dice.randrange(10**7, 10**8 - 1)}",
            street=f"{dice.randrange(1, 200)} {dice.choice(_FAMILY)} Road",
            city=dice.choice(_CITIES),
            postal_code=f"{dice.choice('ABCDEFGH')}{n % 90 + 10} {n % 9}XY",
            birth_date=f"{dice.randrange(1950, 2005)}-{dice.randrange(1, 13):02d}-{dice.randrange(2, 28):02d}",
        )
        people.append(person)
        if n % 3 == 0:
            people.append(replace(person, source="newsletter", street=None, birth_date=None))
    return people


def build(connection: duckdb.DuckDBPyConnection, contacts: Iterable[Contact]) -> None:
    """Make the tables of schema ``intermediate``, rows in the order given."""
    connection.execute(_DDL)
    given = list(contacts)
    _fill(connection, "int_contact_records", [_record(contact) for contact in given])
    _fill(connection, "int_contact_identifiers", [row for c in given for row in _points(c)])
    _fill(
        connection,
        "int_contact_addresses",
        [_address(c) for c in given if c.street or c.city or c.postal_code],
    )


def run(
    connection: duckdb.DuckDBPyConnection,
    state_dir: Path,
    *,
    run_id: str = "run",
    as_of: datetime = AS_OF,
) -> Resolved:
    """Resolve the records of ``connection`` against the ledger in ``state_dir``."""
    report = resolve(connection, spec=spec(), state_dir=state_dir, run_id=run_id, as_of=as_of)
    customers = dict(
        connection.execute(
            "select record_id, customer_id from identity.customer_xref where valid_to is null"
        ).fetchall()
    )
    return Resolved(
        customers=customers,
        status=connection.execute(
            "select record_id, status, reason from identity.record_status order by all"
        ).fetchall(),
        redirects=dict(
            connection.execute(
                "select customer_id, redirects_to from identity.redirects"
            ).fetchall()
        ),
        events=connection.execute(
            "select event_type, customer_id, other_customer_id from identity.events order by event_id"
        ).fetchall(),
        report=report,
        partition=partition_of(customers),
    )


def partition_of(customers: dict[str, str]) -> frozenset[frozenset[str]]:
    """Which records stand together, whatever their customer is called."""
    groups: dict[str, set[str]] = {}
    for record, customer in customers.items():
        groups.setdefault(customer, set()).add(record)
    return frozenset(frozenset(group) for group in groups.values())


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, str | None]]
) -> None:
    """All rows at once: one insert each would take longer than resolving them."""
    if not rows:
        return
    columns = ", ".join(
        f"unnest(${n}::varchar[]) as {name}" for n, name in enumerate(rows[0], 1)
    )
    connection.execute(
        f"insert into intermediate.{table} by name select {columns}",
        [[row[name] for row in rows] for name in rows[0]],
    )


def _record(contact: Contact) -> dict[str, str | None]:
    return {
        "record_id": contact.record_id,
        "source": contact.source,
        "vendor": "salesforce",
        "record_type": "contact",
        "native_id": contact.key,
        "brand": "quay",
        "region": "emea",
        "default_country": "GB",
        "kind": contact.kind,
        "given_name": contact.given,
        "family_name": contact.family,
        "full_name": " ".join(filter(None, (contact.given, contact.family))) or None,
        "birth_date": contact.birth_date,
        "organisation": contact.organisation,
        "country": "GB",
        "created_at": _SEEN,
        "updated_at": _SEEN,
        "deleted_at": contact.deleted_at,
        "merged_into": contact.merged_into,
    }


def _points(contact: Contact) -> Iterator[dict[str, str | None]]:
    for kind, value in (("email", contact.email), ("phone", contact.phone)):
        if value is not None:
            yield {
                "record_id": contact.record_id,
                "kind": kind,
                "value_raw": value,
                "value_norm": value,
                "is_verified": "false",
                "first_seen_at": _SEEN,
                "last_seen_at": _SEEN,
            }


def _address(contact: Contact) -> dict[str, str | None]:
    return {
        "record_id": contact.record_id,
        "street": contact.street,
        "city": contact.city,
        "postal_code": contact.postal_code,
        "country": "GB",
    }


_GIVEN = (
    "Ada", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ingrid", "Jamal",
    "Keiko", "Leon", "Maren", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tamar",
    "Ugo", "Vera", "Wanda", "Xavier", "Yusuf", "Zelda",
)  # fmt: skip
_FAMILY = (
    "Abelard", "Brockhurst", "Castellan", "Dunmore", "Eberhart", "Falkirk", "Grantham",
    "Hollister", "Iverson", "Jankowski", "Kestrel", "Lindqvist", "Marchetti", "Norwood",
    "Okafor", "Pemberton", "Quillfeather", "Rosendahl", "Stavros", "Thornbury", "Ulbricht",
    "Vandermeer", "Whitlock", "Yamauchi", "Zamora",
)  # fmt: skip
_CITIES = (
    "Leeds",
    "York",
    "Bath",
    "Derby",
    "Exeter",
    "Truro",
    "Ely",
    "Ripon",
    "Wells",
    "Durham",
)

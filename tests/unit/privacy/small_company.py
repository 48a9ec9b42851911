"""A root as a run leaves it, of a handful of rows: landing, and the tables erasure asks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.config.privacy import Privacy
from dagster_project.config.sources import SourceConfig
from dagster_project.domain.root import Root
from dagster_project.landing.store import LandingZone
from dagster_project.privacy.erase import Company
from dagster_project.sources.catalogue import STREAMS, stream_of
from tests.unit.landing.builders import batch, contact, source

SOURCES = (
    source(),
    source("mail", "sendgrid", purpose="mailing"),
    source("x_quay", "x", purpose="answers"),
    source("hubspot_emea", country="FR"),
)

_TABLES = """
create schema intermediate; create schema identity; create schema marts;
create table intermediate.int_contact_records
    (record_id varchar, source varchar, vendor varchar, native_id varchar);
create table intermediate.int_contact_identifiers
    (record_id varchar, kind varchar, network varchar, value_norm varchar, value_raw varchar,
    is_verified boolean, first_seen_at timestamptz, last_seen_at timestamptz);
create table intermediate.int_accounts (phone varchar, website varchar);
create table identity.customer_xref (record_id varchar, customer_id varchar, valid_to timestamptz);
create table identity.record_identifiers as from intermediate.int_contact_identifiers;
create table identity.redirects (customer_id varchar, redirects_to varchar);
create table marts.customer_360 (customer_id varchar, email varchar, x_handle varchar, channel varchar);
create table marts.topics (topic varchar, messages integer);
"""


@dataclass(frozen=True)
class Held:
    """One contact record of the warehouse, and its customer."""

    record_id: str
    customer: str
    values: dict[str, str] = field(default_factory=dict)
    """By kind: ``email``, ``phone``, or ``handle`` with its network behind a colon."""


def recipient(address: str, customer: str) -> Held:
    """Somebody whom mail events know by an address alone."""
    return Held(
        f"mail:recipient:{md5(address.encode()).hexdigest()}", customer, {"email": address}
    )


def root_with(
    path: Path,
    held: Sequence[Held],
    *,
    contacts: Sequence[dict[str, str | None]] = (),
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] | None = None,
    redirects: Sequence[tuple[str, str]] = (),
    account_phones: Sequence[str] = (),
) -> Root:
    """A root. ``contacts`` are rows of HubSpot in their order; ``rows`` by source, vendor, stream."""
    root = Root(path)
    zone = LandingZone(root)
    for number, row in enumerate(contacts):
        zone.land(batch(row, content=f"contacts-{number}"))
    for (name, vendor, stream), own in (rows or {}).items():
        zone.land(batch(*own, spec=stream_of(vendor, stream), source=name))
    zone.close()
    root.warehouse.mkdir(parents=True, exist_ok=True)
    vendors = {each.name: each.vendor for each in SOURCES}
    with duckdb.connect(str(root.database)) as made:
        made.execute(_TABLES)
        for one in held:
            _hold(made, one, vendors[one.record_id.partition(":")[0]])
        for each in redirects:
            made.execute("insert into identity.redirects values (?, ?)", list(each))
        for phone in account_phones:
            made.execute("insert into intermediate.int_accounts values (?, null)", [phone])
        made.execute("insert into marts.topics values ('marketing', 3), ('delivery', 2)")
    return root


def _hold(made: duckdb.DuckDBPyConnection, one: Held, vendor: str) -> None:
    name, _, native = one.record_id.split(":", 2)
    made.execute(
        "insert into intermediate.int_contact_records values (?, ?, ?, ?)",
        [one.record_id, name, vendor, native],
    )
    made.execute(
        "insert into identity.customer_xref values (?, ?, null)", [one.record_id, one.customer]
    )
    for kind, value in one.values.items():
        for table in ("intermediate.int_contact_identifiers", "identity.record_identifiers"):
            made.execute(
                f"insert into {table} (record_id, kind, network, value_norm, value_raw) "
                "values (?, ?, ?, ?, ?)",
                [
                    one.record_id,
                    kind.partition(":")[0],
                    kind.partition(":")[2] or None,
                    value,
                    value,
                ],
            )
    made.execute(
        "insert into marts.customer_360 values (?, ?, ?, 'marketing')",
        [one.customer, one.values.get("email"), one.values.get("handle:x")],
    )


def company(root: Root, rules: Privacy | None = None, **more: Any) -> Company:
    """The company of a root, of the sources that ``Held`` may name."""
    sources: tuple[SourceConfig, ...] = SOURCES
    return Company(root, sources, STREAMS, rules=rules or Privacy(), **more)


def hubspot(number: int, **values: str | None) -> dict[str, str | None]:
    """A row of a HubSpot contact without the builder's default address."""
    return contact(number, **{"email": None, **values})


def ask(root: Root, question: str) -> list[tuple[Any, ...]]:
    """Ask the warehouse."""
    with duckdb.connect(str(root.database), read_only=True) as connection:
        return connection.execute(question).fetchall()


def landed(root: Root, columns: str = "record_id, email") -> list[tuple[Any, ...]]:
    """What lies in landing of HubSpot's contacts."""
    return duckdb.sql(
        f"select {columns} from read_parquet('{root.landing}/*/contact/*/rows.parquet', "
        "union_by_name = true) order by all"
    ).fetchall()

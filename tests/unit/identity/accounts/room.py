"""A warehouse with records of organisations, and what was made of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.config.identity import MoveOptions, read_identity
from dagster_project.config.works import read_works
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.accounts.resolve import resolve_accounts
from dagster_project.identity.accounts.tables import AccountsReport
from dagster_project.settings import PROJECT

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)

_SPEC = read_works(PROJECT / "config" / "organisations.yml")
_PEOPLE = read_identity(PROJECT / "config" / "identity.yml")

COLUMNS = """
    record_id varchar, merged_into varchar, parent_record_id varchar, source varchar,
    vendor varchar, brand varchar, region varchar, record_type varchar, name varchar,
    legal_name varchar, website varchar, email_domain varchar, phone varchar, street varchar,
    city varchar, state varchar, postal_code varchar, country varchar,
    registration_number varchar, tax_number varchar, industry varchar, account_type varchar,
    account_owner varchar, employee_count bigint, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz
"""


def account(id_: str, name: str | None, **said: object) -> dict[str, object]:
    """A record: ``sf1`` is a Salesforce account, ``hs1`` a HubSpot company, ``em1`` an employer."""
    kind = {"sf": "account", "hs": "company", "em": "employer"}[id_[:2]]
    source = "hubspot_b" if kind == "company" else "salesforce_a"
    return {
        "record_id": f"{source}:{kind}:{id_}",
        "source": source,
        "record_type": kind,
        "name": name,
        "country": "FR",
        **{k: (_full(str(v)) if k in {"merged_into", "parent_record_id"} else v) for k, v in said.items()},
    }  # fmt: skip


def _full(id_: str) -> str:
    return str(account(id_, None)["record_id"])


@dataclass
class Room:
    """One warehouse and its ledger."""

    connection: duckdb.DuckDBPyConnection
    state: Path
    warehouse: Path
    runs: int = 0

    def write(self, *records: Mapping[str, object]) -> None:
        """Make these the records of the warehouse."""
        self.connection.execute("create schema if not exists intermediate")
        self.connection.execute(
            f"create or replace table intermediate.int_account_records ({COLUMNS})"
        )
        for record in records:
            names = ", ".join(record)
            marks = ", ".join("?" for _ in record)
            self.connection.execute(
                f"insert into intermediate.int_account_records ({names}) values ({marks})",
                list(record.values()),
            )

    def resolve(self, **options: Any) -> AccountsReport:
        """One more run."""
        self.runs += 1
        return resolve_accounts(
            self.connection,
            spec=_SPEC,
            mail_providers=_PEOPLE.emails.public_domains,
            moves=options.pop("moves", MoveOptions()),
            state_dir=self.state,
            run_id=f"run {self.runs}",
            as_of=AS_OF,
            evidence_to=self.warehouse / "accounts.duckdb",
            **options,
        )

    def ids(self) -> dict[str, str]:
        """Account ids by the records' short names."""
        rows = self.connection.execute(
            "select split_part(record_id, ':', 3), account_id from identity.account_xref "
            "where valid_to is null"
        ).fetchall()
        return dict(rows)

    def groups(self) -> set[frozenset[str]]:
        """Short names of records that are one account."""
        by_account: dict[str, set[str]] = {}
        for record, account_id in self.ids().items():
            by_account.setdefault(account_id, set()).add(record)
        return {frozenset(records) for records in by_account.values()}

    def relations(self) -> set[tuple[str, str, str]]:
        """Relations between accounts of one record each, by the records' short names."""
        names = {account_id: record for record, account_id in self.ids().items()}
        rows = self.connection.execute(
            "select account_id, related_account_id, relation from identity.account_relations"
        ).fetchall()
        return {
            (names.get(account_id, account_id), names.get(related, related), relation)
            for account_id, related, relation in rows
        }


@contextmanager
def opened(
    folder: Path, *, state: Path | None = None, warehouse: Path | None = None
) -> Iterator[Room]:
    """An empty room below ``folder``, or of a root's own folders."""
    with session() as connection:
        yield Room(connection, state or folder / "state", warehouse or folder / "warehouse")


def joined(folder: Path, *records: Mapping[str, object]) -> set[frozenset[str]]:
    """What becomes of some records."""
    with opened(folder) as room:
        room.write(*records)
        room.resolve()
        return room.groups()

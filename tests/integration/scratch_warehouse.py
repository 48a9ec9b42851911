"""A warehouse made by hand: typed landing and config tables, on which dbt runs as in production.

Belongs here: what tests of the SQL need to place rows and read results.
Does not belong here: reading vendors' files; the readers' own tests do that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.domain.streams import PROVENANCE, REGISTER, StreamSpec
from dagster_project.engines.duckdb.dbt_run import run_dbt
from dagster_project.engines.duckdb.session import session
from dagster_project.sources.catalogue import STREAMS, stream_of
from tests.parsed_project import CATALOG, parsed_project

SELECTION = ("staging", "intermediate")

_CONFIG = """
create schema if not exists config;
create schema if not exists landing;
create schema if not exists identity;
create table config.sources(name varchar, vendor varchar, brand varchar, region varchar,
    country varchar, currency varchar, timezone varchar);
create table config.brand_accounts(source varchar, account varchar);
create table config.employee_accounts(source varchar, account varchar);
create table config.employee_domains(source varchar, domain varchar);
create table config.deal_stages(source varchar, pipeline varchar, stage varchar,
    outcome varchar);
create table config.conversation_lists(kind varchar, value varchar);
create table config.settings(key varchar, value varchar);
create table landing.loads(load_id varchar, source varchar, vendor varchar, stream varchar,
    state varchar, as_of timestamptz, rows bigint, quarantined bigint, gate_seq bigint);
create table landing.quarantined(_source varchar, _stream varchar, _native_id varchar,
    _load_id varchar, _row bigint, rule varchar);
"""


@dataclass
class ScratchWarehouse:
    """One warehouse file; ``land`` places rows, ``build`` runs dbt, ``rows`` reads."""

    folder: Path
    register: dict[str, str | None] = field(
        default_factory=lambda: {
            "_brand": "quay",
            "_region": "emea",
            "_timezone": "Europe/Paris",
            "_currency": "EUR",
            "_country": "FR",
        }
    )

    def __post_init__(self) -> None:
        self.project = parsed_project(self.folder)
        with session(self.database) as connection:
            connection.execute(_CONFIG)
            for spec in STREAMS:
                columns = ", ".join(f"{n} {t}" for n, t in _types(spec).items())
                connection.execute(f"create table landing.{spec.table} ({columns})")

    @property
    def database(self) -> Path:
        """The warehouse file."""
        return self.folder / f"{CATALOG}.duckdb"

    def land(
        self,
        stream: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        source: str | None = None,
        load_id: str = "load1",
        as_of: datetime = datetime(2026, 11, 1, tzinfo=UTC),
        gate_seq: int = 1,
    ) -> None:
        """Place rows of ``vendor.stream`` as one accepted load; ``_…`` keys override provenance."""
        spec = stream_of(*stream.split("."))
        names = list(_types(spec))
        provenance = {
            "_source": source or f"{spec.vendor}_a",
            "_load_id": load_id,
            "_as_of": as_of,
            "_gate_seq": gate_seq,
            **self.register,
        }
        placed = [
            {"_native_id": _native_id(spec, row), "_row": number, **provenance, **row}
            for number, row in enumerate(rows, 1)
        ]
        unknown = {name for row in placed for name in row} - set(names)
        assert not unknown, f"columns the stream does not have: {sorted(unknown)}"
        with session(self.database) as connection:
            connection.executemany(
                f"insert into landing.{spec.table} values ({', '.join('?' * len(names))})",
                [[row.get(name) for name in names] for row in placed],
            )
            connection.execute(
                "insert into landing.loads values (?, ?, ?, ?, 'accepted', ?, ?, 0, ?)",
                [
                    load_id,
                    provenance["_source"],
                    spec.vendor,
                    spec.stream,
                    as_of,
                    len(placed),
                    gate_seq,
                ],
            )

    def configure(self, table: str, *rows: tuple[Any, ...]) -> None:
        """Place rows of a table of schema ``config``."""
        with session(self.database) as connection:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into config.{table} values ({marks})", rows)

    def build(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *,
        select: tuple[str, ...] = SELECTION,
        full_refresh: bool = False,
        variables: Mapping[str, object] | None = None,
    ) -> None:
        """Run dbt on the file."""
        monkeypatch.setenv("C360_DATABASE", str(self.database))
        monkeypatch.setenv("C360_SPILL", str(self.folder / "spill"))
        monkeypatch.setenv("C360_THREADS", "1")
        run_dbt(
            self.project,
            [
                "build",
                "--select", *select,
                "--exclude-resource-type", "unit_test",
                *(["--full-refresh"] if full_refresh else []),
            ],
            variables=variables,
            is_parsed=True,
        )  # fmt: skip

    def run_unit_tests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Run dbt's unit tests of the selection; the models must have been built."""
        monkeypatch.setenv("C360_DATABASE", str(self.database))
        arguments = ["test", "--select", *SELECTION, "--resource-type", "unit_test"]
        run_dbt(self.project, arguments, is_parsed=True)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with session(self.database, read_only=True) as connection:
            return connection.execute(sql).fetchall()


def _types(spec: StreamSpec) -> dict[str, str]:
    return dict.fromkeys(spec.columns, "varchar") | PROVENANCE | REGISTER


def _native_id(spec: StreamSpec, row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(column) or "") for column in spec.key)

"""A resolution of invented contacts with its evidence kept, to ask questions of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.evidence.file import opened_evidence
from dagster_project.identity.learning.model import Model
from dagster_project.identity.outputs.report import IdentityReport
from dagster_project.identity.resolve import resolve
from dagster_project.identity.workspace import Workspace
from tests.unit.identity.world import AS_OF, Contact, build, non_matches, spec

_WAREHOUSE = "warehouse.duckdb"


@dataclass
class Room:
    """One warehouse with its state and its evidence, all in one folder."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    spec: IdentitySpec

    @property
    def state(self) -> Path:
        """Where ids and judgements are kept."""
        return self.folder / "state"

    @property
    def file(self) -> Path:
        """Where the evidence is kept."""
        return self.folder / "evidence.duckdb"

    def resolve(
        self, *, as_of: datetime = AS_OF, accept_moves: bool = True, run_id: str = "run"
    ) -> IdentityReport:
        """One run of identity resolution."""
        return resolve(
            self.connection,
            spec=self.spec,
            state_dir=self.state,
            run_id=run_id,
            as_of=as_of,
            accept_moves=accept_moves,
            evidence_to=self.file,
        )

    def customers(self) -> dict[str, str]:
        """Record → customer."""
        return dict(
            self.connection.execute(
                "select record_id, customer_id from identity.customer_xref where valid_to is null"
            ).fetchall()
        )

    @contextmanager
    def asked(self) -> Iterator[tuple[Workspace, Model]]:
        """The evidence of the last run."""
        with opened_evidence(self.file) as opened:
            yield opened


@contextmanager
def room(folder: Path, contacts: list[Contact], others: int = 60) -> Iterator[Room]:
    """The contacts among ``others`` people who have nothing to do with them, resolved once."""
    with session(folder / _WAREHOUSE) as connection:
        build(connection, [*contacts, *non_matches(others)])
        made = Room(connection, folder, spec())
        made.resolve()
        yield made


@contextmanager
def copied_room(of: Path, folder: Path) -> Iterator[Room]:
    """A room as it was left in the folder ``of``, to go on from in another."""
    shutil.copytree(of, folder)
    with session(folder / _WAREHOUSE) as connection:
        yield Room(connection, folder, spec())

"""Which room makes which table, and who reads it: as declared, and as the SQL of two runs has it."""

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.blocking.blocking_keys import BLOCKING_KEYS
from dagster_project.identity.picture import ROOMS, made_by, page, read_by, remade
from dagster_project.identity.resolve import resolve
from dagster_project.identity.workspace import Workspace
from dagster_project.settings import PROJECT
from tests.unit.identity.world import AS_OF, build, non_matches, spec

_PACKAGE = "dagster_project.identity."
_CHANGED = (exp.Create, exp.Insert, exp.Delete, exp.Update)


@dataclass
class _Seen:
    """Rooms by the tables of ``work`` that their statements make and read, and the columns."""

    makers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    readers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    columns: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note_blocking_keys(self) -> None:
        """What blocking reads depends on the rules that are chosen: all that it may read."""
        for blocking_key in BLOCKING_KEYS:
            for table in sqlglot.parse_one(blocking_key.sql, dialect="duckdb").find_all(
                exp.Table
            ):
                if table.db == "work":
                    self.readers[table.name].add("blocking")

    def note(self, work: Workspace, room: str, sql: str) -> None:
        """One statement, after it ran."""
        for statement in sqlglot.parse(sql, dialect="duckdb"):
            if statement is None or isinstance(statement, exp.Drop):
                continue
            target = statement.this.find(exp.Table) if isinstance(statement, _CHANGED) else None
            if isinstance(statement, exp.Create) and target is not None and target.db == "work":
                self.makers[target.name].add(room)
                rows = work.connection.execute(f"describe work.{target.name}").fetchall()
                self.columns[target.name] |= {row[0] for row in rows}
            for table in statement.find_all(exp.Table):
                if table.db == "work" and table is not target:
                    self.readers[table.name].add(room)


def _room() -> str | None:
    """The room of identity whose function asked for a statement."""
    frame = sys._getframe(2)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith(_PACKAGE) and name != f"{_PACKAGE}workspace":
            return name.removeprefix(_PACKAGE).split(".")[0]
        frame = frame.f_back  # type: ignore[assignment]
    return None


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> _Seen:
    """What a full run and one that follows a change do with tables."""
    found = _Seen()
    found.note_blocking_keys()
    run, rows = Workspace.run, Workspace.rows

    def noted_run(work: Workspace, sql: str, parameters: list[object] | None = None) -> None:
        run(work, sql, parameters)
        if (room := _room()) in ROOMS:
            found.note(work, str(room), sql)

    def noted_rows(work: Workspace, sql: str, parameters: list[object] | None = None) -> Any:
        if (room := _room()) in ROOMS:
            found.note(work, str(room), sql)
        return rows(work, sql, parameters)

    with pytest.MonkeyPatch.context() as patch, session() as connection:
        patch.setattr(Workspace, "run", noted_run)
        patch.setattr(Workspace, "rows", noted_rows)
        state: Path = tmp_path_factory.mktemp("state")
        build(connection, non_matches(420))
        for run_id in ("all", "one"):
            report = resolve(
                connection,
                spec=spec(),
                state_dir=state,
                run_id=run_id,
                as_of=AS_OF,
                evidence_to=state / "evidence.duckdb",
            )
            connection.execute(
                "update intermediate.int_contact_records set given_name = 'Zelda' "
                "where record_id like '%s0003%'"
            )
        assert report.is_incremental
    return found


def _declared() -> dict[str, str]:
    return {table.name: room for room in ROOMS for table in made_by(room)}


def test_every_table_is_made_by_the_room_that_declares_it(seen: _Seen) -> None:
    declared = _declared()
    handed = {
        name: makers
        for name, makers in seen.makers.items()
        if (makers | seen.readers[name]) - {next(iter(makers))}
    }

    assert set(handed) == set(declared)
    assert {name: makers - {"incremental"} for name, makers in handed.items()} == {
        name: {room} - {"incremental"} for name, room in declared.items()
    }


def test_a_change_fills_only_the_tables_it_says(seen: _Seen) -> None:
    declared = _declared()

    filled = {name for name, makers in seen.makers.items() if "incremental" in makers}

    assert {n for n in filled if declared.get(n, "incremental") != "incremental"} == remade()


def test_every_room_reads_what_it_declares_and_nothing_else_of_others(seen: _Seen) -> None:
    declared = _declared()
    reads = {
        room: {
            name
            for name, readers in seen.readers.items()
            if room in readers and declared.get(name, room) != room
        }
        for room in ROOMS
    }

    undeclared = {room: reads[room] - read_by(room) - remade() for room in ROOMS}

    assert undeclared == {room: set() for room in ROOMS}


def test_no_room_declares_what_it_does_not_read(seen: _Seen) -> None:
    touched = {
        room: {
            name
            for name in {*seen.readers, *seen.makers}
            if room in seen.readers[name] | seen.makers[name]
        }
        for room in ROOMS
    }

    assert {room: read_by(room) - touched[room] for room in ROOMS} == {
        room: set() for room in ROOMS
    }


def test_tables_have_the_columns_they_are_declared_with(seen: _Seen) -> None:
    wrong = {
        table.name: set(table.columns) - seen.columns[table.name]
        for room in ROOMS
        for table in made_by(room)
        if not set(table.columns) <= seen.columns[table.name]
    }

    assert wrong == {}


def test_the_picture_is_drawn_from_the_declarations() -> None:
    assert (PROJECT / "docs" / "identity-tables.md").read_text(encoding="utf-8") == page()

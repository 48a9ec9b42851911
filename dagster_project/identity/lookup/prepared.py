"""A workspace that keeps what it can from one round of the same statements to the next.

Over a few rows a statement is planned for as long as it runs, and most of a round's statements
find nothing. So the second time a statement comes its plan is kept; tables are emptied and filled
instead of made anew, since a table made anew takes the plans that read it with it; and a statement
whose tables are as they were when it ran last is not run, as its result still stands.

Belongs here: how a statement that makes a table becomes one that fills it, and when it need not.
Does not belong here: what any statement says; it is the one that a plain workspace runs.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LONGEST_PLAN = 50_000
"""Characters of a statement with its values that is worth a plan of its own."""

_MAKES = re.compile(r"create or replace table (work\.\w+)\s+(as\b|\()(.*)", re.DOTALL)

_DROPS = re.compile(r"drop table (work\.\w+)$")

_VIEW = re.compile(r"create or replace view (work\.\w+)\s")

_CHANGES = re.compile(r"(insert into|delete from|update)\s+(\w+\.\w+)")

_ASKS = re.compile(r"(select|with|from)\b")

_TABLE = re.compile(r"\b(?:work|kept|idstate|intermediate|identity)\.\w+")

MOST_WRITTEN = 1_000
"""Rows of text that are written out; more, and numbers, are lent as they lie in memory."""

_PARAMETER, _QUESTION_MARK = re.compile(r"\$([0-9]+)\b"), re.compile(r"\?")

_REMARK = re.compile(r"^\s*--[^\n]*\n")

_BY_VALUES = "compressed_materialization,statistics_propagation,row_group_pruner"
"""Optimisers that read the least and greatest values of tables."""

_EMPTY = 0
"""The state of every table without rows; any other state is never seen twice."""


@dataclass
class _Statement:
    """One statement, and what is known of it since it ran last.

    ``target``: the table that it makes or changes, ``body``: what it makes it of. ``columns``:
    those of the table it made. ``seen``: what it read then, ``left``: the state of the target
    after it; ``None`` where it changed nothing.
    """

    sql: str
    target: str | None = None
    body: str | None = None
    makes: bool = False
    asks: bool = False
    tables: tuple[str, ...] = ()
    columns: tuple[tuple[object, ...], ...] | None = None
    plan: str | None = None
    planned: tuple[str, int] | None = None
    parameters: list[object] | None = None
    seen: object = None
    left: int | None = None


@dataclass
class PreparedWorkspace(Workspace):
    """Runs what a ``Workspace`` runs, with the same result; the first time takes as long."""

    _known: dict[str, tuple[_Statement, ...]] = field(default_factory=dict)
    _columns: dict[str, tuple[tuple[object, ...], ...]] = field(default_factory=dict)
    _states: dict[str, int] = field(default_factory=dict)
    _views: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _defined: dict[str, str] = field(default_factory=dict)
    _lent: set[str] = field(default_factory=set)
    _texts: set[str] = field(default_factory=set)
    _last: int = 0
    _shape: int = 0

    def __post_init__(self) -> None:
        """A plan must not rest on which values the tables held when it was made."""
        self.connection.execute(f"set disabled_optimizers = '{_BY_VALUES}'")

    def run(self, sql: str, parameters: list[object] | None = None) -> None:
        """Execute statements whose result nobody reads."""
        for statement in self._statements(sql):
            self._run(statement, parameters or [])

    def forget(self, *tables: str) -> None:
        """Tables of a few rows stay: emptying them would take longer than keeping them."""

    def rows(self, sql: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        (statement,) = self._statements(sql)
        self._execute(statement, statement.sql, parameters or [])
        return self.connection.fetchall()

    @contextmanager
    def columns(
        self, name: str, **columns: "Sequence[object] | npt.NDArray[np.int64]"
    ) -> Iterator[None]:
        """Lend the engine a table of Python's values; a short one of text without a change of shape."""
        rows = list(zip(*columns.values(), strict=True))
        if len(rows) > MOST_WRITTEN or not all(
            value is None or isinstance(value, str) for row in rows for value in row
        ):
            self._lent.add(name)
            with super().columns(name, **columns):
                yield
            return
        if name not in self._texts:
            typed = ", ".join(f"{column} varchar" for column in columns)
            self._changes_shape(f"create table {name} ({typed})")
            self._texts.add(name)
        places = ", ".join(f"unnest(${n}::varchar[])" for n in range(1, len(columns) + 1))
        self.connection.execute(
            f"insert into {name} select {places}", [list(values) for values in columns.values()]
        )
        self._states[name] = self._next()
        yield
        self.connection.execute(f"delete from {name}")

    def _statements(self, sql: str) -> tuple[_Statement, ...]:
        if sql not in self._known:
            self._known[sql] = tuple(
                _read(each.query) for each in self.connection.extract_statements(sql)
            )
        return self._known[sql]

    def _run(self, statement: _Statement, parameters: list[object]) -> None:
        view, drop = _VIEW.match(statement.sql), _DROPS.match(statement.sql)
        if view is not None:
            self._define(view[1], statement.sql)
        elif drop is not None:
            self._empty(drop[1])
        elif statement.target is None:
            self._once(statement, parameters)
        elif statement.makes:
            self._make(statement, statement.target, parameters)
        else:
            self._change(statement, statement.target, parameters)

    def _define(self, view: str, sql: str) -> None:
        if self._defined.get(view) != sql:
            self._changes_shape(sql)
            self._views[view] = tuple(_TABLE.findall(sql))
            self._defined[view] = sql

    def _once(self, statement: _Statement, parameters: list[object]) -> None:
        """What is made if it is not there is there by the second time."""
        if "if not exists" not in statement.sql or statement.seen is None:
            self._execute(statement, statement.sql, parameters)
            statement.seen = parameters

    def _make(self, statement: _Statement, table: str, parameters: list[object]) -> None:
        """Make a table as it is said, the first time; empty and fill it from then on."""
        seen = self._what_is_read(statement, parameters)
        if statement.columns is None or self._columns.get(table) != statement.columns:
            self._changes_shape(statement.sql, parameters)
            described = self.connection.execute(f"describe {table}").fetchall()
            statement.columns = self._columns[table] = tuple(described)
            self._note(statement, table, seen, rows=None)
        elif statement.body is None:
            self._empty(table)
        elif seen is None or (seen, self._states.get(table)) != (
            statement.seen,
            statement.left,
        ):
            self._note(statement, table, seen, self._fill(statement, table, parameters))

    def _fill(self, statement: _Statement, table: str, parameters: list[object]) -> int:
        """Rows that a table has been filled with."""
        if table not in statement.tables:
            self._empty(table)
            self._execute(statement, f"insert into {table} {statement.body}", parameters)
            return self._count()
        twin = f"{table}_twin"
        if twin not in self._columns:
            self._changes_shape(f"create table {twin} as from {table} limit 0")
            self._columns[twin] = ()
        self._execute(statement, f"insert into {twin} {statement.body}", parameters)
        rows = self._count()
        for sql in (
            f"delete from {table}",
            f"insert into {table} from {twin}",
            f"delete from {twin}",
        ):
            self.rows(sql)
        return rows

    def _change(self, statement: _Statement, table: str, parameters: list[object]) -> None:
        """Insert, delete, update: not where it did nothing to tables as they are."""
        seen = self._what_is_read(statement, parameters)
        if seen is not None and seen == statement.seen and statement.left is None:
            return
        self._execute(statement, statement.sql, parameters)
        rows = self._count()
        if rows:
            self._states[table] = self._next()
        statement.seen, statement.left = seen, self._states[table] if rows else None

    def _empty(self, table: str) -> None:
        if self._states.get(table) != _EMPTY:
            self.rows(f"delete from {table}")
            self._states[table] = _EMPTY

    def _note(self, statement: _Statement, table: str, seen: object, rows: int | None) -> None:
        state = _EMPTY if rows == 0 else self._next()
        self._states[table] = state
        statement.seen, statement.left = seen, state

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _count(self) -> int:
        """Rows that the last statement changed."""
        return int(str(self.connection.fetchall()[0][0]))

    def _what_is_read(self, statement: _Statement, parameters: list[object]) -> object:
        """The states of all tables it reads; nothing where that is not known."""
        if any(name in statement.sql for name in self._lent):
            return None
        tables = [each for name in statement.tables for each in self._views.get(name, (name,))]
        tables += [name for name in self._texts if name in statement.sql]
        return ([self._states.get(table, -1) for table in tables], parameters)

    def _execute(self, statement: _Statement, sql: str, parameters: list[object]) -> None:
        """By its plan where it can have one."""
        if statement.target is None and not statement.asks:
            self._changes_shape(sql, parameters)
            return
        if any(name in sql for name in self._lent):
            self.connection.execute(sql, parameters)
            return
        last, statement.parameters = statement.parameters, parameters
        key = _with_values(sql, parameters) if parameters and parameters == last else sql
        if (parameters and parameters != last) or len(key) > LONGEST_PLAN:
            self.connection.execute(sql, parameters)
            return
        if statement.planned != (key, self._shape):
            self._plan(statement, key)
        self.connection.execute(f"execute {statement.plan}")

    def _plan(self, statement: _Statement, sql: str) -> None:
        """Plan it, with the values it had twice: those of most statements never change."""
        if statement.plan is None:
            statement.plan = f"plan_{self._next()}"
        else:
            self.connection.execute(f"deallocate {statement.plan}")
        self.connection.execute(f"prepare {statement.plan} as {sql}")
        statement.planned = (sql, self._shape)

    def _changes_shape(self, sql: str, parameters: list[object] | None = None) -> None:
        """A plan of before a table was made is worthless: it is made again whenever it is used."""
        self.connection.execute(sql, parameters or [])
        self._shape += 1


def _read(sql: str) -> _Statement:
    sql = sql.strip()
    while (remark := _REMARK.match(sql)) is not None:
        sql = sql[remark.end() :].lstrip()
    tables = tuple(sorted(set(_TABLE.findall(sql))))
    if (makes := _MAKES.match(sql)) is not None:
        body = makes[3] if makes[2] == "as" else None
        own = tuple(sorted(set(_TABLE.findall(body or ""))))
        return _Statement(sql, makes[1], body, makes=True, tables=own)
    changes = _CHANGES.match(sql)
    return _Statement(
        sql, changes[2] if changes else None, tables=tables, asks=_ASKS.match(sql) is not None
    )


def _with_values(sql: str, parameters: list[object]) -> str:
    """The statement with its parameters written out."""
    values = iter(map(_literal, parameters))
    if "?" in sql and "$1" not in sql:
        return _QUESTION_MARK.sub(lambda _: next(values), sql)
    return _PARAMETER.sub(lambda found: _literal(parameters[int(found[1]) - 1]), sql)


def _literal(value: object) -> str:
    """A value as SQL has it."""
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, datetime):
        return f"timestamptz '{value.isoformat()}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return f"'{quoted(str(value))}'"

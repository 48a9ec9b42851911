"""Great Expectations on a DuckDB connection that is already open: rules run in the engine.

Belongs here: what GX's SQL engine needs to know of DuckDB. Importing this module imports Great
Expectations, which takes seconds: import it where it is used.
Does not belong here: what a result means (``gate``).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

import duckdb
import duckdb_engine
import great_expectations as gx
import sqlalchemy as sa
from great_expectations.core.batch import Batch
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.validator.validator import Validator


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection: a DuckDB cursor dies when its connection returns to the pool."""

    def __init__(self, *, engine: sa.Engine) -> None:
        super().__init__(engine=engine, create_temp_table=False)
        # Where GX looks up an operator for regular expressions; it knows no DuckDB by itself.
        self.dialect_module: Any = SimpleNamespace(dialect=duckdb_engine.Dialect)

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        """The one connection."""
        if self._connection is None or self._connection.closed:
            self._connection = self.engine.connect()
        yield self._connection

    def get_inspector(self) -> Any:
        """What GX asks for a table's columns."""
        return _Catalogue(self)

    def close(self) -> None:
        """End GX's transaction and let go of the connection, which stays open for its owner."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


class _Borrowed(duckdb_engine.ConnectionWrapper):
    """A connection that SQLAlchemy may use and not close."""

    def close(self) -> None:
        self.closed = True


class _Catalogue:
    """Describes tables by DuckDB's own catalogue: PostgreSQL's views of it are slow there."""

    def __init__(self, engine: DuckDBExecutionEngine) -> None:
        self._engine = engine
        self.dialect = engine.engine.dialect

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Names in order, with types as coarse as GX's comparisons need them."""
        name = f'"{schema}"."{table_name}"' if schema else f'"{table_name}"'
        with self._engine.get_connection() as connection:
            described = connection.exec_driver_sql(f"describe {name}").fetchall()
        return [
            {"name": row[0], "type": _type_of(row[1]), "nullable": True} for row in described
        ]

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """None: keys are rules of the suites."""
        del table_name, schema
        return {"constrained_columns": []}


def _type_of(duckdb_type: str) -> sa.types.TypeEngine[Any]:
    """GX compares a bound with a column as text unless the column's type says otherwise."""
    kind = duckdb_type.partition("(")[0]
    return _TYPES.get(kind, sa.String)()


_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), sa.BigInteger),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), sa.BigInteger),
    **dict.fromkeys(("FLOAT", "DOUBLE"), sa.Float),
    "DECIMAL": sa.Numeric,
    "BOOLEAN": sa.Boolean,
    "DATE": sa.Date,
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"), sa.TIMESTAMP),
}


class PlannedValidator(Validator):
    """Finds out once which metrics a set of rules needs, and asks every table for the same.

    On a small table GX spends most of its time on that. A plan names columns and no table.
    """

    plan: str = ""

    def _generate_metric_dependency_subgraphs_for_each_expectation_configuration(
        self, *args: Any, **kwargs: Any
    ) -> Any:
        graphs, failed, configurations = _plans().get(self.plan) or self._planned(
            *args, **kwargs
        )
        return list(graphs), list(failed), list(configurations)

    def _planned(self, *args: Any, **kwargs: Any) -> Any:
        plan = super()._generate_metric_dependency_subgraphs_for_each_expectation_configuration(
            *args, **kwargs
        )
        failed = plan[1]
        if self.plan and not failed:
            _plans()[self.plan] = plan
        return plan


@cache
def _plans() -> dict[str, Any]:
    """Plans of this process, by name; one per suite."""
    return {}


@contextmanager
def validator_of(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    schema: str | None = None,
    *,
    plan: str = "",
) -> Iterator[Validator]:
    """A GX validator of one table or view, on a second handle of ``connection``'s database.

    The table must be committed and not temporary. ``plan`` names the rules that will be asked:
    the same name, the same rules.
    """
    handle = connection.cursor()
    handle.execute("set TimeZone = 'UTC'")
    engine = DuckDBExecutionEngine(
        engine=sa.create_engine(
            "duckdb://", creator=lambda: _Borrowed(handle), poolclass=sa.pool.StaticPool
        )
    )
    try:
        rows: Any = SqlAlchemyBatchData(
            execution_engine=engine,
            schema_name=schema,
            table_name=table,
            create_temp_table=False,
        )
        validator = PlannedValidator(
            execution_engine=engine, batches=[Batch(data=rows)], data_context=_context()
        )
        validator.plan = plan
        yield validator
    finally:
        engine.close()
        handle.close()


@cache
def _context() -> Any:
    """One context without files, telemetry or progress bars for the life of the process."""
    # it says at INFO which temporary folder it makes, in the middle of a run's own lines
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context

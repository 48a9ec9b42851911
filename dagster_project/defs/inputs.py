"""What a step reads has to be there: who picks single assets in a new root is told so in words."""

from collections.abc import Collection, Iterable

import dagster as dg
import duckdb

from dagster_project.defs.jobs import MAIN_JOB
from dagster_project.domain.errors import Customer360Error


class NeverBuiltError(Customer360Error):
    """Tables that were picked read others that no run has made yet."""

    @classmethod
    def of(cls, wanted: str, missing: Collection[str]) -> "NeverBuiltError":
        """Name what was picked, and the first of what it lacks."""
        return cls(
            f"{wanted}: inputs were never built: {_some(missing)}",
            "the warehouse",
            f"run the whole job {MAIN_JOB} once; then single assets can be picked",
        )


def require_built(
    connection: duckdb.DuckDBPyConnection, wanted: str, inputs: Iterable[dg.AssetKey]
) -> None:
    """Raise ``NeverBuiltError`` unless the warehouse has a table or view for each of the inputs."""
    keys = {key.to_user_string() for key in inputs}
    rows = connection.execute(
        "select table_schema || '/' || table_name from information_schema.tables "
        "where table_catalog = current_database()"
    ).fetchall()
    missing = keys - {name for (name,) in rows}
    if missing:
        raise NeverBuiltError.of(wanted, missing)


def named(keys: Iterable[dg.AssetKey]) -> str:
    """What was picked, in words."""
    return _some([key.to_user_string() for key in keys])


def _some(names: Collection[str], shown: int = 3) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(sorted(names)[:shown])}{more}"

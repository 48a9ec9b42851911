"""What a step reads has to be there: who picks single assets in a new root is told so in words."""

from collections.abc import Iterable

import dagster as dg
import duckdb

from dagster_project.defs.jobs import MAIN_JOB
from dagster_project.domain.errors import Customer360Error


class NeverBuiltError(Customer360Error):
    """Tables that were picked read others that no run has made yet."""

    @classmethod
    def of(cls, missing: list[str], shown: int = 3) -> "NeverBuiltError":
        """Name the first of them."""
        more = f" and {len(missing) - shown} more" if len(missing) > shown else ""
        return cls(
            f"inputs were never built: {', '.join(missing[:shown])}{more}",
            "the warehouse",
            f"run the whole job {MAIN_JOB} once; then single assets can be picked",
        )


def require_built(connection: duckdb.DuckDBPyConnection, inputs: Iterable[dg.AssetKey]) -> None:
    """Raise ``NeverBuiltError`` unless the warehouse has a table or view for each of the inputs."""
    wanted = {key.to_user_string() for key in inputs}
    rows = connection.execute(
        "select table_schema || '/' || table_name from information_schema.tables "
        "where table_catalog = current_database()"
    ).fetchall()
    missing = sorted(wanted - {name for (name,) in rows})
    if missing:
        raise NeverBuiltError.of(missing)

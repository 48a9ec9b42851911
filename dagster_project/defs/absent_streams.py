"""Staging tables of streams that nothing ever came from: made empty in one go, without dbt.

A staging model reads one stream and nothing else, so of no rows it makes none, whatever the
register says. Most companies have two or three vendors of the nine: dbt spent two fifths of their
first run on finding out, table by table, that there is nothing.

Belongs here: which tables these are, and their columns, as dbt made them when the project was
installed. Where that was not possible dbt makes them, as it makes all others.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import dagster as dg
import duckdb
import orjson

from dagster_project.defs.keys import landing_key
from dagster_project.defs.versions import NOTHING_YET, Reads, landed_versions
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.dbt_run import DbtProject, run_dbt
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.exposure import expose
from dagster_project.landing.ledger import Ledger
from dagster_project.settings import Settings
from dagster_project.sources.catalogue import STREAMS

EMPTY_TABLES = "empty_staging.json"
"""Beside the manifest: the statement that makes each staging table, by its name."""

_STAGING = "staging"


def write_empty_tables(settings: Settings, project: DbtProject, file: Path) -> None:
    """Let dbt build staging in a root without a load, and write down what tables it made."""
    with session(settings.root.database, options=settings.engine) as connection:
        expose(connection, settings.root, Ledger(settings.root), (), STREAMS)
    run_dbt(
        project,
        ["run", "--select", _STAGING, "--threads", str(settings.threads)],
        is_parsed=True,
    )
    with session(settings.root.database, options=settings.engine) as connection:
        made = connection.execute(
            f"select table_name, sql from duckdb_tables() where schema_name = '{_STAGING}'"
        ).fetchall()
    file.write_bytes(
        orjson.dumps(dict(made), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    )


def absent_tables(workbench: Workbench, reads: Reads) -> dict[dg.AssetKey, str]:
    """Staging tables whose one stream has no load, and the statements that make them."""
    known = _known(workbench.dbt.target / EMPTY_TABLES)
    landed = landed_versions(workbench)
    streams = {landing_key(spec) for spec in STREAMS}
    return {
        key: known[key.path[-1]]
        for key, inputs in reads.items()
        if key.path[0] == _STAGING
        and key.path[-1] in known
        and len(inputs) == 1
        and inputs <= streams
        and all(landed[stream] == NOTHING_YET for stream in inputs)
    }


def make_empty(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    """Make these tables anew, without a row."""
    connection.execute(f"create schema if not exists {_STAGING}")
    connection.execute("begin")
    for statement in statements:
        connection.execute(statement.replace("CREATE TABLE", "create or replace table", 1))
    connection.execute("commit")


def _known(file: Path) -> Mapping[str, str]:
    try:
        known: Mapping[str, str] = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    return known

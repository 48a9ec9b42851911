"""Models and their statistics, kept in state and found again.

Belongs here: writing and reading them. Does not belong here: what they say (``model``).
"""

from datetime import datetime

from dagster_project.identity.features.statistics import CANARY, STATISTICS, empty_statistics
from dagster_project.identity.learning.model import Model, read_model
from dagster_project.identity.workspace import Workspace


def frozen_model(work: Workspace) -> Model | None:
    """The model in force, of the state attached as ``idstate``; ``None`` before any training."""
    rows = work.rows("select body from idstate.models order by number desc limit 1")
    return read_model(str(rows[0][0])) if rows else None


def keep_model(
    work: Workspace, model: Model, *, as_of: datetime, run_id: str, reason: str | None
) -> None:
    """Put a model in force, with what it counted; needs the state attached as ``idstate``."""
    with work.transaction():
        work.run(
            "insert into idstate.models "
            "select coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? from idstate.models",
            [model.version, model.to_json(), as_of, run_id, reason],
        )
        keep_statistics(work, model.version)


def keep_statistics(work: Workspace, version: str) -> None:
    """Put the counts of this training beside the model, in place of those of earlier ones.

    In order, so that a few values are found without reading all.

    Needs the state attached as ``idstate``, and a transaction around it.
    """
    for table in STATISTICS:
        work.run(f"delete from idstate.model_{table}")
        work.run(
            f"insert into idstate.model_{table} select $1, * from work.{table} order by all",
            [version],
        )
    work.run("delete from idstate.model_hashing")
    work.run(f"insert into idstate.model_hashing select $1, {CANARY}", [version])


def load_statistics(work: Workspace, version: str) -> bool:
    """Make the statistics' tables of a model in state; false where there are none of it.

    An engine that hashes otherwise than the one that counted cannot read them.
    """
    is_there = work.rows(
        "select count(*) from duckdb_tables() "
        "where database_name = 'idstate' and table_name = 'model_hashing'"
    )[0][0]
    if not is_there or not work.rows(
        f"select 1 from idstate.model_hashing where version = $1 and canary = {CANARY}",
        [version],
    ):
        return False
    empty_statistics(work)
    for table in STATISTICS:
        work.run(
            f"insert into work.{table} "
            f"select * exclude (version) from idstate.model_{table} where version = $1",
            [version],
        )
    return True

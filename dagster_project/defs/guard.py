"""The border between our errors and Dagster's: what is retried, and what an event log may hold."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

from dagster_project.domain.errors import Customer360Error, TransientError
from dagster_project.engines.duckdb.dbt_run import redacted
from dagster_project.engines.duckdb.storage import disk_full, is_disk_full

MAX_RETRIES = 2
WAIT_SECONDS = 10
"""Between two attempts at a step."""


@contextmanager
def guarded(doing: str) -> Iterator[None]:
    """Turn our errors into Dagster's: transient ones are retried, others fail at once.

    A database's own message may quote a value, so only its redacted form is raised, without
    the original as its cause.
    """
    try:
        yield
    except TransientError as error:
        raise dg.RetryRequested(
            max_retries=MAX_RETRIES, seconds_to_wait=WAIT_SECONDS
        ) from error
    except Customer360Error as error:
        raise dg.Failure(description=f"{doing}: {error}", allow_retries=False) from None
    except (duckdb.Error, sqlite3.Error, OSError) as error:
        if is_disk_full(error):
            said = str(disk_full("the root's disk"))
        elif isinstance(error, duckdb.Error):
            said = f"{type(error).__name__}: {redacted(str(error))}"
        else:
            raise
        raise dg.Failure(description=f"{doing}: {said}", allow_retries=False) from None

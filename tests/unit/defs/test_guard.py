import errno
import sqlite3

import dagster as dg
import duckdb
import pytest

from dagster_project.defs.guard import guarded
from dagster_project.domain.errors import Customer360Error, TransientError


def test_transient_errors_are_retried() -> None:
    with pytest.raises(dg.RetryRequested), guarded("pulling"):
        raise TransientError("the API is busy")


def test_other_errors_of_ours_fail_at_once_and_keep_their_remedy() -> None:
    with pytest.raises(dg.Failure) as raised, guarded("reading"):
        raise Customer360Error("no such folder", "inbox", "create it")

    assert raised.value.allow_retries is False
    assert "create it" in str(raised.value.description)


def test_values_a_database_quotes_never_reach_the_event_log() -> None:
    with pytest.raises(dg.Failure) as raised, guarded("casting"):
        duckdb.connect().execute("select cast('ana@example.org' as integer)")

    assert "ana@example.org" not in str(raised.value.description)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_full_disk_is_said_in_one_sentence_whoever_met_it() -> None:
    for met in (
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException("Could not write file: No space left on device"),
    ):
        with pytest.raises(dg.Failure) as raised, guarded("landing"):
            raise met

        assert "landing: the disk is full" in str(raised.value.description)
        assert "run again" in str(raised.value.description)

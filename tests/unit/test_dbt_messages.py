import threading
import time
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult

from dagster_project.engines.duckdb.dbt_run import DbtError, DbtProject, redacted, run_dbt


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        pytest.param(
            "Could not convert string 'ana@example.org' to INT32",
            "ana@example.org",
            id="quoted",
        ),
        pytest.param(
            'Duplicate key "email: ana@example.org"', "ana@example.org", id="double-quoted"
        ),
        pytest.param("value ana@example.org is bad", "ana@example.org", id="bare-address"),
    ],
)
def test_a_redacted_message_quotes_no_value(message: str, gone: str) -> None:
    assert gone not in redacted(message)


def test_a_redacted_message_keeps_what_helps() -> None:
    assert "Could not convert string" in redacted("Could not convert string 'x' to INT32")


def test_an_interrupted_dbt_is_not_called_a_failed_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(self: dbtRunner, args: list[str], **_: object) -> dbtRunnerResult:
        return dbtRunnerResult(success=False, exception=KeyboardInterrupt())

    monkeypatch.setattr(dbtRunner, "invoke", interrupted)

    with pytest.raises(DbtError, match="dbt was interrupted") as raised:
        run_dbt(DbtProject(tmp_path, tmp_path), ["build"])

    assert "run again" in raised.value.remedy


def test_statements_of_an_interrupted_dbt_end_before_the_run_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    statement = threading.Thread(target=time.sleep, args=(0.2,), daemon=True)

    def interrupted(self: dbtRunner, args: list[str], **_: object) -> dbtRunnerResult:
        statement.start()
        return dbtRunnerResult(success=False, exception=KeyboardInterrupt())

    monkeypatch.setattr(dbtRunner, "invoke", interrupted)

    with pytest.raises(DbtError, match="dbt was interrupted"):
        run_dbt(DbtProject(tmp_path, tmp_path), ["build"])

    assert not statement.is_alive()

import pytest

from dagster_project.engines.duckdb.dbt_run import redacted


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

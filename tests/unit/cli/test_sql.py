"""``c360 sql``: answers in three forms, for people and for programs."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.cli.sql import MOST_ROWS, shown_value
from tests.unit.viewer.published import published_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return published_root(tmp_path / "quay").path


def asked(root: Path, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["sql", "--root", str(root), *arguments], input=given)


def test_a_table_is_whole_whatever_the_width_of_the_terminal(root: Path) -> None:
    shown = asked(
        root, "select email, repeat('x', 59) as a, repeat('y', 59) as b from customer_360"
    )

    assert shown.exit_code == 0
    assert "ada@example.org  " + "x" * 59 + "  " + "y" * 59 in shown.output
    assert shown.output.rstrip().endswith("2 rows")


def test_a_long_table_says_that_it_is_cut(root: Path) -> None:
    shown = asked(root, f"select * from range({MOST_ROWS + 1})")

    assert f"the first {MOST_ROWS} rows; --format csv has all" in shown.output


def test_csv_and_json_hold_every_row_and_column(root: Path) -> None:
    question = (
        "select email, full_name, last_changed_at, 1 as n, 2 as n from customer_360 order by 1"
    )

    rows = list(csv.reader(asked(root, "--format", "csv", question).output.splitlines()))
    objects = json.loads(asked(root, "--format", "json", question).output)

    assert rows[0] == ["email", "full_name", "last_changed_at", "n", "n"]
    assert rows[2] == ["bo@example.org", "", "2026-10-02T10:00:00+00:00", "1", "2"]
    assert objects[1] == {
        "email": "bo@example.org",
        "full_name": None,
        "last_changed_at": "2026-10-02T10:00:00Z",
        "n": 1,
        "n_2": 2,
    }


def test_statements_may_come_by_a_pipe(root: Path) -> None:
    shown = asked(root, "--format", "csv", given="select 1 as a;\nselect ';' as b;\n")

    assert shown.output == "a\n1\nb\n;\n"


def test_a_mistake_is_one_message_and_no_traceback(root: Path) -> None:
    refused = asked(root, "selec 1")

    assert refused.exit_code == 1
    assert refused.output.startswith("error: Parser Error")
    assert isinstance(refused.exception, SystemExit)


def test_no_statement_is_told(root: Path) -> None:
    assert "there is no statement" in asked(root, " -- nothing").output


def test_what_people_wrote_cannot_steer_the_terminal() -> None:
    assert shown_value("Ada\x1b[31m\nKestrel") == "Ada [31m Kestrel"

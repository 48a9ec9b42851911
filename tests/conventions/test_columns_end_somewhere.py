"""docs/formats-columns.md says of every column that is read where it ends, and says true."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dagster_project.domain.streams import StreamSpec
from dagster_project.sources.catalogue import STREAMS
from tests.parsed_project import parsed_project

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "formats-columns.md"
STAGING, LEFT_OUT = "staging", "left out"
_ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.*?) ?\|$")


@cache
def told() -> dict[str, dict[str, tuple[str, str]]]:
    """By stream, each column with where it ends and why."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            stream = found.setdefault(line.removeprefix("### "), {})
        elif row := _ROW.match(line):
            assert row[1] not in stream, f"{row[1]} has two rows"
            stream[row[1]] = (row[2].strip("`"), row[3].strip())
    return found


@cache
def staged(spec: StreamSpec) -> str:
    """SQL of the stream's staging model; empty where there is none."""
    for file in (PROJECT / "dbt" / "models" / "staging" / spec.vendor).glob("*.sql"):
        text = file.read_text(encoding="utf-8")
        if f"'{spec.vendor}__{spec.stream}'" in text:
            return text
    return ""


def is_read(spec: StreamSpec, column: str) -> bool:
    """Whether the staging model names the column other than as a name it gives."""
    return re.search(rf"(?<!\bas )(?<!\w){column}(?!\w)", staged(spec)) is not None


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    project = parsed_project(tmp_path_factory.mktemp("dbt"))
    nodes: dict[str, Any] = json.loads(project.manifest.read_text(encoding="utf-8"))["nodes"]
    return {
        f"{node['name']}.{column}"
        for node in nodes.values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
        for column in node["columns"]
    }


def _heading(spec: StreamSpec) -> str:
    return f"{spec.vendor}: {spec.stream}"


EACH = pytest.mark.parametrize("spec", STREAMS, ids=lambda spec: spec.table)


def test_the_page_knows_no_other_streams() -> None:
    assert set(told()) == {_heading(spec) for spec in STREAMS}


@EACH
def test_every_column_that_is_read_has_its_row(spec: StreamSpec) -> None:
    assert list(told()[_heading(spec)]) == list(spec.columns)


@EACH
def test_what_ends_in_a_mart_is_read_and_the_mart_has_it(
    spec: StreamSpec, marts: set[str]
) -> None:
    shown = {c: end for c, (end, _) in told()[_heading(spec)].items() if "." in end}

    assert {end for end in shown.values() if end not in marts} == set()
    assert [column for column in shown if not is_read(spec, column)] == []


@EACH
def test_what_is_left_out_is_read_by_no_model_and_what_stays_in_staging_is(
    spec: StreamSpec,
) -> None:
    rows = {c: row for c, row in told()[_heading(spec)].items() if "." not in row[0]}

    assert {end for end, _ in rows.values()} <= {STAGING, LEFT_OUT}
    assert [c for c, (end, _) in rows.items() if is_read(spec, c) != (end == STAGING)] == []
    assert [c for c, (_, why) in rows.items() if not why] == []

"""config/deal_stages.yml as rows, and what is wrong with it by line."""

from pathlib import Path

import pytest

from dagster_project.config.deal_stages import DealStageRow, read_deal_stages
from dagster_project.domain.errors import ConfigError

COMMITTED = Path(__file__).resolve().parents[3] / "config" / "deal_stages.yml"

GOOD = """\
stages:
  Vertrag unterschrieben: won
  1234567: lost
pipelines:
  Renewals: {Done: won}
sources:
  salesforce_emea:
    stages: {Done: open}
    pipelines:
      default: {closed: lost}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "deal_stages.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_map_says_nothing() -> None:
    assert read_deal_stages(COMMITTED, sources=[]) == ()


def test_a_root_without_the_file_maps_nothing(tmp_path: Path) -> None:
    assert read_deal_stages(tmp_path / "deal_stages.yml") == ()


@pytest.mark.parametrize("text", ["", "stages:\n", "pipelines: {}\n"])
def test_an_empty_map_says_nothing(tmp_path: Path, text: str) -> None:
    assert read_deal_stages(write(tmp_path, text)) == ()


def test_every_line_is_a_row_and_ids_may_be_numbers(tmp_path: Path) -> None:
    rows = read_deal_stages(write(tmp_path, GOOD), sources=["salesforce_emea"])

    assert rows == (
        DealStageRow(None, None, "Vertrag unterschrieben", "won"),
        DealStageRow(None, None, "1234567", "lost"),
        DealStageRow(None, "Renewals", "Done", "won"),
        DealStageRow("salesforce_emea", None, "Done", "open"),
        DealStageRow("salesforce_emea", "default", "closed", "lost"),
    )


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param("stages:\n  Done: sold\n", ":2", "'sold'", id="outcome"),
        pytest.param("stages:\n  Done:\n", ":2", "an empty entry", id="no-outcome"),
        pytest.param("stage: {Done: won}\n", ":1", "did you mean stages", id="entry"),
        pytest.param("stages: [Done]\n", ":1", "stages", id="list"),
        pytest.param(
            "sources:\n  hubspot_emea:\n    stages: {Done: won}\n",
            ":2",
            "hubspot_emea",
            id="source",
        ),
        pytest.param(
            "stages:\n  Done: won\n  DONE : lost\n", ":3", "stands twice", id="two-outcomes"
        ),
        pytest.param(
            "pipelines:\n  New:\n    a  b: won\n    A b: open\n",
            ":4",
            "stands twice",
            id="spelling",
        ),
    ],
)
def test_a_mistake_is_told_by_its_line_in_words(
    tmp_path: Path, text: str, line: str, what: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read_deal_stages(write(tmp_path, text), sources=["hubspot_apac"])

    assert f"deal_stages.yml{line}" in error.value.where
    assert what in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "stages:\n  Done: sold\n  Open: offen\nsources:\n  nobody: {stages: {A: won}}\n"

    with pytest.raises(ConfigError) as error:
        read_deal_stages(write(tmp_path, text), sources=["hubspot_apac"])

    for word in ("'sold'", "'offen'", "nobody"):
        assert word in str(error.value)

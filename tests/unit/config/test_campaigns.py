"""config/campaigns.yml: what people say about campaigns of several tools."""

from pathlib import Path

import pytest

from dagster_project.config.campaigns import Campaigns, read_campaigns
from dagster_project.domain.errors import ConfigError

SHIPPED = Path(__file__).parents[3] / "config" / "campaigns.yml"


def written(folder: Path, text: str) -> Path:
    file = folder / "campaigns.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_ships_is_what_a_root_without_the_file_has(tmp_path: Path) -> None:
    assert read_campaigns(SHIPPED) == read_campaigns(tmp_path / "absent.yml") == Campaigns()


def test_lists_become_judgements_of_two_campaigns_each(tmp_path: Path) -> None:
    file = written(tmp_path, "same: [[a, b]]\napart: [[c, d]]\n")

    assert read_campaigns(file).judgements() == [
        ("a", "a", "same"),
        ("b", "a", "same"),
        ("c", "d", "apart"),
        ("d", "c", "apart"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("same:\n  - [a, b]\n  - [b, c]\n", 3, "two lists", id="in-two-lists"),
        pytest.param(
            "same: [[a, b]]\napart:\n  - [b, a]\n", 3, "one by `same`", id="one-and-apart"
        ),
        pytest.param("within_days: -1\n", 1, "out of range", id="days"),
    ],
)
def test_contradictions_are_told_with_their_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read_campaigns(written(tmp_path, text))

    assert says in str(error.value)
    assert f"campaigns.yml:{line}" in str(error.value)

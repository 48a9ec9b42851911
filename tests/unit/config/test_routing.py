"""config/routing.yml and the corrections beside it."""

from pathlib import Path

import pytest

from dagster_project.config.routing import CORRECTIONS, Routing, read_corrections, read_routing
from dagster_project.domain.errors import ConfigError
from dagster_project.listening.labelled import read_messages

PROJECT = Path(__file__).parents[3]
HEAD = "issue_id,department,corrected_by,corrected_on,note\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "routing.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_department_the_model_knows_has_an_owner() -> None:
    shipped = read_routing(PROJECT / "config" / "routing.yml")
    known = {m.department for m in read_messages(PROJECT / "data" / "samples" / "messages")}

    assert known - {""} == set(shipped.departments)
    assert all(department.owner for department in shipped.departments.values())


def test_a_root_without_the_file_names_nothing(tmp_path: Path) -> None:
    assert read_routing(tmp_path / "routing.yml") == Routing()
    assert Routing().words() == []


def test_a_last_star_lets_a_word_go_on(tmp_path: Path) -> None:
    file = written(tmp_path, "bugs: {en: [crash*, dead end]}\n")

    assert read_routing(file).words() == [
        ("ask", "bug", "crash", True),
        ("ask", "bug", "dead end", False),
    ]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param(
            "areas:\n  app: {title: App, words: {}}\n"
            "themes:\n  dark: {title: Dark, area: ap, words: {}}\n",
            4, "did you mean app", id="area",
        ),
        pytest.param(
            "areas:\n  app: {title: App, department: it, words: {}}\n", 2, "described nowhere",
            id="department",
        ),
        pytest.param(
            "decisions:\n  - {theme: dark, state: planned, decided_on: 2026-10-01}\n", 2,
            "described nowhere", id="theme",
        ),
        pytest.param(
            "releases:\n  '4.2': {released_on: soon}\n", 2, "released_on", id="day"
        ),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read_routing(written(tmp_path, text))

    assert says in str(error.value)
    assert f"routing.yml:{line}" in str(error.value)


def test_the_newest_correction_of_an_issue_holds(tmp_path: Path) -> None:
    file = written(tmp_path, "departments: {sales: {owner: s}, billing: {owner: b}}\n")
    csv = file.with_name(CORRECTIONS)
    csv.write_text(HEAD + "i1,sales,ana,2026-10-01,\ni1,billing,ben,2026-10-02,no\n")

    (correction,) = read_corrections(csv, read_routing(file))

    assert (correction.department, correction.corrected_by) == ("billing", "ben")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param("i1,salse,ana,2026-10-01,\n", "did you mean sales", id="department"),
        pytest.param("i1,sales,ana,yesterday,\n", "no day", id="day"),
        pytest.param("i1,sales,,2026-10-01,\n", "who says so", id="actor"),
    ],
)
def test_a_wrong_correction_stops_the_run_with_its_line(
    tmp_path: Path, row: str, says: str
) -> None:
    file = written(tmp_path, "departments: {sales: {owner: s}}\n")
    file.with_name(CORRECTIONS).write_text(HEAD + row)

    with pytest.raises(ConfigError) as error:
        read_routing(file)

    assert says in str(error.value)
    assert f"{CORRECTIONS}:2" in str(error.value)

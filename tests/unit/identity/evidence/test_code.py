"""What makes a run of the warehouse start anew: a change of code that decides who is who."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.identity.evidence.code import (
    IDENTITY,
    PACKAGE,
    code_hash,
    deciding_modules,
)

_LEVELS = '''"""How names compare."""

CLOSE = 0.9
"""From here on names are alike."""

SQL = """
    select name
    -- the dear one comes last
    from person
"""


def alike(near: float) -> bool:
    """Whether two names are."""
    return near >= CLOSE  # as measured
'''


def _code(folder: Path, levels: str, *, room: str = "comparing") -> str:
    """The hash of a small package whose run imports levels from a room."""
    (folder / room).mkdir(parents=True)
    (folder / "resolve.py").write_text(
        f"from {PACKAGE}.{room}.levels import SQL, alike\n\n"
        "def resolve() -> bool:\n    return alike(len(SQL))\n"
    )
    (folder / room / "levels.py").write_text(levels)
    return code_hash(folder)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda code: code.replace("  # as measured", ""), id="comment"),
        pytest.param(lambda code: code.replace("How names", "The way names"), id="docstring"),
        pytest.param(lambda code: code.replace("From here on", "Where"), id="what a number is"),
        pytest.param(lambda code: code.replace("the dear one", "a slow one"), id="SQL comment"),
        pytest.param(lambda code: code.replace("    from", "from"), id="layout of SQL"),
    ],
)
def test_words_about_the_code_resolve_nobody_anew(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    changed = change(_LEVELS)

    assert changed != _LEVELS
    assert _code(tmp_path / "a", _LEVELS) == _code(tmp_path / "b", changed)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda code: code.replace("0.9", "0.91"), id="number"),
        pytest.param(lambda code: code.replace("select name", "select given"), id="SQL"),
        pytest.param(lambda code: code.replace(">=", ">"), id="operator"),
    ],
)
def test_what_decides_who_is_who_resolves_everybody_anew(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    assert _code(tmp_path / "a", _LEVELS) != _code(tmp_path / "b", change(_LEVELS))


def test_a_moved_file_is_covered_and_changes_nothing_by_itself(tmp_path: Path) -> None:
    here = _code(tmp_path / "a", _LEVELS)
    there = _code(tmp_path / "b", _LEVELS, room="likening")
    changed = _code(tmp_path / "c", _LEVELS.replace("0.9", "0.8"), room="likening")

    assert here == there
    assert here != changed


def test_all_of_identity_decides_but_questions_figures_and_other_tables() -> None:
    others = {
        "tabular", "works", "steward", "benchmark", "lookup", "resolve_table.py", "resolve_mixed.py",
        "accounts",
        "picture.py", "tables.py",
    }  # fmt: skip
    everything = {
        ".".join((PACKAGE, *file.relative_to(IDENTITY).with_suffix("").parts))
        for file in IDENTITY.rglob("*.py")
        if file.name != "__init__.py" and file.relative_to(IDENTITY).parts[0] not in others
    }

    left_out = {name.removeprefix(f"{PACKAGE}.") for name in everything - deciding_modules()}

    assert left_out == {
        "measuring.accounts",
        "measuring.evaluation",
        "measuring.scorecard",
        "reading.organisation_names",
    }

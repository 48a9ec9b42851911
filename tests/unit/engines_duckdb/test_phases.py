"""What makes a finished phase run again."""

from pathlib import Path

from dagster_project.engines.duckdb.phases import fingerprint_of_files

_PYTHON = frozenset({".py"})


def _package(folder: Path, *, printed: str = "a", made: str = "a") -> str:
    for name, text in (("cli", printed), ("marts", made)):
        (folder / name).mkdir(parents=True)
        (folder / name / "code.py").write_text(text)
    return fingerprint_of_files((folder,), _PYTHON, without=frozenset({"cli"}))


def test_what_is_only_printed_makes_nothing_run_again(tmp_path: Path) -> None:
    before = _package(tmp_path / "one")

    assert _package(tmp_path / "two", printed="b") == before
    assert _package(tmp_path / "three", made="b") != before

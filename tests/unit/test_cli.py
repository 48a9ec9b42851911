"""What the command line says of errors that are not ours."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dagster_project.cli import main


@pytest.mark.parametrize("command", ["review", "preview"])
def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    out = tmp_path / "taken" / "deeper" / "out.parquet"

    result = CliRunner().invoke(main, [command, "--root", str(tmp_path), "--out", str(out)])

    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert str(tmp_path / "taken") in result.output
    assert isinstance(result.exception, SystemExit)

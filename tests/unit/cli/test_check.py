"""``c360 check``: what a file would be read as, without a run."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.settings import PROJECT

SAMPLES = PROJECT / "data" / "samples"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "quay"
    CliRunner().invoke(main, ["init", str(root)])
    shutil.copyfile(PROJECT / "config" / "sources.yml", root / "config" / "sources.yml")
    return root


def checked(root: Path, file: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["check", str(file), "--root", str(root), *more])


def hubspot_contacts(
    folder: Path, *, header: str = "Record ID,First Name,Email,Create Date"
) -> Path:
    file = folder / "contacts.csv"
    file.write_text(f"{header}\n1,Ada,ada@example.org,2026-01-01 10:00\n", encoding="utf-8")
    return file


def test_a_file_is_told_with_its_source_stream_and_rows_and_left_alone(
    tmp_path: Path, root: Path
) -> None:
    file = hubspot_contacts(tmp_path)
    before = sorted(root.rglob("*"))

    found = checked(root, file)

    assert found.exit_code == 0, found.output
    assert "would be read as hubspot, of the source hubspot_apac: 1 of 1 row" in found.output
    assert "inbox/hubspot_apac/" in found.output.replace("\n", "")
    assert "ada@example.org" not in found.output
    assert file.exists()
    assert sorted(root.rglob("*")) == before


def test_what_a_run_would_refuse_exits_with_three(tmp_path: Path, root: Path) -> None:
    register = root / "config" / "sources.yml"
    text = register.read_text(encoding="utf-8").replace("    timezone: Asia/Hong_Kong\n", "")
    register.write_text(text, encoding="utf-8")

    found = checked(root, hubspot_contacts(tmp_path), "--source", "hubspot_apac")

    assert found.exit_code == 3
    assert "would be refused: missing_time_zone" in found.output


@pytest.mark.parametrize("text", ["", "<!doctype html><html></html>", "just a sentence\n"])
def test_what_cannot_be_read_exits_with_one_and_says_why(
    tmp_path: Path, root: Path, text: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")

    found = checked(root, file)

    assert found.exit_code == 1
    assert "could not be read" in found.output
    assert "→" in found.output


def test_a_file_of_a_vendor_without_a_source_is_recognised_all_the_same(
    tmp_path: Path, root: Path
) -> None:
    (root / "config" / "sources.yml").write_text("sources: {}\n", encoding="utf-8")

    found = checked(root, hubspot_contacts(tmp_path))

    assert found.exit_code == 1
    assert "looks like an export of hubspot, but no source would take it" in found.output


def test_a_source_that_is_not_registered_is_told_with_those_that_are(
    tmp_path: Path, root: Path
) -> None:
    found = checked(root, hubspot_contacts(tmp_path), "--source", "hubspot_amer")

    assert found.exit_code == 1
    assert "use one of: salesforce_emea, hubspot_apac" in found.output

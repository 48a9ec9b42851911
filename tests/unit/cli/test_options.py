"""``c360 --help``: every command in its place, whole sentences, an example each, at once."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from dagster_project.cli import main
from dagster_project.cli.options import EXAMPLES, SECTIONS
from dagster_project.cli.summary import _print_pointers
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT, own_command, read_settings
from tests.unit.viewer.published import published_root


def every_command(
    command: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from every_command(below, (*path, name))


def test_every_command_stands_under_one_heading() -> None:
    placed = [name for names in SECTIONS.values() for name in names]

    assert sorted(placed) == sorted(main.commands)


def test_the_help_is_grouped_and_no_sentence_is_cut_off() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output

    places = [shown.index(f"\n{section}:") for section in SECTIONS]
    assert places == sorted(places)
    assert "..." not in shown.partition("Options:")[2]
    for name in main.commands:
        assert re.search(rf"^  {name} +[A-Z]", shown, re.MULTILINE), name


@pytest.mark.parametrize("path", list(every_command()), ids=" ".join)
def test_every_command_has_an_example_that_names_it_and_is_understood(
    path: tuple[str, ...],
) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"])

    assert shown.exit_code == 0
    examples = EXAMPLES[" ".join(path)]
    for example in examples:
        assert example in shown.output
    assert any(example.startswith(" ".join(("c360", *path))) for example in examples)


@pytest.mark.parametrize(
    "example", sorted({line for lines in EXAMPLES.values() for line in lines})
)
def test_an_example_is_one_that_the_command_line_takes(example: str) -> None:
    words = shlex.split(re.split(r" (?:>|&&) ", example)[0])
    command: click.Command = main
    path, words = ["c360"], words[1:]
    while isinstance(command, click.Group) and words:
        command, path, words = command.commands[words[0]], [*path, words[0]], words[1:]

    parser = command.make_parser(click.Context(command, info_name=" ".join(path)))
    _, left, _ = parser.parse_args(args=list(words))

    assert left == []


def test_help_is_shown_without_the_heavy_libraries() -> None:
    heavy = ("dagster", "pandas", "duckdb", "great_expectations", "dbt", "pydantic")
    code = (
        "import sys, dagster_project.cli\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )

    assert loaded.stdout.strip() == "[]", loaded.stderr


def pointers(root: Root, capsys: pytest.CaptureFixture[str]) -> list[str]:
    _print_pointers(Console(width=500), read_settings(root.path))
    return capsys.readouterr().out.splitlines()


def test_the_last_line_of_a_run_is_a_command_that_works_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = published_root(tmp_path / "a company")

    *_, last = pointers(root, capsys)
    words = shlex.split(last.split("  ")[1])
    ran = subprocess.run(words, check=False, capture_output=True, text=True)

    assert shutil.which(words[0]) or Path(words[0]).exists()
    assert ran.returncode == 0, ran.stderr
    assert "Ada Kestrel" in ran.stdout


def test_the_default_root_needs_no_naming(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = published_root(tmp_path / "quay")
    monkeypatch.setenv("C360_ROOT", str(root.path))

    assert "--root" not in pointers(root, capsys)[-1]


def test_a_root_that_a_run_exported_for_its_own_parts_is_still_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("C360_ROOT", raising=False)
    monkeypatch.setattr(os, "environ", dict(os.environ))  # what export() writes is taken back
    root = published_root(tmp_path / "quay")

    read_settings(root.path).export()

    assert os.environ["C360_ROOT"] == str(root.path)
    assert "--root" in pointers(root, capsys)[-1]


def test_the_command_is_named_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.chdir(PROJECT)

    named = shlex.split(own_command("sql", "select 1"))

    assert Path(named[0]).exists()
    assert named[-2:] == ["sql", "select 1"]

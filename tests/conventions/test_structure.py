"""Rules of the house that no reviewer needs to remember."""

import ast
import subprocess
from pathlib import Path

import pytest

from dagster_project.cli import main
from dagster_project.sources.catalogue import STREAMS

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("dagster_project", "expectations")


def _modules() -> list[Path]:
    return sorted(f for package in PACKAGES for f in (PROJECT / package).rglob("*.py"))


def _tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    return [PROJECT / line for line in listing.splitlines()]


def test_the_folder_dbt_holds_no_python() -> None:
    assert list((PROJECT / "dbt").rglob("*.py")) == []


@pytest.mark.parametrize("module", _modules(), ids=lambda f: str(f.relative_to(PROJECT)))
def test_every_module_says_what_it_is_for(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)


@pytest.mark.parametrize("module", _modules(), ids=lambda f: str(f.relative_to(PROJECT)))
def test_imports_are_absolute_and_annotations_are_read_at_run_time(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module != "__future__"


def test_nothing_is_called_utils_or_helpers() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}

    assert [m for m in _modules() if m.stem in drawers] == []


BORDERS = (("sources", "border.py"), ("quality", "border.py"))


def test_broad_exceptions_are_caught_at_three_borders_only() -> None:
    """To Dagster, around the readers of files and answers, around gates (docs/decisions/0012)."""
    offenders = []
    for module in _modules():
        if "defs" in module.parts or module.parts[-2:] in BORDERS:
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                offenders.append(f"{module.relative_to(PROJECT)}:{node.lineno}")

    assert offenders == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    reraises = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(handler))
    name = getattr(handler.type, "id", "")
    return name in {"Exception", "BaseException"} and not reraises


OF_DAGSTERS_INSIDE = {
    "dagster_project/defs/event_log.py": {"dagster._core.storage.event_log"},
    "dagster_project/defs/run_storage.py": {"dagster._core.storage.runs"},
    "dagster_project/defs/step_output.py": {
        "dagster._core.storage.compute_log_manager",
        "dagster._core.storage.noop_compute_log_manager",
    },
}
"""Why each: docs/decisions/0014."""


def test_of_dagsters_inside_only_what_is_decided_on_is_imported() -> None:
    found: dict[str, set[str]] = {}
    for module in _modules():
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            )
            inside = {n for n in names if n.startswith(("dagster.", "dagster_dbt."))}
            if inside:
                found.setdefault(str(module.relative_to(PROJECT)), set()).update(inside)

    assert found == OF_DAGSTERS_INSIDE


def test_dagsters_storages_are_documented_to_be_named_and_have_what_ours_replace() -> None:
    from dagster._core.storage.event_log import SqliteEventLogStorage
    from dagster._core.storage.runs import SqliteRunStorage

    from dagster_project.defs.event_log import OpenEventLog
    from dagster_project.defs.run_storage import RootRuns

    for ours, theirs in ((OpenEventLog, SqliteEventLogStorage), (RootRuns, SqliteRunStorage)):
        public = {n for n, v in vars(ours).items() if callable(v) and not n.startswith("_")}
        assert f"class: {theirs.__name__}" in (theirs.__doc__ or "")
        assert public
        assert [name for name in public if not hasattr(theirs, name)] == []


def test_every_stream_has_a_gate() -> None:
    from expectations import suite_for

    for spec in STREAMS:
        suite = suite_for(spec.vendor, spec.stream)
        assert suite.expectations, spec.table


def test_every_command_is_documented_in_the_readme_or_the_operations_page() -> None:
    text = "".join(
        (PROJECT / name).read_text(encoding="utf-8")
        for name in ("README.md", "docs/operations.md")
    )

    missing = [name for name in main.commands if f"c360 {name}" not in text]

    assert missing == []


def test_every_command_takes_help() -> None:
    from click.testing import CliRunner

    for name in main.commands:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0
        assert "Usage:" in result.output


def test_no_tracked_file_names_a_registry_or_is_too_large() -> None:
    for file in _tracked():
        if not file.is_file():
            continue
        assert file.stat().st_size < 2_000_000, file
        if file.suffix in {".py", ".sql", ".yml", ".md", ".toml", ".lock", ".txt", ""}:
            text = file.read_text(encoding="utf-8", errors="replace")
            assert ("--index" + "-url") not in text, file


def test_readers_and_writers_of_the_environment_are_the_settings_alone() -> None:
    offenders = [
        str(m.relative_to(PROJECT))
        for m in _modules()
        if m.name != "settings.py"
        and any(word in m.read_text(encoding="utf-8") for word in ("os.environ", "os.getenv"))
    ]

    assert offenders == []


def test_relative_links_of_the_docs_lead_somewhere() -> None:
    import re

    pages = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(PROJECT)} → {target}")

    assert broken == []

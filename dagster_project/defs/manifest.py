"""The dbt manifest, parsed once for each state of the project and shared by all roots.

Parsing takes as long as loading a small world, so installing does it ahead (``python -m
dagster_project.defs.manifest``); a root takes a copy, and parses where there is none to take.
"""

import os
import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from dagster_project.defs.absent_streams import EMPTY_TABLES, write_empty_tables
from dagster_project.defs.dbt_nodes import TRANSLATION
from dagster_project.domain.streams import PROVENANCE, REGISTER
from dagster_project.engines.duckdb.dbt_run import DbtProject, run_dbt
from dagster_project.engines.duckdb.phases import fingerprint_of, fingerprint_of_files
from dagster_project.settings import Settings, read_settings

_PROJECT_FILES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})
_PARSED = ("manifest.json", "partial_parse.msgpack", TRANSLATION)
"""What a run reads of a parsed project: the graph, the same for dbt, and for Dagster."""

_TRANSLATORS = ("dbt_translation.py", "translator.py", "dbt_nodes.py", "keys.py")
"""The modules beside this one that decide what a node is to Dagster."""


def prepare_manifest(settings: Settings) -> Path:
    """Path of an up-to-date ``manifest.json`` for this root."""
    project = DbtProject(settings.dbt_project, settings.root.warehouse / "dbt")
    fingerprint = _fingerprint(project)
    stamp = project.target / "manifest.fingerprint"
    if project.manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return project.manifest
    project.target.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    shared = _shared(project, fingerprint)
    try:
        _copy(shared, project.target)
    except OSError:
        from dagster_project.defs.dbt_translation import write_translation

        run_dbt(project, ["parse"])
        write_translation(project.manifest, project.target / TRANSLATION)
        _share(project.target, shared)
    with suppress(OSError):
        shutil.copyfile(shared / project.column_types.name, project.column_types)
    stamp.write_text(fingerprint)
    return project.manifest


def share_column_types(project: DbtProject) -> None:
    """Leave the types of a run's tables to roots in which none has been: the project makes them."""
    with suppress(OSError):
        fingerprint = (project.target / "manifest.fingerprint").read_text()
        shared = _shared(project, fingerprint) / project.column_types.name
        if not shared.exists():
            shutil.copyfile(project.column_types, shared)
            shared.chmod(0o644)


def _fingerprint(project: DbtProject) -> str:
    """The project's files and what reads them; the checkout's place, which dbt writes down."""
    beside = Path(__file__).parent
    return fingerprint_of(
        fingerprint_of_files((project.directory,), _PROJECT_FILES),
        str(project.directory),
        repr((PROVENANCE, REGISTER)),  # the types of what dbt reads
        *(version(name) for name in ("dbt-core", "dbt-duckdb", "dagster-dbt", "dagster")),
        *((beside / name).read_text(encoding="utf-8") for name in _TRANSLATORS),
    )


def _shared(project: DbtProject, fingerprint: str) -> Path:
    return project.directory / "target" / "parsed" / fingerprint


def _copy(parsed: Path, target: Path) -> None:
    for name in _PARSED:
        shutil.copyfile(parsed / name, target / name)
    with suppress(FileNotFoundError):  # written when the project is installed, and only then
        shutil.copyfile(parsed / EMPTY_TABLES, target / EMPTY_TABLES)


def _share(target: Path, shared: Path) -> None:
    """Leave the parsed project for other roots, and take older states of it away.

    A checkout that cannot be written is no obstacle: then each root parses for itself.
    """
    with suppress(OSError):
        shared.parent.mkdir(parents=True, exist_ok=True)
        older = list(shared.parent.iterdir())
        aside = shared.parent / f".{uuid4().hex}"
        aside.mkdir()
        try:
            _copy(target, aside)
            for path in (shared.parent, aside, *aside.iterdir()):
                path.chmod(0o755 if path.is_dir() else 0o644)  # no root's: for every account
            aside.rename(shared)
        finally:
            for folder in (aside, *older):
                shutil.rmtree(folder, ignore_errors=True)


def prepare_for_roots(folder: Path) -> None:
    """Parse the project for the roots to come, and find its empty tables, in a root that is none's."""
    settings = read_settings(folder)
    settings.export()
    target = prepare_manifest(settings).parent
    project = DbtProject(settings.dbt_project, target)
    shared = _shared(project, _fingerprint(project))
    if (shared / EMPTY_TABLES).exists() or not os.access(shared, os.W_OK):
        return
    write_empty_tables(settings, project, target / EMPTY_TABLES)
    aside = shared / f".{uuid4().hex}"
    shutil.copyfile(target / EMPTY_TABLES, aside)
    aside.chmod(0o644)  # for every account, like what is parsed
    aside.rename(shared / EMPTY_TABLES)


def main() -> None:
    """What installing does ahead of the first run."""
    with TemporaryDirectory() as folder:
        prepare_for_roots(Path(folder))


if __name__ == "__main__":
    main()

"""Moving landed files: durably, and without overwriting one another."""

import filecmp
from pathlib import Path

from dagster_project.engines.durable import sync_folder


def rename_durably(old: Path, new: Path) -> None:
    """Rename within one file system: after a power cut there is the old name or the new one."""
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)
    sync_folder(new.parent)
    if old.parent != new.parent:
        sync_folder(old.parent)


def place_for(file: Path, folder: Path) -> Path:
    """Where in ``folder`` to keep ``file``: under its name, else ``stem~2.suffix`` and so on.

    A place that holds the same bytes already is good enough.
    """
    candidate, number = folder / file.name, 1
    while candidate.exists() and not filecmp.cmp(file, candidate, shallow=False):
        number += 1
        candidate = folder / f"{file.stem}~{number}{file.suffix}"
    return candidate

"""Writing files so that a kill or a power cut leaves either the old state or the new one."""

import os
from pathlib import Path


def sync_file(file: Path) -> None:
    """Make a file's content durable."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable: names that were created, renamed or removed in it."""
    sync_file(folder)


def rename_durably(old: Path, new: Path) -> None:
    """Rename within one file system, and make it durable."""
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)
    sync_folder(new.parent)
    if old.parent != new.parent:
        sync_folder(old.parent)


def free_name(folder: Path, name: str) -> Path:
    """A path in ``folder`` that does not exist yet: ``name``, else ``stem~2.suffix`` and so on."""
    candidate, number = folder / name, 1
    while candidate.exists():
        number += 1
        candidate = folder / f"{Path(name).stem}~{number}{Path(name).suffix}"
    return candidate

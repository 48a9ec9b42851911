"""Files that survive a crash whole: written aside, made durable, moved into place."""

import os
from pathlib import Path


def sync_file(file: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the folder's entries (new names, renames, removals) are on the disk."""
    sync_file(folder)


def sync_tree(folder: Path) -> None:
    """Make every file and folder below ``folder`` durable, the folder itself last."""
    for below, _, files in os.walk(folder, topdown=False):
        for name in files:
            file = Path(below) / name
            if not file.is_symlink():
                sync_file(file)
        sync_folder(Path(below))


def point_link(link: Path, target: str) -> None:
    """Make ``link`` a symbolic link to ``target`` in one atomic step, whatever it was before."""
    aside = link.with_name(f".{link.name}.partial")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)
    sync_folder(link.parent)

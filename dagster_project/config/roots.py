"""Creating, opening and emptying a root; a demo root and a company's never mix."""

import json
import os
import shutil
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from dagster_project.config.access import make_open_folder
from dagster_project.domain.errors import Customer360Error, StateError
from dagster_project.domain.root import Root

FORMAT = 1
"""Version of a root's layout; a newer one is refused, an older one is migrated."""


class RootKind(StrEnum):
    """Whose files a root holds."""

    DEMO = "demo"
    COMPANY = "company"


def kind_of(root: Root) -> RootKind | None:
    """What a root is marked as; ``None`` for a folder that is no root yet."""
    if not root.marker.exists():
        return None
    try:
        marker = json.loads(root.marker.read_text(encoding="utf-8"))
        kind, version = RootKind(marker["kind"]), int(marker["format"])
    except (ValueError, KeyError, TypeError):
        raise StateError(
            "the root's marker is damaged",
            str(root.marker),
            'write {"kind": "company", "format": 1} into it if this is a company\'s root',
        ) from None
    if version > FORMAT:
        raise StateError(
            f"the root has format {version}, this version reads up to {FORMAT}",
            str(root.path),
            "install the newer version of Customer 360",
        )
    return kind


def prepare_root(root: Root, kind: RootKind) -> None:
    """Mark a folder as a root and create its subfolders; refuses to change an existing kind.

    New ones are the account's alone, except the way to the published files.
    """
    found = kind_of(root)
    if found is not None and found is not kind:
        raise Customer360Error(
            f"this is a {found} root, not a {kind} one",
            str(root.path),
            "use another folder: invented and real people never share a root",
        )
    make_open_folder(root.path)
    make_open_folder(root.published)
    for folder in (
        root.inbox,
        root.landing,
        root.quarantine,
        root.state,
        root.warehouse,
        root.audit,
    ):
        folder.mkdir(mode=0o700, exist_ok=True)
    if found is None:
        _mark(root, kind)


def _mark(root: Root, kind: RootKind) -> None:
    """Written aside: another command that starts at this moment reads the whole marker or none."""
    aside = root.marker.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps({"kind": str(kind), "format": FORMAT}) + "\n", encoding="utf-8")
    aside.replace(root.marker)


def init_company_root(root: Root, template: Path) -> tuple[str, ...]:
    """Make a company's own root, with a ``config/`` to edit. ``template``: our ``config/``.

    Returns the files of ``config/`` that were written: those that were not there.
    """
    if root.path.exists() and any(root.path.iterdir()) and kind_of(root) is None:
        raise Customer360Error(
            "the folder is not empty",
            str(root.path),
            "give `c360 init` a new folder",
        )
    prepare_root(root, RootKind.COMPANY)
    root.config.mkdir(exist_ok=True)
    shipped = [
        file
        for file in sorted(template.iterdir())
        if file.suffix in {".yml", ".csv"} and file.name not in _DEMO_ONLY
    ]
    written = []
    for file in (*shipped, *sorted((template / "templates").glob("*.yml"))):
        target = root.config / file.name
        if not target.exists():
            shutil.copyfile(file, target)
            written.append(file.name)
    return tuple(written)


def make_inbox_folders(root: Root, sources: Iterable[str]) -> tuple[str, ...]:
    """A folder in the inbox for each source that has none; returns the new ones."""
    new = [name for name in sources if not (root.inbox / name).exists()]
    for name in new:
        (root.inbox / name).mkdir(parents=True)
    return tuple(new)


def open_root(root: Root) -> RootKind:
    """The kind of an existing root; an error that names the command when it is none."""
    kind = kind_of(root)
    if kind is None:
        raise Customer360Error(
            "this folder is not a root",
            str(root.path),
            f"run `c360 init {root.path}`, or `make run` for the demo",
        )
    return kind


def empty_root(root: Root) -> None:
    """Remove everything a root holds except its ``config/`` and marker. Asks nobody.

    A folder that cannot be removed raises ``OSError``. The lock's file stays: who waits for it
    would otherwise get the lock of a file that is gone.
    """
    open_root(root)
    for folder in (
        root.inbox,
        root.landing,
        root.quarantine,
        root.state,
        root.warehouse,
        root.published,
        root.audit,
        root.path / "api",
        root.path / "truth",
        root.path / ".dagster",
    ):
        if folder.is_dir():
            _empty(folder)


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.suffix != ".lock":
            entry.unlink()
    if not any(folder.iterdir()) and not folder.is_symlink():
        folder.rmdir()


_DEMO_ONLY = frozenset(
    {"demo_world.yml", "exchange_rates.yml", "service_levels.yml", "sources.yml"}
)

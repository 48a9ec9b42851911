"""Who on this machine may open what lies in a root: its own account, and readers of products.

Belongs here: modes of files and folders. The umask keeps new files private; what was made before,
or by somebody else, is tightened here. Does not belong here: which table a consumer may read.
"""

import grp
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from dagster_project.domain.root import Root

_OTHERS = 0o077
_READ = 0o055
_OPEN = 0o755


def keep_private() -> None:
    """From now on this process, and every one it starts, makes files for its account alone."""
    os.umask(_OTHERS)


def private_folders(root: Root) -> tuple[Path, ...]:
    """What holds people's data, or tells of runs. Not the inbox itself: others deliver there."""
    return (
        root.inbox / "loaded",
        root.landing,
        root.quarantine,
        root.state,
        root.warehouse,
        root.audit,
        root.path / "requests",
        root.path / ".dagster",
    )


def tighten_root(root: Root) -> None:
    """Take the folders of a root that an older version or a copy left open away from others."""
    for folder in private_folders(root):
        if folder.is_dir():
            tighten(folder)


def tighten(folder: Path) -> None:
    """Nobody but its owner opens what lies in ``folder``; costs one look when that is so.

    The folder itself comes last, so that one which is closed has been gone through.
    """
    if stat.S_IMODE(folder.stat().st_mode) & _OTHERS:
        _change(folder, lambda mode: mode & ~_OTHERS)


def make_private(file: Path) -> None:
    """The same for one file, which may be somebody else's: its folder keeps others out then."""
    with suppress(PermissionError):
        file.chmod(stat.S_IMODE(file.stat().st_mode) & ~_OTHERS)


def make_open_folder(folder: Path) -> None:
    """A new folder that others may pass, whatever the umask; one that exists stays as it is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_OPEN)


def prepare_product_folder(folder: Path, *, personal_data: bool) -> None:
    """Make ``published/<consumer>/``, or correct who may open it.

    Everybody may open a product without personal data, unless the company has narrowed that. With
    personal data nobody else may, except a group that the company gave the folder to: ``chgrp``
    to another group than the account's own, and ``chmod g+rx``.
    """
    make_open_folder(folder.parent)
    if not personal_data:
        make_open_folder(folder)
        return
    if not folder.exists():
        folder.mkdir(mode=0o700)
    found = folder.stat()
    kept = 0o050 if found.st_gid != os.getegid() else 0
    if stat.S_IMODE(found.st_mode) & _OTHERS & ~kept:
        _change(folder, lambda mode: mode & ~(_OTHERS & ~kept))


def give_to_group(folder: Path, group: str) -> str | None:
    """Let one group of the operating system open a product, and nobody else beside the account.

    What stands in the way comes back in words, and then nobody else may open it.
    """
    try:
        number = grp.getgrnam(group).gr_gid
        for path in _below(folder):
            if path.lstat().st_gid != number:
                os.chown(path, -1, number, follow_symlinks=False)
    except (KeyError, PermissionError) as refused:
        _change(folder, lambda mode: mode & ~_OTHERS)
        if isinstance(refused, KeyError):
            return "this machine has no such group"
        return "the account that runs Customer 360 is not in it"
    if stat.S_IMODE(folder.stat().st_mode) != _GROUP:
        _change(folder, lambda mode: (mode & ~_OTHERS) | 0o050)
        folder.chmod(_GROUP)
    return None


_GROUP = 0o2750
"""What is made in the folder belongs to its group as well."""


def share_as(product: Path, generation: Path) -> None:
    """Whoever may open the product's folder may read what lies in one of its generations."""
    granted = stat.S_IMODE(product.stat().st_mode) & _READ
    _change(generation, lambda mode: (mode & ~_OTHERS) | granted)


def _change(folder: Path, new_mode: Callable[[int], int]) -> None:
    for path in _below(folder):
        found = path.lstat().st_mode
        if stat.S_ISLNK(found) and path != folder:
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = new_mode(mode)
        if not path.is_dir():
            wanted &= mode | 0o666  # a file is read, never passed
        if wanted != mode:
            with suppress(PermissionError):  # somebody else's; its folder keeps others out
                path.chmod(wanted)


def _below(folder: Path) -> Iterator[Path]:
    """Everything in ``folder``, the folder itself last."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            yield Path(parent, name)
        yield Path(parent)

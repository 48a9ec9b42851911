"""The walk through the inbox: regular files in the order of their paths, and what is none.

Nothing is opened here, and nothing but a regular file ever is: a pipe would wait for its writer
for ever, a device may have no end, and a link may lead out of the root.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PARTIAL = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", "~")

_MOVE_FILE = "put the file itself there"


@dataclass(frozen=True)
class Found:
    """One entry of the inbox; ``oddity`` says why it is not opened and what to do about it."""

    path: Path
    oddity: tuple[str, str] | None = None


def walk(inbox: Path) -> Iterator[Found]:
    """Every entry that waits; what is loaded, hidden or half-written is passed over."""
    if inbox.is_dir():
        yield from _walk(inbox, at_top=True)


def shown(text: str) -> str:
    """A name as reports may hold it: bytes that are no text, and control characters, escaped."""
    readable = os.fsencode(text).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in readable)


def _walk(folder: Path, *, at_top: bool) -> Iterator[Found]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        reason = "the folder may not be opened"
        yield Found(folder, (reason, "give the user who runs c360 the right to read it"))
        return
    for entry in found:
        if _is_passed_over(entry.name) or (at_top and entry.name == "loaded"):
            continue
        path = folder / entry.name
        oddity = _oddity_of(entry)
        if oddity is not None:
            yield Found(path, oddity)
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, at_top=False)
        else:
            yield Found(path)


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX" or name.lower().endswith(_PARTIAL)


def _oddity_of(entry: os.DirEntry[str]) -> tuple[str, str] | None:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return "it is a link: the inbox holds files, and a link may lead anywhere", _MOVE_FILE
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8 text", "give it a name of plain letters"
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    kinds = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))
    kind = next((name for is_kind, name in kinds if is_kind(mode)), "device")
    return f"it is a {kind} and no file", _MOVE_FILE

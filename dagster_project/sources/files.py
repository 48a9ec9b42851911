"""The inbox: which files are whole, which source and format they are, and their batches.

Belongs here: the border between files and vendors (``Member``, ``FileVendor``), the walk through
the inbox, and what is said of a file nobody can use. Does not belong here: how a vendor's file is
read (the vendor's module), opening archives (``archives``), moving files (landing does, once
every batch of a file has landed).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Protocol, cast

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.domain.root import Root
from dagster_project.sources.catalogue import VENDORS


@dataclass(frozen=True)
class Member:
    """One readable thing of the inbox: a plain file, or one file inside an archive.

    ``path`` is where the bytes lie (in a work folder for what came out of an archive);
    ``origin`` is the file in the inbox; ``member`` is the path inside the archive, if any.
    ``siblings`` finds another member of the same archive (or folder) by its file name.
    """

    name: str
    path: Path
    origin: Path
    size: int
    modified_at: datetime
    member: str | None = None
    siblings: Callable[[str], "Member | None"] = field(
        default=lambda _name: None, repr=False, compare=False
    )

    @property
    def label(self) -> str:
        """What reports and ``_file`` call it: ``export.zip!Contact.csv`` or ``Contact.csv``."""
        return f"{self.origin.name}!{self.member}" if self.member else self.origin.name


class Why(StrEnum):
    """Why nothing was read from a file."""

    UNKNOWN = "unknown"  # no vendor recognises it
    MISPLACED = "misplaced"  # recognised, but no source, or not this one, takes it
    BROKEN = "broken"  # truncated, encrypted, dangerous or empty
    UNFINISHED = "unfinished"  # still being written: read by a later run
    PARTS_IGNORED = "parts ignored"  # the rest of the archive was read


@dataclass(frozen=True)
class Unreadable:
    """A file (or part of one) that is left alone; reported once per ``once_key``.

    ``holds_file``: the file must stay in the inbox even if other parts of it have landed.
    """

    origin: Path
    reason: str
    remedy: str
    once_key: str
    why: Why = Why.UNKNOWN
    source: str | None = None
    holds_file: bool = True

    @property
    def path(self) -> Path:
        """The file in the inbox, as ``Batch.path`` has it."""
        return self.origin


class BrokenFileError(Exception):
    """A file cannot be read to its end; never leaves this package: it becomes ``Unreadable``."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class FileVendor(Protocol):
    """What a vendor's module offers; the module itself is the object."""

    VENDOR: str

    def sniff(self, member: Member) -> tuple[str, ...] | None:
        """Streams the file holds, by content and header; ``None`` when it is not this vendor's."""

    def read(self, member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
        """Batches of a file ``sniff`` recognised; work files go to ``workdir``.

        Raises ``BrokenFileError`` for a file that cannot be read to its end.
        """


class Clock(Protocol):
    """Time as the inbox needs it; tests pass their own."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def read_inbox(
    root: Root,
    sources: tuple[SourceConfig, ...],
    workdir: Path,
    *,
    clock: Clock | None = None,
    settle_seconds: float = 2.0,
) -> Iterator[Batch | Unreadable]:
    """Read every whole file of the inbox, one batch at a time, in the order of their paths.

    A file younger than ``settle_seconds`` is looked at again after that time, and left for a
    later run when it has changed. ``workdir`` must live until the yielded batches have landed.
    """
    clock = clock or SystemClock()
    files = list(_find_files(root.inbox))
    growing = _find_growing(files, clock, settle_seconds)
    for number, file in enumerate(files):
        if file in growing:
            yield _unfinished(root, file)
            continue
        folder = workdir / f"{number:05d}"
        yield from _read_file(root, file, sources, folder)


def group_by_file(
    readings: Iterable[Batch | Unreadable],
) -> Iterator[tuple[Path, Iterator[Batch | Unreadable]]]:
    """Group what ``read_inbox`` yields by inbox file, lazily: a file is done when its group ends.

    The file may move to ``inbox/loaded/`` once all its batches have landed, there was at least
    one, and no ``Unreadable`` of the group has ``holds_file``.
    """
    for path, group in groupby(readings, key=lambda reading: reading.path):
        if path is not None:
            yield path, group


@cache
def file_vendors() -> dict[str, FileVendor]:
    """Every vendor whose module reads files, by name."""
    modules = (f"{__package__}.{vendor}" for vendor in VENDORS)
    found = (import_module(module) for module in modules if find_spec(module))
    return {m.VENDOR: cast("FileVendor", m) for m in found if hasattr(m, "sniff")}


_PARTIAL = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", "~")


def _find_files(inbox: Path) -> Iterator[Path]:
    if not inbox.is_dir():
        return
    for path in sorted(inbox.rglob("*")):
        parts = path.relative_to(inbox).parts
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        partial = path.name.lower().endswith(_PARTIAL)
        if path.is_file() and not hidden and not partial and parts[0] != "loaded":
            yield path


def _find_growing(files: Sequence[Path], clock: Clock, settle_seconds: float) -> set[Path]:
    seen = {file: (file.stat().st_size, file.stat().st_mtime) for file in files}
    young = [f for f, (_, mtime) in seen.items() if clock.now() - mtime < settle_seconds]
    if not young:
        return set()
    clock.sleep(settle_seconds)
    return {f for f in young if (f.stat().st_size, f.stat().st_mtime) != seen[f]}


def _unfinished(root: Root, file: Path) -> Unreadable:
    return _unreadable(
        root,
        file,
        Why.UNFINISHED,
        "the file is still being written",
        "nothing to do: a later run reads it once it no longer changes",
    )


def _read_file(
    root: Root, file: Path, sources: tuple[SourceConfig, ...], folder: Path
) -> Iterator[Batch | Unreadable]:
    say = partial(_unreadable, root, file)
    place = _find_place(root, file, sources)
    if isinstance(place, str):
        yield say(
            Why.MISPLACED,
            f"inbox/{place}/ belongs to no source of config/sources.yml",
            "add an entry for it there, or move the file to the folder of a source",
        )
        return
    if not file.stat().st_size:
        yield say(Why.BROKEN, "the file is empty (0 bytes)", "export it again")
        return
    try:
        yield from _read_members(root, file, place, folder)
    except BrokenFileError as broken:
        yield say(Why.BROKEN, broken.reason, broken.remedy, source=_only_name(place))


def _find_place(
    root: Root, file: Path, sources: tuple[SourceConfig, ...]
) -> tuple[SourceConfig, ...] | str:
    """The sources a file may belong to: its folder's one, all for the top; else the folder."""
    parts = file.relative_to(root.inbox).parts
    if len(parts) == 1:
        return sources
    return tuple(s for s in sources if s.name == parts[0]) or parts[0]


def _only_name(sources: tuple[SourceConfig, ...]) -> str | None:
    return sources[0].name if len(sources) == 1 else None


def _read_members(
    root: Root, file: Path, sources: tuple[SourceConfig, ...], folder: Path
) -> Iterator[Batch | Unreadable]:
    """Batches of a file's members, then what is to be said of those nobody reads."""
    from dagster_project.sources.archives import is_archive, open_members

    ignored: list[str] = []
    misfits: list[tuple[str, str]] = []
    read = 0
    loaded = [root.inbox / "loaded" / source.name for source in sources]
    members = open_members(file, folder / "members", beside=[file.parent, *loaded])
    for number, member in enumerate(members):
        taker = _find_taker(member, sources)
        if isinstance(taker, tuple):
            misfits.append(taker)
            ignored.append(member.name)
            continue
        if taker is None:
            ignored.append(member.name)
            continue
        read += 1
        yield from file_vendors()[taker.vendor].read(member, taker, folder / f"{number:05d}")
    if ignored or not read:
        say = partial(_unreadable, root, file, source=_only_name(sources))
        yield _report(
            say, ignored, misfits, read=read, archive=is_archive(file), sources=sources
        )


def _find_taker(
    member: Member, sources: tuple[SourceConfig, ...]
) -> SourceConfig | tuple[str, str] | None:
    """The source that takes a member; a reason and remedy where it is known but has no place."""
    vendors = file_vendors()
    mine = {source.vendor for source in sources}
    knowing = [v for v in vendors if v in mine and vendors[v].sniff(member) is not None]
    takers = [source for source in sources if source.vendor in knowing]
    if len(takers) == 1:
        return takers[0]
    if takers:
        folders = ", ".join(f"inbox/{source.name}/" for source in takers)
        return ("more than one source could take this file", f"move it to one of: {folders}")
    others = [v for v in vendors if v not in mine and vendors[v].sniff(member) is not None]
    if not others:
        return None
    return (
        f"this is a file of {' or '.join(others)}",
        f"move it to inbox/<source>/ of a source whose vendor is {others[0]}",
    )


def _report(
    say: Callable[..., "Unreadable"],
    ignored: list[str],
    misfits: list[tuple[str, str]],
    *,
    read: int,
    archive: bool,
    sources: tuple[SourceConfig, ...],
) -> "Unreadable":
    if read:
        return say(
            Why.PARTS_IGNORED,
            f"{len(ignored)} of {read + len(ignored)} files in the archive hold nothing that "
            "is read here",
            "nothing to do, unless you miss something from them",
            holds_file=False,
        )
    if misfits:
        return say(Why.MISPLACED, *misfits[0])
    if archive and not ignored:
        return say(Why.BROKEN, "the archive is empty", "export it again")
    formats = " or ".join(dict.fromkeys(source.vendor for source in sources)) or "any source"
    return say(
        Why.UNKNOWN,
        f"not recognised as a file of {formats}",
        "docs/formats.md lists what is read; the file is left where it is",
    )


def _unreadable(
    root: Root,
    file: Path,
    why: Why,
    reason: str,
    remedy: str,
    *,
    source: str | None = None,
    holds_file: bool = True,
) -> Unreadable:
    stat = file.stat()
    place = file.relative_to(root.inbox).as_posix()
    return Unreadable(
        origin=file,
        reason=reason,
        remedy=remedy,
        once_key=f"{place}|{stat.st_size}|{stat.st_mtime_ns}|{why}|{reason}",
        why=why,
        source=source,
        holds_file=holds_file,
    )


def modified_at(path: Path) -> datetime:
    """The file's modification time in UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)

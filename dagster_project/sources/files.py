"""The inbox: which files are whole, which source and format they are, and their batches.

Belongs here: the walk through the inbox, and what is said of a file nobody can use. Does not belong
here: what a vendor is handed (``members``), how its file is read (the vendor's module), opening
archives (``archives``), moving files (landing does, once every batch of a file has landed).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.domain.root import Root
from dagster_project.sources.border import is_known_to, refusing_what_fails
from dagster_project.sources.catalogue import VENDORS
from dagster_project.sources.inbox_walk import Found, shown, walk
from dagster_project.sources.kinds import name_kind
from dagster_project.sources.members import BrokenFileError, FileVendor, Member
from dagster_project.sources.registered import as_registered

if TYPE_CHECKING:
    from dagster_project.sources.named_exports import Named


class Why(StrEnum):
    """Why nothing was read from a file."""

    UNKNOWN = "unknown"  # no vendor recognises it
    MISPLACED = "misplaced"  # recognised, but no source, or not this one, takes it
    BROKEN = "broken"  # truncated, encrypted, dangerous, empty, or no file at all
    UNFINISHED = "unfinished"  # still being written: read by a later run
    PARTS_IGNORED = "parts ignored"  # the rest of the archive was read


@dataclass(frozen=True)
class Unreadable:
    """A file (or part of one) that is left alone, and told until it is read or gone.

    ``holds_file``: the file must stay in the inbox even if other parts of it have landed.
    """

    origin: Path
    reason: str
    remedy: str
    why: Why = Why.UNKNOWN
    source: str | None = None
    holds_file: bool = True

    @property
    def path(self) -> Path:
        """The file in the inbox, as ``Batch.path`` has it."""
        return self.origin

    @property
    def name(self) -> str:
        """What reports call the file: its name, with what is no text escaped."""
        return shown(self.origin.name)


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
    vendor: str | None = None,
    clock: Clock | None = None,
    settle_seconds: float = 2.0,
) -> Iterator[Batch | Unreadable]:
    """Read every whole file of the inbox, one batch at a time, in the order of their paths.

    A file younger than ``settle_seconds`` is looked at again after that time, and left for a
    later run when it has changed. ``workdir`` must live until the yielded batches have landed.
    With ``vendor``, only the files of that vendor's sources; what belongs to nobody is then
    reported with the first vendor of the register.
    """
    clock = clock or SystemClock()
    first = next((v for v in VENDORS if v in {source.vendor for source in sources}), None)
    asked = _Asked(root, sources, vendor, vendor in (None, first))
    found = [entry for entry in walk(root.inbox) if asked.concerns(entry)]
    yield from (_refused_unopened(asked, entry) for entry in found if entry.oddity)
    files = [entry.path for entry in found if not entry.oddity]
    growing = _find_growing(files, clock, settle_seconds)
    for number, file in enumerate(files):
        if file in growing:
            yield _unfinished(file)
        elif file.exists():
            yield from _read_file(asked, file, workdir / f"{number:05d}")


def read_again(root: Root, source: SourceConfig, file: Path, workdir: Path) -> Iterator[Batch]:
    """Read a file that was put away once more, as its source is configured now."""
    asked = _Asked(root, (source,), None, speaks_for_strays=True)
    say = partial(_unreadable, file, source=source.name)
    with suppress(BrokenFileError), refusing_what_fails():
        for reading in _read_members(asked, file, source, workdir, say):
            if isinstance(reading, Batch):
                yield reading


def read_alone(
    file: Path,
    sources: tuple[SourceConfig, ...],
    workdir: Path,
    *,
    source: SourceConfig | None = None,
) -> Iterator[Batch | Unreadable]:
    """Read one file wherever it lies, as if it lay in the source's folder or atop the inbox."""
    asked = _Asked(Root(file.parent), sources, None, speaks_for_strays=True)
    yield from _read_as(asked, file, source, workdir)


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


@dataclass(frozen=True)
class _Asked:
    """Which files of the inbox this walk is about."""

    root: Root
    sources: tuple[SourceConfig, ...]
    vendor: str | None
    speaks_for_strays: bool
    memory: dict[Path, dict[str, Any]] = field(default_factory=dict)  # by folder

    def concerns(self, entry: Found) -> bool:
        """Whether a file may be one of this walk's; the top of the inbox is anybody's.

        What is no file there cannot be looked into: the first vendor speaks for it.
        """
        folder = self.folder(entry.path) or (entry.path.name if entry.oddity else None)
        if folder is None:
            return True
        source = self.source(folder)
        if source is None:
            return self.speaks_for_strays
        return self.vendor in (None, source.vendor)

    def folder(self, file: Path) -> str | None:
        """The folder below the inbox, nothing at its top."""
        parts = file.relative_to(self.root.inbox).parts
        return parts[0] if len(parts) > 1 else None

    def source(self, name: str) -> SourceConfig | None:
        """The source of a name."""
        return next((source for source in self.sources if source.name == name), None)


def _find_growing(files: Sequence[Path], clock: Clock, settle_seconds: float) -> set[Path]:
    seen = {file: _size_and_time(file) for file in files}
    young = [f for f, (_, at) in seen.items() if clock.now() - at / 1e9 < settle_seconds]
    if not young:
        return set()
    clock.sleep(settle_seconds)
    return {f for f in young if _size_and_time(f) != seen[f]}


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        stat = file.lstat()
    except FileNotFoundError:  # taken away meanwhile
        return (-1, 0)
    return (stat.st_size, stat.st_mtime_ns)


def _refused_unopened(asked: _Asked, entry: Found) -> Unreadable:
    source = asked.source(asked.folder(entry.path) or entry.path.name)
    reason, remedy = entry.oddity or ("", "")
    name = source.name if source else None
    return _unreadable(entry.path, Why.BROKEN, reason, remedy, source=name)


def _unfinished(file: Path) -> Unreadable:
    return _unreadable(
        file,
        Why.UNFINISHED,
        "the file is still being written",
        "nothing to do: a later run reads it once it no longer changes",
    )


def _read_file(asked: _Asked, file: Path, workdir: Path) -> Iterator[Batch | Unreadable]:
    folder = asked.folder(file)
    source = asked.source(folder) if folder else None
    if folder and source is None:
        yield _unreadable(
            file,
            Why.MISPLACED,
            "its folder in the inbox belongs to no source of config/sources.yml",
            "add an entry for it there, or move the file to the folder of a source",
        )
        return
    yield from _read_as(asked, file, source, workdir)


def _read_as(
    asked: _Asked, file: Path, source: SourceConfig | None, workdir: Path
) -> Iterator[Batch | Unreadable]:
    say = partial(_unreadable, file, source=source.name if source else None)
    try:
        with refusing_what_fails():
            _require_content(file)
            if source is None:
                yield from _read_stray(asked, file, workdir, say)
            else:
                yield from _read_members(asked, file, source, workdir, say)
    except BrokenFileError as broken:
        if source is not None or asked.speaks_for_strays:
            yield say(Why.BROKEN, broken.reason, broken.remedy)


def _require_content(file: Path) -> None:
    if not file.stat().st_size:
        raise BrokenFileError("the file is empty (0 bytes)", "export it again")


def _read_stray(
    asked: _Asked, file: Path, workdir: Path, say: Callable[..., Unreadable]
) -> Iterator[Batch | Unreadable]:
    """A file at the top of the inbox goes to the only source of the vendor that knows it."""
    knowing = _find_knowing(asked, file, workdir)
    takers = [source for source in asked.sources if source.vendor in knowing]
    if len(takers) == 1:
        if asked.vendor in (None, takers[0].vendor):
            say = partial(_unreadable, file, source=takers[0].name)
            yield from _read_members(asked, file, takers[0], workdir, say)
    elif not asked.speaks_for_strays:
        return
    elif takers:
        folders = ", ".join(f"inbox/{source.name}/" for source in takers)
        yield say(
            Why.MISPLACED,
            "more than one source could take this file",
            f"move it to one of: {folders}",
        )
    elif knowing:
        yield say(
            Why.MISPLACED,
            f"this is a file of {' or '.join(knowing)}, which no source of config/sources.yml has",
            "add an entry for it there, or take the file away",
        )
    else:
        yield _unknown(say, "any source", file)


def _find_knowing(asked: _Asked, file: Path, workdir: Path) -> list[str]:
    """Vendors that recognise the first member anybody recognises."""
    from dagster_project.sources.archives import open_members

    for member in open_members(file, workdir / "sniffed", beside=[file.parent]):
        knowing = list(_find_others(member, ""))
        if knowing:
            return knowing
    return []


def _read_members(
    asked: _Asked,
    file: Path,
    source: SourceConfig,
    workdir: Path,
    say: Callable[..., Unreadable],
) -> Iterator[Batch | Unreadable]:
    """Batches of a file's members, then what is to be said of those that are not this vendor's."""
    from dagster_project.sources.archives import open_members
    from dagster_project.sources.named_exports import name_table

    vendor = file_vendors().get(source.vendor)
    beside = [file.parent, asked.root.inbox / "loaded" / source.name]
    tally = _Tally()
    members = open_members(file, workdir / "members", beside=beside, passed_over=tally.media)
    for number, found in enumerate(members):
        member = replace(
            found, configured=source.columns, memory=asked.memory.setdefault(file.parent, {})
        )
        try:
            with refusing_what_fails():
                named = name_table(member.path, member.name, source.columns.values())
                if named is not None:
                    tally.named.append(named)
                    tally.ignored.append(f"{_place_in(member)} ({named.what})")
                    continue
                if vendor is not None and not vendor.sniff(member):
                    known_to = dict.fromkeys(_find_others(found, source.vendor))
                    tally.others.update(known_to)
                    member = replace(member, is_placed=not known_to)
                if vendor is not None and vendor.sniff(member):
                    tally.read += 1
                    batches = vendor.read(member, source, workdir / f"{number:05d}")
                    yield from as_registered(batches, source)
                else:
                    tally.ignored.append(_place_in(member))
        except BrokenFileError as broken:
            if member.member is None:
                raise
            tally.broken += 1
            reason = f"{shown(member.member)} in it: {broken.reason}"
            yield say(Why.BROKEN, reason, broken.remedy)
    yield from _rest_of(tally, file, source, say)


@dataclass
class _Tally:
    """What became of a file's members."""

    read: int = 0
    ignored: list[str] = field(default_factory=list)  # their names, and what they are
    named: list["Named"] = field(default_factory=list)
    media: list[str] = field(default_factory=list)  # pictures and the like, not looked into
    broken: int = 0
    others: dict[str, None] = field(default_factory=dict)  # vendors who know one of them


def _place_in(member: Member) -> str:
    """An entry's name; of an archive inside the archive, with that one's before it."""
    path = member.member or member.name
    return shown(path if "!" in path else member.name)


def _rest_of(
    tally: _Tally, file: Path, source: SourceConfig, say: Callable[..., Unreadable]
) -> Iterator[Unreadable]:
    read, left, others = tally.read, tally.ignored, tally.others
    if read and (left or tally.media):
        yield say(
            Why.PARTS_IGNORED,
            "; ".join(_passed_over(tally)),
            "nothing to do, unless you miss something from them",
            holds_file=False,
        )
    elif others:
        yield say(
            Why.MISPLACED,
            f"this is a file of {' or '.join(others)}, and {source.name} is {source.vendor}",
            f"move it to the inbox folder of a source whose vendor is {next(iter(others))}",
        )
    elif left:
        yield _unknown(say, source.vendor, file, tally.named[0] if tally.named else None)
    elif not read and not tally.broken:
        holds = "holds pictures, films or pages alone" if tally.media else "is empty"
        yield say(Why.BROKEN, f"the archive {holds}", "export it again")


def _passed_over(tally: _Tally) -> Iterator[str]:
    left, media = tally.ignored, tally.media
    if left:
        yield (
            f"{len(left)} of the {tally.read + len(left)} files in the archive "
            f"{'holds' if len(left) == 1 else 'hold'} nothing that is read: {_listed(left)}"
        )
    if media:
        kinds = "picture, film or page" if len(media) == 1 else "pictures, films and pages"
        yield f"{len(media):,} {kinds} in the archive not looked into: {_listed(media)}"


_MOST_NAMES = 10


def _listed(names: Sequence[str]) -> str:
    """The first few names; none that looks like somebody's data."""
    safe = [name for name in names if "@" not in name][:_MOST_NAMES]
    more = len(names) - len(safe)
    return ", ".join([*safe, *([f"{more} more"] if more else [])])


def _find_others(member: Member, vendor: str) -> Iterator[str]:
    from dagster_project.sources.named_exports import name_table

    if name_table(member.path, member.name, member.configured.values()):
        return iter(())
    return (
        name for name, v in file_vendors().items() if name != vendor and is_known_to(v, member)
    )


def _unknown(
    say: Callable[..., Unreadable], vendor: str, file: Path, named: "Named | None" = None
) -> Unreadable:
    from dagster_project.sources.named_exports import name_table, name_values

    kind, remedy = name_kind(file)
    named = named or name_table(file, file.name) or name_values(file)
    if not kind and named is not None:
        return say(
            Why.UNKNOWN,
            f"it is {named.what}, which is not read",
            f"{named.remedy}; the file is left where it is",
        )
    is_what = f"it is {kind}, and " if kind else ""
    return say(
        Why.UNKNOWN,
        f"{is_what}not recognised as a file of {vendor}",
        f"{remedy or 'docs/formats.md lists what is read'}; the file is left where it is",
    )


def _unreadable(
    file: Path,
    why: Why,
    reason: str,
    remedy: str,
    *,
    source: str | None = None,
    holds_file: bool = True,
) -> Unreadable:
    return Unreadable(
        origin=file,
        reason=reason,
        remedy=remedy,
        why=why,
        source=source,
        holds_file=holds_file,
    )

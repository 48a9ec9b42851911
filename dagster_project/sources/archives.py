"""Zips and gzips opened safely: whole, within limits, and never outside their work folder.

Belongs here: members of an archive as files. Does not belong here: what is in them.
"""

import gzip
import lzma
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from dagster_project.engines.duckdb.storage import disk_full, is_disk_full
from dagster_project.sources.members import BrokenFileError, Member, modified_at

_CHUNK = 1 << 20
_MEDIA = (
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".mp4",
    ".mov",
    ".mp3",
    ".pdf",
    ".html",
    ".css",
)
_DAMAGED = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What Python's readers raise over damaged packed bytes, by whichever method they are packed."""
_AGAIN = "download or export it again and put the whole file in its place"


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to; ``ratio`` counts above ``ratio_from`` bytes.

    It holds for each member and for all of them together, nested ones too: text packs 3 to 20
    times, zeros a thousand times, and a bomb may be cut into members that are small.
    """

    total_bytes: int = 64 * 1024**3
    ratio: int = 200
    ratio_from: int = 64 * 1024**2
    members: int = 200_000
    depth: int = 2


def open_members(
    file: Path,
    workdir: Path,
    *,
    beside: Sequence[Path] = (),
    limits: Limits | None = None,
    passed_over: list[str] | None = None,
) -> Iterator[Member]:
    """A plain file as itself; the members of a zip, a gzip or a zip of zips one by one.

    Each member is unpacked when its turn comes; a plain file has its siblings in ``beside``.
    Pictures, films and pages that an archive holds are not unpacked; their names are added to
    ``passed_over``. ``BrokenFileError`` says what is wrong with an archive as a whole (truncated,
    encrypted, unpacks to too much, an entry that points outside).
    """
    member = plain_member(file, beside)
    media = [] if passed_over is None else passed_over
    yield from _open(member, workdir, _Budget(limits or Limits(), member.size, media), depth=0)


def plain_member(file: Path, beside: Sequence[Path] = ()) -> Member:
    """A file of the inbox as it lies there."""

    def sibling(name: str) -> Member | None:
        found = (
            f for folder in beside if (f := folder / name).is_file() and not f.is_symlink()
        )
        path = next(found, None)
        return plain_member(path, beside) if path else None

    def neighbours() -> list[str]:
        return sorted(f.name for f in file.parent.iterdir() if f.is_file() and f != file)

    return Member(
        file.name,
        file,
        file,
        file.stat().st_size,
        modified_at(file),
        siblings=sibling,
        neighbours=neighbours,
    )


def is_archive(path: Path) -> bool:
    """Whether the bytes are a zip's or a gzip's, whatever the name says."""
    with path.open("rb") as file:
        head = file.read(4)
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b"))


class _Budget:
    """What may still be unpacked from one inbox file of ``packed`` bytes, over all its levels."""

    def __init__(self, limits: Limits, packed: int, media: list[str]) -> None:
        self.limits = limits
        self.media = media
        self.left = limits.total_bytes
        self._packed = packed
        self._members = 0

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _too_large(f"more than {self.limits.total_bytes >> 20} MB")
        _check_ratio(self.limits.total_bytes - self.left, self._packed, self.limits)

    def place(self, workdir: Path) -> Path:
        """A new file's name in ``workdir``; counted, since to list the folder is quadratic."""
        self._members += 1
        if self._members > self.limits.members:
            raise _too_large(f"more than {self.limits.members} files")
        workdir.mkdir(parents=True, exist_ok=True)
        return workdir / f"member-{self._members:06d}"


def _open(member: Member, workdir: Path, budget: _Budget, *, depth: int) -> Iterator[Member]:
    with member.path.open("rb") as file:
        head = file.read(4)
    if not head.startswith((b"PK", b"\x1f\x8b")):
        yield member
        return
    if depth > budget.limits.depth:
        raise BrokenFileError(
            "archives are nested too deeply to be an export",
            "unpack it yourself and put the files it should hold into the inbox",
        )
    opened = _open_gzip if head.startswith(b"\x1f\x8b") else _open_zip
    if opened is _open_zip and not is_archive(member.path):
        yield member  # begins with PK but is no zip
        return
    yield from opened(member, workdir, budget, depth)


def _open_gzip(member: Member, workdir: Path, budget: _Budget, depth: int) -> Iterator[Member]:
    name = member.name.removesuffix(".gz").removesuffix(".GZ")
    target = budget.place(workdir)
    try:
        with gzip.open(member.path) as packed:
            _copy(packed, target, budget, packed_size=member.size)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BrokenFileError("the gzip file is cut off or damaged", _AGAIN) from None
    inner = replace(member, name=name, path=target, size=target.stat().st_size)
    yield from _open(inner, workdir, budget, depth=depth + 1)


def _open_zip(member: Member, workdir: Path, budget: _Budget, depth: int) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(member.path)
    except (zipfile.BadZipFile, OSError, ValueError):
        raise BrokenFileError("the zip file is cut off or damaged", _AGAIN) from None
    with archive:
        _check(archive.infolist(), budget)
        named = [info for info in archive.infolist() if not _is_clutter(info)]
        entries = [info for info in named if not _is_media(info)]
        budget.media += [_place_of(info)[1] for info in named if _is_media(info)]
        unpack = _Unpacker(archive, member, workdir, budget, entries)
        for info in entries:
            yield from _open(unpack.member(info), workdir, budget, depth=depth + 1)


class _Unpacker:
    """Unpacks members when asked, each once, and finds a member's siblings by name."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        outer: Member,
        workdir: Path,
        budget: _Budget,
        entries: list[zipfile.ZipInfo],
    ) -> None:
        self._archive = archive
        self._outer = outer
        self._workdir = workdir
        self._budget = budget
        self._by_place: dict[tuple[str, str], zipfile.ZipInfo] = {}
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        self._labels: dict[int, str] = {}
        seen: Counter[str] = Counter()
        for entry in entries:
            self._by_place.setdefault(_place_of(entry), entry)
            self._by_name.setdefault(_place_of(entry)[1], entry)
            seen[entry.filename] += 1
            again = f" ({seen[entry.filename]})" if seen[entry.filename] > 1 else ""
            self._labels.setdefault(entry.header_offset, entry.filename + again)
        self._unpacked: dict[int, Path] = {}  # by offset: a zip may hold one name twice

    def member(self, info: zipfile.ZipInfo) -> Member:
        inside = f"{self._outer.member}!" if self._outer.member else ""
        return Member(
            name=_place_of(info)[1],
            path=self._unpack(info),
            origin=self._outer.origin,
            size=info.file_size,
            modified_at=_date_of(info),
            member=f"{inside}{self._labels[info.header_offset]}",
            siblings=partial(self.sibling, _place_of(info)[0]),
            neighbours=partial(self.neighbours, info),
            memory=self._outer.memory,
        )

    def neighbours(self, info: zipfile.ZipInfo) -> list[str]:
        """Names of the other members of the same folder."""
        place = _place_of(info)
        return [
            name
            for folder, name in self._by_place
            if (folder, name) != place and folder == place[0]
        ]

    def sibling(self, folder: str, name: str) -> Member | None:
        """A member by its name: that of the same folder, else the first of the archive."""
        info = self._by_place.get((folder, name)) or self._by_name.get(name)
        return self.member(info) if info else None

    def _unpack(self, info: zipfile.ZipInfo) -> Path:
        if info.header_offset not in self._unpacked:
            target = self._budget.place(self._workdir)
            try:
                with self._archive.open(info) as packed:
                    _copy(packed, target, self._budget, packed_size=info.compress_size)
            except _DAMAGED as damaged:
                if is_disk_full(damaged):
                    raise disk_full("the disk of the root's work files") from None
                raise BrokenFileError(
                    "a part of the zip file is cut off or damaged", _AGAIN
                ) from None
            self._unpacked[info.header_offset] = target
        return self._unpacked[info.header_offset]


def _place_of(info: zipfile.ZipInfo) -> tuple[str, str]:
    path = PurePosixPath(info.filename)
    return str(path.parent), path.name


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    hidden = any(part == "__MACOSX" or part.startswith(".") for part in parts)
    return info.is_dir() or hidden


def _is_media(info: zipfile.ZipInfo) -> bool:
    return info.filename.lower().endswith(_MEDIA)


def _check(entries: list[zipfile.ZipInfo], budget: _Budget) -> None:
    limits = budget.limits
    if any(info.filename == "[Content_Types].xml" for info in entries):
        raise BrokenFileError(
            "the file is an Excel workbook (or another Office file)",
            "export or save it as CSV and put that here",
        )
    if len(entries) > limits.members:
        raise _too_large(f"more than {limits.members} files")
    if any(_points_outside(info) for info in entries):
        raise BrokenFileError(
            "an entry of the zip file points outside its folder: the archive is not safe",
            "ask its sender; no vendor's export has such entries",
        )
    if any(info.flag_bits & 1 for info in entries):
        raise BrokenFileError(
            "the zip file is encrypted", "unpack it with its password and put the files here"
        )
    if sum(info.file_size for info in entries) > budget.left:
        raise _too_large(f"more than {limits.total_bytes >> 20} MB")
    for info in entries:
        _check_ratio(info.file_size, info.compress_size, limits)


def _check_ratio(size: int, packed_size: int, limits: Limits) -> None:
    if size > limits.ratio_from and size > limits.ratio * max(packed_size, 1):
        raise _too_large(f"more than {limits.ratio} times its size")


def _points_outside(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename.replace("\\", "/")
    link = stat.S_ISLNK(info.external_attr >> 16)
    return link or name.startswith("/") or ".." in name.split("/") or name[1:2] == ":"


def _copy(
    packed: IO[bytes] | gzip.GzipFile, target: Path, budget: _Budget, *, packed_size: int
) -> None:
    size = 0
    with target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            budget.spend(len(chunk))
            _check_ratio(size, packed_size, budget.limits)
            out.write(chunk)


def _too_large(how: str) -> BrokenFileError:
    return BrokenFileError(
        f"the archive unpacks to {how}: it looks like a zip bomb and was not opened",
        "unpack it yourself and put the files it should hold into the inbox",
    )


def _date_of(info: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)

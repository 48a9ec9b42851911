"""The border between files and vendors: what a vendor's module is handed, and what it offers.

Does not belong here: finding members (``files``, ``archives``), reading them (the vendors).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch


@dataclass(frozen=True)
class Member:
    """One readable thing of the inbox: a plain file, or one file inside an archive.

    ``path`` is where the bytes lie (in a work folder for what came out of an archive);
    ``origin`` is the file in the inbox; ``member`` is the path inside the archive, if any.
    ``siblings`` finds another member of the same archive (or folder) by its file name, and
    ``neighbours`` lists the names of those that lie in the same folder of it. ``memory`` is kept
    while the files of one folder are read: what one of them told of another.
    ``configured`` are the labels its source declares: landing column → header. ``is_placed``:
    somebody has put it with a source, and no other vendor knows it: less is enough to
    recognise it, so that what it lacks can be named.
    """

    name: str
    path: Path
    origin: Path
    size: int
    modified_at: datetime
    member: str | None = None
    configured: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    is_placed: bool = field(default=False, compare=False)
    siblings: Callable[[str], "Member | None"] = field(
        default=lambda _name: None, repr=False, compare=False
    )
    neighbours: Callable[[], Sequence[str]] = field(default=tuple, repr=False, compare=False)
    memory: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def label(self) -> str:
        """What reports and ``_file`` call it: ``export.zip!Contact.csv`` or ``Contact.csv``."""
        return f"{self.origin.name}!{self.member}" if self.member else self.origin.name


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


def modified_at(path: Path) -> datetime:
    """The file's modification time in UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)

"""The border around everything that reads a file: whatever fails inside is that file's refusal.

Belongs here: the one broad ``except`` outside ``defs/`` (docs/decisions/0012 says why), and what
is said of a failure nobody foresaw: its class, since a message may quote a value.
Does not belong here: failures that have a name of their own (the readers raise
``BrokenFileError``), and our own errors, which are about the root and not about one file.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from dagster_project.domain.errors import Customer360Error, SourceError
from dagster_project.domain.loads import Batch
from dagster_project.engines.duckdb.storage import disk_full, is_disk_full
from dagster_project.sources.members import BrokenFileError, FileVendor, Member

_MEMORY = frozenset({"MemoryError", "OutOfMemoryException"})


@contextmanager
def refusing_what_fails() -> Iterator[None]:
    """Raise ``BrokenFileError`` for any failure inside, without the failure as its cause.

    A full disk stays what it is: the next file would meet it too.
    """
    try:
        yield
    except (BrokenFileError, Customer360Error):
        raise
    except Exception as odd:
        if is_disk_full(odd):
            raise disk_full("the disk of the root's work files") from None
        reason, remedy = _said_of(odd)
        raise BrokenFileError(reason, remedy) from None


def pulled(batches: Iterable[Batch], source: str) -> Iterator[Batch]:
    """The batches of an API; a failure nobody foresaw is that source's, named by its class.

    An HTTP client's own message may quote a header, and the header holds the token.
    """
    try:
        yield from batches
    except Customer360Error:
        raise
    except Exception as odd:
        if is_disk_full(odd):
            raise disk_full("the disk of the root's work files") from None
        raise SourceError(
            f"{source} gives an answer that is not built like its vendor's "
            f"({type(odd).__name__})",
            f"sources.{source}",
            "check api.base_url, api.account and the token; what has landed stays",
        ) from None


def is_known_to(vendor: FileVendor, member: Member) -> bool:
    """Whether a vendor recognises a member; one that fails over it does not."""
    try:
        with refusing_what_fails():
            return bool(vendor.sniff(member))
    except BrokenFileError:
        return False


def _said_of(odd: Exception) -> tuple[str, str]:
    if isinstance(odd, PermissionError):
        return "it may not be opened", "give the user who runs c360 the right to read it"
    if isinstance(odd, FileNotFoundError):
        return "it was taken away while it was read", "put the whole file in its place"
    name = type(odd).__name__
    if name in _MEMORY:
        return (
            f"reading it needs more memory than there is ({name})",
            "raise C360_MEMORY_LIMIT, or export it in parts",
        )
    return (
        f"it is not built like an export of its kind, and reading it failed ({name})",
        "export it again; if it is whole, its form is new to this project: docs/formats.md",
    )

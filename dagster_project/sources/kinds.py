"""What a file that no vendor recognises is, where its first bytes say so.

Belongs here: kinds of files that people put into an inbox by mistake, and what helps.
Does not belong here: formats that are read (each vendor's module).
"""

from pathlib import Path

_AGAIN = "a login or an error page may have been saved: export it again"
_KINDS: tuple[tuple[tuple[bytes, ...], str, str], ...] = (
    ((b"\xd0\xcf\x11\xe0",), "an old Excel workbook", "save it as CSV and put that here"),
    ((b"<!doctype html", b"<html"), "a web page", _AGAIN),
    ((b"<",), "an XML file", "export it as CSV or JSON"),
    ((b"%pdf",), "a PDF", "export the data it was made from"),
    ((b"PAR1",), "a Parquet file", "export it as CSV"),
    ((b"PK\x03\x04", b"\x1f\x8b"), "a zip archive or an Excel workbook",
     "unpack it, or save the workbook as CSV"),
    ((b"Rar!", b"7z\xbc\xaf", b"\xfd7zXZ", b"BZh"), "an archive of another kind",
     "unpack it, or pack it as zip or gzip"),
)  # fmt: skip


def name_kind(file: Path) -> tuple[str, str]:
    """A name for the file and what to do about it; two empty texts when nothing is known."""
    with file.open("rb") as handle:
        head = handle.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    # Text is written in any case; what programs write is not, and `par1,par2` may be a header.
    spellings = (head, head.lower())
    found = (
        (kind, remedy)
        for signs, kind, remedy in _KINDS
        if any(each.startswith(signs) for each in spellings)
    )
    return next(found, ("", ""))

"""What a company's own people enter by hand: words on consent, and corrections of values.

A table with one row per entry. `c360 consent record` and `c360 rectify` write such files into the
inbox; a letter, a shop's list or a call centre's export may be typed into one as well.
"""

from collections.abc import Iterator
from pathlib import Path

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.headers import Aliases, count_known, fold, with_own_names
from dagster_project.sources.members import Member
from dagster_project.sources.tabular import Columns, peek_sheet, table_batch

VENDOR = "manual"

_LABELS: dict[str, Aliases] = {
    "consent": {
        "email": ("E-mail", "Email address"),
        "phone": ("Phone number", "Telephone"),
        "said_at": ("Date", "When"),
        "recorded_by": ("Actor", "Recorded by"),
    },
    "correction": {
        "email": ("E-mail", "Email address"),
        "phone": ("Phone number", "Telephone"),
        "said_at": ("Date", "When"),
        "recorded_by": ("Actor", "Recorded by"),
    },
}

_TELLING = {
    "consent": frozenset(map(fold, ("channel", "status", "evidence", "recorded_by"))),
    "correction": frozenset(map(fold, ("field", "value", "reason", "recorded_by"))),
}
"""Columns that make a table one of these, wherever it lies."""

_TOLD_IN_ITS_FOLDER = {
    "consent": frozenset(map(fold, ("channel", "status"))),
    "correction": frozenset(map(fold, ("field", "value"))),
}


def sniff(member: Member) -> tuple[str, ...] | None:
    """The stream by its header; less is enough in the folder of their own source."""
    sheet = peek_sheet(member.path)
    if sheet is None:
        return None
    header = with_own_names(sheet.header, member.configured)
    labels = {fold(label) for label in header}
    telling = _TOLD_IN_ITS_FOLDER if member.is_placed else _TELLING
    found = [
        stream
        for stream, needed in telling.items()
        if needed <= labels
        and count_known(header, stream_of(VENDOR, stream), labels_of(stream)) > 2
    ]
    return (found[0],) if found else None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per file; an entry without an id gets one from its content."""
    (stream,) = sniff(member) or ("consent",)
    columns = Columns(
        aliases=labels_of(stream),
        not_required=frozenset({"entry_id"}),
        id_from_content=True,
        newest=("said_at",),
    )
    yield table_batch(member, source, stream_of(VENDOR, stream), workdir, columns)


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return _LABELS.get(stream, {})

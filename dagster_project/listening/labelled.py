"""Messages that people have labelled: the project's own, and any written in the same columns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.domain.errors import Customer360Error

_COLUMNS = (
    "text", "is_complaint", "department", "sentiment", "harm", "is_spam", "split", "trait",
)  # fmt: skip


@dataclass(frozen=True)
class Message:
    """One labelled message; ``trait`` says what makes it hard."""

    language: str
    text: str
    is_complaint: bool
    department: str
    sentiment: str
    harm: str
    is_spam: bool
    split: str
    trait: str


def read_messages(folder: Path) -> Sequence[Message]:
    """All files of a folder, each named by its language.

    Raises:
        Customer360Error: there are none, or a file has other columns.
    """
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise Customer360Error(
            "there are no labelled messages",
            str(folder),
            "name a folder of <language>.csv files",
        )
    return [message for file in files for message in _read(file)]


def _read(file: Path) -> list[Message]:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        if tuple(rows.fieldnames or ()) != _COLUMNS:
            raise Customer360Error(
                "the file has other columns", str(file), f"write {', '.join(_COLUMNS)}"
            )
        return [
            Message(
                language=file.stem,
                text=row["text"],
                is_complaint=row["is_complaint"] == "true",
                department=row["department"],
                sentiment=row["sentiment"],
                harm=row["harm"],
                is_spam=row["is_spam"] == "true",
                split=row["split"],
                trait=row["trait"],
            )
            for row in rows
        ]

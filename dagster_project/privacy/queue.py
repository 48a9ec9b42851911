"""``requests/*.csv``: erasures that were asked for and wait, for a job or for a second person.

Columns: ``identifier`` or ``customer``; and if wanted ``scope`` (connected, exact), ``sources``,
``purposes`` (several with ``;``), ``reason``, ``requested_by``, ``confirmed_by``. Any program may
put such files there, written aside and renamed. A file holds whom to erase, so its rows go once
they are carried out.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.privacy.requests import Request, Scope

COLUMNS = (
    "identifier", "customer", "scope", "sources", "purposes", "reason",
    "requested_by", "confirmed_by",
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """One request of the queue, and where it stands: file and line."""

    request: Request
    file: Path
    line: int

    def may_go(self, *, two_people: bool) -> bool:
        """Whether nobody need confirm it any more."""
        asked, confirmed = self.request.requested_by, self.request.confirmed_by
        are_two = bool(asked and confirmed and asked.casefold() != confirmed.casefold())
        return not two_people or are_two


def queue_folder(root: Root) -> Path:
    """Where requests wait."""
    return root.path / "requests"


def read_queue(root: Root) -> tuple[Waiting, ...]:
    """Everything that waits, by file and line; an error names a line that cannot be read."""
    folder = queue_folder(root)
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    return tuple(w for file in files for w in _read(file))


def ask(root: Root, request: Request) -> None:
    """Put one request into the queue."""
    folder = queue_folder(root)
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "requests.csv"
    _write(file, [*(w.request for w in (_read(file) if file.exists() else ())), request])


def confirm_all(root: Root, who: str) -> int:
    """Confirm every request that somebody else asked for; returns how many."""
    confirmed = 0
    for file in sorted({w.file for w in read_queue(root)}):
        requests = [w.request for w in _read(file)]
        now = [
            replace(r, confirmed_by=who)
            if r.requested_by and r.requested_by != who and not r.confirmed_by
            else r
            for r in requests
        ]
        confirmed += sum(a != b for a, b in zip(requests, now, strict=True))
        _write(file, now)
    return confirmed


def name_of(waiting: Sequence[Waiting]) -> str:
    """A name for carrying these requests out: the same requests have the same."""
    text = repr([(w.file.name, w.line, w.request) for w in waiting])
    return f"queue-{sha256(text.encode()).hexdigest()[:16]}"


def take_out(done: Iterable[Waiting]) -> None:
    """Take requests out of the queue that were carried out."""
    by_file: dict[Path, set[int]] = {}
    for waiting in done:
        by_file.setdefault(waiting.file, set()).add(waiting.line)
    for file, lines in by_file.items():
        left = [w.request for w in _read(file) if w.line not in lines]
        if left:
            _write(file, left)
        else:
            file.unlink()
            sync_folder(file.parent)


def _read(file: Path) -> list[Waiting]:
    text = file.read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    unknown = [name for name in rows.fieldnames or () if name not in COLUMNS]
    if unknown:
        raise _mistake(file, 1, f"there is no column {unknown[0]}", f"use {', '.join(COLUMNS)}")
    return [Waiting(_request(file, line, row), file, line) for line, row in enumerate(rows, 2)]


def _request(file: Path, line: int, row: dict[str, str]) -> Request:
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if bool(given["identifier"]) is bool(given["customer"]):
        raise _mistake(
            file, line, "a request names an identifier or a customer", "fill one of the two"
        )
    try:
        scope = Scope(given["scope"].lower() or Scope.CONNECTED)
    except ValueError:
        raise _mistake(file, line, "the scope is unknown", "write connected or exact") from None
    return Request(
        identifier=given["identifier"] or None,
        customer=given["customer"] or None,
        scope=scope,
        sources=_several(given["sources"]),
        purposes=_several(given["purposes"]),
        reason=given["reason"] or Request.reason,
        requested_by=given["requested_by"],
        confirmed_by=given["confirmed_by"],
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _mistake(file: Path, line: int, what: str, remedy: str) -> Customer360Error:
    return Customer360Error(what, f"{file}:{line}", remedy)


def _write(file: Path, requests: Sequence[Request]) -> None:
    aside = file.with_name(f".{file.name}.partial")
    with aside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for r in requests:
            writer.writerow(
                [
                    r.identifier or "", r.customer or "", str(r.scope), ";".join(r.sources),
                    ";".join(r.purposes), r.reason, r.requested_by, r.confirmed_by,
                ]
            )  # fmt: skip
    aside.chmod(0o600)
    sync_file(aside)
    aside.replace(file)
    sync_folder(file.parent)

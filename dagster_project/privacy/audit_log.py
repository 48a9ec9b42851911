"""``audit/access.jsonl``: who looked at, changed, exported or erased which customer, and when.

A line holds the hash of the line before, keyed with the root's secret: a line that was changed,
taken out or put in is found at its number. The end is written down in ``state/`` as well, so that
lines cut off the end are missed. Who owns the account owns the key: against that, note the head
that ``c360 audit verify`` prints somewhere else, and ask for it again.

Customers stand as keyed hashes, so that the log has nothing to erase.
"""

import fcntl
import hmac
import json
import os
import pwd
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from dagster_project.consent.secret import derived, read_key
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.durable import sync_file, sync_folder

_FIRST = "0" * 64
"""What stands for the line before the first."""

Details = Mapping[str, str | int | bool]
"""Counts and names of things; never a person's value."""


@dataclass(frozen=True)
class Entry:
    """One line: who did what to whom. ``subjects`` are keyed hashes of customer ids."""

    number: int
    at: str
    who: str
    command: str
    subjects: tuple[str, ...]
    details: Details
    before: str
    hash: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with the log; ``line`` counts from 1."""

    line: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """What verifying found: whole lines, the newest one's hash, and what is wrong."""

    entries: int
    head: str
    problems: tuple[Problem, ...] = field(default=())


class AuditLog:
    """The log of one root. Any number of processes may write it at once."""

    def __init__(self, root: Root, *, key: str | None = None) -> None:
        """``key``: the root's secret, where the environment holds it."""
        self.root = root
        self._key = key

    @property
    def file(self) -> Path:
        """The log itself."""
        return self.root.audit / "access.jsonl"

    @property
    def _end(self) -> Path:
        return self.root.state / "audit_end.json"

    def subject(self, customer_id: str) -> str:
        """What stands for a customer in the log."""
        return hmac.digest(self._secret("subject"), customer_id.encode(), sha256).hex()[:32]

    def record(
        self,
        command: str,
        customers: Iterable[str] = (),
        details: Details | None = None,
        *,
        at: datetime | None = None,
    ) -> Entry:
        """Add a line, durably, before what it tells of is shown or done."""
        secret = self._secret("chain")
        with self._locked() as file:
            number, before = max(_newest(file), self._end_noted())
            said = {
                "n": number + 1,
                "at": (at or datetime.now(UTC)).isoformat(timespec="milliseconds"),
                "who": account(),
                "command": command,
                "subjects": sorted({self.subject(c) for c in customers}),
                "details": dict(details or {}),
                "before": before,
            }
            line = {**said, "hash": _hash(secret, said)}
            file.write(json.dumps(line, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self._note_end(number + 1, str(line["hash"]))
        return _entry(line)

    def entries(self, customer_id: str | None = None) -> Iterator[Entry]:
        """Lines that can be read, oldest first; ``customer_id``: those about one customer."""
        wanted = self.subject(customer_id) if customer_id else None
        for _, line in _lines(self.file):
            entry = _parsed(line)
            if entry is not None and wanted in (None, *entry.subjects):
                yield entry

    def verify(self, *, head: str | None = None) -> Verdict:
        """Look for lines that were changed, put in or taken out. ``head``: one noted before."""
        secret = self._secret("chain")
        problems: list[Problem] = []
        before, number, seen = _FIRST, 0, {_FIRST}
        for at_line, line in _lines(self.file):
            entry = _parsed(line)
            if entry is None:
                problems.append(Problem(at_line, "cannot be read as an entry"))
                continue
            if not hmac.compare_digest(_hash(secret, _said(line)), entry.hash):
                problems.append(Problem(at_line, "was changed: its hash is another"))
            elif entry.before != before or entry.number != number + 1:
                problems.append(
                    Problem(
                        at_line, f"does not follow entry {number}: lines are missing or moved"
                    )
                )
            before, number = entry.hash, entry.number
            seen.add(entry.hash)
        problems += self._missing_end(number, seen)
        if head and head not in seen:
            problems.append(Problem(number + 1, "the head that was noted is not in the log"))
        return Verdict(number, before, tuple(problems))

    def _missing_end(self, number: int, seen: set[str]) -> Iterator[Problem]:
        noted, newest = self._end_noted()
        if number and not noted:
            yield Problem(number, f"state/{self._end.name} is missing: the end is not proven")
        elif newest not in seen:
            yield Problem(
                number + 1, f"entries up to {noted} were written: the end was cut off"
            )

    def _end_noted(self) -> tuple[int, str]:
        """The newest line as ``state/`` knows it.

        A log whose end was cut off goes on behind it, so that the gap stays visible.
        """
        if not self._end.exists():
            return 0, _FIRST
        end = json.loads(self._end.read_text(encoding="utf-8"))
        return int(end["n"]), str(end["hash"])

    def _secret(self, purpose: str) -> bytes:
        return derived(read_key(self.root, self._key), f"audit {purpose}")

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield file

    def _note_end(self, number: int, newest: str) -> None:
        aside = self._end.with_name(f".{self._end.name}.partial")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(json.dumps({"n": number, "hash": newest}))
        sync_file(aside)
        aside.replace(self._end)
        sync_folder(self._end.parent)


class UnreadableLogError(Customer360Error):
    """The newest line of the log is none: going on would hide that."""


_TAIL = 65_536
"""Bytes at the end of the log that hold its last line; one names at most some hundred customers."""


def _newest(file: IO[bytes]) -> tuple[int, str]:
    """Number and hash of the last line. What a killed writer left of a line is cut off."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0, _FIRST
    start = max(0, size - _TAIL)
    while True:
        file.seek(start)
        tail = file.read(size - start)
        whole = tail.rpartition(b"\n")[0]
        if start == 0 or b"\n" in whole:
            break
        start = max(0, start - _TAIL)
    if not tail.endswith(b"\n"):
        file.truncate(start + len(whole) + (1 if b"\n" in tail else 0))
    last = whole.rpartition(b"\n")[2]
    if not last:
        return 0, _FIRST
    entry = _parsed(last)
    if entry is None:
        raise UnreadableLogError(
            "the last line of the audit log cannot be read",
            "audit/access.jsonl",
            "`c360 audit verify` says which lines were changed; move the file away to begin another",
        )
    return entry.number, entry.hash


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    if file.exists():
        with file.open("rb") as lines:
            yield from enumerate((line.rstrip(b"\n") for line in lines), start=1)


def _parsed(line: bytes) -> Entry | None:
    try:
        return _entry(json.loads(line))
    except (ValueError, KeyError, TypeError):
        return None


def _entry(line: Mapping[str, object]) -> Entry:
    number, subjects, details = line["n"], line["subjects"], line["details"]
    if (
        not isinstance(number, int)
        or not isinstance(subjects, list)
        or not isinstance(details, dict)
    ):
        raise TypeError
    return Entry(
        number, str(line["at"]), str(line["who"]), str(line["command"]), tuple(subjects),
        details, str(line["before"]), str(line["hash"]),
    )  # fmt: skip


def _said(line: bytes) -> dict[str, object]:
    """All that the line says, known to us or not, but its hash."""
    return {name: value for name, value in json.loads(line).items() if name != "hash"}


def _hash(secret: bytes, said: Mapping[str, object]) -> str:
    return hmac.digest(secret, json.dumps(said, sort_keys=True).encode(), sha256).hex()


def account() -> str:
    """The account of the operating system; the environment could name any."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())

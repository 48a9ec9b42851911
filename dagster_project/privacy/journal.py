"""What an erasure has done so far, so that a killed one is finished and counted once.

A file is written anew beside the old one, noted here with its counts, and then renamed: whoever
goes on after a kill renames what was noted and begins what was not. The folder holds whom to
erase, so it goes with the last step.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.session import quoted
from dagster_project.engines.durable import sync_file, sync_folder

Reached = Callable[[str], None]
"""Told the name of every point where a kill would be most awkward; tests kill there."""

PLANNED = (
    "gone_record",
    "gone_customer",
    "gone_key",
    "gone_cell",
    "gone_row",
    "touched_row",
)
"""Tables of the work session that say whom and what an erasure takes away."""

_PLAN = "plan.json"
_DONE = "done.jsonl"
ASIDE = ".erasing"
"""What the name of a file that is written anew ends with."""


@dataclass(frozen=True)
class Noted:
    """What became of one thing at one place; ``rows``: removed and masked."""

    place: str
    item: str
    removed: int
    masked: int
    is_gone: bool = False
    detail: str = ""


class Journal:
    """The journal of one erasure: ``state/erasure/<id>/``."""

    def __init__(self, folder: Path, *, reached: Reached = lambda point: None) -> None:
        self.folder = folder
        self._reached = reached
        self._noted = {(n.place, n.item): n for n in self._read()}

    @property
    def is_planned(self) -> bool:
        """Whether it is known whom and what to erase; without that nothing has been touched."""
        return (self.folder / _PLAN).is_file()

    def keep_plan(self, work: duckdb.DuckDBPyConnection, document: dict[str, object]) -> None:
        """Write down whom and what to erase, durably, before anything is touched."""
        self.folder.mkdir(parents=True, mode=0o700)
        for name in PLANNED:
            file = self.folder / f"{name}.parquet"
            work.execute(f"copy {name} to '{quoted(str(file))}' (format parquet)")
            sync_file(file)
        aside = self.folder / f".{_PLAN}"
        aside.write_text(json.dumps(document), encoding="utf-8")
        sync_file(aside)
        aside.rename(self.folder / _PLAN)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        self._reached("erasure: planned")

    def read_plan(self, work: duckdb.DuckDBPyConnection) -> dict[str, object]:
        """Make the tables of the plan again; returns what was noted beside them."""
        for name in PLANNED:
            file = self.folder / f"{name}.parquet"
            work.execute(
                f"create or replace temp table {name} as from read_parquet('{quoted(str(file))}')"
            )
        plan: dict[str, object] = json.loads((self.folder / _PLAN).read_text(encoding="utf-8"))
        return plan

    def find(self, place: str, item: str) -> Noted | None:
        """What was noted of one thing."""
        return self._noted.get((place, item))

    def all(self) -> tuple[Noted, ...]:
        """Everything that was noted, in its order."""
        return tuple(self._noted.values())

    def note(self, noted: Noted) -> Noted:
        """Write down what becomes of one thing, durably."""
        with (self.folder / _DONE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(noted.__dict__) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._noted[noted.place, noted.item] = noted
        self._reached(f"erasure: noted in {noted.place}")
        return noted

    def rewrite(
        self,
        place: str,
        item: str,
        file: Path,
        make: Callable[[Path], tuple[int, int] | None],
    ) -> Noted | None:
        """Replace a file by what ``make`` writes aside; none: nothing in it names them.

        ``make`` returns rows removed and masked. Where it writes no file, the old one goes.
        """
        aside = file.with_name(f".{file.name}{ASIDE}")
        noted = self.find(place, item)
        if noted is None:
            aside.unlink(missing_ok=True)
            counts = make(aside)
            if counts is None:
                aside.unlink(missing_ok=True)
                return None
            if aside.exists():
                aside.chmod(file.stat().st_mode & 0o7777)
                sync_file(aside)
            noted = self.note(Noted(place, item, *counts, is_gone=not aside.exists()))
        if noted.is_gone:
            file.unlink(missing_ok=True)
        elif aside.exists():
            file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
            aside.replace(file)
        sync_folder(file.parent)
        self._reached(f"erasure: replaced in {place}")
        return noted

    def close(self) -> None:
        """Forget whom it was about."""
        done = self.folder.with_name(f".done-{self.folder.name}")
        self.folder.rename(done)
        sync_folder(done.parent)
        shutil.rmtree(done)

    def _read(self) -> Iterator[Noted]:
        file = self.folder / _DONE
        if not file.is_file():
            return
        whole = file.read_bytes().rpartition(b"\n")[0]
        with file.open("r+b") as cut:  # what follows the last line end was never finished
            cut.truncate(len(whole) + 1 if whole else 0)
        for line in whole.splitlines():
            yield Noted(**json.loads(line))


def unfinished(state: Path) -> tuple[Path, ...]:
    """Journals of erasures that did not come to their end, oldest first; clears what is over."""
    base = state / "erasure"
    if not base.is_dir():
        return ()
    for over in base.glob(".done-*"):
        shutil.rmtree(over)
    found = sorted(p for p in base.iterdir() if p.is_dir())
    for folder in found:
        if not (folder / _PLAN).is_file():
            shutil.rmtree(folder)  # nothing was touched yet
    return tuple(folder for folder in found if folder.is_dir())

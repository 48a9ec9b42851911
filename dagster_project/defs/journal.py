"""What a run did, step by step, as lines of JSON: the summary and the operators read them.

Counts, names of sources and rules only; never a value of a row.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from dagster_project.defs.intake import Intake
from dagster_project.domain.held_back import News, rows_in_use
from dagster_project.domain.notes import Remark


@dataclass(frozen=True)
class Journal:
    """The journal of one run: ``audit/runs/<run_id>.jsonl``."""

    file: Path

    def write(self, step: str, **facts: Any) -> None:
        """Add one entry with the CPU time used so far; it is on disk when this returns."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        entry = {"step": step, **facts, "cpu": round(time.process_time(), 2)}
        with self.file.open("ab") as handle:
            handle.write(orjson.dumps(entry, default=str) + b"\n")

    def entries(self, step: str | None = None) -> list[dict[str, Any]]:
        """All entries in the order they were written, or those of one step."""
        if not self.file.exists():
            return []
        entries = [orjson.loads(line) for line in self.file.read_bytes().splitlines() if line]
        return [e for e in entries if step is None or e["step"] == step]


def write_intake(
    journal: Journal, vendor: str, intake: Intake, news: tuple[News, ...], seconds: float
) -> None:
    """Write down what one vendor's step has read, and what is to be said of it."""
    known = [load for load in intake.loads if not load.is_new]
    for each in [*news, *(News(load, rows_in_use(load)) for load in known)]:
        load = each.load
        journal.write(
            "load",
            vendor=load.vendor,
            source=load.source,
            stream=load.stream,
            origin=load.origin,
            load_id=load.load_id,
            rows_in=load.rows_in,
            rows=load.rows,
            left_out=[[left.what, left.rows] for left in load.left_out],
            quarantined=load.quarantined,
            state=str(load.state),
            reasons=list(load.reasons),
            is_new=each.is_first,
            is_judged_again=not each.is_first and load.is_new,
            let_in=each.let_in,
        )
    for remark in dict.fromkeys([*intake.notes, *_remarks(news)]):
        step = "look" if remark.asks_for_something else "note"
        journal.write(step, vendor=vendor, note=str(remark))
    for place, unread in intake.unread.items():
        problem = f"{place}: {unread.reason}; {unread.remedy}"
        journal.write("problem", vendor=vendor, problem=problem)
    journal.write("loaded", vendor=vendor, seconds=round(seconds, 3))


def _remarks(news: tuple[News, ...]) -> Iterator[Remark]:
    for each in news:
        if not each.is_first:
            continue
        load = each.load
        place = load.source if each.is_pulled else f"{load.source}/{load.origin}"
        yield from (Remark(place, words) for words in (*each.warnings, *each.notes))


KEEP_RUNS = 100


def remove_old(folder: Path, *, keep: int = KEEP_RUNS) -> None:
    """Keep the newest journals only."""
    journals = sorted(folder.glob("*.jsonl"), key=lambda f: f.stat().st_mtime)
    for journal in journals[:-keep]:
        journal.unlink(missing_ok=True)

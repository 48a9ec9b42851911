"""What a run did, step by step, as lines of JSON: the summary and the operators read them.

Counts, names of sources and rules only; never a value of a row.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


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


KEEP_RUNS = 100


def remove_old(folder: Path, *, keep: int = KEEP_RUNS) -> None:
    """Keep the newest journals only."""
    journals = sorted(folder.glob("*.jsonl"), key=lambda f: f.stat().st_mtime)
    for journal in journals[:-keep]:
        journal.unlink(missing_ok=True)

"""A root with an inbox to put files into, and what reading it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.domain.root import Root
from dagster_project.sources.files import Unreadable, read_inbox

SAMPLES = Path(__file__).parents[3] / "data" / "samples"


class StillClock:
    """A clock long after every file was written."""

    def __init__(self, now: float = 4e9) -> None:
        self.time = now
        self.slept = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def source_of(vendor: str, **options: Any) -> SourceConfig:
    """A source with everything declared; ``timezone=None`` and the like take it away."""
    defaults: dict[str, Any] = {
        "name": f"{vendor}_test",
        "vendor": vendor,
        "owner": "owner@example.org",
        "brand": "quay",
        "region": "emea",
        "purpose": "tests",
        "lawful_basis": "contract",
        "retention_days": 30,
        "disclosure": "https://example.org",
        "timezone": "Europe/Paris",
        "currency": "EUR",
    }
    return SourceConfig(**(defaults | options))


@dataclass(frozen=True)
class Reading:
    """A batch and its rows, as landing would see them."""

    batch: Batch
    rows: list[dict[str, Any]]

    @property
    def stream(self) -> str:
        return self.batch.spec.stream

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


@dataclass
class Inbox:
    """Files and sources of one test."""

    path: Path
    sources: list[SourceConfig] = field(default_factory=list)
    clock: StillClock = field(default_factory=StillClock)

    @property
    def root(self) -> Root:
        return Root(self.path / "root")

    def put(self, source: SourceConfig | None, name: str, content: bytes | str) -> Path:
        """Put a file into a source's folder, or to the top of the inbox."""
        if source is not None and source not in self.sources:
            self.sources.append(source)
        file = self.root.inbox / (source.name if source else "") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def read(self, **options: Any) -> list[Reading | Unreadable]:
        """Everything the inbox gives, in order."""
        return list(self._readings(**options))

    def one(self) -> Reading:
        """The only batch."""
        (reading,) = self.read()
        assert isinstance(reading, Reading), reading
        return reading

    def refusal(self) -> Unreadable:
        """The only thing said."""
        (reading,) = self.read()
        assert isinstance(reading, Unreadable), reading
        return reading

    def _readings(self, **options: Any) -> Iterator[Reading | Unreadable]:
        found = read_inbox(
            self.root, tuple(self.sources), self.path / "work", clock=self.clock, **options
        )
        for reading in found:
            yield Reading(reading, rows_of(reading)) if isinstance(reading, Batch) else reading


def rows_of(batch: Batch) -> list[dict[str, Any]]:
    """The batch's rows in their order, read with the settings the project's sessions have."""
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        found = connection.execute(f"select * from ({batch.rows_sql}) order by _row")
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    landed = [*batch.spec.columns, "_native_id", "_row", "_raw", "_extra"]
    assert [name for name in names if name != "_absent"] == landed
    assert [row["_row"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["_native_id"] for row in rows)
    assert len(rows) == batch.expected_rows
    return rows

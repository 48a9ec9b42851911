"""What a file would be read as, without a run: its source, streams, rows, and what is in the way.

Belongs here: the report on one file. Does not belong here: landing and gates; what a gate says of
the rows is known after a run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch, LeftOut
from dagster_project.sources.files import Unreadable, file_vendors, read_alone


@dataclass(frozen=True)
class PartReport:
    """One stream of a file, or of one file inside an archive."""

    vendor: str
    stream: str
    origin: str  # the file's name, with the archive's entry behind it: export.zip!Contact.csv
    rows: int
    left_out: tuple[LeftOut, ...]
    problems: tuple[str, ...]  # reasons for which a run would refuse it, with the remedy
    notes: tuple[str, ...]

    @property
    def rows_in(self) -> int:
        """Rows this part of the file holds."""
        return self.rows + sum(left.rows for left in self.left_out)


@dataclass(frozen=True)
class Obstacle:
    """Why the file or a part of it is not read, and what to do."""

    what: str
    remedy: str


@dataclass(frozen=True)
class FileReport:
    """What a run would make of a file; ``source`` is nothing where no source takes it."""

    path: Path
    source: str | None
    vendors: tuple[str, ...]
    parts: tuple[PartReport, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def rows(self) -> int:
        """Rows a run would land."""
        return sum(part.rows for part in self.parts)

    @property
    def rows_in(self) -> int:
        """Rows the file holds, those left out by name included."""
        return sum(part.rows_in for part in self.parts)


def check_file(
    path: Path,
    sources: tuple[SourceConfig, ...],
    *,
    source: SourceConfig | None = None,
    workdir: Path | None = None,
) -> FileReport:
    """Read a file as a run would and say what came of it; nothing is landed or moved.

    A file in a folder named like a source is read as that source's (or as ``source``'s, where one
    is named), any other as if it lay at the top of the inbox. Work files, which hold the file's rows, go to ``workdir`` (a folder
    that is removed again where none is given).
    """
    placed = source or _placed(path, sources)
    with _work_folder(workdir) as folder:
        report = _report(path, sources, folder / "as-configured", placed)
        if report.parts or placed is not None:
            return report
        return _as_if_configured(path, sources, folder, report)


def _report(
    path: Path,
    sources: tuple[SourceConfig, ...],
    workdir: Path,
    source: SourceConfig | None,
) -> FileReport:
    parts: list[PartReport] = []
    obstacles: list[Obstacle] = []
    takers = [source.name] if source else []
    for reading in read_alone(path, sources, workdir, source=source):
        if isinstance(reading, Unreadable):
            obstacles.append(Obstacle(reading.reason, reading.remedy))
        else:
            parts.append(_part(reading))
            takers.append(reading.source)
    vendors = tuple(dict.fromkeys(part.vendor for part in parts))
    taker = takers[0] if takers else None
    return FileReport(path, taker, vendors, tuple(parts), tuple(obstacles))


def _as_if_configured(
    path: Path, sources: tuple[SourceConfig, ...], folder: Path, found: FileReport
) -> FileReport:
    """A file no source takes: what it would be read as if one of its vendor were there."""
    for vendor in file_vendors():
        stand_in = _stand_in(vendor)
        report = _report(path, (stand_in,), folder / vendor, None)
        if report.parts:
            return FileReport(path, None, report.vendors, report.parts, found.obstacles)
    return found


def _part(batch: Batch) -> PartReport:
    missing = ", ".join(batch.missing_columns)
    what = f"no value has {missing}; {batch.missing_remedy}"
    named = what if batch.missing_remedy else f"the header lacks {missing}"
    lacking = (f"missing_column: {named}",) if missing else ()
    return PartReport(
        vendor=batch.spec.vendor,
        stream=batch.spec.stream,
        origin=batch.origin,
        rows=batch.expected_rows,
        left_out=batch.left_out,
        problems=lacking + batch.problems,
        notes=batch.notes,
    )


def _placed(path: Path, sources: tuple[SourceConfig, ...]) -> SourceConfig | None:
    """The source in whose folder a file lies, the nearest folder first."""
    by_name = {source.name: source for source in sources}
    folders = path.absolute().parents
    return next((by_name[f.name] for f in folders if f.name in by_name), None)


def _stand_in(vendor: str) -> SourceConfig:
    """A source that asks for nothing: zone and currency are the register's to say."""
    return SourceConfig(
        name=vendor,
        vendor=vendor,
        owner="",
        brand="",
        region="",
        purpose="",
        lawful_basis="contract",
        retention_days=1,
        disclosure="",
        timezone="UTC",
        currency="XXX",
    )


@contextmanager
def _work_folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="c360-check-", dir=given) as name:
        yield Path(name)

"""The receipt of an erasure: what was removed where, in counts and places; it names nobody."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.privacy.journal import Journal


@dataclass(frozen=True)
class AtPlace:
    """What went at one place: files dealt with, rows or elements removed, mentions masked."""

    place: str
    files: int
    removed: int
    masked: int
    files_removed: int


@dataclass(frozen=True)
class Receipt:
    """What an erasure did. ``requests`` say how each was asked and what was found of it."""

    name: str
    started_at: str
    finished_at: str
    requests: tuple[Mapping[str, object], ...]
    records: int
    customers: int
    tombstones: int
    landed: Mapping[str, int]
    tables: Mapping[str, int]
    places: tuple[AtPlace, ...]
    legal_holds: tuple[str, ...]
    notes: tuple[str, ...]


def build_receipt(
    work: duckdb.DuckDBPyConnection,
    journal: Journal,
    plan: Mapping[str, object],
    *,
    tombstones: int,
    finished_at: datetime,
) -> Receipt:
    """Put together from the plan and the journal, so that it says the same after a kill."""
    given = plan["requests"]
    rows_of = dict(
        work.execute("select request, count(*) from gone_row group by request").fetchall()
    )
    requests = tuple(
        {**request, "landed_rows": int(rows_of.get(number, 0))}
        for number, request in enumerate(given if isinstance(given, list) else [])
    )
    holds = plan["legal_holds"]
    return Receipt(
        name=journal.folder.name,
        started_at=str(plan["started_at"]),
        finished_at=finished_at.isoformat(),
        requests=requests,
        records=_count(work, "select count(distinct record_id) from gone_record"),
        customers=_count(work, "select count(*) from gone_customer where is_whole"),
        tombstones=tombstones,
        landed={
            name: int(count)
            for name, count in work.execute(
                "select source || '.' || stream, count(*) from gone_row group by all order by all"
            ).fetchall()
        },
        tables=_tables(journal),
        places=_places(journal),
        legal_holds=tuple(holds) if isinstance(holds, list) else (),
        notes=_notes(journal),
    )


def write_receipt(file: Path, receipt: Receipt) -> None:
    """Written aside and renamed."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = file.with_name(f".{file.name}.partial")
    aside.write_text(json.dumps(asdict(receipt), indent=1), encoding="utf-8")
    aside.chmod(0o600)
    sync_file(aside)
    aside.replace(file)
    sync_folder(file.parent)


def _places(journal: Journal) -> tuple[AtPlace, ...]:
    found: dict[str, list[int]] = {}
    for noted in journal.all():
        if noted.detail.startswith("{"):
            continue
        counts = found.setdefault(noted.place, [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += noted.removed
        counts[2] += noted.masked
        counts[3] += noted.is_gone
    return tuple(AtPlace(place, *counts) for place, counts in found.items())


def _tables(journal: Journal) -> dict[str, int]:
    """Rows by table of the databases, as each rewriting noted them."""
    tables: dict[str, int] = {}
    for noted in journal.all():
        if noted.detail.startswith("{"):
            for table, rows in json.loads(noted.detail).items():
                tables[f"{noted.place}: {table}"] = rows
    return tables


def _notes(journal: Journal) -> tuple[str, ...]:
    whole = sum(n.is_gone for n in journal.all() if n.place == "inbox")
    notes = [
        "The next run builds the warehouse anew; until then figures of groups count as before.",
        "Copies outside the root (backups, files handed out) are not reached: see docs/privacy.md.",
    ]
    if whole:
        notes.append(
            f"{whole} original file(s) were removed as a whole: they could not be taken apart. "
            "What they held of others has landed."
        )
    return tuple(notes)


def _count(work: duckdb.DuckDBPyConnection, question: str) -> int:
    return int(work.execute(question).fetchall()[0][0])

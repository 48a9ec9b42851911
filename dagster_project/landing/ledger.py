"""``state/ledger.sqlite``: which loads there are, what the gates decided, how far each API was read.

Belongs here: the ledger's tables and typed questions to them; counts and ids only.
Does not belong here: rows of a source; those lie in Parquet beside the load's manifest.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from dagster_project.domain.loads import (
    LeftOut,
    Load,
    LoadState,
    RuleOutcome,
    Severity,
    Verdict,
)
from dagster_project.domain.root import Root
from dagster_project.domain.streams import Delivery
from dagster_project.landing.ledger_file import LedgerFile

Clock = Callable[[], datetime]

ERASED_ROWS = "rows of people who were erased"
"""What rows are called that did not land, or are no longer there, because of an erasure."""


@dataclass(frozen=True)
class Judgement:
    """What a gate said of one load: rows held back by rule, and why it was refused."""

    load: Load
    verdict: Verdict
    notes: tuple[str, ...]
    decided_at: datetime | None


class Ledger:
    """The ledger of one root. Every method is one transaction, so a kill leaves no half of it."""

    def __init__(self, root: Root, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._file = LedgerFile(root.state / "ledger.sqlite")
        self._clock = clock

    @property
    def file(self) -> Path:
        """The file itself."""
        return self._file.path

    def enter(self, load: Load, *, manifest: Mapping[str, Any]) -> None:
        """Add a landed load, and with it its stream's cursor if the manifest has one."""
        with self._file.transaction() as connection:
            connection.execute(
                "insert into loads (load_id, source, vendor, stream, state, as_of, origin, rows, "
                "delivery, manifest, landed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "on conflict (load_id) do update set state = excluded.state, "
                "as_of = excluded.as_of, rows = excluded.rows, delivery = excluded.delivery, "
                "manifest = excluded.manifest",
                (
                    load.load_id,
                    load.source,
                    load.vendor,
                    load.stream,
                    LoadState.LANDED,
                    load.as_of.isoformat(),
                    load.origin,
                    load.rows,
                    load.delivery,
                    json.dumps(dict(manifest), sort_keys=True),
                    self._clock().isoformat(),
                ),
            )
            if manifest.get("cursor") is not None:
                _put_cursor(connection, load.source, load.stream, manifest["cursor"])

    def find(self, load_id: str) -> Load | None:
        """One load, as it stands now."""
        found = self._loads("where loads.load_id = ?", (load_id,))
        return found[0] if found else None

    def loads(
        self,
        *,
        state: LoadState | None = None,
        source: str | None = None,
        stream: str | None = None,
        is_pulled: bool = False,
    ) -> tuple[Load, ...]:
        """Loads as they stand now, oldest export first; ``is_pulled``: only those of an API."""
        wanted = {"state": state, "source": source, "stream": stream}
        given = {name: value for name, value in wanted.items() if value is not None}
        terms = [f"loads.{name} = ?" for name in given]
        terms += ["json_extract(loads.manifest, '$.file_name') is null"] if is_pulled else []
        where = f"where {' and '.join(terms)}" if terms else ""
        return self._loads(where, tuple(given.values()))

    def manifest_of(self, load_id: str) -> dict[str, Any]:
        """What was known of a load when it landed: counts, problems, notes, file name."""
        with self._file.reading() as connection:
            row = connection.execute(
                "select manifest from loads where load_id = ?", (load_id,)
            ).fetchone()
        if row is None:
            raise KeyError(load_id)
        manifest: dict[str, Any] = json.loads(row[0])
        return manifest

    def absent_before(self, source: str, stream: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """By origin, what accepted loads had no column for; older loads did not record it."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "select distinct origin, json_extract(manifest, '$.absent_columns') from loads "
                "where source = ? and stream = ? and state = ? "
                "and json_extract(manifest, '$.absent_columns') is not null",
                (source, stream, LoadState.ACCEPTED),
            ).fetchall()
        return tuple((origin, frozenset(json.loads(absent))) for origin, absent in rows)

    def known_ids(self) -> frozenset[str]:
        """Ids of all loads that were ever entered."""
        with self._file.reading() as connection:
            return frozenset(r[0] for r in connection.execute("select load_id from loads"))

    def accepted_rows(self, vendor: str, stream: str) -> int:
        """Rows of one stream that staging may read: accepted loads less quarantined rows."""
        with self._file.reading() as connection:
            row = connection.execute(
                "select coalesce(sum(rows - quarantined), 0) from loads "
                "where vendor = ? and stream = ? and state = ?",
                (vendor, stream, LoadState.ACCEPTED),
            ).fetchone()
        return int(row[0])

    def decide(
        self,
        load_id: str,
        *,
        state: LoadState,
        verdict: Verdict,
        quarantined: int,
        suite_hash: str,
        reasons: Iterable[str] = (),
        notes: Iterable[str] = (),
        consent: Iterable[str] = (),
    ) -> Load:
        """Write a gate's decision; ``gate_seq`` grows with every one.

        ``consent``: warnings about what people agreed to, which stay until they are solved.
        """
        with self._file.transaction() as connection:
            decided = connection.execute(
                "insert into decisions (load_id, state, quarantined, suite_hash, reasons, notes, "
                "consent, verdict, decided_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    load_id,
                    state,
                    quarantined,
                    suite_hash,
                    json.dumps(list(reasons)),
                    json.dumps(list(notes)),
                    json.dumps(list(consent)),
                    _verdict_json(verdict),
                    self._clock().isoformat(),
                ),
            )
            connection.execute(
                "update loads set state = ?, quarantined = ?, gate_seq = ?, corrected = 0 "
                "where load_id = ?",
                (state, quarantined, decided.lastrowid, load_id),
            )
        load = self.find(load_id)
        if load is None:
            raise KeyError(load_id)
        return load

    def reopen(self, load_id: str) -> None:
        """Take a decision back before a new one is written: the load waits for its gate again."""
        with self._file.transaction() as connection:
            connection.execute(
                "update loads set state = ? where load_id = ?", (LoadState.LANDED, load_id)
            )

    def note_erased(
        self, load_id: str, *, rows: int | None = None, quarantined: int | None = None
    ) -> None:
        """Count a load again of which people were erased; the decision on it stays.

        Its manifest remembers that there were some, so that its file is not kept with them when
        it is delivered again.
        """
        with self._file.transaction() as connection:
            found = connection.execute(
                "select rows, manifest from loads where load_id = ?", (load_id,)
            ).fetchone()
            manifest = json.loads(found["manifest"])
            before = manifest.get("erased", {})
            lost = found["rows"] - rows if rows is not None else 0
            manifest["erased"] = {**before, "rows": int(before.get("rows", 0)) + lost}
            if lost:
                other = [x for x in manifest.get("left_out", ()) if x[0] != ERASED_ROWS]
                manifest["left_out"] = [*other, [ERASED_ROWS, manifest["erased"]["rows"]]]
            connection.execute(
                "update loads set rows = coalesce(?, rows), "
                "quarantined = coalesce(?, quarantined), manifest = ? where load_id = ?",
                (rows, quarantined, json.dumps(manifest, sort_keys=True), load_id),
            )

    def note_suite(self, load_id: str, suite_hash: str) -> None:
        """Remember that a newer suite came to the decision that is in force already."""
        with self._file.transaction() as connection:
            connection.execute(
                "update decisions set suite_hash = ? where gate_seq = "
                "(select gate_seq from loads where load_id = ?)",
                (suite_hash, load_id),
            )

    def suite_hash_of(self, load_id: str) -> str | None:
        """Hash of the suite that judged a load last; ``None`` when none has."""
        with self._file.reading() as connection:
            row = connection.execute(
                "select suite_hash from decisions where load_id = ? order by gate_seq desc "
                "limit 1",
                (load_id,),
            ).fetchone()
        return row[0] if row else None

    def judgements(self) -> tuple[Judgement, ...]:
        """Every load with its newest verdict, newest decision first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "select load_id, verdict, notes, decided_at from decisions"
            ).fetchall()
        newest = {r["load_id"]: r for r in rows}
        judged = [self._judgement(load, newest.get(load.load_id)) for load in self.loads()]
        return tuple(sorted(judged, key=lambda j: (-(j.load.gate_seq or 0), j.load.load_id)))

    def fingerprint(self) -> str:
        """Changes with every load and every decision; an idle run leaves it as it is."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "select load_id, state, gate_seq, quarantined from loads order by load_id"
            ).fetchall()
        return _hash(tuple(r) for r in rows)

    def fingerprints(self) -> dict[tuple[str, str], str]:
        """The same per vendor and stream, of those that have loads."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "select vendor, stream, load_id, state, gate_seq, quarantined "
                "from loads order by vendor, stream, load_id"
            ).fetchall()
        return {
            name: _hash(tuple(r)[2:] for r in own)
            for name, own in groupby(rows, lambda r: (r["vendor"], r["stream"]))
        }

    def deliveries(self) -> dict[str, str]:
        """Per source that has loads, changes with every one that comes, whatever its gate decides."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "select source, load_id from loads order by source, load_id"
            ).fetchall()
        return {
            source: _hash(r["load_id"] for r in own)
            for source, own in groupby(rows, lambda r: r["source"])
        }

    def cursor_of(self, source: str, stream: str) -> dict[str, str] | None:
        """How far one stream of one API was read; ``None`` before its first page."""
        with self._file.reading() as connection:
            row = connection.execute(
                "select cursor from cursors where source = ? and stream = ?", (source, stream)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def set_cursor(self, source: str, stream: str, cursor: Mapping[str, str]) -> None:
        """Move a cursor without a load: the window held nothing new."""
        with self._file.transaction() as connection:
            _put_cursor(connection, source, stream, cursor)

    def _loads(self, where: str, values: tuple[object, ...]) -> tuple[Load, ...]:
        with self._file.reading() as connection:
            rows = connection.execute(
                "select loads.*, json_extract(loads.manifest, '$.left_out') as left_out, "
                "decisions.reasons from loads left join decisions "
                f"on decisions.gate_seq = loads.gate_seq {where} "
                "order by loads.as_of, loads.load_id",
                values,
            ).fetchall()
        return tuple(load_of(row) for row in rows)

    def _judgement(self, load: Load, row: sqlite3.Row | None) -> Judgement:
        if row is None:
            return Judgement(load, Verdict("not judged yet"), (), None)
        return Judgement(
            load,
            verdict_of_json(row["verdict"]),
            tuple(json.loads(row["notes"])),
            datetime.fromisoformat(row["decided_at"]),
        )


def _hash(values: Iterable[object]) -> str:
    return sha256(json.dumps(list(values)).encode()).hexdigest()[:24]


def _put_cursor(
    connection: sqlite3.Connection, source: str, stream: str, cursor: Mapping[str, str]
) -> None:
    connection.execute(
        "insert or replace into cursors (source, stream, cursor) values (?, ?, ?)",
        (source, stream, json.dumps(dict(cursor), sort_keys=True)),
    )


def load_of(row: sqlite3.Row) -> Load:
    """A load of a row of the ledger, with the reasons and the rows left out beside it."""
    return Load(
        load_id=row["load_id"],
        source=row["source"],
        vendor=row["vendor"],
        stream=row["stream"],
        state=LoadState(row["state"]),
        as_of=datetime.fromisoformat(row["as_of"]),
        origin=row["origin"],
        rows=row["rows"],
        quarantined=row["quarantined"],
        gate_seq=row["gate_seq"],
        delivery=Delivery(row["delivery"]),
        reasons=tuple(json.loads(row["reasons"])) if row["reasons"] else (),
        left_out=tuple(
            LeftOut(what, rows) for what, rows in json.loads(row["left_out"] or "[]")
        ),
    )


def _verdict_json(verdict: Verdict) -> str:
    outcomes = [
        [o.rule, o.severity, o.passed, o.evaluated, o.failed, o.detail, o.sentence]
        for o in verdict.outcomes
    ]
    return json.dumps({"suite": verdict.suite, "outcomes": outcomes})


def verdict_of_json(text: str) -> Verdict:
    """A verdict as ``decide`` has stored it."""
    stored = json.loads(text)
    return Verdict(
        stored["suite"],
        tuple(
            RuleOutcome(rule, Severity(severity), *told)
            for rule, severity, *told in stored["outcomes"]
        ),
    )

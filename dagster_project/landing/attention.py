"""What of the input waits for somebody, and what has happened since a run last told of it.

A refused load counts as solved when it is accepted, when a later load takes its place (a newer
whole snapshot, or the same file of the same day with no fewer rows), or when a person dismisses
it. Quarantined rows besides: when a later load brings a version of them that passes. A file or an
API: when it is read, or not there any more.

Belongs here: these questions to the ledger. Does not belong here: what a gate decides.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster_project.domain.counts import counted
from dagster_project.domain.held_back import Held, HeldBack, News, Unread
from dagster_project.domain.loads import LoadState, RuleOutcome
from dagster_project.domain.notes import is_about_consent
from dagster_project.domain.root import Root
from dagster_project.landing.ledger import load_of, verdict_of_json
from dagster_project.landing.ledger_file import LedgerFile

Clock = Callable[[], datetime]


class Attention:
    """What is held back in one root, and what was told."""

    def __init__(self, root: Root, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._root = root
        self._file = LedgerFile(root.state / "ledger.sqlite")
        self._clock = clock

    def held_back(self) -> tuple[HeldBack, ...]:
        """Everything that is not solved: loads, rows, files, APIs; the worst first, then the oldest."""
        with self._file.reading() as connection:
            loads = connection.execute(_OPEN_LOADS).fetchall()
            unread = connection.execute("select * from unread").fetchall()
        held = [h for row in loads for h in _held_of(row)]
        held += [
            _held_unread(row)
            for row in unread
            if row["is_api"] or _lies_there(self._root, row["place"], row["fingerprint"])
        ]
        worst = list(Held)
        return tuple(
            sorted(
                held, key=lambda h: (worst.index(h.how), str(h.since), h.source or "", h.what)
            )
        )

    def note_unread(self, vendor: str, unread: Iterable[Unread]) -> None:
        """What a vendor's step could not read, whole: what it does not name is solved."""
        now = self._clock().isoformat()
        with self._file.transaction() as connection:
            since = {
                (row["place"], row["fingerprint"]): row["since"]
                for row in connection.execute("select place, fingerprint, since from unread")
            }
            connection.execute("delete from unread where vendor = ?", (vendor,))
            for each in unread:
                connection.execute(
                    "insert or replace into unread values (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        each.place,
                        each.source,
                        vendor,
                        each.reason,
                        each.remedy,
                        each.fingerprint,
                        each.is_api,
                        since.get((each.place, each.fingerprint), now),
                    ),
                )

    def news(self, vendor: str | None = None) -> tuple[News, ...]:
        """Loads decided on since a run has last told of its loads, oldest decision first.

        Whatever happened in between is news: a run that was killed, ``regate``, a load that
        landed and was not judged.
        """
        with self._file.reading() as connection:
            rows = connection.execute(_NEWS, {"vendor": vendor}).fetchall()
        return tuple(_news(row) for row in rows)

    def mark_told(self, vendor: str, through: int) -> None:
        """Remember that a vendor's loads were told of, up to this decision."""
        with self._file.transaction() as connection:
            connection.execute(
                "insert into told values (?, ?) on conflict (vendor) do update "
                "set gate_seq = max(gate_seq, excluded.gate_seq)",
                (vendor, through),
            )

    def dismiss(self, load_id: str, *, undo: bool = False) -> None:
        """A person takes what is held back of a load for settled, as the gate has decided it now.

        Another decision on the load brings it back.
        """
        value = "null" if undo else "gate_seq"
        with self._file.transaction() as connection:
            connection.execute(
                f"update loads set dismissed_seq = {value} where load_id = ?", (load_id,)
            )

    def find(self, name: str, *, is_dismissed: bool) -> tuple[tuple[str, str], ...]:
        """Ids and origins of loads by id, file (``source/`` before it or not) or part of an archive.

        Those that a person has dismissed, or else those that are held back.
        """
        if is_dismissed:
            with self._file.reading() as connection:
                rows = connection.execute(
                    "select load_id, source, origin from loads where dismissed_seq = gate_seq"
                ).fetchall()
            known = [(row["load_id"], row["source"], row["origin"]) for row in rows]
        else:
            held = [h for h in self.held_back() if h.load_id]
            known = [(h.load_id, h.source or "", h.what) for h in held]
        return tuple(
            dict.fromkeys(
                (load_id, origin)
                for load_id, source, origin in known
                for file in (origin, origin.partition("!")[0])
                if name in (load_id, file, f"{source}/{file}")
            )
        )

    def dismissed(self) -> frozenset[str]:
        """Ids of loads that a person has dismissed."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "select load_id from loads where dismissed_seq = gate_seq"
            )
            return frozenset(row["load_id"] for row in rows)

    def note_corrected(self, load_id: str, rows: int) -> None:
        """Remember how many quarantined rows of a load have a good version now."""
        with self._file.transaction() as connection:
            connection.execute(
                "update loads set corrected = ? where load_id = ?", (rows, load_id)
            )


_LOADS = """
select
    loads.*,
    json_extract(loads.manifest, '$.left_out') as left_out,
    decisions.reasons,
    decisions.consent,
    decisions.notes,
    decisions.verdict
"""

_OPEN_LOADS = f"""
{_LOADS}
from loads
inner join decisions on decisions.gate_seq = loads.gate_seq
where
    (
        loads.state = 'refused'
        or loads.quarantined > loads.corrected
        or (loads.state = 'accepted' and decisions.consent <> '[]')
    )
    and loads.dismissed_seq is not loads.gate_seq
    and not exists (
        select 1
        from loads as later
        where
            later.vendor = loads.vendor
            and later.stream = loads.stream
            and later.source = loads.source
            and later.state = 'accepted'
            and later.gate_seq > loads.gate_seq
            and (
                (
                    later.delivery = 'snapshot'
                    and loads.delivery = 'snapshot'
                    and substr(later.as_of, 1, 10) > substr(loads.as_of, 1, 10)
                )
                or (
                    later.origin = loads.origin
                    and later.rows > 0
                    and later.rows >= loads.rows
                    and substr(later.as_of, 1, 10) = substr(loads.as_of, 1, 10)
                    and json_extract(later.manifest, '$.file_name') is not null
                )
            )
    )
"""
# A file of the same name on another day is another delivery: what it does not hold stays missing.

_NEWS = f"""
with
before as (
    select decisions.load_id, max(decisions.gate_seq) as gate_seq
    from decisions
    inner join loads on loads.load_id = decisions.load_id
    inner join told on told.vendor = loads.vendor
    where decisions.gate_seq <= told.gate_seq and loads.gate_seq > told.gate_seq
    group by decisions.load_id
)
{_LOADS},
    json_extract(loads.manifest, '$.file_name') is null as is_pulled,
    earlier.state as state_before,
    earlier.quarantined as quarantined_before
from loads
inner join decisions on decisions.gate_seq = loads.gate_seq
left join told on told.vendor = loads.vendor
left join before on before.load_id = loads.load_id
left join decisions as earlier on earlier.gate_seq = before.gate_seq
where
    loads.gate_seq > coalesce(told.gate_seq, 0)
    and (:vendor is null or loads.vendor = :vendor)
order by loads.gate_seq
"""


def _held_of(row: sqlite3.Row) -> Iterable[HeldBack]:
    load = load_of(row)
    given: dict[str, Any] = {
        "source": load.source,
        "stream": load.stream,
        "vendor": load.vendor,
        "what": load.origin,
        "since": datetime.fromisoformat(row["landed_at"]),
        "load_id": load.load_id,
        "gate_seq": load.gate_seq or 0,
    }
    if load.state is LoadState.REFUSED:
        yield HeldBack(how=Held.REFUSED, rows=load.rows, reasons=load.reasons, **given)
        return
    waiting = load.quarantined - row["corrected"]
    if waiting > 0:
        yield HeldBack(how=Held.QUARANTINED, rows=waiting, reasons=load.reasons, **given)
    warnings = tuple(json.loads(row["consent"]))
    if warnings:
        yield HeldBack(how=Held.CONSENT, rows=load.rows, reasons=warnings, **given)


def _held_unread(row: sqlite3.Row) -> HeldBack:
    return HeldBack(
        how=Held.UNREAD,
        source=row["source"],
        stream="",
        vendor=row["vendor"],
        what=row["place"],
        rows=0,
        reasons=(f"{row['reason']}; {row['remedy']}" if row["remedy"] else row["reason"],),
        since=datetime.fromisoformat(row["since"]),
        is_api=bool(row["is_api"]),
    )


def _news(row: sqlite3.Row) -> News:
    load = load_of(row)
    in_use: int | None = None
    if row["state_before"] is not None:
        accepted = row["state_before"] == LoadState.ACCEPTED
        in_use = load.rows - row["quarantined_before"] if accepted else 0
    verdict = verdict_of_json(row["verdict"])
    warnings = tuple(
        _in_words(outcome)
        for outcome in verdict.warnings
        if not is_about_consent(f"{verdict.suite} {outcome.rule}")
    )
    return News(
        load,
        in_use,
        warnings,
        notes=tuple(json.loads(row["notes"])),
        consent=tuple(json.loads(row["consent"])),
        is_pulled=bool(row["is_pulled"]),
    )


def _in_words(outcome: RuleOutcome) -> str:
    values = counted(outcome.evaluated, "value")
    return f"{outcome.rule}: {outcome.detail or f'{outcome.failed:,} of {values} fail'}"


def fingerprint_of(file: Path) -> str:
    """Changes when the file does: its size and time. Nothing for one that cannot be named again."""
    try:
        str(file).encode("utf-8")
        stat = file.lstat()
    except (OSError, UnicodeEncodeError):
        return ""
    return f"{stat.st_size}|{stat.st_mtime_ns}"


def _lies_there(root: Root, place: str, fingerprint: str) -> bool:
    """Whether a file still lies as it did; one that cannot be named is there until a run says no."""
    return not fingerprint or fingerprint_of(root.inbox / place) == fingerprint

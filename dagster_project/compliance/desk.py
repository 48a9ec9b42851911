"""``state/compliance.sqlite``: what was found, once, and every step that people took.

A finding is one rule in one version about one version of a message. Steps are only ever added, which
the file itself sees to; any number of people may take one at a time, also while a run is at work, and
a kill leaves a step whole or none.

Belongs here: keeping and reading. Does not belong here: which step may follow (``states``).
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster_project.compliance.states import (
    HANDLED,
    IS_TRUE,
    DeskError,
    State,
    Step,
    confirmed_by,
    require_allowed,
    state_of,
)
from dagster_project.engines.sqlite_file import SqliteFile

FILE = "compliance.sqlite"

CLEAN, MISSED = "clean", "missed"
"""What the desk says of a message that no rule found."""


@dataclass(frozen=True)
class Found:
    """What a rule found, as a run hands it to the desk.

    ``author_record_id`` wrote the message, ``record_id`` is on its customer's side. ``spans`` is JSON
    of kind, start and end; ``redacted_text`` the message without what is personal in it.
    """

    message_id: str | None
    version_number: int
    rule_id: str
    rule_version: int
    kind: str
    severity: str
    owner: str
    deadline_hours: float | None
    author_role: str
    author_record_id: str | None
    record_id: str | None
    channel: str | None
    brand: str | None
    language: str | None
    labelled_by: str | None
    spans: str
    redacted_text: str | None
    posted_at: datetime
    found_at: datetime
    reopens: bool = False


@dataclass(frozen=True)
class Finding:
    """A finding with what became of it."""

    number: int
    found: Found
    carried_from: int | None
    superseded_by: int | None
    own_steps: tuple[Step, ...]
    steps: tuple[Step, ...]
    """Those of the findings of older rule versions it goes on from, and its own."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(self.steps)

    @property
    def aware_at(self) -> datetime:
        """When the company knew: when a run found it, or earlier, as the desk said."""
        said = [s.aware_at for s in self.steps if s.aware_at is not None]
        return min([self.found.found_at, *said])

    @property
    def due_at(self) -> datetime | None:
        """Real hours after awareness; nights, week-ends and holidays count."""
        hours = self.found.deadline_hours
        return None if hours is None else self.aware_at + timedelta(hours=hours)

    @property
    def handled_at(self) -> datetime | None:
        """When the deadline's work was done; none while it is not."""
        if self.state not in HANDLED:
            return None
        at = self.steps[-1].at
        for step in reversed(self.steps):
            if step.to not in HANDLED:
                break
            at = step.at
        return at

    @property
    def verdict(self) -> bool | None:
        """Whether the rule was right, as people said of this version's finding; none: not said."""
        people = [s for s in self.own_steps if not s.actor.startswith(RULE)]
        if not people or self.state is State.DUPLICATE:
            return None
        if self.state in IS_TRUE:
            return True
        return False if self.state is State.FALSE_POSITIVE else None

    @property
    def confirmed_by(self) -> str | None:
        """Who confirmed it."""
        return confirmed_by(self.steps)


@dataclass(frozen=True)
class Harm:
    """That a post is harmful, and who says so."""

    message_id: str | None
    version_number: int
    harm: str
    labelled_by: str | None
    author_record_id: str | None
    record_id: str | None
    found_at: datetime


@dataclass(frozen=True)
class Sampled:
    """A message that no rule found, drawn for the desk to look at.

    ``eligible``: from how many it was drawn, ``drawn`` how many were; all of one ``day`` are one draw.
    """

    number: int
    message_id: str | None
    version_number: int
    day: str
    eligible: int
    drawn: int
    author_role: str
    author_record_id: str | None
    channel: str | None
    brand: str | None
    language: str | None
    redacted_text: str | None
    posted_at: datetime
    verdict: str | None = None
    kind: str | None = None
    actor: str | None = None


_NAMING = {
    "finding": ("message_id", "author_record_id", "record_id"),
    "harm": ("message_id", "author_record_id", "record_id"),
    "sample": ("message_id", "author_record_id"),
}
"""Columns that name a message or a person, by table."""

_TEXTS = {
    "finding": ", spans = '[]', redacted_text = null",
    "harm": "",
    "sample": ", redacted_text = null",
}

RULE = "rule "
"""What the actor of a step begins with that no person took."""


class Desk:
    """The findings, decisions and samples of one root."""

    def __init__(self, state: Path) -> None:
        """``state``: the root's folder of that name."""
        self._file = SqliteFile(state / FILE, _STEPS, what="the file of the compliance desk")

    def register(self, found: Iterable[Found]) -> tuple[int, ...]:
        """Keep what was not known; returns the numbers of the new ones. The same again changes nothing.

        What an older version of the rule found in the same message goes on as it was decided, or is
        opened again where the rule says so.
        """
        new: list[int] = []
        with self._file.transaction() as connection:
            for each in found:
                number = _insert(connection, each)
                if number is not None:
                    new.append(number)
        return tuple(new)

    def findings(self) -> tuple[Finding, ...]:
        """All of them, in their order."""
        with self._file.reading() as connection:
            rows = connection.execute("select * from finding order by number").fetchall()
            said: dict[int, list[Step]] = {}
            for row in connection.execute("select * from step order by number"):
                said.setdefault(row["finding"], []).append(_step(row))
        following = {row["carried_from"]: row["number"] for row in rows}
        steps: dict[int, tuple[Step, ...]] = {}
        made = []
        for row in rows:  # an older version's finding has a lower number
            own = tuple(said.get(row["number"], ()))
            steps[row["number"]] = (*steps.get(row["carried_from"], ()), *own)
            made.append(
                Finding(
                    row["number"],
                    _found(row),
                    row["carried_from"],
                    following.get(row["number"]),
                    own,
                    steps[row["number"]],
                )
            )
        return tuple(made)

    def finding(self, number: int) -> Finding:
        """One of them.

        Raises:
            DeskError: there is none of this number.
        """
        with self._file.reading() as connection:
            return _read(connection, number)

    def decide(self, number: int, step: Step, *, two_people: Sequence[str] = ()) -> Finding:
        """Take a step; what was said meanwhile by somebody else is seen first.

        ``two_people``: kinds that somebody else must close than who confirmed them.

        Raises:
            DeskError: the step may not follow.
        """
        with self._file.transaction() as connection:
            finding = _read(connection, number)
            if finding.superseded_by is not None:
                raise DeskError(
                    f"a newer version of the rule found the same: finding {finding.superseded_by}",
                    f"finding {number}",
                    f"decide finding {finding.superseded_by}; it goes on from this one",
                )
            require_allowed(
                number,
                finding.steps,
                step,
                needs_two=finding.found.kind in two_people,
                found_at=finding.found.found_at,
            )
            if step.duplicate_of is not None:
                _read(connection, step.duplicate_of)
            _add_step(connection, number, step)
            return _read(connection, number)

    def is_drawn(self, day: str) -> bool:
        """Whether the sample of a day was drawn."""
        with self._file.reading() as connection:
            return _first(connection, "select 1 from draw where day = ?", (day,)) is not None

    def draw(self, day: str, eligible: int, sample: Sequence[Sampled]) -> None:
        """Keep the sample of a day; a day is drawn once."""
        with self._file.transaction() as connection:
            if _first(connection, "select 1 from draw where day = ?", (day,)) is not None:
                return
            connection.execute(
                "insert into draw values (?, ?, ?)", (day, eligible, len(sample))
            )
            connection.executemany(
                "insert or ignore into sample (message_id, version_number, day, author_role, "
                "author_record_id, channel, brand, language, redacted_text, posted_at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        s.message_id, s.version_number, day, s.author_role, s.author_record_id,
                        s.channel, s.brand, s.language, s.redacted_text, _written(s.posted_at),
                    )
                    for s in sample
                ],
            )  # fmt: skip

    def sample(self) -> tuple[Sampled, ...]:
        """Every message drawn, with what was said of it last."""
        with self._file.reading() as connection:
            rows = connection.execute(_SAMPLE).fetchall()
        return tuple(_sampled(row) for row in rows)

    def judge_sample(
        self, number: int, *, kind: str | None, actor: str, reason: str, at: datetime
    ) -> Sampled:
        """Say what a drawn message holds: a ``kind`` of finding that was missed, or none.

        Raises:
            DeskError: there is no such message, or who decides and why is not said.
        """
        if not actor.strip() or not reason.strip():
            raise DeskError(
                "who decides, and why, must be said",
                f"sample {number}",
                "give --author, --reason",
            )
        with self._file.transaction() as connection:
            if _first(connection, "select 1 from sample where number = ?", (number,)) is None:
                raise DeskError(
                    "no message of the sample has this number",
                    f"sample {number}",
                    "`c360 desk sample` lists them",
                )
            connection.execute(
                "insert into verdict (sample, verdict, kind, actor, reason, said_at) "
                "values (?, ?, ?, ?, ?, ?)",
                (number, MISSED if kind else CLEAN, kind, actor, reason, _written(at)),
            )
        return next(s for s in self.sample() if s.number == number)

    def note_harm(self, harm: Iterable[Harm]) -> int:
        """Keep that a post is harmful, also when its text is gone later; returns how many are new."""
        with self._file.transaction() as connection:
            return connection.executemany(
                "insert or ignore into harm (message_id, version_number, harm, labelled_by, "
                "author_record_id, record_id, found_at) values (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        h.message_id, h.version_number, h.harm, h.labelled_by,
                        h.author_record_id, h.record_id, _written(h.found_at),
                    )
                    for h in harm
                ],
            ).rowcount  # fmt: skip

    def table(self, name: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Columns and rows of ``finding``, ``harm``, ``step``, ``sample`` or ``verdict`` as they are kept."""
        with self._file.reading() as connection:
            connection.row_factory = None
            cursor = connection.execute(f"select * from {name} order by number")
            return tuple(column[0] for column in cursor.description), cursor.fetchall()

    def decided(self) -> tuple[Finding, ...]:
        """Findings with steps of their own; of millions few have any."""
        with self._file.reading() as connection:
            numbers = connection.execute(
                "select distinct finding from step order by finding"
            ).fetchall()
            return tuple(_read(connection, number) for (number,) in numbers)

    def ids(self) -> frozenset[str]:
        """Every message and record that findings and samples name."""
        with self._file.reading() as connection:
            return frozenset(
                row[0]
                for table, columns in _NAMING.items()
                for column in columns
                for row in connection.execute(
                    f"select distinct {column} from {table} where {column} is not null"
                )
            )

    def erase(self, ids: Iterable[str]) -> int:
        """Take away texts, and which of these messages and records things are about; decisions stay.

        Returns how many findings and samples were changed.
        """
        changed = 0
        with self._file.transaction() as connection:
            connection.execute("create temp table gone (id text primary key)")
            connection.executemany("insert or ignore into gone values (?)", [(i,) for i in ids])
            for table, columns in _NAMING.items():
                named = " or ".join(f"{c} in (select id from gone)" for c in columns)
                emptied = ", ".join(f"{c} = null" for c in columns)
                changed += connection.execute(
                    f"update {table} set {emptied}{_TEXTS[table]} where {named}"
                ).rowcount
            connection.execute("drop table gone")
        with self._file.reading() as connection:
            connection.execute("vacuum")  # what was taken out lies in free pages until then
        return changed

    def fingerprint(self) -> str:
        """Changes with every finding, step, draw and verdict, and with an erasure."""
        with self._file.reading() as connection:
            counts = [
                f"{table}{tuple(row)}"
                for table, column in (
                    ("finding", "message_id"),
                    ("harm", "message_id"),
                    ("step", "reason"),
                    ("sample", "message_id"),
                    ("verdict", "reason"),
                )
                for row in connection.execute(f"select count(*), count({column}) from {table}")
            ]
        return "".join(counts)


def _insert(connection: sqlite3.Connection, found: Found) -> int | None:
    key = (found.message_id, found.version_number, found.rule_id)
    older = _first(
        connection,
        "select number from finding where message_id = ? and version_number = ? and rule_id = ? "
        "and rule_version < ? order by rule_version desc",
        (*key, found.rule_version),
    )
    added = connection.execute(_INSERT, {**_values(found), "carried_from": older}).rowcount
    if not added:
        return None
    number = int(connection.execute("select last_insert_rowid()").fetchone()[0])
    if older is not None:
        before = _read(connection, older)
        if before.steps:
            _add_step(connection, number, _carried(found, before))
    return number


def _carried(found: Found, before: Finding) -> Step:
    """What a new rule version makes of a decided finding; the company knew since the older one."""
    actor = f"{RULE}{found.rule_id}/{found.rule_version}"
    if found.reopens:
        why = f"opened again; see finding {before.number}"
        return Step(State.NEW, actor, why, found.found_at, aware_at=before.aware_at)
    why = f"goes on from finding {before.number}"
    return Step(
        before.state, actor, why, before.handled_at or before.steps[-1].at,
        before.steps[-1].duplicate_of, before.aware_at,
    )  # fmt: skip


def _read(connection: sqlite3.Connection, number: int) -> Finding:
    row = connection.execute("select * from finding where number = ?", (number,)).fetchone()
    if row is None:
        raise DeskError(
            "no finding has this number", f"finding {number}", "`c360 desk list` lists them"
        )
    own = tuple(
        _step(said)
        for said in connection.execute(
            "select * from step where finding = ? order by number", (number,)
        )
    )
    before = _read(connection, row["carried_from"]).steps if row["carried_from"] else ()
    after = _first(connection, "select number from finding where carried_from = ?", (number,))
    return Finding(number, _found(row), row["carried_from"], after, own, (*before, *own))


def _add_step(connection: sqlite3.Connection, number: int, step: Step) -> None:
    connection.execute(
        "insert into step (finding, to_state, actor, reason, said_at, duplicate_of, aware_at) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        (
            number, step.to, step.actor.strip(), step.reason.strip(), _written(step.at),
            step.duplicate_of, _written(step.aware_at) if step.aware_at else None,
        ),
    )  # fmt: skip


def _first(
    connection: sqlite3.Connection, question: str, values: Sequence[object]
) -> int | None:
    row = connection.execute(question, values).fetchone()
    return None if row is None else int(row[0])


def _values(found: Found) -> Mapping[str, object]:
    return {
        name: _written(value) if isinstance(value, datetime) else value
        for name, value in found.__dict__.items()
        if name != "reopens"
    }


def _found(row: sqlite3.Row) -> Found:
    values = {name: row[name] for name in _COLUMNS}
    times = {name: _time(row[name]) for name in ("posted_at", "found_at")}
    return Found(**{**values, **times})


def _step(row: sqlite3.Row) -> Step:
    aware = row["aware_at"]
    return Step(
        State(row["to_state"]),
        row["actor"],
        row["reason"],
        _time(row["said_at"]),
        row["duplicate_of"],
        _time(aware) if aware else None,
    )


def _sampled(row: sqlite3.Row) -> Sampled:
    return Sampled(**{**dict(row), "posted_at": _time(row["posted_at"])})


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)


_COLUMNS = tuple(name for name in Found.__dataclass_fields__ if name != "reopens")

_INSERT = (
    f"insert or ignore into finding ({', '.join(_COLUMNS)}, carried_from) "
    f"values ({', '.join(f':{name}' for name in _COLUMNS)}, :carried_from)"
)

_SAMPLE = """
select
    s.number, s.message_id, s.version_number, s.day, d.eligible, d.drawn, s.author_role,
    s.author_record_id, s.channel, s.brand, s.language, s.redacted_text, s.posted_at, v.verdict, v.kind, v.actor
from sample as s
join draw as d on d.day = s.day
left join verdict as v
    on v.number = (select max(number) from verdict where verdict.sample = s.number)
order by s.number
"""

_STEPS = {
    1: """
create table finding (
    number integer primary key autoincrement,
    message_id text,
    version_number integer not null,
    rule_id text not null,
    rule_version integer not null,
    kind text not null,
    severity text not null,
    owner text not null,
    deadline_hours real,
    author_role text not null,
    author_record_id text,
    record_id text,
    channel text,
    brand text,
    language text,
    labelled_by text,
    spans text not null,
    redacted_text text,
    posted_at text not null,
    found_at text not null,
    carried_from integer references finding (number),
    unique (message_id, version_number, rule_id, rule_version)
);
create index finding_by_carried_from on finding (carried_from);
create table harm (
    number integer primary key autoincrement,
    message_id text,
    version_number integer not null,
    harm text not null,
    labelled_by text,
    author_record_id text,
    record_id text,
    found_at text not null,
    unique (message_id, version_number)
);
create table step (
    number integer primary key autoincrement,
    finding integer not null references finding (number),
    to_state text not null,
    actor text not null,
    reason text not null,
    said_at text not null,
    duplicate_of integer references finding (number),
    aware_at text
);
create index step_by_finding on step (finding);
create table draw (day text primary key, eligible integer not null, drawn integer not null);
create table sample (
    number integer primary key autoincrement,
    message_id text,
    version_number integer not null,
    day text not null references draw (day),
    author_role text not null,
    author_record_id text,
    channel text,
    brand text,
    language text,
    redacted_text text,
    posted_at text not null,
    unique (message_id, version_number)
);
create table verdict (
    number integer primary key autoincrement,
    sample integer not null references sample (number),
    verdict text not null,
    kind text,
    actor text not null,
    reason text not null,
    said_at text not null
);
create index verdict_by_sample on verdict (sample);
create trigger steps_are_kept before delete on step
begin select raise(abort, 'steps are kept'); end;
create trigger steps_stay before update of finding, to_state, said_at, duplicate_of, aware_at on step
begin select raise(abort, 'steps stay as they were taken'); end;
create trigger verdicts_are_kept before delete on verdict
begin select raise(abort, 'verdicts are kept'); end;
create trigger findings_are_kept before delete on finding
begin select raise(abort, 'findings are kept'); end;
""",
}
"""Statements that lead from each version to the next; an erasure may empty texts, nothing else changes."""

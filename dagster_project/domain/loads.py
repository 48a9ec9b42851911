"""Batches as sources hand them over, loads as the ledger knows them, verdicts as gates give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from dagster_project.domain.streams import Delivery, StreamSpec


@dataclass(frozen=True)
class LeftOut:
    """Rows of a file that are none of its stream's: ``what`` names their kind, never a value."""

    what: str  # what they are, as it stands behind their number: "lines without a value"
    rows: int


@dataclass(frozen=True)
class Batch:
    """One batch of one stream of one source, ready to land.

    ``rows_sql`` is a DuckDB select over files in a work folder. It yields the spec's columns
    as text (missing ones null), ``_native_id``, ``_row`` (1-based), ``_raw`` and ``_extra``.
    ``content_id`` is a hash of the content (of the zip's member) or of the cursor window with
    the vendor's as-of: the same id again is the same load. ``expected_rows`` comes from a
    count made independently of ``rows_sql``; a difference refuses the load.
    ``problems`` are reasons found while reading for which the load must be refused
    (``missing_time_zone: add "timezone: Europe/Paris" to …``); they hold no personal value.
    ``missing_columns`` are ``spec.required`` columns the header lacks.
    ``left_out`` is what the file holds beside the rows of ``rows_sql``; each row of a file is
    in one batch of it, as a row or left out, and nowhere else.
    """

    spec: StreamSpec
    source: str
    content_id: str
    as_of: datetime
    origin: str
    rows_sql: str
    expected_rows: int
    delivery: Delivery
    path: Path | None = None  # file in the inbox, moved to inbox/loaded/ once it has landed
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # worth a warning: undecodable bytes replaced, NULs removed…
    missing_columns: tuple[str, ...] = ()
    missing_remedy: str = ""  # how to get them, where naming a header would not
    cursor: dict[str, str] | None = None  # API streams: stored in the ledger with the load
    skip_known: bool = (
        False  # API re-pulls: rows equal to the newest landed version are left out
    )
    left_out: tuple[LeftOut, ...] = ()

    @property
    def rows_in(self) -> int:
        """Everything that was seen: the rows to land, and those left out by name."""
        return self.expected_rows + sum(left.rows for left in self.left_out)


class LoadState(StrEnum):
    """Where a load stands; staging reads accepted loads only."""

    LANDED = "landed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Load:
    """A load as the ledger knows it."""

    load_id: str
    source: str
    vendor: str
    stream: str
    state: LoadState
    as_of: datetime
    origin: str
    rows: int
    quarantined: int = 0
    gate_seq: int | None = None
    delivery: Delivery = Delivery.DELTA
    reasons: tuple[str, ...] = ()
    is_new: bool = True  # false: the same content was loaded before, nothing was done
    left_out: tuple[LeftOut, ...] = ()

    @property
    def rows_in(self) -> int:
        """Rows the load's part of the file held: those that landed and those left out by name."""
        return self.rows + sum(left.rows for left in self.left_out)


class Severity(StrEnum):
    """What a failed rule does."""

    REFUSE = "refuse"
    QUARANTINE = "quarantine"
    WARN = "warn"


@dataclass(frozen=True)
class RuleOutcome:
    """One expectation's result: counts only, never values."""

    rule: str
    severity: Severity
    passed: bool
    evaluated: int
    failed: int
    detail: str = ""
    sentence: str = ""  # what the rule asks for, as a person says it


@dataclass(frozen=True)
class Verdict:
    """What a gate says of one table: a mart, a publication, or the rows of one load."""

    suite: str
    outcomes: tuple[RuleOutcome, ...] = field(default_factory=tuple)

    @property
    def passed(self) -> bool:
        """Whether nothing refuses the table."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[RuleOutcome, ...]:
        """Failed rules that refuse the whole table."""
        return self._failed(Severity.REFUSE)

    @property
    def warnings(self) -> tuple[RuleOutcome, ...]:
        """Failed rules that only want to be looked at."""
        return self._failed(Severity.WARN)

    @property
    def quarantines(self) -> tuple[RuleOutcome, ...]:
        """Failed rules that hold rows back."""
        return self._failed(Severity.QUARANTINE)

    def _failed(self, severity: Severity) -> tuple[RuleOutcome, ...]:
        return tuple(o for o in self.outcomes if not o.passed and o.severity is severity)


def verdict_of(document: Mapping[str, Any]) -> Verdict:
    """The verdict that ``dataclasses.asdict`` made this document of."""
    outcomes = (
        RuleOutcome(**{**o, "severity": Severity(o["severity"])}) for o in document["outcomes"]
    )
    return Verdict(document["suite"], tuple(outcomes))

"""What a resolution says of itself: counts and seconds, never values."""

from dataclasses import dataclass, field

from dagster_project.identity.blocking.candidates import RuleCount
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.ids import IdChanges
from dagster_project.identity.ledger.naming import NOBODY_MOVED, Moves
from dagster_project.identity.measuring.estimate import Estimate, estimate_from_work, usable
from dagster_project.identity.reading.records import EVERY_RECORD
from dagster_project.identity.workspace import Workspace

DRIFT = 1.5
"""Factor by which candidates per record may differ from training before it is reported."""

UNSEEN = 0.1
"""Share of records with an unseen family name from which that is reported."""


@dataclass(frozen=True)
class RecordCounts:
    """Records by what became of them."""

    records: int
    withdrawn: int
    not_customers: int


@dataclass(frozen=True)
class IdentityReport:
    """Figures of one run.

    ``expected_*`` are the model's own estimates, made without truth and left out where too little
    supports them; ``*_range`` says in words between what they lie, or why they are unknown. So is
    ``blocking_recall``: the share of likely matches of a sample that the rules find.

    ``trained`` says why a model was trained in this run, ``None`` when the frozen one served.
    ``is_unchanged``: nothing had changed, and nothing was done. ``is_incremental``: only what
    changed was resolved; ``reopened`` records were read again because a value of theirs proves
    something else now, ``reclustered`` ones stand in a component that the change touched.
    """

    is_unchanged: bool
    records: int
    withdrawn: int
    not_customers: int
    customers: int
    candidates: int = 0
    links: int = 0
    created: int = 0
    absorbed: int = 0
    merged: int = 0
    split: int = 0
    retired: int = 0
    model_version: str = ""
    trained: str | None = None
    expected_precision: float | None = None
    expected_recall: float | None = None
    precision_range: str = ""
    recall_range: str = ""
    blocking_recall: float | None = None
    largest_customer: int = 0
    rules: tuple[RuleCount, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    retired_values: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    is_incremental: bool = False
    changed: int = 0
    reopened: int = 0
    reclustered: int = 0
    moves: Moves = NOBODY_MOVED


def report_of(
    work: Workspace,
    model: Model,
    changes: IdChanges,
    *,
    trained: str | None = None,
    rules: tuple[RuleCount, ...] = (),
    tables: str = "work",
    only: str = EVERY_RECORD,
) -> IdentityReport:
    """Figures of the tables of ``work``, or of ``kept``, where only some records are in ``work``.

    ``only``: whose status is in ``work``, a condition of ``records.announce``. What takes reading
    every pair or record is left out then, and told by the next run that reads them.
    """
    is_whole = only == EVERY_RECORD
    estimate = estimate_from_work(work.connection, tables) if is_whole else Estimate(None, None)
    counts = status_counts(work, "work.status" if is_whole else _STATUSES.format(only=only))
    flags = work.rows(
        f"select flag, count(distinct value_id) from {tables}.identifier "
        "where flag is not null group by flag order by flag"
    )
    largest = work.number(
        "select coalesce(max(n), 0) "
        f"from (select count(*) as n from {tables}.named group by customer_id)"
    )
    return IdentityReport(
        is_unchanged=False,
        records=counts.records,
        withdrawn=counts.withdrawn,
        not_customers=counts.not_customers,
        customers=work.count(f"(select distinct customer_id from {tables}.named)"),
        candidates=work.count(f"(from {tables}.edge where not is_late)"),
        links=work.count("work.link") if tables == "work" else _links_after(work),
        created=changes.created,
        absorbed=changes.absorbed,
        merged=changes.merged,
        split=changes.split,
        retired=changes.retired,
        model_version=model.version,
        trained=trained,
        expected_precision=usable(estimate.precision),
        expected_recall=usable(estimate.recall),
        precision_range=str(estimate.precision or ""),
        recall_range=str(estimate.recall or ""),
        blocking_recall=model.blocking_recall,
        largest_customer=largest,
        rules=rules,
        seconds=work.seconds,
        retired_values={str(flag): int(count) for flag, count in flags},
        warnings=model.warnings,
        drift=_drift(work, model, tables) if is_whole else (),
    )


_STATUSES = (
    "(select status from identity.record_status where not {only} "
    "union all select status from work.status)"
)


def _links_after(work: Workspace) -> int:
    """Links of the warehouse once those of the records concerned are replaced."""
    stay = work.count(
        "(from identity.links where record_id_l not in (from work.concerned) "
        "and record_id_r not in (from work.concerned))"
    )
    return stay + work.count("work.link")


def _drift(work: Workspace, model: Model, tables: str) -> tuple[str, ...]:
    records = work.count(f"{tables}.feature")
    candidates = work.count(f"(from {tables}.edge where not is_late)")
    if not records or not model.records or not model.candidates:
        return ()
    drift = []
    ratio = (candidates / records) / (model.candidates / model.records)
    if not 1 / DRIFT <= ratio <= DRIFT:
        drift.append(
            f"candidates per record are {ratio:.1f} times those the model was trained on: "
            "consider training again"
        )
    unseen = unseen_share(work, f"{tables}.feature")
    if unseen > UNSEEN:
        drift.append(
            f"{unseen:.0%} of the records have a family name that the model never saw and takes "
            "for the rarest: consider training again"
        )
    return tuple(drift)


def unseen_share(work: Workspace, features: str) -> float:
    """Share of records with a full name whose family name the model's statistics do not know."""
    rows = work.rows(
        f"""
        select
            count(*) filter (hash(feature.family) not in (
                select value from work.common where field = 'family' and value is not null
            ))
                / greatest(count(*), 1)
        from {features} as feature
        where feature.word_count > 1 and feature.family is not null
        """
    )
    return float(rows[0][0])


def status_counts(work: Workspace, table: str) -> RecordCounts:
    """How many records a table of ``record_id, status`` places where."""
    counts = {
        str(status): int(count)
        for status, count in work.rows(f"select status, count(*) from {table} group by status")
    }
    return RecordCounts(
        records=counts.get("resolved", 0),
        withdrawn=counts.get("withdrawn", 0),
        not_customers=counts.get("not_a_customer", 0),
    )

"""What a resolution says of itself: counts and seconds, never values."""

from dataclasses import dataclass, field

from dagster_project.identity.blocking import RuleCount
from dagster_project.identity.ids import NOBODY_MOVED, Moves


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

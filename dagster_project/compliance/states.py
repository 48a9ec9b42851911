"""What may become of a finding: its states, and which step leads from one to which.

Belongs here: the rules of the desk, as functions of what was said before. Does not belong here:
where it is kept (``desk``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dagster_project.domain.errors import Customer360Error


class State(StrEnum):
    """Where a finding stands."""

    NEW = "new"
    IN_REVIEW = "in_review"
    CONFIRMED = "confirmed"
    FALSE_POSITIVE = "false_positive"
    DUPLICATE = "duplicate"
    ESCALATED = "escalated"
    REMEDIATED = "remediated"
    CLOSED = "closed"


NEXT: dict[State, tuple[State, ...]] = {
    State.NEW: (State.IN_REVIEW,),
    State.IN_REVIEW: (
        State.CONFIRMED,
        State.FALSE_POSITIVE,
        State.DUPLICATE,
        State.NEW,
    ),
    State.CONFIRMED: (State.ESCALATED, State.REMEDIATED),
    State.ESCALATED: (State.REMEDIATED,),
    State.REMEDIATED: (State.CLOSED,),
    State.FALSE_POSITIVE: (State.IN_REVIEW,),
    State.DUPLICATE: (State.IN_REVIEW,),
    State.CLOSED: (State.IN_REVIEW,),
}
"""What may follow. A finding that was put aside or closed is looked at again before anything else."""

IS_TRUE = frozenset({State.CONFIRMED, State.ESCALATED, State.REMEDIATED, State.CLOSED})
"""The rule was right."""

OPEN = frozenset(
    {State.NEW, State.IN_REVIEW, State.CONFIRMED, State.ESCALATED, State.REMEDIATED}
)
"""Somebody has still to do something."""

HANDLED = frozenset(
    {
        State.FALSE_POSITIVE,
        State.DUPLICATE,
        State.ESCALATED,
        State.REMEDIATED,
        State.CLOSED,
    }
)
"""Whoever must hear of it has, or nobody must: the deadline is over."""


class DeskError(Customer360Error):
    """A step that the rules of the desk do not allow."""


@dataclass(frozen=True)
class Step:
    """One step of a finding, as it was said."""

    to: State
    actor: str
    reason: str
    at: datetime
    duplicate_of: int | None = None
    aware_at: datetime | None = None


def state_of(steps: Sequence[Step]) -> State:
    """Where the steps have led to, oldest first."""
    return steps[-1].to if steps else State.NEW


def confirmed_by(steps: Iterable[Step]) -> str | None:
    """Who confirmed it last; what was looked at again since is not confirmed any more."""
    actor = None
    for step in steps:
        if step.to is State.CONFIRMED:
            actor = step.actor
        elif step.to in (State.IN_REVIEW, State.NEW):
            actor = None
    return actor


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: spaces and capitals make nobody another."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def require_allowed(
    number: int,
    steps: Sequence[Step],
    step: Step,
    *,
    needs_two: bool,
    found_at: datetime,
) -> None:
    """Check a step against what was said before.

    Raises:
        DeskError: it may not follow, lacks something, or the same person must not take it.
    """
    where = f"finding {number}"
    now = state_of(steps)
    if step.to not in NEXT[now]:
        allowed = ", ".join(NEXT[now])
        raise DeskError(
            f"the finding is {now}; it cannot become {step.to}", where, f"say one of: {allowed}"
        )
    if not step.actor.strip() or not step.reason.strip():
        raise DeskError("who decides, and why, must be said", where, "give --author, --reason")
    if (step.duplicate_of is not None) != (step.to is State.DUPLICATE):
        raise DeskError(
            "a duplicate is one of another finding, and nothing else is",
            where,
            "give --of NUMBER with --to duplicate, and only then",
        )
    if step.duplicate_of == number:
        raise DeskError("a finding is no duplicate of itself", where, "name the other one")
    if step.aware_at is not None and (
        step.to is not State.CONFIRMED or step.aware_at > found_at
    ):
        raise DeskError(
            "awareness is said with the confirmation, and is never later than the finding",
            where,
            f"give --aware-at a time up to {found_at:%Y-%m-%dT%H:%M:%SZ}",
        )
    confirmer = confirmed_by(steps)
    if (
        needs_two
        and step.to is State.CLOSED
        and confirmer is not None
        and same_person(confirmer, step.actor)
    ):
        raise DeskError(
            "who confirmed it cannot close it",
            where,
            "ask somebody else of the desk to look at it and close it",
        )

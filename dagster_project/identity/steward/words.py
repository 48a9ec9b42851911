"""The steward's word: merges and splits of customers, kept as judgements on records.

A judgement names records and not customers, so it holds whatever the resolution makes of
them later. A merge ties every record of both customers to one of them; a split holds the
records named apart from all others of their customer.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.ledger.judgements import Judgement, Verdict, judge_all
from dagster_project.identity.steward.subjects import Subject
from dagster_project.identity.workspace import Workspace

MOST_WORDS = 20_000
"""Judgements that one decision may take; more is a rule to change, not a decision."""


@dataclass(frozen=True)
class Decision:
    """Who decides, why, when, and until when it holds."""

    author: str
    reason: str
    made_at: datetime
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a word that is over before it is said."""
        if self.expires_at is not None and self.expires_at <= self.made_at:
            raise Customer360Error(
                "the judgement would have expired before it is said",
                f"{self.expires_at:%Y-%m-%d}",
                "name a later day, or none",
            )


def merge(
    work: Workspace, state_dir: Path, left: Subject, right: Subject, decision: Decision
) -> list[Judgement]:
    """Say that both are one customer; a record stands for itself, a customer for all its records."""
    rids = tuple(dict.fromkeys(left.rids + right.rids))
    if len(rids) < 2 or left.asked == right.asked:
        raise Customer360Error(
            "a merge needs two different records or customers", left.asked, "name two ids"
        )
    records = _record_ids(work, rids)
    pairs = [(records[0], other) for other in records[1:]]
    return _judged(state_dir, Verdict.SAME, pairs, decision)


def split(
    work: Workspace,
    state_dir: Path,
    customer: Subject,
    records: list[Subject],
    decision: Decision,
) -> list[Judgement]:
    """Hold ``records`` apart from all other records of ``customer``."""
    leaving = {rid for record in records for rid in record.rids}
    foreign = [r.asked for r in records if not set(r.rids) <= set(customer.rids)]
    if foreign:
        raise Customer360Error(
            f"{counted(len(foreign), 'record does', 'records do')} not belong to this customer",
            customer.customer_id,
            "`c360 explain customer` lists its records",
        )
    staying = [rid for rid in customer.rids if rid not in leaving]
    if not staying or not leaving:
        raise Customer360Error(
            "a split needs records that leave and records that stay",
            customer.customer_id,
            "name some of its records, not all",
        )
    apart = [
        (left, right)
        for left in _record_ids(work, tuple(leaving))
        for right in _record_ids(work, tuple(staying))
    ]
    return _judged(state_dir, Verdict.DIFFERENT, apart, decision)


def _record_ids(work: Workspace, rids: tuple[int, ...]) -> list[str]:
    rows = work.rows(
        "select record_id from kept.record where list_contains($1::integer[], rid) order by record_id",
        [list(rids)],
    )
    return [str(row[0]) for row in rows]


def _judged(
    state_dir: Path, verdict: Verdict, pairs: list[tuple[str, str]], decision: Decision
) -> list[Judgement]:
    if len(pairs) > MOST_WORDS:
        raise Customer360Error(
            f"this decision would take {len(pairs):,} judgements, more than {MOST_WORDS:,}",
            "",
            "a customer that large comes of a rule: see `c360 explain customer`, tighten "
            "config/identity.yml and try it with `c360 preview`",
        )
    return judge_all(
        state_dir,
        verdict=verdict,
        pairs=pairs,
        author=decision.author,
        reason=decision.reason,
        made_at=decision.made_at,
        expires_at=decision.expires_at,
    )

"""Why two records or customers are not one: the reasons in the order of their force."""

from dataclasses import dataclass
from enum import StrEnum

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.model import Model
from dagster_project.identity.steward.pairs import PairEvidence, explain_pairs
from dagster_project.identity.steward.subjects import Subject
from dagster_project.identity.workspace import Workspace

MOST_PAIRS = 400
"""Pairs across two customers that are compared in search of the best one."""


class Reason(StrEnum):
    """What keeps two records apart; the first that holds is given."""

    JUDGED = "a steward judged records of both to be different"
    TOGETHER = "they are one customer"
    MAILBOX = "one of them is a shared mailbox, which is never a person"
    VETOED = "a veto overrules the evidence"
    CAPPED = (
        "what they share may be a household's or an office's, and nothing is one person's alone"
    )
    TOO_LITTLE = "the evidence does not reach what a link needs"
    AMBIGUOUS = "the link is weak and has a rival that is as good"
    LIMIT = "together they would have more values of one kind than a customer may have"
    UNSEEN = "the evidence would do, but no blocking rule brought the pair together"
    OUTVOTED = (
        "the pair would be joined, but other records of the two customers speak against it"
    )


@dataclass(frozen=True)
class Apart:
    """The reason, and the strongest pair of records across. ``net_bits``: all pairs across."""

    reason: Reason
    best: PairEvidence | None
    net_bits: float | None = None
    judged_by: str = ""


def explain_apart(
    work: Workspace,
    spec: IdentitySpec,
    model: Model,
    left: Subject,
    right: Subject,
    *,
    shown: bool,
) -> Apart:
    """Why ``left`` and ``right`` are not one customer."""
    best = _best_pair(work, spec, model, left, right, shown=shown)
    if left.customer_id == right.customer_id:
        return Apart(Reason.TOGETHER, best)
    judged = _judged_by(work, left, right)
    if judged:
        return Apart(Reason.JUDGED, best, judged_by=judged)
    if best is None:
        return Apart(Reason.MAILBOX, None)
    net = _net_between(work, left, right)
    return Apart(_reason(best), best, net_bits=net)


def _reason(best: PairEvidence) -> Reason:
    if best.vetoes:
        return Reason.VETOED
    if best.odds <= best.needed:
        return Reason.CAPPED if best.caps else Reason.TOO_LITTLE
    if best.gave_way:
        return Reason.LIMIT
    if best.is_ambiguous:
        return Reason.AMBIGUOUS
    return Reason.OUTVOTED if best.was_compared else Reason.UNSEEN


def _best_pair(
    work: Workspace,
    spec: IdentitySpec,
    model: Model,
    left: Subject,
    right: Subject,
    *,
    shown: bool,
) -> PairEvidence | None:
    pairs = [(a, b) for a in left.rids for b in right.rids if a != b][:MOST_PAIRS]
    found = explain_pairs(work, spec, model, pairs, shown=shown)
    ranked = sorted(
        found, key=lambda e: (bool(e.vetoes), -e.odds, e.record_id_l, e.record_id_r)
    )
    return ranked[0] if ranked else None


def _judged_by(work: Workspace, left: Subject, right: Subject) -> str:
    """Author of a standing DIFFERENT between the two customers, empty without one."""
    rows = work.rows(
        """
        select judgement.author
        from kept.judgement
        inner join kept.named as l on judgement.record_id_l = l.record_id
        inner join kept.named as r on judgement.record_id_r = r.record_id
        where
            judgement.verdict = 'different'
            and least(l.customer_id, r.customer_id) = least($1, $2)
            and greatest(l.customer_id, r.customer_id) = greatest($1, $2)
        order by judgement.number desc
        limit 1
        """,
        [left.customer_id, right.customer_id],
    )
    return str(rows[0][0]) if rows else ""


def _net_between(work: Workspace, left: Subject, right: Subject) -> float | None:
    """Sum of the weights of all compared pairs between the two customers, in bits."""
    rows = work.rows(
        """
        with

        side as (

            select record.rid, named.customer_id
            from kept.named
            inner join kept.record on named.record_id = record.record_id
            where named.customer_id in ($1, $2)

        )

        select sum(edge.weight) / 10.0
        from kept.edge
        inner join side as l on edge.l = l.rid
        inner join side as r on edge.r = r.rid
        where l.customer_id <> r.customer_id
        """,
        [left.customer_id, right.customer_id],
    )
    return None if rows[0][0] is None else float(str(rows[0][0]))

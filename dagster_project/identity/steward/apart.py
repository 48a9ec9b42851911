"""Why two records or customers are not one: the reasons in the order of their force."""

from dataclasses import dataclass
from enum import StrEnum

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.bits import VETO
from dagster_project.identity.learning.model import Model
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
    """The reason, and the strongest pair of records across.

    ``net_bits``: what all pairs across say together, vetoed ones left out and counted in
    ``vetoed_pairs``. ``rival``: the record whose link is as good, and its odds. ``joined_by``: what
    holds two records together besides the evidence of their own link. ``is_at_home``: what they share
    is a home's, and weak however many bits it comes to.
    """

    reason: Reason
    best: PairEvidence | None
    net_bits: float | None = None
    vetoed_pairs: int = 0
    judged_by: str = ""
    rival: tuple[str, float] | None = None
    joined_by: str = ""
    is_at_home: bool = False

    @property
    def is_one(self) -> bool:
        """Whether they are one customer today."""
        return self.reason is Reason.TOGETHER

    @property
    def sentence(self) -> str:
        """Verdict and reason, as every command and picture says it."""
        if self.is_one:
            return f"one customer: {self.joined_by}"
        return f"two customers: {self._why()}"

    def _why(self) -> str:
        told = {
            Reason.JUDGED: f"a steward ({self.judged_by}) judged records of both to be different"
        }
        if self.best is not None:
            told |= _of_pair(self.best, self.rival, is_at_home=self.is_at_home)
        return told.get(self.reason, str(self.reason))


def _of_pair(
    best: PairEvidence, rival: tuple[str, float] | None, *, is_at_home: bool
) -> dict[Reason, str]:
    """What the strongest pair makes of each reason."""
    weak = "may be one of a home" if is_at_home else "is weak"
    ambiguous = (
        f"the link ({bits(best.odds)} bits) {weak}, and what is known best of the two customers "
        "speaks against it"
    )
    if rival is not None:
        ambiguous = (
            f"the link ({bits(best.odds)} bits) {weak} and has a rival as good, {rival[0]} "
            f"({bits(rival[1])} bits): it is joined to neither"
        )
    return {
        Reason.VETOED: f"vetoed by {_words(best.vetoes)}, which overrules all evidence",
        Reason.CAPPED: f"held back by the guard {_words(best.caps)}: {Reason.CAPPED}",
        Reason.TOO_LITTLE: (
            f"{bits(best.odds)} bits do not reach the threshold of {bits(best.needed)}"
        ),
        Reason.AMBIGUOUS: ambiguous,
        Reason.LIMIT: (
            f"together they would have more values of kind {best.gave_way} than a customer may have"
        ),
    }


def bits(value: float) -> str:
    """Bits with their sign, and a zero without one."""
    rounded = round(value, 1)
    return f"{rounded:+.1f}" if rounded else "0.0"


def _words(names: tuple[str, ...]) -> str:
    return " and ".join(name.replace("_", " ") for name in names)


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
        return Apart(Reason.TOGETHER, best, joined_by=_joined_by(work, left, right, best))
    judged = _judged_by(work, left, right)
    if judged:
        return Apart(Reason.JUDGED, best, judged_by=judged)
    if best is None:
        return Apart(Reason.MAILBOX, None)
    net, vetoed = _net_between(work, left, right)
    reason = _reason(best)
    rival = _rival(work, spec, left, right, best) if reason is Reason.AMBIGUOUS else None
    return Apart(
        reason,
        best,
        net_bits=net,
        vetoed_pairs=vetoed,
        rival=rival,
        is_at_home=best.odds >= spec.clusters.sure_bits,
    )


def _joined_by(
    work: Workspace, left: Subject, right: Subject, best: PairEvidence | None
) -> str:
    rows = work.rows(
        """
        select must_link.evidence from kept.must_link
        where
            list_contains($1::integer[], must_link.l) and list_contains($2::integer[], must_link.r)
            or list_contains($2::integer[], must_link.l)
            and list_contains($1::integer[], must_link.r)
        order by must_link.weight desc
        limit 1
        """,
        [list(left.rids), list(right.rids)],
    )
    if rows:
        said = str(rows[0][0])
        return "a steward judged them the same" if said == "judged the same" else said
    if left.rids == right.rids or best is None:
        return "records of one customer"
    if best.speaks_for and best.was_compared:
        return f"{bits(best.odds)} bits are more than the threshold of {bits(best.needed)}"
    return "other records of the customer hold them together, their own link does not"


def _rival(
    work: Workspace, spec: IdentitySpec, left: Subject, right: Subject, best: PairEvidence
) -> tuple[str, float] | None:
    """The record outside of both whose weak link to one of them is about as good."""
    rows = work.rows(
        """
        with

        side as (

            select record.rid, named.record_id, named.customer_id
            from kept.named
            inner join kept.record on named.record_id = record.record_id

        ),

        own as (select rid, customer_id from side where customer_id in ($1, $2)),

        met as (

            select edge.odds, case when l.rid is null then edge.l else edge.r end as other
            from kept.edge
            left join own as l on edge.l = l.rid
            left join own as r on edge.r = r.rid
            where edge.is_ambiguous and (l.rid is null) <> (r.rid is null)

        )

        select side.record_id, met.odds / 10.0
        from met
        inner join side on met.other = side.rid
        where met.odds / 10.0 > $3 - $4
        order by met.odds desc, side.record_id
        limit 1
        """,
        [left.customer_id, right.customer_id, best.odds, spec.clusters.rival_bits],
    )
    return (str(rows[0][0]), float(rows[0][1])) if rows else None


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


def _net_between(work: Workspace, left: Subject, right: Subject) -> tuple[float | None, int]:
    """What all compared pairs between the two say together in bits, and how many are vetoed."""
    rows = work.rows(
        """
        with

        side as (

            select record.rid, named.customer_id
            from kept.named
            inner join kept.record on named.record_id = record.record_id
            where named.customer_id in ($1, $2)

        )

        select
            sum(edge.weight) filter (edge.weight > $3) / 10.0,
            count(*) filter (edge.weight <= $3)
        from kept.edge
        inner join side as l on edge.l = l.rid
        inner join side as r on edge.r = r.rid
        where l.customer_id <> r.customer_id
        """,
        [left.customer_id, right.customer_id, VETO],
    )
    net, vetoed = rows[0]
    return None if net is None else float(net), int(vetoed)

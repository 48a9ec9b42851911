"""Outcomes to rows of a table: of several shuffled copies the worst counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dagster_project.identity.benchmark.run import Outcome
from dagster_project.identity.measuring.scorecard import Scorecard


@dataclass(frozen=True)
class Row:
    """One contestant's variant on one set; the worst of its seeds in every figure."""

    labelled: str
    contestant: str
    variant: str
    precision: float
    recall: float
    f1: float
    b_cubed_f1: float
    blocking_recall: float | None
    pairs_per_record: float | None
    seconds: float
    imports: float
    cpu: float
    peak_mb: float
    seeds: int

    def figures(self) -> dict[str, Any]:
        """For a file."""
        return dict(vars(self))


def summarise(outcomes: Sequence[Outcome]) -> list[Row]:
    """Rows per set and contestant: the natural variant, then the best one chosen with labels."""
    keys = dict.fromkeys((o.labelled, o.contestant) for o in outcomes)
    rows = []
    for labelled, contestant in keys:
        group = [o for o in outcomes if (o.labelled, o.contestant) == (labelled, contestant)]
        natural, *others = group[0].cards
        rows.append(_row(group, natural, natural))
        if others:
            best = max([natural, *others], key=lambda name: _least_f1(group, name))
            rows.append(_row(group, best, f"best of {len(others) + 1}, with labels: {best}"))
    return rows


def _least_f1(group: Sequence[Outcome], variant: str) -> float:
    return min(outcome.cards[variant].pairs.f1 or 0.0 for outcome in group)


def _row(group: Sequence[Outcome], variant: str, shown_as: str) -> Row:
    cards = [outcome.cards[variant] for outcome in group]
    worst = min(cards, key=lambda card: card.pairs.f1 or 0.0)
    blocking = [card.candidates for o in group for card in o.cards.values() if card.candidates]
    return Row(
        labelled=group[0].labelled,
        contestant=group[0].contestant,
        variant=shown_as,
        precision=worst.pairs.precision or 0.0,
        recall=worst.pairs.recall or 0.0,
        f1=worst.pairs.f1 or 0.0,
        b_cubed_f1=min(_b_cubed(card) for card in cards),
        blocking_recall=min((c.recall or 0.0 for c in blocking), default=None),
        pairs_per_record=max((c.pairs / group[0].rows for c in blocking), default=None),
        seconds=max(o.seconds for o in group),
        imports=max(o.imports for o in group),
        cpu=max(o.cpu for o in group),
        peak_mb=max(o.peak_mb for o in group),
        seeds=len(group),
    )


def _b_cubed(card: Scorecard) -> float:
    return card.b_cubed_f1 or 0.0

"""Why two records are, or are not, one customer: the evidence in bits, field by field.

The bits of all fields, the term frequency of what agrees and the prior add up to the odds that the
resolution used (Fellegi and Sunter, 1969; the picture is Splink's "waterfall", our own code).
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.bits import VETO, chance
from dagster_project.identity.clustering.edges import score_pairs
from dagster_project.identity.comparing.guards import Mask, capped_by, guard, vetoed_by
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.comparing.patterns import COMPARISONS, is_known, unpack
from dagster_project.identity.learning.model import Model
from dagster_project.identity.steward.values import RecordValues
from dagster_project.identity.workspace import Workspace

PRIOR = "prior"
TF_WEIGHT = "tf_weight"


@dataclass(frozen=True)
class Contribution:
    """What one field says. ``bits`` > 0 speaks for one customer; values may be masked."""

    field: str
    level: str
    bits: float
    value_l: str = ""
    value_r: str = ""


@dataclass(frozen=True)
class PairEvidence:
    """All evidence on two records. ``odds`` is the sum of the contributions, in bits.

    ``needed`` is how many bits of odds a link must have. ``vetoes`` and ``caps`` say
    which guards overrule what the fields would have reached; ``gave_way`` names the kind of
    identifier whose limit a customer of both would break.
    """

    record_id_l: str
    record_id_r: str
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    odds: float
    needed: float
    vetoes: tuple[str, ...]
    caps: tuple[str, ...]
    was_compared: bool
    is_ambiguous: bool
    gave_way: str
    pattern: int

    @property
    def probability(self) -> float:
        """Chance that both are one person, as the model has it."""
        return float(chance(self.odds))

    @property
    def speaks_for(self) -> bool:
        """Whether the pair by itself would be joined."""
        held = self.vetoes or self.is_ambiguous or self.gave_way
        return not held and self.odds > self.needed


def explain_pairs(
    work: Workspace,
    spec: IdentitySpec,
    model: Model,
    pairs: list[tuple[int, int]],
    *,
    shown: bool,
) -> list[PairEvidence]:
    """The evidence on pairs of rids, in the order asked; pairs with a mailbox have none."""
    ordered = [(min(pair), max(pair)) for pair in pairs]
    work.run(
        "create or replace table work.asked as "
        "select unnest($1::integer[]) as l, unnest($2::integer[]) as r",
        [[left for left, _ in ordered], [right for _, right in ordered]],
    )
    compare_pairs(work, "work.asked", "work.asked_compared", model.plan.comparing)
    score_pairs(work, spec, model, "work.asked_compared")
    rows = work.rows(_FOUND)
    found = {(int(row[0]), int(row[1])): row for row in rows}
    needed = spec.clusters.merge_bits
    return [
        _explained(work, found[pair], spec=spec, model=model, needed=needed, shown=shown)
        for pair in ordered
        if pair in found
    ]


_FOUND = """
select
    edge.l, edge.r, l.record_id, r.record_id, edge.pattern, edge.bits, edge.odds, edge.weight,
    known.l is not null, coalesce(known.is_ambiguous, false), act.kind
from work.edge
inner join kept.record as l on edge.l = l.rid
inner join kept.record as r on edge.r = r.rid
left join kept.edge as known on edge.l = known.l and edge.r = known.r
left join kept.limit_act as act on edge.l = act.l and edge.r = act.r
"""


def _explained(
    work: Workspace,
    row: tuple[Any, ...],
    *,
    spec: IdentitySpec,
    model: Model,
    needed: float,
    shown: bool,
) -> PairEvidence:
    rid_l, rid_r, pattern, bits, odds, weight = (int(row[n]) for n in (0, 1, 4, 5, 6, 7))
    levels = unpack(np.array([pattern], dtype=np.int64))
    known = {str(column[0]) for column in work.rows("select name from work.known_column")}
    left = RecordValues(work, rid_l, shown=shown)
    right = RecordValues(work, rid_r, shown=shown)
    said = field_bits(model, levels)

    def said_by_both(field: str) -> bool:
        return field in _STATED and "–" not in {left.of(field), right.of(field)}

    contributions = [
        Contribution(name, level, worth, left.of(name), right.of(name))
        for name, level, worth in said
    ]
    tf_weight = bits / 10 - sum(worth for _, _, worth in said)
    contributions.append(Contribution(TF_WEIGHT, "of what agrees, and guards", tf_weight))
    contributions.append(Contribution(PRIOR, "two records taken at random", (odds - bits) / 10))
    return PairEvidence(
        record_id_l=str(row[2]),
        record_id_r=str(row[3]),
        contributions=tuple(contributions),
        missing=tuple(
            c.name + (_NOTHING if said_by_both(c.name) else "")
            for n, c in enumerate(COMPARISONS)
            if not levels[0, n] and c.name != "source" and is_known(c, known)
        ),
        odds=odds / 10,
        needed=needed,
        vetoes=_named(vetoed_by(levels, model.vetoes)) if weight <= VETO else (),
        caps=_named(capped_by(levels, model.vetoes))
        if sum(worth for _, _, worth in said) + (odds - bits) / 10 > needed
        else (),
        was_compared=bool(row[8]),
        is_ambiguous=bool(row[9]) and not row[10],
        gave_way=str(row[10] or ""),
        pattern=pattern,
    )


_STATED = ("birth_date", "email", "phone")
"""Fields whose values may be there and prove nothing."""

_NOTHING = " (a placeholder or a value of everybody's: counts as missing)"


def field_bits(model: Model, levels: np.ndarray) -> list[tuple[str, str, float]]:  # type: ignore[type-arg]
    """Field, level and bits of every comparison of one pattern that has a value on both sides."""
    return [
        (
            c.name,
            c.levels[levels[0, n] - 1].name,
            float(model.weights(levels, only=(c.name,))[0]),
        )
        for n, c in enumerate(COMPARISONS)
        if levels[0, n]
    ]


def _named(masks: dict[str, Mask]) -> tuple[str, ...]:
    """Guards that judge the first pattern."""
    return tuple(name for name, mask in masks.items() if mask[0])


def what_would_change(
    evidence: PairEvidence, model: Model, *, is_one: bool, needed: float | None = None
) -> list[str]:
    """What alone, or else two things together, would have turned the answer; nothing that would not.

    ``needed``: the odds to be passed, where more than a link's threshold is.
    """
    levels = unpack(np.array([evidence.pattern], dtype=np.int64))
    if is_one:
        return [
            f"without the {said.field.replace('_', ' ')} ({said.bits:+.1f} bits) they would not be joined"
            for said in evidence.contributions
            if said.field not in {PRIOR, TF_WEIGHT} and said.bits > 0
            if _parts(evidence, levels, model, said)
        ]
    wanted = evidence.needed if needed is None else needed
    # what one goes by is compared only where a name is missing, so it cannot agree as well
    named = {
        n
        for n, c in enumerate(COMPARISONS)
        if levels[0, n]
        or (c.name != "alias" and any(name.startswith(c.name) for name in evidence.missing))
    }
    better = [(n, best) for n, best in _best_levels().items() if n in named]
    for size in (1, 2):
        found = _turning(model, levels, evidence.odds, wanted, better=better, size=size)
        if found:
            return found[:MOST_ADVICE]
    return []


def _parts(
    evidence: PairEvidence,
    levels: np.ndarray,  # type: ignore[type-arg]
    model: Model,
    said: Contribution,
) -> bool:
    """Whether the link would be gone without a field: too few bits, or a guard against the rest."""
    without = levels.copy()
    without[0, [c.name for c in COMPARISONS].index(said.field)] = 0
    judged = guard(without, model.vetoes)
    too_few = evidence.odds - said.bits <= evidence.needed
    return bool(too_few or judged.vetoed[0] or judged.capped[0])


MOST_ADVICE = 5
"""Ways to turn an answer that are told, those that would need least first."""


def _turning(
    model: Model,
    levels: np.ndarray,  # type: ignore[type-arg]
    odds: float,
    needed: float,
    *,
    better: list[tuple[int, int]],
    size: int,
) -> list[str]:
    """Sets of so many fields that would join the two if they agreed in full and no guard minded."""
    told = []
    before = float(model.weights(levels)[0])
    for chosen in combinations(better, size):
        changed = levels.copy()
        for column, level in chosen:
            changed[0, column] = level
        if any(levels[0, column] == level for column, level in chosen):
            continue
        judged = guard(changed, model.vetoes)
        gain = float(model.weights(changed)[0]) - before
        if judged.vetoed[0] or judged.capped[0] or odds + gain <= needed:
            continue
        fields = " and the same ".join(
            COMPARISONS[column].name.replace("_", " ") for column, _ in chosen
        )
        told.append((gain, f"the same {fields} would have joined them ({gain:+.1f} bits)"))
    return [line for _, line in sorted(told)]


def _best_levels() -> dict[int, int]:
    """Per comparison that can agree in full, the position of that level."""
    found = {}
    for n, comparison in enumerate(COMPARISONS):
        names = [level.name for level in comparison.levels]
        best = next((name for name in ("same", "full_name") if name in names), None)
        if best is not None:
            found[n] = comparison.position(best)
    return found

"""The model: keys, weights and frequencies, frozen between trainings and kept in state.

Belongs here: when to train, what is kept, how patterns turn into weights.
Does not belong here: the estimation itself (``weights``, imported only when training); which
blocking rules are worth their pairs (``rule_choice``).
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.interplay import widen
from dagster_project.identity.judged import compare_judged
from dagster_project.identity.judgements import Judgement
from dagster_project.identity.levels import COMPARISONS
from dagster_project.identity.rarity import typical_surprise
from dagster_project.identity.rule_choice import Rule
from dagster_project.identity.scoring import Comparing, compare_pairs
from dagster_project.identity.workspace import Workspace

if TYPE_CHECKING:
    from dagster_project.identity.training import Lesson

FORMAT = "11"
"""Grows when features or levels change, so that models of older code are trained anew."""

NAME_ALONE = 30
"""Tenths of a bit by which the rarest name may exceed one in all records: names of relatives
are not independent draws, so that a name alone is never more than weak evidence."""

FEW_RECORDS = 400
"""Up to so many records, everybody is compared with everybody."""

_Counted = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Plan:
    """What is settled before any pair is made: how fields' rarity counts, and the rules.

    ``blocking_recall`` is the share of likely matches the rules found in the sample they
    were chosen by; ``None`` when the configuration names the rules.
    """

    comparing: Comparing
    rules: tuple[Rule, ...]
    blocking_recall: float | None
    strangers: _Counted | None = None


@dataclass(frozen=True)
class Model:
    """Everything candidates and scores depend on.

    ``match``/``stranger``: per comparison and per pair of those weighed ``together``, per
    level. ``typical`` is how much an agreement on
    a field says on average, in tenths of a bit; a rarer value says more and a common one
    less. ``records`` and ``candidates`` are those it was trained on.
    """

    version: str
    spec_hash: str
    records: int
    candidates: int
    prior: float
    match: tuple[tuple[float, ...], ...]
    stranger: tuple[tuple[float, ...], ...]
    together: tuple[tuple[str, str], ...]
    vetoes: tuple[str, ...]
    typical: dict[str, float]
    rules: tuple[tuple[tuple[str, ...], int], ...]
    blocking_recall: float | None
    iterations: int
    converged: bool
    warnings: tuple[str, ...]

    @property
    def plan(self) -> Plan:
        """How this model's candidates and patterns are made."""
        rules = tuple(Rule(atoms, cap) for atoms, cap in self.rules)
        return Plan(_comparing(self.typical, self.records), rules, self.blocking_recall)

    @property
    def prior_bits(self) -> float:
        """Log-odds (base 2) that two random records are one person."""
        return float(np.log2(self.prior / (1.0 - self.prior)))

    def weights(
        self, levels: npt.NDArray[np.int8], only: Collection[str] | None = None
    ) -> npt.NDArray[np.float64]:
        """Evidence of patterns in bits, of all or some comparisons; missing adds nothing."""
        if only is not None:
            left_out = [n for n, c in enumerate(COMPARISONS) if c.name not in only]
            levels = levels.copy()
            levels[:, left_out] = 0
        wide = widen(levels, COMPARISONS, self.together)
        bits = np.zeros(len(levels))
        for column, (match, stranger) in enumerate(zip(self.match, self.stranger, strict=True)):
            table = np.concatenate([[0.0], np.log2(np.array(match) / np.array(stranger))])
            bits += table[wide[:, column]]
        return bits

    def to_json(self) -> str:
        """The form kept in state."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Model":
        """Read what ``to_json`` wrote."""
        data = json.loads(text)
        for key in ("match", "stranger"):
            data[key] = tuple(tuple(values) for values in data[key])
        data["rules"] = tuple((tuple(atoms), cap) for atoms, cap in data["rules"])
        data["together"] = tuple((first, second) for first, second in data["together"])
        data["vetoes"] = tuple(data["vetoes"])
        data["warnings"] = tuple(data["warnings"])
        return cls(**data)


def read_model(text: str) -> Model | None:
    """The model kept as ``text``; nothing where older code kept it in another shape."""
    try:
        return Model.from_json(text)
    except (KeyError, TypeError):
        return None


def _comparing(typical: dict[str, float], records: int) -> Comparing:
    return Comparing(typical, round(10 * float(np.log2(max(records, 2)))) + NAME_ALONE)


def training_key(spec: IdentitySpec) -> str:
    """A model is used as long as this stays the same: the spec and the code's levels."""
    return hashlib.sha256(f"{FORMAT}|{spec.hash}".encode()).hexdigest()[:16]


def needs_training(model: Model | None, spec: IdentitySpec, records: int) -> str | None:
    """Why a model must be trained now, or nothing when the frozen one serves."""
    if model is None:
        return "no model yet"
    if model.spec_hash != training_key(spec):
        return "the configuration changed"
    if records > model.records * (1 + spec.model.retrain_when_grown):
        return "many more records than the model was trained on"
    return None


def plan_training(work: Workspace, spec: IdentitySpec) -> Plan:
    """Learn how rare values are, compare random pairs, and choose blocking rules."""
    comparing = _comparing(typical_surprise(work), work.count("work.feature"))
    sample_random_pairs(work, spec)
    compare_pairs(work, "work.random_pair", "work.strangers", comparing)
    strangers = _counted(work, "work.strangers")
    options = spec.blocking
    if options.rules:
        rules = tuple(Rule(tuple(atoms), options.cap) for atoms in options.rules)
        return Plan(comparing, rules, None, strangers)
    if work.count("work.feature") <= FEW_RECORDS:
        return Plan(comparing, (Rule((), 2 * FEW_RECORDS),), 1.0, strangers)
    from dagster_project.identity.meetings import gather_meetings
    from dagster_project.identity.rule_choice import choose_rules

    choice = choose_rules(
        gather_meetings(work, spec, comparing, strangers),
        budget=options.pairs_per_record,
        most_rules=options.most_rules,
    )
    return Plan(comparing, choice.rules, choice.expected_recall, strangers)


def train_model(
    work: Workspace, spec: IdentitySpec, plan: Plan, judgements: Sequence[Judgement] = ()
) -> Model:
    """Learn weights from the candidates' patterns and the random pairs of the plan.

    Pairs judged to be one person are matches for sure, pairs judged to be two teach nothing.
    """
    from dagster_project.identity.training import learn

    strangers = plan.strangers
    if strangers is None:
        raise AssertionError("a model is trained by a plan made for training")
    compare_judged(work, judgements, plan.comparing)
    patterns, counts = _counted(work, "work.compared anti join work.judged using (l, r)")
    records = work.count("work.feature")
    lesson = learn(
        patterns,
        counts,
        strangers,
        vetoes=spec.vetoes,
        least_matches=spec.model.least_matches,
        all_pairs=max(records * (records - 1) / 2, 1.0),
        judged=_counted(work, "work.compared_judged"),
    )
    fit = lesson.fit
    body = {
        "spec_hash": training_key(spec),
        "records": records,
        "candidates": int(counts.sum()),
        "prior": fit.prior,
        "match": tuple(tuple(round(float(v), 12) for v in values) for values in fit.m),
        "stranger": _with_exact_names(fit.u, plan.comparing.typical["rarity"] / 10),
        "together": lesson.together,
        "vetoes": lesson.vetoes,
        "typical": plan.comparing.typical,
        "rules": tuple((rule.atoms, rule.cap) for rule in plan.rules),
        "blocking_recall": plan.blocking_recall,
        "iterations": fit.iterations,
        "converged": fit.converged,
        "warnings": _doubts(records, lesson),
    }
    version = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    return Model(version=version, **body)  # type: ignore[arg-type]


def _with_exact_names(
    strangers: tuple[npt.NDArray[np.float64], ...], typical_name: float
) -> tuple[tuple[float, ...], ...]:
    """How often strangers have one name follows from how names are spread, better than a sample.

    So does how often one goes by the other's name, which can be written two ways round.
    """
    rounded = [[float(f"{v:.9e}") for v in values] for values in strangers]
    if not typical_name:
        return tuple(tuple(values) for values in rounded)
    for comparison, level, ways in (("name", "same", 1.0), ("alias", "full_name", 2.0)):
        column = [c.name for c in COMPARISONS].index(comparison)
        position = COMPARISONS[column].position(level) - 1
        rounded[column][position] = float(f"{ways * 2.0**-typical_name:.9e}")
    return tuple(tuple(values) for values in rounded)


def sample_random_pairs(work: Workspace, spec: IdentitySpec) -> None:
    """``work.random_pair(l, r)``: chosen by hash of record_id, so row order does not matter."""
    records = work.count("work.feature")
    wanted = spec.model.random_pairs
    steps = min(records - 1, -(-wanted // max(records, 1)))
    work.run(
        f"""
        create or replace table work.shuffled as
        select
            feature.rid,
            row_number() over (
                order by md5(record.record_id || '{spec.model.seed}'), feature.rid
            ) - 1 as place
        from work.feature
        inner join work.record on feature.rid = record.rid
        """
    )
    work.run(
        f"""
        create or replace table work.random_pair as
        select least(l.rid, r.rid) as l, greatest(l.rid, r.rid) as r
        from (
            select rid, (place + step) % {max(records, 1)} as partner
            from work.shuffled, range(1, {max(steps, 0) + 1}) as stepping(step)
            where place * {max(steps, 1)} + step <= {wanted}
        ) as l
        inner join work.shuffled as r on l.partner = r.place
        where l.rid <> r.rid
        """
    )


def _counted(work: Workspace, table: str) -> _Counted:
    found = work.connection.execute(
        f"select pattern, count(*) as pairs from {table} group by pattern order by pattern"
    ).fetchnumpy()
    return np.asarray(found["pattern"], np.int64), np.asarray(found["pairs"], np.int64)


def _doubts(records: int, lesson: "Lesson") -> tuple[str, ...]:
    """Reasons not to trust what was learned."""
    doubts = []
    if not lesson.fit.converged:
        doubts.append("training did not settle; weights may be off")
    if records > 1_000 and lesson.fit.prior * records > 20:
        doubts.append(
            "the model expects more than 20 matches per record: too many to be people"
        )
    for first, second in lesson.overrated:
        doubts.append(
            f"{first} and {second} go together among strangers and are weighed as if they did "
            "not: pairs that agree on both are overrated"
        )
    return tuple(doubts)

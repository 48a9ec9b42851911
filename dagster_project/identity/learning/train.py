"""A model learned from counted patterns of candidates and random pairs.

Belongs here: what of a training is kept, and the doubts about it.
Does not belong here: the order of learning (``training``), the estimation itself (``weights``).
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.comparing.patterns import COMPARISONS
from dagster_project.identity.learning.judged import compare_judged
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.workspace import Workspace

if TYPE_CHECKING:
    from dagster_project.identity.learning.training import Training
from dagster_project.identity.comparing.patterns import count_patterns
from dagster_project.identity.learning.model import Model, Plan, training_key


def train_model(
    work: Workspace, spec: IdentitySpec, plan: Plan, judgements: Sequence[Judgement] = ()
) -> Model:
    """Learn weights from the candidates' patterns and the random pairs of the plan.

    Pairs judged to be one person are matches for sure, pairs judged to be two teach nothing.
    """
    from dagster_project.identity.learning.training import learn

    non_matches = plan.non_matches
    if non_matches is None:
        raise AssertionError("a model is trained by a plan made for training")
    compare_judged(work, judgements, plan.comparing)
    patterns, counts = count_patterns(work, "work.compared anti join work.judged using (l, r)")
    records = work.count("work.feature")
    training = learn(
        patterns,
        counts,
        non_matches,
        vetoes=spec.vetoes,
        least_matches=spec.model.least_matches,
        all_pairs=max(records * (records - 1) / 2, 1.0),
        judged=count_patterns(work, "work.compared_judged"),
    )
    fit = training.fit
    body = {
        "spec_hash": training_key(spec),
        "records": records,
        "candidates": int(counts.sum()),
        "prior": fit.prior,
        "match": tuple(tuple(round(float(v), 12) for v in values) for values in fit.m),
        "non_match": _with_exact_names(fit.u, plan.comparing.typical["tf_weight"] / 10),
        "together": training.together,
        "vetoes": training.vetoes,
        "typical": plan.comparing.typical,
        "rules": tuple((rule.blocking_keys, rule.cap) for rule in plan.rules),
        "blocking_recall": plan.blocking_recall,
        "iterations": fit.iterations,
        "converged": fit.converged,
        "warnings": _doubts(records, training),
    }
    version = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    return Model(version=version, **body)  # type: ignore[arg-type]


def _with_exact_names(
    non_matches: tuple[npt.NDArray[np.float64], ...], typical_name: float
) -> tuple[tuple[float, ...], ...]:
    """How often non-matches have one name follows from how names are spread, better than a sample.

    So does how often one goes by the other's name, which can be written two ways round.
    """
    rounded = [[float(f"{v:.9e}") for v in values] for values in non_matches]
    if not typical_name:
        return tuple(tuple(values) for values in rounded)
    for comparison, level, ways in (("name", "same", 1.0), ("alias", "full_name", 2.0)):
        column = [c.name for c in COMPARISONS].index(comparison)
        position = COMPARISONS[column].position(level) - 1
        rounded[column][position] = float(f"{ways * 2.0**-typical_name:.9e}")
    return tuple(tuple(values) for values in rounded)


def _doubts(records: int, training: "Training") -> tuple[str, ...]:
    """Reasons not to trust what was learned."""
    doubts = []
    if not training.fit.converged:
        doubts.append("training did not settle; weights may be off")
    if records > 1_000 and training.fit.prior * records > 20:
        doubts.append(
            "the model expects more than 20 matches per record: too many to be people"
        )
    for first, second in training.overrated:
        doubts.append(
            f"{first} and {second} go together among non-matches and are weighed as if they did "
            "not: pairs that agree on both are overrated"
        )
    return tuple(doubts)

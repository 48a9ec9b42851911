"""The model: keys, weights and frequencies, frozen between trainings and kept in state.

Belongs here: what is frozen, when it must be learned anew, how patterns turn into weights.
Does not belong here: making it (``plan``, ``train``; imported only when training), keeping it
(``kept``).
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.bits import bits
from dagster_project.identity.blocking.rules import Rule
from dagster_project.identity.comparing.pairs import Comparing
from dagster_project.identity.comparing.patterns import COMPARISONS, Counted
from dagster_project.identity.learning.interplay import widen

FORMAT = "12"
"""Grows when feature rows come to hold something else, so that models of older code are trained
anew; levels need no such care, as they are hashed themselves."""

NAME_ALONE = 30
"""Tenths of a bit by which the rarest name may exceed one in all records: names of relatives
are not independent draws, so that a name alone is never more than weak evidence."""


@dataclass(frozen=True)
class Plan:
    """What is settled before any pair is made: how fields' term frequency counts, and the rules.

    ``blocking_recall`` is the share of likely matches the rules found in the sample they
    were chosen by; ``None`` when the configuration names the rules.
    """

    comparing: Comparing
    rules: tuple[Rule, ...]
    blocking_recall: float | None
    non_matches: Counted | None = None


@dataclass(frozen=True)
class Model:
    """Everything candidates and scores depend on.

    ``match``/``non_match``: per comparison and per pair of those weighed ``together``, per
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
    non_match: tuple[tuple[float, ...], ...]
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
        rules = tuple(Rule(blocking_keys, cap) for blocking_keys, cap in self.rules)
        return Plan(comparing_of(self.typical, self.records), rules, self.blocking_recall)

    @property
    def prior_bits(self) -> float:
        """Log-odds (base 2) that two random records are one person."""
        return bits(self.prior)

    def weights(
        self, levels: npt.NDArray[np.int8], only: Collection[str] | None = None
    ) -> npt.NDArray[np.float64]:
        """Evidence of patterns in bits, of all or some comparisons; missing adds nothing."""
        if only is not None:
            left_out = [n for n, c in enumerate(COMPARISONS) if c.name not in only]
            levels = levels.copy()
            levels[:, left_out] = 0
        wide = widen(levels, COMPARISONS, self.together)
        evidence = np.zeros(len(levels))
        for column, (match, non_match) in enumerate(
            zip(self.match, self.non_match, strict=True)
        ):
            table = np.concatenate([[0.0], np.log2(np.array(match) / np.array(non_match))])
            evidence += table[wide[:, column]]
        return evidence

    def to_json(self) -> str:
        """The form kept in state."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Model":
        """Read what ``to_json`` wrote."""
        data = json.loads(text)
        for key in ("match", "non_match"):
            data[key] = tuple(tuple(values) for values in data[key])
        data["rules"] = tuple(
            (tuple(blocking_keys), cap) for blocking_keys, cap in data["rules"]
        )
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


def comparing_of(typical: dict[str, float], records: int) -> Comparing:
    """What comparisons of so many records need to know; ``typical``: see ``Model``."""
    return Comparing(typical, round(10 * float(np.log2(max(records, 2)))) + NAME_ALONE)


def training_key(spec: IdentitySpec) -> str:
    """A model is used as long as this stays the same: the spec, all levels and their conditions."""
    return hashlib.sha256(f"{FORMAT}|{COMPARISONS!r}|{spec.hash}".encode()).hexdigest()[:16]


def needs_training(model: Model | None, spec: IdentitySpec, records: int) -> str | None:
    """Why a model must be trained now, or nothing when the frozen one serves."""
    if model is None:
        return "no model yet"
    if model.spec_hash != training_key(spec):
        return "the configuration changed"
    if records > model.records * (1 + spec.model.retrain_when_grown):
        return "many more records than the model was trained on"
    return None

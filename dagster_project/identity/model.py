"""The model: weights of all levels, frozen between trainings and kept in state.

Belongs here: when to train, what is kept, how patterns turn into weights.
Does not belong here: the estimation itself (``weights``, imported only when training).
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.guards import guard
from dagster_project.identity.levels import COMPARISONS, compare_sql, unpack
from dagster_project.identity.workspace import Workspace

FORMAT = "5"
"""Grows when comparisons or levels change, so that models of older code are trained anew."""

_FULL_NAME = {
    "name": ("given_alike", "alike", "nickname", "words_within", "same", "generation_differs"),
    "alias": ("full_name",),
}
_FAMILY_NAME = {
    "name": ("family_only", "family_other_naming", "initial_fits"),
    "alias": ("initial_and_family",),
}
_GIVEN_NAME = {"name": ("given_only",), "alias": ("one_word_fits",)}


@dataclass(frozen=True)
class Model:
    """Everything scores depend on. ``match``/``stranger``: per comparison, per level.

    ``typical_*`` is how many bits an agreement on a name says on average; a rarer name says
    more and a common one less. ``records`` and ``candidates`` are those it was trained on.
    """

    version: str
    spec_hash: str
    records: int
    candidates: int
    prior: float
    match: tuple[tuple[float, ...], ...]
    stranger: tuple[tuple[float, ...], ...]
    typical_name: float
    typical_family: float
    typical_given: float
    iterations: int
    converged: bool
    warnings: tuple[str, ...]

    @property
    def prior_bits(self) -> float:
        """Log-odds (base 2) that two random records are one person."""
        return float(np.log2(self.prior / (1.0 - self.prior)))

    def weights(
        self, levels: npt.NDArray[np.int8], only: Collection[str] | None = None
    ) -> npt.NDArray[np.float64]:
        """Evidence of patterns in bits, of all or some comparisons; missing adds nothing."""
        bits = np.zeros(len(levels))
        for column, (match, stranger) in enumerate(zip(self.match, self.stranger, strict=True)):
            if only is not None and COMPARISONS[column].name not in only:
                continue
            table = np.concatenate([[0.0], np.log2(np.array(match) / np.array(stranger))])
            bits += table[levels[:, column]]
        return bits

    def typical(self, levels: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
        """Average surprise of each pattern's kind of name agreement; 0 where names say nothing."""
        found = np.zeros(len(levels))
        for column, comparison in enumerate(COMPARISONS):
            table = np.zeros(len(comparison.levels) + 1)
            for kinds, bits in (
                (_FULL_NAME, self.typical_name),
                (_FAMILY_NAME, self.typical_family),
                (_GIVEN_NAME, self.typical_given),
            ):
                for level in kinds.get(comparison.name, ()):
                    table[comparison.position(level)] = bits
            found = np.maximum(found, table[levels[:, column]])
        return found

    def to_json(self) -> str:
        """The form kept in state."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Model":
        """Read what ``to_json`` wrote."""
        data = json.loads(text)
        for key in ("match", "stranger"):
            data[key] = tuple(tuple(values) for values in data[key])
        data["warnings"] = tuple(data["warnings"])
        return cls(**data)


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


def train_model(work: Workspace, spec: IdentitySpec) -> Model:
    """Learn weights from the candidates' patterns and one sample of random pairs."""
    from dagster_project.identity.weights import TrainingData, train

    patterns, counts = _counted(work, "work.compared")
    sample_random_pairs(work, spec)
    work.run(f"create or replace table work.strangers as {compare_sql('work.random_pair')}")
    sample, sample_counts = _counted(work, "work.strangers")
    records = work.count("work.feature")
    levels = unpack(patterns)
    _, fit = train(
        TrainingData(
            levels=levels,
            counts=counts,
            barred=guard(levels, spec.vetoes).vetoed,
            sample_levels=unpack(sample),
            sample_counts=sample_counts,
            all_pairs=max(records * (records - 1) / 2, 1.0),
        ),
        least_matches=spec.model.least_matches,
    )
    name, family, given = _typical_surprise(work)
    body = {
        "spec_hash": training_key(spec),
        "records": records,
        "candidates": int(counts.sum()),
        "prior": fit.prior,
        "match": tuple(tuple(round(float(v), 12) for v in values) for values in fit.m),
        "stranger": _with_exact_names(fit.u, name),
        "typical_name": name,
        "typical_family": family,
        "typical_given": given,
        "iterations": fit.iterations,
        "converged": fit.converged,
        "warnings": _doubts(records, fit.converged, fit.prior),
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


def _counted(
    work: Workspace, table: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    found = work.connection.execute(
        f"select pattern, count(*) as pairs from {table} group by pattern order by pattern"
    ).fetchnumpy()
    return np.asarray(found["pattern"], np.int64), np.asarray(found["pairs"], np.int64)


def _typical_surprise(work: Workspace) -> tuple[float, float, float]:
    """Bits that a chance agreement says on average: of whole, family and given names."""
    rows = work.rows(
        """
        select rarity::integer, family_rarity::integer, given_rarity::integer, count(*)
        from work.feature
        where rarity > 0
        group by all
        order by all
        """
    )
    if not rows:
        return 10.0, 5.0, 5.0
    table = np.array(rows, dtype=np.float64)
    share = table[:, 3] / table[:, 3].sum()
    name, family, given = (
        round(float(-np.log2((share * 2 ** (-table[:, column] / 10)).sum())), 6)
        for column in range(3)
    )
    return name, family, given


def _doubts(records: int, converged: bool, prior: float) -> tuple[str, ...]:  # noqa: FBT001
    doubts = []
    if not converged:
        doubts.append("training did not settle; weights may be off")
    if records > 1_000 and prior * records > 20:
        doubts.append(
            "the model expects more than 20 matches per record: too many to be people"
        )
    return tuple(doubts)

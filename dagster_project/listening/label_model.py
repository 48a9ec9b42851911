"""A model of labels: one linear score per label over hashed features, in a file of arrays.

Learned as a linear support vector machine per label against all others, each label weighing the
same however few examples it has. What a score is worth is learned from texts the model had not
seen (temperature of a softmax: Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.output_file import written_aside
from dagster_project.listening.features import (
    BITS,
    VERSION,
    count_features,
    document_frequency,
    rarity_of,
    weigh,
)

Floats = npt.NDArray[np.float32]

_COSTS = (0.1, 0.3, 1.0)
"""Of a misjudged text: the one whose labels of unseen texts are best is taken. Spam is best at .1,
offence in German at .3 (macro-F1 .748, 5-fold), 150 intents at 1; 3 was best nowhere."""

LEAST_TEXTS = 2
"""Texts of a label, at least: one to learn from and one to try."""

_FOLDS = 3

_TEMPERATURES = np.geomspace(0.5, 20.0, 40)


@dataclass(frozen=True)
class Report:
    """How well the labels of texts were found that the model had not seen; ``f1`` by label."""

    texts: int
    macro_f1: float
    accuracy: float
    f1: dict[str, float]


@dataclass(frozen=True)
class LabelModel:
    """Weights of the features that training saw; ``weights`` is features x labels."""

    labels: tuple[str, ...]
    seen: npt.NDArray[np.int32]
    weights: Floats
    bias: Floats
    rarity: tuple[Floats, Floats]
    temperature: float

    def judge(self, texts: Sequence[str]) -> tuple[list[str], Floats]:
        """The likeliest label of each text, and its probability."""
        if not texts:
            return [], np.empty(0, np.float32)
        counts = count_features(texts)
        scores = weigh(counts, self.rarity)[:, self.seen] @ self.weights + self.bias
        chances = _softmax(np.asarray(self.temperature * scores, np.float32))
        best = chances.argmax(axis=1)
        return [self.labels[place] for place in best], chances[np.arange(len(best)), best]


def train_labels(texts: Sequence[str], labels: Sequence[str]) -> tuple[LabelModel, Report]:
    """Learn from labelled texts; the report is of texts left out in turn.

    A label of a single text is not learned: nothing could be said of how well it is found.

    Raises:
        Customer360Error: fewer than two labels have two texts or more.
    """
    times = Counter(labels)
    if sum(n >= LEAST_TEXTS for n in times.values()) < 2:
        raise Customer360Error(
            "there must be two labels of two texts or more",
            counted(len(times), "label"),
            "label more texts, or join rare labels into one",
        )
    enough = [place for place, label in enumerate(labels) if times[label] >= LEAST_TEXTS]
    names, truth = np.unique(
        np.array([labels[place] for place in enough], dtype=object), return_inverse=True
    )
    counts = count_features([texts[place] for place in enough])
    tried = {cost: _scores_unseen(counts, truth, len(names), cost) for cost in _COSTS}
    reports = {cost: _report(names, truth, tried[cost].argmax(axis=1)) for cost in _COSTS}
    cost = max(_COSTS, key=lambda each: reports[each].macro_f1)
    scores = tried[cost]
    temperature = _fitting_temperature(scores, truth)
    rarity = _rarity(counts)
    rows = weigh(counts, rarity)
    weights, bias = _fit(rows, truth, len(names), cost)
    seen = np.unique(rows.indices).astype(np.int32)
    model = LabelModel(
        labels=tuple(str(name) for name in names),
        seen=seen,
        weights=weights[seen],
        bias=bias,
        rarity=rarity,
        temperature=temperature,
    )
    return model, reports[cost]


def _rarity(counts: tuple[object, object]) -> tuple[Floats, Floats]:
    words, parts = counts
    return (
        rarity_of(document_frequency(words), words.shape[0]),  # type: ignore[attr-defined,arg-type]
        rarity_of(document_frequency(parts), parts.shape[0]),  # type: ignore[attr-defined,arg-type]
    )


def _fit(
    rows: object, truth: npt.NDArray[np.int64], labels: int, cost: float
) -> tuple[Floats, Floats]:
    """Weights (features x labels) and bias of every label."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=cost, class_weight="balanced", random_state=0).fit(rows, truth)
    weights, bias = machine.coef_.T, machine.intercept_
    if labels == 2:  # the library keeps the second label's alone
        weights, bias = np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return np.asarray(weights, np.float32), np.asarray(bias, np.float32)


def _scores_unseen(
    counts: tuple[object, object], truth: npt.NDArray[np.int64], labels: int, cost: float
) -> Floats:
    """Scores of every text by a model that was learned without it."""
    from sklearn.model_selection import StratifiedKFold

    scores = np.zeros((len(truth), labels), np.float32)
    folds = min(_FOLDS, int(np.bincount(truth).min()))
    for learned, left_out in StratifiedKFold(folds, shuffle=True, random_state=0).split(
        truth, truth
    ):
        part = tuple(half[learned] for half in counts)  # type: ignore[index]
        rarity = _rarity(part)  # type: ignore[arg-type]
        weights, bias = _fit(weigh(part, rarity), truth[learned], labels, cost)  # type: ignore[arg-type]
        rest = tuple(half[left_out] for half in counts)  # type: ignore[index]
        scores[left_out] = weigh(rest, rarity) @ weights + bias  # type: ignore[arg-type]
    return scores


def _softmax(scores: npt.NDArray[np.float32]) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _fitting_temperature(scores: Floats, truth: npt.NDArray[np.int64]) -> float:
    """The factor at which the probabilities of unseen texts are likeliest."""

    def loss(factor: float) -> float:
        chances = _softmax(np.asarray(factor * scores, np.float32))[
            np.arange(len(truth)), truth
        ]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    return float(min(_TEMPERATURES, key=loss))


def _report(
    names: npt.NDArray[np.object_], truth: npt.NDArray[np.int64], said: npt.NDArray[np.int64]
) -> Report:
    from sklearn.metrics import f1_score

    each = f1_score(truth, said, average=None, labels=range(len(names)), zero_division=0)
    return Report(
        texts=len(truth),
        macro_f1=float(np.mean(each)),
        accuracy=float((truth == said).mean()),
        f1={str(name): float(value) for name, value in zip(names, each, strict=True)},
    )


def write_model(model: LabelModel, file: Path) -> None:
    """Write arrays, aside first and then renamed; no pickle, and no text of the training."""
    with written_aside(file) as aside, aside.open("wb") as opened:
        np.savez_compressed(
            opened,
            version=np.array([VERSION, BITS]),
            labels=np.array(model.labels),
            seen=model.seen,
            weights=model.weights.astype(np.float16),
            bias=model.bias,
            words=model.rarity[0],
            parts=model.rarity[1],
            temperature=np.array([model.temperature]),
        )


def read_model(file: Path) -> LabelModel:
    """Read a model; an error says what is wrong with the file."""
    try:
        with np.load(file, allow_pickle=False) as held:
            if held["version"].tolist() != [VERSION, BITS]:
                raise Customer360Error(
                    "the model was trained by another version",
                    str(file),
                    "train it anew with `c360 listen train`",
                )
            return LabelModel(
                labels=tuple(held["labels"].tolist()),
                seen=held["seen"],
                weights=held["weights"].astype(np.float32),
                bias=held["bias"],
                rarity=(held["words"], held["parts"]),
                temperature=float(held["temperature"][0]),
            )
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise Customer360Error(
            "this is no model of labels",
            str(file),
            "name a file that `c360 listen train` has written",
        ) from error

"""What is judged of a message by learned weights: all judgements from one reading of the text.

A text is read as hashed words and parts of words (``features``), as counts of what its words speak
of (``words``), as which two of those come together, and by its outer form. Each judgement is a
linear score over all of it; what a score is worth was learned from texts left out.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML
from scipy.sparse import csr_matrix, hstack

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.output_file import written_aside
from dagster_project.listening.features import BITS, VERSION, count_features, weigh
from dagster_project.listening.words import WordLists, build_lists

Floats = npt.NDArray[np.float32]

SHIPPED = Path(__file__).with_name("heads.npz")
_WORDS = Path(__file__).with_name("words.yml")

_OF_WORDS, _OF_PAIRS, _OF_NEIGHBOURS = np.float32(0.8), np.float32(0.3), np.float32(0.4)
"""Weight of the lists beside the text's own words (length 1): of .2 to .8 and 0 to .4 tried, the
best for complaint, department and mood together. Lists that follow each other raise the average
precision of complaint from .888 to .899 (five folds of the training part)."""

_FORMS = 5

_HANDLE = re.compile(r"(?<![\w.])@[\w.-]+")
"""To whom a text is written says nothing of what it holds."""

_RESERVED = re.compile(r"\.example\b(?:\.(?:com|net|org))?", re.IGNORECASE)
"""Links in our messages end as no real ones do (RFC 2606): no weight may hang on it."""


@cache
def word_lists() -> WordLists:
    """The lists that come with the model."""
    held = YAML(typ="safe").load(_WORDS.read_text(encoding="utf-8"))
    return build_lists(held["words"])


def read_rows(
    texts: Sequence[str], languages: Sequence[str], rarity: tuple[Floats, Floats]
) -> csr_matrix:
    """One row per text: everything that is counted of it."""
    read = [_RESERVED.sub(".com", _HANDLE.sub(" ", text)) for text in texts]
    return hstack(
        [weigh(count_features(read), rarity), _spoken_of(read, languages)], dtype=np.float32
    ).tocsr()


def _spoken_of(texts: Sequence[str], languages: Sequence[str]) -> csr_matrix:
    counts, behind = word_lists().count(texts, languages)
    there = np.asarray((counts > 0).todense(), np.float32)
    first, second = np.triu_indices(there.shape[1], 1)
    forms = np.array([_form(text) for text in texts], np.float32).reshape(-1, _FORMS)
    together = np.hstack([there, there[:, first] * there[:, second], forms])
    shares = counts.copy()
    shares.data = np.sqrt(np.minimum(shares.data, 3))
    behind.data = np.minimum(behind.data, 2)
    return hstack(
        [_OF_WORDS * shares, csr_matrix(_OF_PAIRS * together), _OF_NEIGHBOURS * behind]
    ).tocsr()


def _form(text: str) -> tuple[float, ...]:
    words = len(text.split())
    return (
        min(words, 30) / 10,
        float("!" in text),
        float(text.rstrip().endswith(("?", "？", ";"))),
        float(words <= 4),
        float("://" in text or "www." in text),
    )


@dataclass(frozen=True)
class Head:
    """One judgement: its labels, their weights, and at which score each is said.

    Two labels have one score, more have one each. ``steepness`` makes a probability of it.
    """

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats
    steepness: float
    least: float

    def chances(self, rows: csr_matrix) -> Floats:
        """Texts x labels: how likely each label is."""
        scores = np.asarray(rows @ self.weights + self.bias, np.float32) * self.steepness
        if len(self.labels) == 2:
            second = 1 / (1 + np.exp(-scores[:, 0]))
            return np.stack([1 - second, second], axis=1).astype(np.float32)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Heads:
    """All judgements, of one training.

    ``version`` changes with every training; of ``moods``, languages, the sentiment is published.
    """

    version: str
    rarity: tuple[Floats, Floats]
    heads: Mapping[str, Head]
    moods: tuple[str, ...]

    def judge(self, texts: Sequence[str], languages: Sequence[str]) -> dict[str, Floats]:
        """Of every judgement, texts x labels: how likely each label is."""
        rows = read_rows(texts, languages, self.rarity)
        return {name: head.chances(rows) for name, head in self.heads.items()}


def write_heads(heads: Heads, file: Path) -> None:
    """Write arrays: weights as whole numbers of -127 to 127, those near nothing as nothing."""
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "version": np.array([VERSION, BITS]),
        "trained": np.array(heads.version),
        "moods": np.array(heads.moods),
        "heads": np.array(list(heads.heads)),
        "words": heads.rarity[0].astype(np.float16),
        "parts": heads.rarity[1].astype(np.float16),
    }
    for name, head in heads.heads.items():
        scale = np.abs(head.weights).max(axis=0) / 127
        arrays |= {
            f"{name}.labels": np.array(head.labels),
            f"{name}.weights": np.rint(head.weights / scale).astype(np.int8),
            f"{name}.scale": scale,
            f"{name}.bias": head.bias,
            f"{name}.says": np.array([head.steepness, head.least]),
        }
    with written_aside(file) as aside, aside.open("wb") as opened:
        np.savez_compressed(opened, **arrays)  # type: ignore[arg-type]


@cache
def read_heads(file: Path = SHIPPED) -> Heads:
    """Read the weights; an error says what is wrong with the file."""
    try:
        with np.load(file, allow_pickle=False) as held:
            if held["version"].tolist() != [VERSION, BITS]:
                raise Customer360Error(
                    "the weights were learned by another version",
                    str(file),
                    "learn them anew: python -m dagster_project.listening.training",
                )
            return Heads(
                version=str(held["trained"]),
                rarity=(held["words"].astype(np.float32), held["parts"].astype(np.float32)),
                heads={name: _head(held, name) for name in held["heads"].tolist()},
                moods=tuple(held["moods"].tolist()),
            )
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise Customer360Error(
            "these are no weights of messages",
            str(file),
            "learn them: python -m dagster_project.listening.training",
        ) from error


def _head(held: Mapping[str, npt.NDArray[np.generic]], name: str) -> Head:
    steepness, least = np.asarray(held[f"{name}.says"], float)
    return Head(
        labels=tuple(held[f"{name}.labels"].tolist()),
        weights=np.asarray(held[f"{name}.weights"], np.float32)
        * np.asarray(held[f"{name}.scale"], np.float32),
        bias=np.asarray(held[f"{name}.bias"], np.float32),
        steepness=float(steepness),
        least=float(least),
    )

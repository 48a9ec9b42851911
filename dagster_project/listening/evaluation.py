"""How well labelled messages are judged: precision, recall and F1, on the part left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.listening.heads import Heads
from dagster_project.listening.labelled import Message
from dagster_project.listening.languages import detect_languages
from dagster_project.listening.messages import Judge, Judgement, likeliest


@dataclass(frozen=True)
class Figure:
    """Of one label: ``count`` messages have it."""

    of: str
    label: str
    count: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean; 0 where nothing was found rightly."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Evaluation:
    """All figures; ``routed`` is the share of departments' messages that are not refused."""

    messages: int
    figures: tuple[Figure, ...]
    routing_full: float
    routing_kept: float
    routed: float
    moods: dict[str, tuple[int, float]]


def evaluate(judge: Judge, messages: Sequence[Message]) -> Evaluation:
    """Judge messages and hold what is said against their labels."""
    texts = [each.text for each in messages]
    languages = detect_languages(texts)
    said = judge.judge(texts, languages)
    figures = [
        *_figures("is_complaint", _yes(each.is_complaint for each in messages), _yes(each.is_complaint.value for each in said), ("yes",)),
        *_figures("is_spam", _yes(each.is_spam for each in messages), _yes(each.is_spam.value for each in said), ("yes",)),
        *_figures("harm", [each.harm for each in messages], [str(each.harm.value) for each in said], ("threat", "hate", "offence")),
        *_by_language(messages, said),
    ]  # fmt: skip
    departments, full, kept, routed = _routing(judge, messages, texts, languages, said)
    return Evaluation(
        messages=len(messages),
        figures=(*figures, *departments),
        routing_full=full,
        routing_kept=kept,
        routed=routed,
        moods=macro_f1_by_language(
            judge.heads, [each for each in messages if not each.is_spam]
        ),
    )


def _yes(values: Iterable[object]) -> list[str]:
    return ["yes" if value else "no" for value in values]


def _figures(
    of: str, truth: Sequence[str], said: Sequence[str], labels: Sequence[str]
) -> list[Figure]:
    made = []
    for label in labels:
        right = sum(t == s == label for t, s in zip(truth, said, strict=True))
        found, there = said.count(label), truth.count(label)
        made.append(
            Figure(
                of,
                label,
                there,
                right / found if found else 0.0,
                right / there if there else 0.0,
            )
        )
    return made


def _by_language(messages: Sequence[Message], said: Sequence[Judgement]) -> list[Figure]:
    made = []
    for language in sorted({each.language for each in messages}):
        pairs = [(m, s) for m, s in zip(messages, said, strict=True) if m.language == language]
        made += _figures(
            f"is_complaint in {language}",
            _yes([m.is_complaint for m, _ in pairs]),
            _yes([s.is_complaint.value for _, s in pairs]),
            ("yes",),
        )
    return made


def _routing(
    judge: Judge,
    messages: Sequence[Message],
    texts: Sequence[str],
    languages: Sequence[str],
    said: Sequence[Judgement],
) -> tuple[list[Figure], float, float, float]:
    """Of messages that a department owns: all forced to one, and the surest 70 % of them."""
    chances = judge.heads.judge(texts, languages)["department"]
    head = judge.heads.heads["department"]
    owned = [place for place, each in enumerate(messages) if each.department]
    truth = [messages[place].department for place in owned]
    forced = [
        str(said[place].department.value)
        if said[place].department.value != "unrouted"
        else likeliest(head, chances[place])
        for place in owned
    ]
    sure = np.array([max(said[place].department_confidence, 0.0) for place in owned])
    kept = sure >= np.quantile(sure, 0.3) if len(sure) else sure.astype(bool)
    figures = _figures("department", truth, forced, sorted(set(truth)))
    return (
        figures,
        _macro(truth, forced),
        _macro(
            [t for t, k in zip(truth, kept, strict=True) if k],
            [f for f, k in zip(forced, kept, strict=True) if k],
        ),
        sum(said[place].department.value != "unrouted" for place in owned) / max(len(owned), 1),
    )


def _macro(truth: Sequence[str], said: Sequence[str]) -> float:
    each = [figure.f1 for figure in _figures("", truth, said, sorted(set(truth)))]
    return float(np.mean(each)) if each else 0.0


def macro_f1_by_language(
    heads: Heads, messages: Sequence[Message]
) -> dict[str, tuple[int, float]]:
    """Of each language: how many messages, and how well their sentiment is found."""
    if not messages:
        return {}
    texts = [each.text for each in messages]
    chances = heads.judge(texts, detect_languages(texts))["sentiment"]
    head = heads.heads["sentiment"]
    made = {}
    for language in sorted({each.language for each in messages}):
        places = [place for place, each in enumerate(messages) if each.language == language]
        made[language] = (
            len(places),
            _macro(
                [messages[place].sentiment for place in places],
                [likeliest(head, chances[place]) for place in places],
            ),
        )
    return made

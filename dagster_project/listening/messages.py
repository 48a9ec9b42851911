"""What messages hold, row by row, and which rule or model in which version said so.

A rule that matches decides; the model is asked for the rest. What the model is not sure of is not
said: a message it cannot route is ``unrouted``, and a mood is told only in languages whose figure
on messages left out has earned it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from dagster_project.listening.heads import Floats, Head, Heads
from dagster_project.listening.languages import detect_languages
from dagster_project.listening.personal_data import find
from dagster_project.listening.personal_data.spans import Span
from dagster_project.listening.rules import TAKEN_BACK, Finding, Rules, Verdict

UNROUTED = "unrouted"

COLUMNS = (
    "language", "is_complaint", "department", "sentiment", "harm", "is_spam", "spans",
    "is_complaint_by", "department_by", "sentiment_by", "harm_by", "is_spam_by", "spans_by",
    "department_confidence",
)  # fmt: skip

_SCHEMA = pa.schema(
    {
        name: pa.bool_()
        if name in ("is_complaint", "is_spam")
        else pa.float32()
        if name == "department_confidence"
        else pa.string()
        for name in COLUMNS
    }
)

SPANS_BY = f"personal_data/{find.VERSION}"
"""Who says what is personal in a text."""

_SERIOUS = ("threat", "hate", "offence")
"""Of harms, the gravest first: a threat that insults is a threat."""


_REPORTED = re.compile(
    r"[\"“”«»„][^\"“”«»„]{8,}[\"“”«»]"
    r"|\b(?:sa(?:y|ys|ying|id) (?:that|things|stuff)|call(?:s|ed|ing) (?:\w+ ){1,3}(?:vermin|parasites?|animals)"
    r"|hatred (?:for|of|towards?)|hat(?:e|es|ing) (?:\w+ ){0,2}(?:is|shows|makes)|threaten\w*|droh(?:t|en|te|ung)\w*"
    r"|menac\w*|amenaz\w*|amea[çc]\w*|minacc\w*|bedreig\w*|groż\w*|insist\w*|upiera\w*|volhoud\w*|behaupte\w*|twierdz\w*)\b",
    re.IGNORECASE,
)
"""Who quotes or names what others said threatens and hates nobody, whatever is quoted."""


class Judgement(NamedTuple):
    """What is said of one message; a value and who said it. ``findings``: all rules that hold."""

    is_complaint: Verdict
    department: Verdict
    department_confidence: float
    sentiment: Verdict | None
    harm: Verdict
    is_spam: Verdict
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Judge:
    """Rules and weights, and the regions whose telephone numbers are looked for."""

    rules: Rules
    heads: Heads
    regions: tuple[str, ...] = ()

    def __call__(self, texts: Sequence[str]) -> pa.RecordBatch:
        """One row per text; a row without text has nothing but an empty list of spans."""
        filled = [text for text in texts if text.strip()]
        languages = detect_languages(filled)
        judged = zip(languages, self.judge(filled, languages), strict=True)
        rows = [
            _row(*next(judged), self._spans(text)) if text.strip() else _NOTHING
            for text in texts
        ]
        return pa.RecordBatch.from_arrays(
            [
                pa.array([row[place] for row in rows], kind)
                for place, kind in enumerate(_SCHEMA.types)
            ],
            schema=_SCHEMA,
        )

    def _spans(self, text: str) -> str:
        return as_json(find.find_spans(text, self.regions))

    def judge(self, texts: Sequence[str], languages: Sequence[str]) -> list[Judgement]:
        """What is said of each text, by rule or by weights."""
        if not texts:
            return []
        chances = self.heads.judge(texts, languages)
        return [
            self._one(
                text,
                *self.rules.ask(text, language),
                language,
                {k: v[row] for k, v in chances.items()},
            )
            for row, (text, language) in enumerate(zip(texts, languages, strict=True))
        ]

    def _one(
        self,
        text: str,
        ruled: Mapping[str, Verdict],
        findings: tuple[Finding, ...],
        language: str,
        chances: Mapping[str, Floats],
    ) -> Judgement:
        is_reported = bool(_REPORTED.search(text))
        harm = self._harm(ruled, chances, is_reported=is_reported)
        spam = self._yes("spam", ruled.get("is_spam"), chances)
        complaint = self._yes("complaint", ruled.get("is_complaint"), chances)
        if spam.value or harm.value in ("threat", "hate"):
            # who lures or threatens asks for nothing that could be made good
            complaint = Verdict(value=False, by=spam.by if spam.value else harm.by)
        department, confidence = self._department(ruled, chances, harm, spam)
        return Judgement(
            complaint,
            department,
            confidence,
            self._mood(language, chances),
            harm,
            spam,
            tuple(each for each in findings if each.what != "harm" or not is_reported),
        )

    def _yes(
        self, name: str, by_rule: Verdict | None, chances: Mapping[str, Floats]
    ) -> Verdict:
        if by_rule:
            return Verdict(by_rule.value is True, by_rule.by)
        head = self.heads.heads[name]
        return Verdict(bool(chances[name][1] >= head.least), self._by(name))

    def _by(self, name: str) -> str:
        return f"{name}/{self.heads.version}"

    def _harm(
        self,
        ruled: Mapping[str, Verdict],
        chances: Mapping[str, Floats],
        *,
        is_reported: bool,
    ) -> Verdict:
        by_rule = ruled.get("harm")
        if by_rule and by_rule.value != TAKEN_BACK and not is_reported:
            return by_rule
        for name in _SERIOUS[2 * is_reported or bool(by_rule) :]:
            if chances[name][1] >= self.heads.heads[name].least:
                return Verdict(name, self._by(name))
        return Verdict("none", self._by("offence"))

    def _department(
        self,
        ruled: Mapping[str, Verdict],
        chances: Mapping[str, Floats],
        harm: Verdict,
        spam: Verdict,
    ) -> tuple[Verdict, float]:
        by_rule = ruled.get("department")
        if by_rule and by_rule.value != TAKEN_BACK:
            return by_rule, 1.0
        if spam.value:
            return Verdict(UNROUTED, spam.by), 0.0
        if harm.value in ("threat", "hate"):
            return Verdict("compliance", harm.by), 1.0
        head = self.heads.heads["department"]
        best = int(chances["department"].argmax())
        confidence = float(chances["department"][best])
        is_owned = chances["owned"][1] >= self.heads.heads["owned"].least
        said = head.labels[best] if is_owned and confidence >= head.least else UNROUTED
        return Verdict(said, self._by("department")), confidence

    def _mood(self, language: str, chances: Mapping[str, Floats]) -> Verdict | None:
        if language not in self.heads.moods:
            return None
        return Verdict(
            likeliest(self.heads.heads["sentiment"], chances["sentiment"]),
            self._by("sentiment"),
        )


def likeliest(head: Head, chances: Floats) -> str:
    """The label of the greatest chance."""
    return head.labels[int(np.argmax(chances))]


_NOTHING: tuple[object, ...] = tuple("[]" if name == "spans" else None for name in COLUMNS)


def _row(language: str, said: Judgement, spans: str) -> tuple[object, ...]:
    mood = said.sentiment
    return (
        language, said.is_complaint.value, said.department.value, mood and mood.value,
        said.harm.value, said.is_spam.value, spans,
        said.is_complaint.by, said.department.by, mood and mood.by, said.harm.by, said.is_spam.by,
        SPANS_BY, said.department_confidence,
    )  # fmt: skip


def as_json(spans: Iterable[Span]) -> str:
    """Spans as objects of kind, start and end; never what stands there."""
    return orjson.dumps(
        [{"kind": span.kind, "start": span.start, "end": span.end} for span in spans]
    ).decode()

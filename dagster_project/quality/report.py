"""The report of verdicts: one HTML file, readable offline, without a personal value.

Belongs here: turning the ledger's judgements and later verdicts into a page.
Does not belong here: deciding anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.domain.counts import counted
from dagster_project.domain.loads import LoadState, RuleOutcome, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.ledger import Judgement, Ledger

if TYPE_CHECKING:
    from jinja2 import Template

NAME = "verdicts.html"
MOST_LOADS = 500
"""Loads listed one by one; older accepted ones are only counted."""


@dataclass(frozen=True)
class _Line:
    """One load as the page shows it."""

    judgement: Judgement
    failed: tuple[RuleOutcome, ...]
    todo: str


def write_report(
    root: Root, ledger: Ledger, *, doors: Mapping[str, Verdict] | None = None
) -> Path:
    """Write ``audit/verdicts.html``; ``doors``: verdicts on marts and products, by name."""
    judgements = ledger.judgements()
    shown = sorted(judgements, key=_urgency)[:MOST_LOADS]
    page = _template().render(
        loads=[_line(j) for j in shown],
        not_shown=len(judgements) - len(shown),
        streams=_per_stream(judgements),
        states={state: _count(judgements, state) for state in LoadState},
        rows=sum(j.load.rows for j in judgements),
        quarantined=sum(j.load.quarantined for j in judgements),
        newest=max((j.decided_at for j in judgements if j.decided_at), default=None),
        doors=sorted((doors or {}).items()),
    )
    root.audit.mkdir(parents=True, exist_ok=True)
    file = root.audit / NAME
    aside = file.with_suffix(".partial")
    aside.write_text(page, encoding="utf-8")
    aside.replace(file)
    return file


def _template() -> "Template":
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("dagster_project.quality", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["counted"] = counted
    return environment.get_template("verdicts.html.j2")


def _line(judgement: Judgement) -> _Line:
    failed = tuple(o for o in judgement.verdict.outcomes if not o.passed)
    return _Line(judgement, failed, _what_to_do(judgement))


def _what_to_do(judgement: Judgement) -> str:
    load = judgement.load
    if load.state is LoadState.REFUSED:
        return (
            "Do what the reason says, or ask the source for a new export; then run "
            "`c360 regate`. The last good load stays in force."
        )
    if load.state is LoadState.LANDED:
        return "Nothing: the next run judges it."
    if load.quarantined:
        return (
            "Correct the rows at the source: their next version passes. Is the rule wrong? "
            "Change it in expectations/ and run `c360 regate`."
        )
    if judgement.verdict.warnings or judgement.notes:
        return "Look at it; the rows are in use."
    return ""


def _urgency(judgement: Judgement) -> int:
    """Refused first, then with rows held back, then with a remark, then the rest."""
    load = judgement.load
    if load.state is not LoadState.ACCEPTED:
        return 0
    if load.quarantined:
        return 1
    remarks = judgement.notes or any(not o.passed for o in judgement.verdict.outcomes)
    return 2 if remarks else 3


def _count(judgements: Iterable[Judgement], state: LoadState) -> int:
    return sum(j.load.state is state for j in judgements)


def _per_stream(judgements: Sequence[Judgement]) -> list[dict[str, object]]:
    """Counts per source and stream, those with something held back first."""
    names = sorted({(j.load.source, j.load.stream) for j in judgements})
    lines = []
    for source, stream in names:
        own = [j for j in judgements if (j.load.source, j.load.stream) == (source, stream)]
        accepted = [j.load for j in own if j.load.state is LoadState.ACCEPTED]
        lines.append(
            {
                "source": source,
                "stream": stream,
                "loads": len(own),
                "refused": _count(own, LoadState.REFUSED),
                "rows": sum(load.rows for load in accepted),
                "quarantined": sum(load.quarantined for load in accepted),
            }
        )
    return lines

"""The report of verdicts: one HTML file, readable offline, without a personal value.

Belongs here: turning the ledger's judgements, what is held back and later verdicts into a page.
Does not belong here: deciding anything.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.domain.counts import counted
from dagster_project.domain.held_back import Held, HeldBack, sum_up
from dagster_project.domain.loads import Load, LoadState, RuleOutcome, Verdict
from dagster_project.domain.root import Root
from dagster_project.domain.verdicts import CONSEQUENCE, how_many
from dagster_project.landing.attention import Attention
from dagster_project.landing.ledger import Judgement, Ledger

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

NAME = "verdicts.html"
MOST_LOADS = 2000
"""Loads listed one by one; older ones that want nothing are only counted. 1,000 loads are a page
of about 1 MB that a browser filters as one types."""

_GOOD, _HELD, _BAD = "good", "held", "bad"


@dataclass(frozen=True)
class _Line:
    """One load as the page shows it."""

    load: Load
    suite: int  # number of its list of rules
    results: str  # one letter per rule of the suite: p(assed), f(ailed)
    failed: tuple[RuleOutcome, ...]
    notes: tuple[str, ...]
    state: str
    mood: str
    since: datetime | None
    todo: str

    @property
    def passed(self) -> int:
        """Number of rules the load keeps."""
        return self.results.count("p")


@dataclass(frozen=True)
class _Stream:
    """Counts of one source and stream: rows in = in use + quarantined + refused + left out."""

    source: str
    stream: str
    owner: str
    loads: int
    refused_loads: int
    rows_in: int
    in_use: int
    quarantined: int
    refused: int
    left_out: Mapping[str, int]

    @property
    def left_out_rows(self) -> int:
        """Rows left out by name."""
        return sum(self.left_out.values())


def write_report(
    root: Root,
    ledger: Ledger,
    *,
    doors: Mapping[str, Verdict] | None = None,
    owners: Mapping[str, str] | None = None,
    run_id: str = "",
) -> Path:
    """Write ``audit/verdicts.html``.

    ``doors``: verdicts on marts and products, by name. ``owners``: whom to ask, by source.
    """
    judgements = ledger.judgements()
    attention = Attention(root)
    held = attention.held_back()
    page = _template().render(
        root=root.path.name,
        run_id=run_id,
        held=held,
        summed=sum_up(held),
        owners=owners or {},
        newest=max((j.decided_at for j in judgements if j.decided_at), default=None),
        as_of=max((j.load.as_of for j in judgements), default=None),
        streams=_per_stream(judgements, owners or {}),
        **_loads(judgements, attention, held, owners or {}),
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
    environment.globals.update(
        counted=counted, how_many=how_many, consequence=CONSEQUENCE, Held=Held
    )
    environment.filters["code"] = with_code
    return environment.get_template("verdicts.html.j2")


def with_code(words: str) -> "Markup":
    """Words with what stands between backticks shown as code; everything else is escaped."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in str(words).split("`")]
    if len(parts) % 2 == 0:  # one backtick too many is a backtick
        return escape(words)
    pieces = [
        Markup("<code>{}</code>").format(part) if number % 2 else part
        for number, part in enumerate(parts)
    ]
    return Markup("").join(pieces)


def _loads(
    judgements: Sequence[Judgement],
    attention: Attention,
    held: Iterable[HeldBack],
    owners: Mapping[str, str],
) -> dict[str, object]:
    """The lines of the loads, and the lists of rules they were held to, each list once."""
    waiting: dict[str, list[HeldBack]] = defaultdict(list)
    for each in held:
        if each.load_id:
            waiting[each.load_id].append(each)
    dismissed = attention.dismissed()
    suites: dict[tuple[tuple[str, str, str], ...], int] = {}
    held_to: dict[int, set[str]] = defaultdict(set)
    lines = []
    for judgement in judgements:
        outcomes = judgement.verdict.outcomes
        rules = tuple((o.rule, o.sentence, str(o.severity)) for o in outcomes)
        number = suites.setdefault(rules, len(suites))
        held_to[number].add(f"{judgement.load.vendor} {judgement.load.stream}")
        own = waiting[judgement.load.load_id]
        lines.append(
            _line(
                judgement, number, own, owners, is_dismissed=judgement.load.load_id in dismissed
            )
        )
    lines.sort(key=lambda line: (_BAD, _HELD, _GOOD).index(line.mood))
    shown = [x for n, x in enumerate(lines) if n < MOST_LOADS or x.mood != _GOOD]
    return {
        "loads": shown,
        "not_shown": len(lines) - len(shown),
        "suites": list(suites),
        "held_to": [sorted(held_to[number]) for number in range(len(suites))],
    }


def _line(
    judgement: Judgement,
    suite: int,
    held: Sequence[HeldBack],
    owners: Mapping[str, str],
    *,
    is_dismissed: bool,
) -> _Line:
    load = judgement.load
    failed = tuple(o for o in judgement.verdict.outcomes if not o.passed)
    state, mood = _state(load, held, is_dismissed=is_dismissed)
    return _Line(
        load,
        suite,
        "".join("p" if o.passed else "f" for o in judgement.verdict.outcomes),
        failed,
        judgement.notes,
        state,
        mood,
        min((h.since for h in held if h.since), default=None),
        _what_to_do(judgement, held, owners.get(load.source, "")) if not is_dismissed else "",
    )


def _state(load: Load, held: Sequence[HeldBack], *, is_dismissed: bool) -> tuple[str, str]:
    """A load's state in words, and its colour: amber as long as anything of it waits."""
    if load.state is LoadState.LANDED:
        return "not judged yet", _HELD
    if is_dismissed:
        return f"{load.state}, dismissed", _GOOD
    if load.state is LoadState.REFUSED:
        return ("refused", _BAD) if held else ("refused, replaced since", _GOOD)
    kinds = {h.how for h in held}
    if Held.CONSENT in kinds:
        return "accepted, consent unclear", _HELD
    if Held.QUARANTINED in kinds:
        return "accepted in part", _HELD
    return (
        ("accepted, rows corrected since", _GOOD) if load.quarantined else ("accepted", _GOOD)
    )


def _what_to_do(judgement: Judgement, held: Sequence[HeldBack], owner: str) -> str:
    load = judgement.load
    asked = f"ask {owner}" if owner else "ask the source"
    if load.state is LoadState.LANDED:
        return "Nothing: the next run judges it."
    kinds = {h.how for h in held}
    if Held.REFUSED in kinds:
        return (
            f"Do what the reason says, or {asked} for a new export; then run `c360 regate`. "
            "The last good load stays in force. `c360 dismiss` takes it for settled."
        )
    if Held.CONSENT in kinds:
        return f"Nobody counts as having agreed by these values; {asked} to correct them."
    if Held.QUARANTINED in kinds:
        return (
            f"Correct the rows at the source ({asked}): their next version passes. Is the rule "
            "wrong? Change it in expectations/ and run `c360 regate`."
        )
    if judgement.verdict.warnings or judgement.notes:
        return "Look at it; the rows are in use."
    return ""


def _per_stream(judgements: Sequence[Judgement], owners: Mapping[str, str]) -> list[_Stream]:
    grouped: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for judgement in judgements:
        grouped[judgement.load.source, judgement.load.stream].append(judgement.load)
    return [
        _stream(source, stream, loads, owners.get(source, ""))
        for (source, stream), loads in sorted(grouped.items())
    ]


def _stream(source: str, stream: str, loads: Sequence[Load], owner: str) -> _Stream:
    accepted = [load for load in loads if load.state is LoadState.ACCEPTED]
    others = [load for load in loads if load.state is not LoadState.ACCEPTED]
    left_out: Counter[str] = Counter()
    for load in loads:
        for left in load.left_out:
            left_out[left.what] += left.rows
    quarantined = sum(load.quarantined for load in accepted)
    return _Stream(
        source,
        stream,
        owner,
        loads=len(loads),
        refused_loads=sum(load.state is LoadState.REFUSED for load in loads),
        rows_in=sum(load.rows_in for load in loads),
        in_use=sum(load.rows for load in accepted) - quarantined,
        quarantined=quarantined,
        refused=sum(load.rows for load in others),
        left_out=left_out,
    )

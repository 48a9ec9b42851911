"""``c360 desk``: what rules found in messages, and what the compliance desk makes of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagster_project.cli.options import ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console
from dagster_project.config.roots import open_root
from dagster_project.domain.compliance import KINDS, SEVERITIES, STATES
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.compliance.desk import Desk, Finding, Sampled
    from dagster_project.settings import Settings

_AUTHOR = click.option("--author", help="Who decides.")
_REASON = click.option("--reason", help="Why; whoever looks at it later reads this.")


@click.group()
def desk() -> None:
    """The compliance desk: findings, decisions, and a sample of what no rule found."""


@desk.command("list")
@ROOT
@click.option("--state", type=click.Choice(STATES), multiple=True)
@click.option("--kind", type=click.Choice(KINDS), multiple=True)
@click.option("--owner", help="Findings this owner answers for.")
@click.option("--overdue", is_flag=True, help="Only what is past its deadline.")
@click.option("--all", "everything", is_flag=True, help="Also what is put aside or closed.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def list_findings(
    root: Path | None,
    *,
    state: tuple[str, ...],
    kind: tuple[str, ...],
    owner: str | None,
    overdue: bool,
    everything: bool,
    limit: int,
) -> None:
    """List findings that wait for somebody, the most urgent first."""
    from dagster_project.compliance.states import OPEN

    settings, work = _opened(root)
    now = datetime.now(UTC)
    wanted = [
        f
        for f in work.findings()
        if f.superseded_by is None
        and (everything or state or f.state in OPEN)
        and (not state or f.state in state)
        and (not kind or f.found.kind in kind)
        and (owner is None or f.found.owner == owner)
        and (not overdue or _is_overdue(f, now))
    ]
    record(settings, "desk list", findings=min(limit, len(wanted)))
    for finding in sorted(wanted, key=_urgency)[:limit]:
        console.print(_line(finding, now), style="red" if _is_overdue(finding, now) else "")
    left = len(wanted) - limit
    console.print(
        f"{counted(len(wanted), 'finding')}" + (f", {left} not shown" if left > 0 else ""),
        style="dim",
    )


@desk.command("show")
@click.argument("number", type=int)
@ROOT
@click.option(
    "--show-values", is_flag=True, help="Show the message as it was written; this is recorded."
)
def show_finding(number: int, root: Path | None, *, show_values: bool) -> None:
    """Show finding NUMBER: what was found where, by which rule, and every step since."""
    settings, work = _opened(root)
    finding = work.finding(number)
    record(
        settings, "desk show", _customers(settings, number), finding=number, values=show_values
    )
    now = datetime.now(UTC)
    found = finding.found
    console.print(_line(finding, now))
    for name, value in (
        ("message", found.message_id or "erased"),
        ("language", found.language),
        ("labelled by", found.labelled_by),
        ("posted", _moment(found.posted_at)),
        ("known since", _moment(finding.aware_at)),
        ("due", _moment(finding.due_at) if finding.due_at else None),
        ("goes on from", finding.carried_from),
        ("gone on with in", finding.superseded_by),
    ):
        if value is not None:
            console.print(f"  {name}: {value}")
    console.print(f"  places: {found.spans}")
    text = _written(settings, finding) if show_values else found.redacted_text
    console.print(f"\n  {text or 'the text is gone'}\n")
    for step in finding.steps:
        of = f" of {step.duplicate_of}" if step.duplicate_of else ""
        console.print(
            f"  {_moment(step.at)}  {step.to}{of}  by {step.actor}: {step.reason}", style="dim"
        )


@desk.command("decide")
@click.argument("number", type=int)
@ROOT
@click.option("--to", type=click.Choice(STATES), required=True, help="What it becomes.")
@_AUTHOR
@_REASON
@click.option("--of", "duplicate_of", type=int, help="The finding it is a duplicate of.")
@click.option(
    "--aware-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="When the company knew already (UTC), with --to confirmed; the deadline counts from then.",
)
def decide(
    number: int,
    root: Path | None,
    *,
    to: str,
    author: str | None,
    reason: str | None,
    duplicate_of: int | None,
    aware_at: datetime | None,
) -> None:
    """Take a step with finding NUMBER; steps are never changed or taken back, only added."""
    from dagster_project.compliance.states import State, Step
    from dagster_project.config.compliance import read_compliance

    settings, work = _opened(root)
    review = read_compliance(settings.config_dir / "compliance.yml").review
    step = Step(
        State(to),
        author or "",
        reason or "",
        datetime.now(UTC),
        duplicate_of,
        aware_at.replace(tzinfo=UTC) if aware_at else None,
    )
    record(settings, "desk decide", _customers(settings, number), finding=number, to=to)
    finding = work.decide(number, step, two_people=review.two_people)
    console.print(f"✓ finding {number} is {finding.state}", style="green")


@desk.command("sample")
@click.argument("number", type=int, required=False)
@ROOT
@click.option("--clean", is_flag=True, help="Nothing was missed in message NUMBER.")
@click.option("--missed", type=click.Choice(KINDS), help="What was missed in message NUMBER.")
@_AUTHOR
@_REASON
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
def sample(
    number: int | None,
    root: Path | None,
    *,
    clean: bool,
    missed: str | None,
    author: str | None,
    reason: str | None,
    limit: int,
) -> None:
    """List drawn messages that no rule found and nobody has looked at; judge the one of NUMBER."""
    settings, work = _opened(root)
    if number is None:
        waiting = [s for s in work.sample() if s.verdict is None]
        record(settings, "desk sample", messages=min(limit, len(waiting)))
        for drawn in waiting[:limit]:
            console.print(_sampled_line(drawn))
        console.print(f"{counted(len(waiting), 'message')} to look at", style="dim")
        return
    if clean == bool(missed):
        raise Customer360Error(
            "what the message holds is not said",
            f"sample {number}",
            "give --clean, or --missed and a kind of finding",
        )
    record(settings, "desk sample", sample=number, verdict=missed or "clean")
    said = work.judge_sample(
        number, kind=missed, actor=author or "", reason=reason or "", at=datetime.now(UTC)
    )
    console.print(
        f"✓ message {number} of the sample: {said.kind or said.verdict}", style="green"
    )


def _opened(root: Path | None) -> "tuple[Settings, Desk]":
    from dagster_project.compliance.desk import Desk
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    return settings, Desk(settings.root.state)


def _urgency(finding: "Finding") -> tuple[object, ...]:
    due = finding.due_at if finding.handled_at is None else None
    return (
        due is None,
        due or finding.found.found_at,
        -SEVERITIES.index(finding.found.severity),
        finding.number,
    )


def _is_overdue(finding: "Finding", now: datetime) -> bool:
    return finding.due_at is not None and finding.handled_at is None and finding.due_at < now


def _line(finding: "Finding", now: datetime) -> str:
    found = finding.found
    return (
        f"{finding.number:>6}  {finding.state:<14}  {found.severity:<8}  {found.kind:<15}  "
        f"{found.rule_id}/{found.rule_version}  {found.brand or '-'}/{found.channel or '-'}, "
        f"{found.author_role}, {found.owner}{_deadline(finding, now)}"
    )


def _deadline(finding: "Finding", now: datetime) -> str:
    if finding.due_at is None or finding.handled_at is not None:
        return ""
    hours = (finding.due_at - now).total_seconds() / 3600
    return f", due in {hours:.0f} h" if hours >= 0 else f", {-hours:.0f} h overdue"


def _sampled_line(drawn: "Sampled") -> str:
    return (
        f"{drawn.number:>6}  {drawn.day}  {drawn.brand or '-'}/{drawn.channel or '-'}, "
        f"{drawn.author_role}: {drawn.redacted_text or 'the text is gone'}"
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _customers(settings: "Settings", number: int) -> list[str]:
    """Whom a finding is about, as it is published; nobody where it is not yet."""
    try:
        return [
            str(customer)
            for (customer,) in _asked(
                settings,
                "compliance",
                "select customer_id from fct_compliance_finding "
                "where finding_id = $1 and customer_id is not null",
                [number],
            )
        ]
    except Customer360Error:
        return []


def _written(settings: "Settings", finding: "Finding") -> str | None:
    """The message as it is published to those who may see it; none where that has another version."""
    rows = _asked(
        settings,
        "crm",
        "select body_text from fct_message where message_id = $1 and version_number = $2",
        [finding.found.message_id, finding.found.version_number],
    )
    return str(rows[0][0]) if rows and rows[0][0] is not None else None


def _asked(
    settings: "Settings", consumer: str, question: str, values: list[object]
) -> list[tuple[Any, ...]]:
    from dagster_project.engines.duckdb.session import EngineOptions
    from dagster_project.viewer.product import Product

    options = EngineOptions(settings.threads, settings.memory_limit)
    with Product(settings.root, consumer, options=options) as product:
        answer = product.ask(question, values)
        return list(answer.rows) if answer else []

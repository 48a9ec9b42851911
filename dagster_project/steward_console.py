"""What the steward's commands print. Ids and figures; values only masked, or when asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from shlex import join, quote

from rich.markup import escape

from dagster_project.config.identity import IdentitySpec, read_identity
from dagster_project.config.roots import open_root
from dagster_project.console import console, say_waiting
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.engines.duckdb.writer_lock import writer_lock
from dagster_project.identity.evidence.file import evidence_file, opened_evidence
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.judgements import Judgement, all_judgements, withdraw
from dagster_project.identity.steward.apart import bits
from dagster_project.identity.steward.cluster_picture import draw_cluster
from dagster_project.identity.steward.customers import (
    CustomerEvidence,
    Tie,
    explain_customer,
    names_of,
)
from dagster_project.identity.steward.preview import Change
from dagster_project.identity.steward.review import Case, Question, build_queue
from dagster_project.identity.steward.subjects import find_rids, find_subject
from dagster_project.identity.steward.words import Decision, merge, split
from dagster_project.identity.workspace import Workspace
from dagster_project.identity_commands.told_pairs import print_judged, require_picture
from dagster_project.settings import Settings, read_settings


@contextmanager
def _evidence(root: Path | None) -> Iterator[tuple[Settings, Workspace, IdentitySpec, Model]]:
    settings = read_settings(root)
    open_root(settings.root)
    spec = read_identity(settings.config_dir / "identity.yml")
    with opened_evidence(evidence_file(settings.root.warehouse)) as (work, model):
        yield settings, work, spec, model


def print_queue(root: Path | None, *, limit: int, out: Path | None) -> None:
    """The review queue, on the terminal or as a file."""
    with _evidence(root) as (settings, work, spec, _model):
        cases = build_queue(work, spec, limit=limit, state_dir=settings.root.state)
        asked = [id_ for case in cases for id_ in (case.record_id_l, case.record_id_r)]
        names = names_of(work, find_rids(work, asked), shown=False)
    if out is not None:
        _write_cases(cases, out)
        console.print(
            f"[green]✓[/] {counted(len(cases), 'question')} → {escape(str(out))}", markup=True
        )
        return
    if not cases:
        console.print("nothing deserves a look: every link is sure and every stranger far")
        return
    for place, case in enumerate(cases, start=1):
        _print_case(place, case, names)
    console.print(
        "\nLook closer with `c360 explain pair` or `c360 explain why-not`; then say `c360 merge` "
        "or `c360 split`. A question answered does not come again.",
        style="dim",
    )


def _print_case(place: int, case: Case, names: dict[str, str]) -> None:
    who = (
        f"{case.customer_id_l} ({counted(case.records_l, 'record')}) and "
        f"{case.customer_id_r} ({case.records_r})"
        if case.question is Question.MERGE
        else f"{case.customer_id_l}: {case.records_l} and {case.records_r} of its records"
    )
    console.print(
        f"[bold]{place:>3}. {case.question.value}[/] worth {case.worth:.2f} pairs, "
        f"match weight {bits(case.odds)} bits\n     {who}\n"
        f"     {escape(names[case.record_id_l])}  |  {escape(names[case.record_id_r])}\n"
        f"     [dim]{escape(case.evidence)}[/]",
        markup=True,
    )
    pair = f"{quote(case.record_id_l)} {quote(case.record_id_r)}"
    console.print(f"     c360 explain pair {pair}", markup=False)
    word = (
        f"c360 merge {quote(case.customer_id_l)} {quote(case.customer_id_r)}"
        if case.question is Question.MERGE
        else f"c360 split {quote(case.customer_id_l)} {join(case.leaving)}"
    )
    console.print(f"     {word} --author … --reason …", markup=False, style="dim")


def _write_cases(cases: list[Case], out: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame([asdict(case) for case in cases], columns=list(Case.__annotations__))
    frame["leaving"] = frame["leaving"].map(" ".join)
    kind = {".csv": "csv, header", ".parquet": "parquet"}.get(out.suffix.lower())
    if kind is None:
        raise Customer360Error(
            "the queue is written as .csv or .parquet", str(out), "name such a file"
        )
    with session() as connection:
        connection.register("cases", frame)
        connection.execute(f"copy cases to '{quoted(str(out))}' (format {kind})")


def say_merge(
    root: Path | None,
    left: str,
    right: str,
    *,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Keep the word that two customers or records are one."""
    with _evidence(root) as (settings, work, spec, _model):
        subjects = find_subject(work, left), find_subject(work, right)
        with writer_lock(settings.root, "c360 merge", on_wait=say_waiting):
            said = merge(
                work, settings.root.state, *subjects, _decision(author, reason, expires)
            )
    _print_said(said, "one customer")
    _print_foretold(settings, spec)


def say_split(
    root: Path | None,
    customer: str,
    records: tuple[str, ...],
    *,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Keep the word that some records are not the customer's."""
    with _evidence(root) as (settings, work, spec, _model):
        whole = find_subject(work, customer)
        if whole.is_record:
            whole = find_subject(work, whole.customer_id)
        leaving = [find_subject(work, record) for record in records]
        with writer_lock(settings.root, "c360 split", on_wait=say_waiting):
            said = split(
                work, settings.root.state, whole, leaving, _decision(author, reason, expires)
            )
    _print_said(said, "not the same customer")
    _print_foretold(settings, spec)


def _decision(author: str, reason: str, expires: datetime | None) -> Decision:
    until = expires.replace(tzinfo=UTC) if expires else None
    return Decision(author, reason, datetime.now(UTC), until)


def _print_said(said: list[Judgement], what: str) -> None:
    numbers = f"{said[0].number}" if len(said) == 1 else f"{said[0].number}–{said[-1].number}"
    console.print(
        f"[green]✓[/] noted: {what} ({counted(len(said), 'judgement')}, number {numbers}); "
        "`c360 judgements --withdraw NUMBER` takes one back",
        markup=True,
    )


def _print_foretold(settings: Settings, spec: IdentitySpec) -> None:
    """What the next run makes of all words that no run has obeyed yet."""
    from dagster_project.identity.steward.foretold import foretell

    with console.status("looking what it changes"):
        changes = foretell(evidence_file(settings.root.warehouse), settings.root.state, spec)
    if not changes:
        console.print("  the next `c360 run` changes nothing by it: so it is already")
        return
    console.print("  the next `c360 run`, by this and every other new word:")
    created = {c.customer_id for c in changes if c.event_type == "create"}
    for change in changes:
        if change.event_type != "create":
            console.print(f"  · {as_sentence(change, created)}", markup=False)


def as_sentence(change: Change, created: set[str]) -> str:
    """Which customers, how many records, and whose id lives on."""
    one, other, records = change.customer_id, change.other_customer_id, change.records
    if change.event_type == "merge":
        return f"{one} takes over {counted(records, 'record')} of {other}, whose id then leads to it"
    if change.event_type == "split":
        is_new = "a new customer, " if other in created else ""
        return f"{one} keeps its id and gives {counted(records, 'record')} to {is_new}{other}"
    return f"{change.event_type}: {one}, {counted(records, 'record')}"


def print_judgements(root: Path | None, *, withdrawn: tuple[int, ...]) -> None:
    """Everything stewards have said, newest first; ``withdrawn`` are taken back before."""
    settings = read_settings(root)
    open_root(settings.root)
    with writer_lock(settings.root, "c360 judgements", on_wait=say_waiting):
        for number in withdrawn:
            withdraw(settings.root.state, number, at=datetime.now(UTC))
        said = all_judgements(settings.root.state)
    if not said:
        console.print("no steward has said anything yet")
    for judgement, taken_back in said:
        console.print(
            f"{judgement.number:>4}  {judgement.verdict.value:<9}  "
            f"{_state_of(judgement, taken_back)}, said {judgement.made_at:%Y-%m-%d} by "
            f"{judgement.author}: {judgement.reason}",
            markup=False,
        )
        console.print(
            f"      {judgement.record_id_l}  ·  {judgement.record_id_r}",
            markup=False,
            style="dim",
        )


def _state_of(judgement: Judgement, taken_back: datetime | None) -> str:
    if taken_back is not None:
        return f"withdrawn {taken_back:%Y-%m-%d}"
    if judgement.expires_at is not None:
        is_over = judgement.expires_at <= datetime.now(UTC)
        return f"{'expired' if is_over else 'stands until'} {judgement.expires_at:%Y-%m-%d}"
    return "stands"


def print_preview(root: Path | None, *, retrain: bool, out: Path | None) -> None:
    """What a run with the present configuration would do to the customers."""
    from dagster_project.identity.steward.preview import look_at, preview

    settings = read_settings(root)
    open_root(settings.root)
    if not settings.root.database.exists():
        raise Customer360Error(
            "there is no warehouse to try the configuration on",
            str(settings.root.database),
            "run `c360 run` first",
        )
    spec = read_identity(settings.config_dir / "identity.yml")
    with (
        writer_lock(settings.root, "c360 preview", on_wait=say_waiting),
        console.status("resolving, without writing anything"),
        session(options=settings.engine) as connection,
    ):
        look_at(connection, settings.root.database)
        as_of = connection.execute("select as_of from intermediate.int_as_of").fetchall()[0][0]
        found = preview(
            connection,
            spec=spec,
            state_dir=settings.root.state,
            as_of=as_of,
            retrain=retrain,
            out=out,
        )
    limit = spec.moves.stop_above
    console.print(
        f"{counted(found.customers, 'customer')}; {found.moves.moved:,} of {found.moves.known:,} known "
        f"records ({found.moves.share:.2%}) would get another customer; a run stops above {limit:.0%}"
    )
    for kind in ("merge", "split", "create", "absorb", "retire"):
        if count := found.count(kind):
            console.print(f"  {kind:<7} {count:,}")
    if found.trained:
        console.print(f"  a new model would be trained: {found.trained}")
    for warning in found.warnings:
        console.print(f"  warning: {warning}", style="yellow", markup=False)
    created = {c.customer_id for c in found.changes if c.event_type == "create"}
    for change in [c for c in found.changes if c.event_type in {"merge", "split"}][:10]:
        console.print(f"  {as_sentence(change, created)}", style="dim", markup=False)
    if out is not None:
        console.print(f"every record that would move → {out}", markup=False)


def draw_charts(root: Path | None, folder: Path) -> None:
    """The model's charts, as files."""
    from dagster_project.identity.steward.charts import draw_model

    with _evidence(root) as (_, work, spec, model):
        for file in draw_model(work, spec, model, folder):
            console.print(f"[green]✓[/] {escape(str(file))}", markup=True)


def print_customer(root: Path | None, asked: str, *, shown: bool, picture: Path | None) -> None:
    """The records of a customer, the path through them and its weakest link."""
    with _evidence(root) as (_, work, _spec, _model):
        subject = find_subject(work, asked)
        if subject.is_record:
            subject = find_subject(work, subject.customer_id)
        found = explain_customer(work, subject)
        names = names_of(work, subject.rids, shown=shown)
    note = "" if found.customer_id == asked else f" (asked for {asked})"
    console.print(
        f"[bold]{found.customer_id}[/]{escape(note)}: {counted(len(found.members), 'record')}",
        markup=True,
    )
    for member in found.members:
        console.print(f"  {member.record_id}  {names[member.record_id]}", markup=False)
    _print_path(found)
    if found.guards:
        console.print("\nwhat guards do here")
    for act in found.guards:
        what = f"{act.kind} value" if act.kind else "pair"
        size = f", of up to {counted(act.records, 'record')}" if act.kind else ""
        console.print(
            f"  {act.guard}: {counted(act.count, what)}{size} {act.effect}", markup=False
        )
    if picture is not None:
        require_picture(picture)
        draw_cluster(found, names, picture)
        console.print(f"[green]✓[/] {escape(str(picture))}", markup=True)


def _print_path(found: CustomerEvidence) -> None:
    if not found.path:
        console.print("one record alone: nothing holds it together")
        return
    console.print("\nheld together by, strongest first")
    for tie in found.path:
        _print_tie(tie)
    if found.weakest is not None:
        weakest = found.weakest
        console.print(
            f"\nweakest link: without it {weakest.records_l} and "
            f"{counted(weakest.records_r, 'record')}; all pairs across "
            f"say {bits(weakest.net_bits)} bits together"
        )
        _print_tie(weakest.tie)
    if found.against:
        console.print("\nspeaking against it")
        for tie in found.against:
            _print_tie(tie)


def _print_tie(tie: Tie) -> None:
    odds = "certain" if tie.odds is None else f"{bits(tie.odds)} bits"
    console.print(
        f"  {odds:>10}  {tie.record_id_l} – {tie.record_id_r}\n{'':14}{tie.evidence}",
        markup=False,
    )


def print_pair(
    root: Path | None, left: str, right: str, *, shown: bool, picture: Path | None
) -> None:
    """Verdict and reason on two records, then the evidence; as a picture too when asked for."""
    with _evidence(root) as (_, work, spec, model):
        one, two = find_subject(work, left), find_subject(work, right)
        if not (one.is_record and two.is_record) or one.rids == two.rids:
            raise Customer360Error(
                "a pair is two different records",
                f"{left}, {right}",
                "take two record ids; for customers ask `c360 explain why-not` or "
                "`c360 explain customer`",
            )
        print_judged(work, spec, model, (one, two), shown=shown, picture=picture)


def print_why_not(
    root: Path | None, left: str, right: str, *, shown: bool, picture: Path | None
) -> None:
    """The reason two customers or records are apart, and their strongest pair."""
    with _evidence(root) as (_, work, spec, model):
        subjects = find_subject(work, left), find_subject(work, right)
        print_judged(work, spec, model, subjects, shown=shown, picture=picture)

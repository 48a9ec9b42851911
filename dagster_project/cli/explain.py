"""``c360 explain``: why records are, or are not, one customer. Values only masked, or when asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from dagster_project.cli.accounts import is_account, print_account, print_account_pair
from dagster_project.cli.evidence import opened
from dagster_project.cli.options import NEW_FILE, ROOT, SHOWN, with_its_folder
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.identity.steward.customers import CustomerEvidence, Tie


@click.group()
def explain() -> None:
    """Why records are, or are not, one customer: the evidence in bits, values masked."""


@explain.command("customer")
@click.argument("identifier", metavar="ID")
@ROOT
@SHOWN
@click.option(
    "--picture",
    type=NEW_FILE,
    callback=with_its_folder,
    help="Draw its records and links into this .png, .svg or .pdf file.",
)
def explain_customer(
    identifier: str, root: Path | None, *, show_values: bool, picture: Path | None
) -> None:
    """What holds the customer (or account) ID together, and where it would come apart first."""
    print_customer(root, identifier, shown=show_values, picture=picture)


@explain.command("model")
@ROOT
@click.option(
    "--picture",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the charts: match weights, score histogram, blocking rules.",
)
def explain_model(root: Path | None, picture: Path) -> None:
    """What each comparison level is worth, how scores are spread, what blocking rules bring."""
    draw_charts(root, picture)


@explain.command("pair")
@click.argument("left")
@click.argument("right")
@ROOT
@SHOWN
@click.option(
    "--picture",
    type=NEW_FILE,
    callback=with_its_folder,
    help="Draw the evidence as a waterfall into this .png, .svg or .pdf file.",
)
def explain_pair(
    left: str, right: str, root: Path | None, *, show_values: bool, picture: Path | None
) -> None:
    """The evidence on two records, of people or of organisations, field by field."""
    print_pair(root, left, right, shown=show_values, picture=picture)


@explain.command("why-not")
@click.argument("left")
@click.argument("right")
@ROOT
@SHOWN
@click.option(
    "--picture",
    type=NEW_FILE,
    callback=with_its_folder,
    help="Draw the strongest pair's evidence as a waterfall into this .png, .svg or .pdf file.",
)
def explain_why_not(
    left: str, right: str, root: Path | None, *, show_values: bool, picture: Path | None
) -> None:
    """Why two records or customers are not one."""
    print_why_not(root, left, right, shown=show_values, picture=picture)


def draw_charts(root: Path | None, folder: Path) -> None:
    """The model's charts, as files."""
    from dagster_project.identity.steward.charts import draw_model

    with opened(root) as (_, work, spec, model):
        for file in draw_model(work, spec, model, folder):
            console.print(f"[green]✓[/] {escape(str(file))}", markup=True)


def print_customer(root: Path | None, asked: str, *, shown: bool, picture: Path | None) -> None:
    """The records of a customer, the path through them and its weakest link."""
    if is_account(asked):
        print_account(root, asked)
        return
    from dagster_project.cli.told_pairs import require_picture
    from dagster_project.identity.steward.cluster_picture import draw_cluster
    from dagster_project.identity.steward.customers import explain_customer, names_of
    from dagster_project.identity.steward.subjects import find_subject

    with opened(root) as (settings, work, _spec, _model):
        subject = find_subject(work, asked)
        if subject.is_record:
            subject = find_subject(work, subject.customer_id)
        record(settings, "explain customer", [subject.customer_id], values_shown=shown)
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


def _print_path(found: "CustomerEvidence") -> None:
    from dagster_project.identity.steward.apart import bits

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


def _print_tie(tie: "Tie") -> None:
    from dagster_project.identity.steward.apart import bits

    odds = "certain" if tie.odds is None else f"{bits(tie.odds)} bits"
    console.print(
        f"  {odds:>10}  {tie.record_id_l} – {tie.record_id_r}\n{'':14}{tie.evidence}",
        markup=False,
    )


def print_pair(
    root: Path | None, left: str, right: str, *, shown: bool, picture: Path | None
) -> None:
    """Verdict and reason on two records, then the evidence; as a picture too when asked for."""
    if is_account(left) and is_account(right):
        print_account_pair(root, left, right)
        return
    from dagster_project.cli.told_pairs import print_judged
    from dagster_project.identity.steward.subjects import find_subject

    with opened(root) as (settings, work, spec, model):
        one, two = find_subject(work, left), find_subject(work, right)
        if not (one.is_record and two.is_record) or one.rids == two.rids:
            raise Customer360Error(
                "a pair is two different records",
                f"{left}, {right}",
                "take two record ids; for customers ask `c360 explain why-not` or "
                "`c360 explain customer`",
            )
        record(settings, "explain pair", [one.customer_id, two.customer_id], values_shown=shown)
        print_judged(work, spec, model, (one, two), shown=shown, picture=picture)


def print_why_not(
    root: Path | None, left: str, right: str, *, shown: bool, picture: Path | None
) -> None:
    """The reason two customers or records are apart, and their strongest pair."""
    from dagster_project.cli.told_pairs import print_judged
    from dagster_project.identity.steward.subjects import find_subject

    with opened(root) as (settings, work, spec, model):
        subjects = find_subject(work, left), find_subject(work, right)
        record(
            settings, "explain why-not", [s.customer_id for s in subjects], values_shown=shown
        )
        print_judged(work, spec, model, subjects, shown=shown, picture=picture)

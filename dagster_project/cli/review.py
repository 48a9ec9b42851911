"""``c360 review`` and ``preview``: what deserves a look, and what a configuration would change."""

from dataclasses import asdict
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from dagster_project.cli.accounts import print_account_queue
from dagster_project.cli.evidence import opened
from dagster_project.cli.judge import as_sentence
from dagster_project.cli.options import NEW_FILE, ROOT, with_its_folder
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.identity.steward.review import Case


@click.command()
@ROOT
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many questions.",
)
@click.option(
    "--out",
    type=NEW_FILE,
    callback=with_its_folder,
    help="Write the queue to this CSV or Parquet file instead.",
)
@click.option("--accounts", is_flag=True, help="Ask about accounts in place of customers.")
def review(root: Path | None, limit: int, out: Path | None, *, accounts: bool) -> None:
    """List what deserves a look, the decision worth most first."""
    if accounts:
        print_account_queue(root, limit=limit)
    else:
        print_queue(root, limit=limit, out=out)


@click.command()
@ROOT
@click.option("--retrain", is_flag=True, help="As if the matching model were learned anew.")
@click.option(
    "--out",
    type=NEW_FILE,
    callback=with_its_folder,
    help="Write every record that would move to this Parquet file.",
)
def preview(root: Path | None, *, retrain: bool, out: Path | None) -> None:
    """Say which customers the present configuration would merge or split; change nothing."""
    print_preview(root, retrain=retrain, out=out)


def print_queue(root: Path | None, *, limit: int, out: Path | None) -> None:
    """The review queue, on the terminal or as a file."""
    from dagster_project.identity.steward.customers import names_of
    from dagster_project.identity.steward.review import build_queue
    from dagster_project.identity.steward.subjects import find_rids

    with opened(root) as (settings, work, spec, _model):
        cases = build_queue(work, spec, limit=limit, state_dir=settings.root.state)
        record(settings, "review", questions=len(cases))
        asked = [id_ for case in cases for id_ in (case.record_id_l, case.record_id_r)]
        names = names_of(work, find_rids(work, asked), shown=False)
    if out is not None:
        _write_cases(cases, out)
        console.print(
            f"[green]✓[/] {counted(len(cases), 'question')} → {escape(str(out))}", markup=True
        )
        return
    if not cases:
        console.print("nothing deserves a look: every link is sure, and nobody else comes near")
        return
    for place, case in enumerate(cases, start=1):
        _print_case(place, case, names)
    console.print(
        "\nLook closer with `c360 explain pair` or `c360 explain why-not`; then say `c360 merge` "
        "or `c360 split`. A question answered does not come again.",
        style="dim",
    )


def _print_case(place: int, case: "Case", names: dict[str, str]) -> None:
    from dagster_project.identity.steward.apart import bits
    from dagster_project.identity.steward.review import Question

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


def _write_cases(cases: "list[Case]", out: Path) -> None:

    import pandas as pd

    from dagster_project.engines.duckdb.session import quoted, session
    from dagster_project.identity.steward.review import Case

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


def print_preview(root: Path | None, *, retrain: bool, out: Path | None) -> None:
    """What a run with the present configuration would do to the customers."""
    from dagster_project.config.identity import read_identity
    from dagster_project.engines.duckdb.session import session
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.identity.steward.preview import look_at, preview
    from dagster_project.settings import read_settings

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

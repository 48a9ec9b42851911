"""``c360 resolve``: one table in, ``record_id`` and ``customer_id`` out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from dagster_project.cli.inputs import (
    FILE,
    opened_input,
    read_input,
    read_matching,
    require_outputs,
    require_writable_folder,
)
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    import duckdb

    from dagster_project.identity.resolve_table import Matching, Outputs, Resolved
    from dagster_project.identity.tabular.profile import Profile
    from dagster_project.identity.tabular.spec import Inferred, TableSpec


_PRESENT_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command()
@click.argument("input_table", metavar="INPUT")
@click.option("--out", required=True, type=FILE, help="Where customers go: .parquet or .csv.")
@click.option(
    "--spec", type=_PRESENT_FILE, help="What the columns mean; without it that is inferred."
)
@click.option("--write-spec", type=FILE, help="Write what was inferred, to be edited.")
@click.option("--links", type=FILE, help="Also write every compared pair with its score.")
@click.option(
    "--labels",
    type=_PRESENT_FILE,
    help="Pairs known to match or not: record_id_l, record_id_r, is_match.",
)
@click.option(
    "--explain",
    type=(str, str),
    multiple=True,
    metavar="A B",
    help="Say why these two record ids are, or are not, one customer; may be repeated.",
)
@click.option(
    "--kind",
    type=click.Choice(["persons", "organisations", "works"]),
    help="What the records describe. Default: inferred.",
)
@click.option(
    "--config",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Folder with another identity.yml, organisations.yml and works.yml.",
)
def resolve(
    input_table: str,
    *,
    out: Path,
    spec: Path | None,
    write_spec: Path | None,
    links: Path | None,
    labels: Path | None,
    explain: tuple[tuple[str, str], ...],
    kind: str | None,
    config: Path | None,
) -> None:
    """Tell which records of a table are one customer: CSV, Parquet or FILE.duckdb:TABLE.

    INPUT needs no labels; those there are always hold, and sharpen the weights. Records are
    named by a column unique_id, record_id or id, else by their row's number; ids and the order
    of rows are never evidence.
    """
    from dagster_project.identity.resolve_table import Outputs, profile_columns, resolve_table
    from dagster_project.identity.tabular.labels import read_labels
    from dagster_project.identity.tabular.meanings import Kind

    require_outputs(input_table, tuple(file for file in (out, links) if file is not None))
    if write_spec is not None:
        require_writable_folder(write_spec.parent)
    started = perf_counter()
    with opened_input(str(labels or input_table)) as connection:
        if labels is not None:
            read_labels(connection, str(labels))
            read_input(connection, input_table)
        matching = read_matching(config)
        with console.status("looking at the columns"):
            profiles = () if spec else profile_columns(connection, matching)
        if not (spec or write_spec or kind or labels or explain) and _resolved_as_mixed(
            connection, matching, Outputs(out, links), profiles
        ):
            return
        table = _columns(connection, profiles, spec, write_spec, kind)
        if labels is not None and table.kind is not Kind.PERSONS:
            raise Customer360Error(
                "labels are for tables of persons", str(labels), "leave --labels out"
            )
        with console.status("resolving"):
            resolved = resolve_table(
                connection,
                table,
                matching,
                Outputs(out, links),
                has_labels=labels is not None,
                progress=_say_stage,
            )
        _print_resolved(resolved, out, links, perf_counter() - started)
        if explain:
            _explain(connection, matching, resolved, explain)


def _resolved_as_mixed(
    connection: "duckdb.DuckDBPyConnection",
    matching: "Matching",
    outputs: "Outputs",
    profiles: Sequence["Profile"],
) -> bool:
    """Resolve a table of persons and organisations; false where it is of one kind."""
    from dagster_project.identity.resolve_mixed import resolve_mixed
    from dagster_project.identity.resolve_table import infer_columns
    from dagster_project.identity.tabular.kinds_of_rows import find_kinds_of_rows
    from dagster_project.identity.tabular.meanings import Kind

    def table_of(kind: Kind) -> "TableSpec":
        inferred = infer_columns(connection, matching, kind=kind)
        _print_columns(replace(inferred, why="these rows"))
        return inferred.spec()

    started = perf_counter()
    kinds = find_kinds_of_rows(connection, profiles)
    if kinds is None:
        return False
    console.print(
        f"[bold]persons and organisations[/], {escape(kinds.why)}: each is resolved by itself; "
        "--kind or --spec take all rows for one",
        markup=True,
    )
    resolved = resolve_mixed(
        connection, kinds, table_of, matching, outputs, progress=_say_stage
    )
    for kind, part in resolved.items():
        console.print(f"[bold]{escape(kind)}[/]", markup=True)
        _print_resolved(part, outputs.customers, outputs.links, perf_counter() - started)
    return True


def _explain(
    connection: "duckdb.DuckDBPyConnection",
    matching: "Matching",
    resolved: "Resolved",
    pairs: tuple[tuple[str, str], ...],
) -> None:
    """Explain pairs of the table as `c360 explain pair` explains those of a warehouse."""
    from dagster_project.cli.told_pairs import print_judged
    from dagster_project.identity.steward.subjects import find_subject
    from dagster_project.identity.tabular.explain_table import keep_for_questions

    if resolved.model is None:
        raise Customer360Error(
            "only tables of persons are explained", "--explain", "read the evidence in --links"
        )
    work = keep_for_questions(connection)
    for one, two in pairs:
        console.print()
        subjects = find_subject(work, one), find_subject(work, two)
        print_judged(
            work, matching.persons, resolved.model, subjects, shown=False, picture=None
        )


def _columns(
    connection: "duckdb.DuckDBPyConnection",
    profiles: Sequence["Profile"],
    spec: Path | None,
    write_spec: Path | None,
    kind: str | None,
) -> "TableSpec":
    """The spec as given, or as inferred and told."""
    from dagster_project.identity.tabular.infer import infer_table
    from dagster_project.identity.tabular.input_table import columns_of
    from dagster_project.identity.tabular.meanings import Kind
    from dagster_project.identity.tabular.spec import read_table_spec, write_table_spec

    if spec is not None:
        return read_table_spec(spec, tuple(columns_of(connection)))
    inferred = infer_table(profiles, kind=Kind(kind) if kind else None)
    _print_columns(inferred)
    if write_spec is not None:
        write_table_spec(inferred, write_spec)
        console.print(
            f"the columns' meanings stand in {write_spec}; edit it, pass it with --spec",
            markup=False,
        )
    return inferred.spec()


def _print_columns(inferred: "Inferred") -> None:
    """One line per column: wide rather than wrapped."""
    console.print(f"[bold]{inferred.kind}[/], {escape(inferred.why)}", markup=True)
    width = max(len(column.name) for column in inferred.columns)
    for column in inferred.columns:
        style = "dim" if column.spec.means == "ignored" else ""
        line = f"  {column.name:<{width}} → {column.spec.means:<13} ({column.why})"
        console.print(line, style=style, markup=False)
    unread = [c.name for c in inferred.columns if c.spec.means == "ignored"]
    if unread and not inferred.is_guess:
        console.print(
            f"  {counted(len(unread), 'column is', 'columns are')} not read. If one of them says who or "
            "what a record is: --write-spec FILE, correct its line, --spec FILE",
            style="dim",
            markup=False,
        )
    if inferred.is_guess:
        console.print(_GUESSED, style="yellow", markup=False)


_GUESSED = (
    "warning: NO COLUMN SAYS WHAT THE RECORDS ARE, so they are taken for persons. Name it with "
    "--kind, or write down what the columns are taken for with --write-spec FILE, correct it and "
    "pass it with --spec FILE"
)


def _say_stage(name: str, rows: int, seconds: float) -> None:
    console.print(f"  {name:<20} {rows:>12,}  {seconds:7.1f} s", style="dim")


def _print_resolved(
    resolved: "Resolved", out: Path, links: Path | None, seconds: float
) -> None:
    for note in resolved.notes:
        console.print(f"note: {note}", style="yellow", markup=False)
    for warning in resolved.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    console.print(
        f"[green]✓[/] {counted(resolved.records, 'record is', 'records are')} "
        f"{counted(resolved.customers, 'customer')} "
        f"(the largest has {resolved.largest:,}); {counted(resolved.compared, 'pair')} compared in "
        f"{seconds:.1f} s",
        markup=True,
    )
    estimate = resolved.estimate
    if estimate.precision and estimate.recall:
        console.print(
            f"  as the model has it, without any truth: precision {estimate.precision}, "
            f"recall among compared pairs {estimate.recall}"
        )
    console.print(f"  written: {out}" + (f", {links}" if links else ""), markup=False)

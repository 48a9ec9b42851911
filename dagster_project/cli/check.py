"""``c360 check``: what a file would be read as, in words. Names and counts, never a value."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from dagster_project.cli.options import ROOT
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.sources.catalogue import STREAMS

if TYPE_CHECKING:
    from dagster_project.config.sources import SourceConfig
    from dagster_project.settings import Settings
    from dagster_project.sources.checking import FileReport, PartReport


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ROOT
@click.option("--source", help="Read it as this source's. Default: as the inbox would.")
def check(file: Path, root: Path | None, source: str | None) -> None:
    """Say what FILE would be read as, and what is in the way; nothing is loaded or moved.

    Exits with 1 when it could not be read or no source takes it, with 3 when a run would refuse
    a load of it. What the gates say of its rows is known after a run.
    """
    sys.exit(print_check(root, file, source=source))


NOT_READ, REFUSED = 1, 3
"""Exit statuses; a run's ``--strict`` has the second one too."""


def print_check(root: Path | None, file: Path, *, source: str | None) -> int:
    """Print what a run would make of a file; returns the exit status."""
    from dagster_project.config.sources import read_sources
    from dagster_project.settings import read_settings
    from dagster_project.sources.checking import check_file

    settings = read_settings(root)
    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    named = _named(sources, source) if source else None
    with console.status("reading"):
        report = check_file(file, (named,) if named else sources, source=named)
    console.print(_headline(report), style="bold")
    for part in report.parts:
        _print_part(part)
    for obstacle in report.obstacles:
        console.print(
            f"[yellow]![/] {escape(obstacle.what)}\n  → {escape(obstacle.remedy)}", markup=True
        )
    if not report.parts or report.source is None:
        return NOT_READ
    refused = any(part.problems for part in report.parts)
    _print_next(settings, report, refused=refused)
    return REFUSED if refused else 0


def _named(sources: "tuple[SourceConfig, ...]", name: str) -> "SourceConfig":
    for source in sources:
        if source.name == name:
            return source
    raise Customer360Error(
        f"the register names no source {name!r}",
        "config/sources.yml",
        f"use one of: {', '.join(s.name for s in sources) or 'none yet'}",
    )


def _headline(report: "FileReport") -> str:
    name = report.path.name
    if not report.parts:
        return f"{name} could not be read"
    vendors = " and ".join(report.vendors)
    if report.source is None:
        return f"{name} looks like an export of {vendors}, but no source would take it"
    return (
        f"{name} would be read as {vendors}, of the source {report.source}: "
        f"{report.rows:,} of {counted(report.rows_in, 'row')}"
    )


def _print_part(part: "PartReport") -> None:
    console.print(
        f"  {part.stream:<12} {counted(part.rows, 'row'):>14}  from {part.origin}", markup=False
    )
    for left in part.left_out:
        console.print(
            f"    left out: {left.what} ({left.rows:,})", style="yellow", markup=False
        )
    for problem in part.problems:
        console.print(f"    would be refused: {problem}", style="red", markup=False)
    for note in part.notes:
        console.print(f"    {note}", style="dim", markup=False)


def _print_next(settings: "Settings", report: "FileReport", *, refused: bool) -> None:
    from dagster_project.settings import own_command, root_option

    if refused:
        console.print("Mend what is said above, then check again; nothing was loaded.")
        return
    run = own_command("run", *root_option(settings.root))
    console.print(
        f"Nothing was loaded: put it into {settings.root.inbox / str(report.source)}/, "
        f"then {run}. What the gates say of its rows is known after that.",
        markup=False,
    )

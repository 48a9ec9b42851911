"""``c360 run``: the whole pipeline, its progress, and what became of it."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dagster_project.cli.demo import ensure_demo, prepare_demo
from dagster_project.cli.options import ROOT
from dagster_project.cli.root import make_folders_of_sources
from dagster_project.cli.terminal import console, say_waiting, shown
from dagster_project.config.roots import (
    open_root,
)

if TYPE_CHECKING:
    from dagster_project.defs.instance import StepSeen
    from dagster_project.settings import Settings


@click.command()
@ROOT
@click.option(
    "--demo", is_flag=True, help="Build the demo world first, if it is not there yet."
)
@click.option(
    "--people",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    help="Size of the demo world.",
)
@click.option("--seed", default=360, show_default=True, help="Seed of the demo world.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a load was refused.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Build the marts as of this time (UTC). Default: the newest event that landed.",
)
@click.option("--retrain", is_flag=True, help="Learn the matching model anew.")
@click.option(
    "--accept-moves",
    is_flag=True,
    help="Carry on even if many known records change their customer (see `c360 preview`).",
)
def run(
    root: Path | None,
    *,
    demo: bool,
    people: int,
    seed: int,
    strict: bool,
    as_of: datetime | None,
    retrain: bool,
    accept_moves: bool,
) -> None:
    """Run the whole pipeline: read, gate, resolve, build, check, publish.

    Exits with 0 also when loads were refused (3 with --strict), with 1 when a step failed, and
    with 2, before any work, when the register names no source.
    """
    from dagster_project.cli.doctor import nothing_to_read, print_findings

    if not demo and (findings := nothing_to_read(root)):
        print_findings(findings)
        sys.exit(2)

    sys.exit(
        run_and_report(
            root,
            demo=demo,
            people=people,
            seed=seed,
            strict=strict,
            as_of=as_of,
            retrain=retrain,
            accept_moves=accept_moves,
        )
    )


REFUSED = 3
"""Exit status of ``--strict`` when a load was refused."""


def run_and_report(
    root: Path | None,
    *,
    demo: bool,
    people: int,
    seed: int,
    strict: bool,
    as_of: datetime | None,
    retrain: bool = False,
    accept_moves: bool = False,
) -> int:
    """Run the main job and print its summary; returns the exit status.

    The root is held from the start: two first runs at once would otherwise make Dagster's store,
    or the demo world, under each other's hands.
    """
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.settings import read_settings

    settings = read_settings(root, as_of=as_of.replace(tzinfo=UTC) if as_of else None)
    if demo:
        prepare_demo(settings)
    open_root(settings.root)
    with writer_lock(settings.root, "c360 run", on_wait=say_waiting):
        if demo:
            ensure_demo(settings, people=people, seed=seed)
        return _run_and_report(
            settings, strict=strict, retrain=retrain, accept_moves=accept_moves
        )


def _run_and_report(
    settings: "Settings", *, strict: bool, retrain: bool, accept_moves: bool
) -> int:
    make_folders_of_sources(settings)
    console.print(
        f"[bold]Customer 360[/] · root {escape(shown(settings.root.path))}", markup=True
    )
    started = time.monotonic()
    console.print("starting Dagster, dbt and the register …", style="dim")
    from dagster_project.cli.summary import print_summary
    from dagster_project.definitions import run

    with StepProgress() as progress:
        outcome = run(
            settings, retrain=retrain, accept_moves=accept_moves, on_step=progress.show
        )
    refused = print_summary(console, settings, outcome, seconds=time.monotonic() - started)
    for problem in outcome.undelivered:
        console.print(f"! an alert did not arrive: {problem}", style="yellow", markup=False)
    if not outcome.success:
        return 1
    return REFUSED if strict and refused else 0


class StepProgress:
    """One line per finished step, a moving bar for the one at work."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> "StepProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, seen: "StepSeen") -> None:
        """React to one event of a step."""
        name = seen.step.replace("_", " ")
        if seen.event == "start":
            self._tasks[seen.step] = self._bar.add_task(name, total=None)
            return
        task = self._tasks.pop(seen.step, None)
        if task is not None:
            self._bar.remove_task(task)  # type: ignore[arg-type]
        mark, style = _MARKS[seen.event]
        self._bar.console.print(
            f"[{style}]{mark}[/] {name:<28} {seen.seconds:6.1f} s", markup=True
        )
        if seen.event in {"failure", "retry"}:
            self._bar.console.print(f"    {seen.message}", style=style, markup=False)


_MARKS = {
    "success": ("✓", "green"),
    "failure": ("✗", "red"),
    "skipped": ("–", "yellow"),
    "retry": ("↻", "yellow"),
}

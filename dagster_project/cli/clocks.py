"""``c360 clocks``: what came of a file of service-level cases, in counts."""

from pathlib import Path

import click
from rich.markup import escape

from dagster_project.cli.inputs import require_outputs
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted


@click.command()
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the results go: .csv or .parquet.",
)
def clocks(cases: Path, out: Path) -> None:
    """Compute service-level clocks: when each of CASES is due, and whether it was met.

    CASES is a CSV file with a clock a row: case_id, clock, calendar, policy, start, events and
    as_of, as docs/service-levels.md describes. Writes due, end, status and used minutes, in UTC.
    """
    print_clocks(cases, out)


def print_clocks(cases: Path, out: Path) -> None:
    """Compute ``cases`` into ``out`` and print how many came to which status."""
    from dagster_project.service_levels.cases import compute_cases

    require_outputs(str(cases), (out,))
    with console.status("computing"):
        computed = compute_cases(cases, out)
    statuses = ", ".join(
        f"{number:,} {status}" for status, number in computed.by_status.items()
    )
    console.print(f"{counted(computed.cases, 'case')}: {statuses or 'none'}")
    for warning in computed.warnings:
        console.print(f"[yellow]![/] {escape(warning)}", markup=True)
    console.print(f"  → {out}")

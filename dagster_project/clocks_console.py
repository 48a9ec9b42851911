"""``c360 clocks``: what came of a file of service-level cases, in counts."""

from pathlib import Path

from rich.markup import escape

from dagster_project.console import console
from dagster_project.domain.counts import counted
from dagster_project.identity_commands.inputs import require_outputs
from dagster_project.service_levels.cases import compute_cases


def print_clocks(cases: Path, out: Path) -> None:
    """Compute ``cases`` into ``out`` and print how many came to which status."""
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

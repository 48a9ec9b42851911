"""``c360 retain``: what sources have held longer than their register allows goes."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from dagster_project.cli.options import ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting, shown
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted


@click.command()
@ROOT
@click.option("--preview", "do", flag_value="preview", help="Show what is past its retention.")
@click.option("--confirm", "do", flag_value="confirm", help="Take it out.")
def retain(root: Path | None, *, do: str | None) -> None:
    """Take out what is older than retention_days of its source: --preview first, then --confirm."""
    sys.exit(take_out_the_old(root, do))


NOT_SAID = 2
"""Exit status when it was not said what to do."""


def take_out_the_old(root: Path | None, do: str | None) -> int:
    """Show counts, or carry it out; the exit status."""
    from dagster_project.cli.company import company_of
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.privacy.erase import preview_retention, retain
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    company = company_of(settings)
    with writer_lock(settings.root, "c360 retain", on_wait=say_waiting):
        if do != "confirm":
            expired = preview_retention(company)
            for name, rows in expired.rows.items():
                console.print(f"  {rows:>8,}  {name}")
            console.print(
                f"{counted(sum(expired.rows.values()), 'landed row')}, "
                f"{counted(expired.records, 'contact record')} and "
                f"{counted(len(expired.files), 'original')} are past their retention; "
                "nothing was changed"
            )
            return 0 if do == "preview" else NOT_SAID
        record(settings, "retain")
        receipt = retain(company, name=f"retention-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    if receipt is None:
        console.print("nothing is past its retention")
        return 0
    for place in receipt.places:
        console.print(
            f"  {place.place:<18} {counted(place.files, 'file')}, "
            f"{counted(place.removed, 'row')} removed"
        )
    file = settings.root.audit / "erasures" / f"{receipt.name}.json"
    console.print(f"receipt: {shown(file)}")
    return 0

"""``c360 register``: the record of processing and the public notice, from the configuration."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.cli.options import ROOT
from dagster_project.cli.terminal import console, shown
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted

if TYPE_CHECKING:
    from dagster_project.privacy.register import Register
    from dagster_project.settings import Settings


@click.command()
@ROOT
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for register.html, register.json, notice.html and columns.csv.",
)
def register(root: Path | None, out: Path | None) -> None:
    """Write the record of processing (article 30) and the public notice; without --out sum it up."""
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    gathered = gather(settings)
    for each in gathered.processings:
        console.print(
            f"  {each.source}.{each.stream}: {each.purpose}; {each.lawful_basis}; "
            f"{counted(each.retention_days, 'day')}; "
            f"{counted(sum(p != 'none' for p in each.columns.values()), 'personal column')}"
        )
    for recipient in gathered.recipients:
        direct = sum(n["direct"] for n in recipient.tables.values())
        console.print(
            f"  → {recipient.name}: {counted(len(recipient.tables), 'table')}, "
            f"{counted(direct, 'column names', 'columns name')} people"
        )
    for gap in gathered.gaps:
        console.print(f"! not said: {gap}", style="yellow")
    if out is not None:
        for file in write_register(gathered, out):
            console.print(f"✓ {shown(file)}")


def gather(settings: "Settings") -> "Register":
    """The register of a root, with the classes of the columns as its warehouse, or the project, has them."""
    from dagster_project.config.consumers import read_consumers
    from dagster_project.config.privacy import read_privacy
    from dagster_project.config.sources import read_sources
    from dagster_project.defs.manifest import prepare_manifest
    from dagster_project.privacy.register import gather_register
    from dagster_project.publish.column_classes import read_classes
    from dagster_project.sources.catalogue import STREAMS

    settings.export()
    config = settings.config_dir
    return gather_register(
        read_privacy(config / "privacy.yml"),
        read_sources(config / "sources.yml", streams=STREAMS),
        STREAMS,
        read_consumers(config / "consumers.yml"),
        read_classes(prepare_manifest(settings)),
    )


def write_register(gathered: "Register", folder: Path) -> tuple[Path, ...]:
    """Write the pages, the record for machines, and every column with its class and consumers."""
    from dagster_project.privacy.register import as_document
    from dagster_project.privacy.register_pages import notice_page, register_page

    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "register.html": register_page(gathered),
        "register.json": json.dumps(as_document(gathered), indent=1, ensure_ascii=False) + "\n",
        "notice.html": notice_page(gathered),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    with (folder / "columns.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(("table", "column", "class", "consumers"))
        writer.writerows(
            (c.table, c.column, c.personal, " ".join(c.consumers)) for c in gathered.columns
        )
    return (*(folder / name for name in texts), folder / "columns.csv")

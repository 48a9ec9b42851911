"""``c360 export-person``: everything held about one person, for them."""

from pathlib import Path

import click
from rich.markup import escape

from dagster_project.cli.company import company_of
from dagster_project.cli.options import ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error


@click.command("export-person")
@ROOT
@click.option("--customer", help="A customer id.")
@click.option("--identifier", help="An e-mail address, number, handle, or record id.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A new folder; it will hold personal data.",
)
def export_person(
    root: Path | None, customer: str | None, identifier: str | None, out: Path
) -> None:
    """Write what is held about one person: a page to read and JSON, others masked."""
    if bool(customer) is bool(identifier):
        raise Customer360Error("whom is not said", "", "give --customer or --identifier")
    write_bundle(root, customer, identifier, out)


def write_bundle(
    root: Path | None, customer: str | None, identifier: str | None, out: Path
) -> None:
    """Gather and write; whom it was about is recorded first."""
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.privacy.person import collect_person, write_person
    from dagster_project.privacy.requests import Request
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    with writer_lock(settings.root, "c360 export-person", on_wait=say_waiting):
        person = collect_person(
            company_of(settings), Request(customer=customer, identifier=identifier)
        )
    if person.is_empty:
        raise Customer360Error("nothing is held about them", "", "try another identifier")
    record(settings, "export-person", person.customers)
    for file in write_person(person, out):
        console.print(f"[green]✓[/] {escape(str(file))}", markup=True)
    for title, rows in person.sections.items():
        console.print(f"  {title}: {counted(len(rows), 'row')}", markup=False)

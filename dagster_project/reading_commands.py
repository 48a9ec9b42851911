"""``c360`` for those who read: a customer, a question in SQL, a file, clocks of a file; thin."""

import sys
from pathlib import Path

import click

from dagster_project.command_line import ROOT

_CONSUMER = click.option(
    "--consumer",
    default="crm",
    show_default=True,
    help="Whose data product, as config/consumers.yml names it.",
)


@click.command()
@click.argument("query", required=False)
@ROOT
@_CONSUMER
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How answers are written.",
)
def sql(query: str | None, root: Path | None, consumer: str, form: str) -> None:
    """Ask a published file in SQL, read-only: one QUERY, or a prompt without one.

    The file is opened beside running runs and sees nothing but itself. The prompt keeps its
    history for as long as it is open: what is asked may name people.
    """
    from dagster_project.sql_console import answer, prompt

    if query is None and sys.stdin.isatty():
        prompt(root, consumer=consumer, form=form)
    else:
        answer(root, query or sys.stdin.read(), consumer=consumer, form=form)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ROOT
@click.option("--source", help="Read it as this source's. Default: as the inbox would.")
def check(file: Path, root: Path | None, source: str | None) -> None:
    """Say what FILE would be read as, and what is in the way; nothing is loaded or moved.

    Exits with 1 when it could not be read or no source takes it, with 3 when a run would refuse
    a load of it. What the gates say of its rows is known after a run.
    """
    from dagster_project.check_console import print_check

    sys.exit(print_check(root, file, source=source))


@click.command()
@click.argument("who")
@ROOT
@_CONSUMER
@click.option(
    "--events",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many of the last events.",
)
def show(who: str, root: Path | None, consumer: str, events: int) -> None:
    """Show a customer: WHO is an e-mail address, phone number, handle, name, record or customer id.

    Reads the published file and shows personal data. Exits with 1 when nobody is found, with 2
    when several fit; ids of merged customers lead to their heirs.
    """
    from dagster_project.show_console import print_customer

    sys.exit(print_customer(root, who, consumer=consumer, events=events))


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
    from dagster_project.clocks_console import print_clocks

    print_clocks(cases, out)


READING_COMMANDS = (check, clocks, show, sql)
"""What ``c360`` adds to its own commands."""

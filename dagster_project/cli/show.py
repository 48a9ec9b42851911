"""``c360 show``: a customer on the terminal of somebody who may see it. Nothing of it is logged."""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from dagster_project.cli.accounts import is_account, show_account
from dagster_project.cli.options import CONSUMER, ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.sql import shown_value
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.sources.catalogue import STREAMS

if TYPE_CHECKING:
    from dagster_project.settings import Settings
    from dagster_project.viewer.customer import Customer, Row
    from dagster_project.viewer.product import Product


@click.command()
@click.argument("who")
@ROOT
@CONSUMER
@click.option(
    "--events",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many of the last events.",
)
def show(who: str, root: Path | None, consumer: str, events: int) -> None:
    """Show a customer: WHO is an e-mail address, phone number, handle, name, record or customer id.

    An account's id, or that of a record of an organisation, shows the account.

    Reads the published file and shows personal data. Exits with 1 when nobody is found, with 2
    when several fit; ids of merged customers lead to their heirs.
    """
    if is_account(who):
        sys.exit(show_account(root, who, consumer=consumer))
    sys.exit(print_customer(root, who, consumer=consumer, events=events))


NOT_FOUND, SEVERAL = 1, 2
"""Exit statuses."""


def print_customer(root: Path | None, asked: str, *, consumer: str, events: int) -> int:
    """Find and print a customer, or list whom it may be; returns the exit status."""
    from dagster_project.settings import read_settings
    from dagster_project.viewer.customer import find_customers, read_customer
    from dagster_project.viewer.product import Product

    settings = read_settings(root)
    with Product(settings.root, consumer, options=settings.engine) as product:
        found = find_customers(product, asked, countries=_countries(settings))
        if not found.customers:
            _say_nobody(found.looked_for, retired=found.retired)
            return NOT_FOUND
        record(settings, "show", found.customers, found=len(found.customers))
        if len(found.customers) > 1:
            _list_candidates(settings, product, found.customers)
            return SEVERAL
        if found.retired:
            console.print(f"{found.retired} was retired; its records went to", style="yellow")
        customer = read_customer(product, found.customers[0], events=events)
    _print(settings, customer)
    return 0


def _countries(settings: "Settings") -> list[str]:
    """Of the register's sources; none where it cannot be read: it is not what is asked about."""
    from dagster_project.config.sources import read_sources

    try:
        sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    except Customer360Error:
        return []
    return list(dict.fromkeys(s.country for s in sources if s.country))


def _say_nobody(looked_for: Iterable[str], *, retired: str | None) -> None:
    if retired:
        console.print(f"{retired} was retired, and none of its records is left", markup=False)
        return
    console.print("no customer was found; looked for")
    for what in looked_for:
        console.print(f"  {what}", markup=False)
    console.print(
        "Withdrawn and quarantined records, brand accounts and employees are no customers.",
        style="dim",
    )


def _list_candidates(
    settings: "Settings", product: "Product", customers: tuple[str, ...]
) -> None:
    from dagster_project.settings import own_command, root_option
    from dagster_project.viewer.customer import MOST_CANDIDATES, read_summaries

    more = f", the first {MOST_CANDIDATES} of them" if len(customers) > MOST_CANDIDATES else ""
    console.print(f"{counted(len(customers), 'customer fits', 'customers fit')}{more}")
    _columns(
        (row["customer_id"], row["full_name"], row["email"], row["sources"])
        for row in read_summaries(product, customers)
    )
    command = own_command("show", "CUSTOMER_ID", *root_option(settings.root))
    console.print(f"Look at one: {command}", style="dim", markup=False)


def _print(settings: "Settings", customer: "Customer") -> None:
    from dagster_project.settings import own_command, root_option

    who = customer.summary
    console.print(
        Text(shown_value(who["full_name"] or who["email"] or "(no name)"), style="bold")
    )
    console.print(
        f"{who['customer_id']}  {str(who['kind']).replace('_', ' ')}, "
        f"{counted(who['record_count'], 'record')} of "
        f"{counted(who['source_count'], 'source')}, "
        f"confidence {who['identity_confidence']:.2f}",
        style="dim",
    )
    _section(
        "Golden record, and where each value came from",
        (
            (g.field.replace("_", " "), g.value, g.source, _day(g.as_of))
            for g in customer.golden
        ),
    )
    _section("Identifiers", map(_identifier, customer.identifiers))
    command = own_command(
        "explain", "customer", who["customer_id"], *root_option(settings.root)
    )
    _section(
        "Records",
        (
            (
                r["record_id"],
                f"joined {_day(r['valid_from'])}",
                f"confidence {r['confidence']:.2f}",
            )
            for r in customer.records
        ),
    )
    _say_why(customer, command)
    _section(
        "Consents",
        (
            (c["channel"], c["purpose"], c["status"], c["source"], _day(c["occurred_at"]))
            for c in customer.consents
        ),
    )
    _section("Deals and cases", _business(customer))
    _section("Last events", map(_event, customer.events))


def _say_why(customer: "Customer", command: str) -> None:
    """Values that several records hold; the evidence in full is another command's."""
    if len(customer.records) < 2:
        return
    shared = [
        f"{i['identifier']} ({i['record_count']})"
        for i in customer.identifiers
        if i["record_count"] > 1 and not i["is_shared"]
    ]
    held = f"held by several records: {', '.join(shared)}; " if shared else ""
    console.print(Text(f"  {held}why they are one: {command}", style="dim"))


def _identifier(row: "Row") -> tuple[str, ...]:
    marks = [
        *(["verified"] if row["is_verified"] else []),
        *(["shared with others"] if row["is_shared"] else []),
    ]
    kind = f"{row['kind']} {row['network']}" if row["network"] else row["kind"]
    return kind, row["identifier"], counted(row["record_count"], "record"), ", ".join(marks)


def _business(customer: "Customer") -> Iterator[tuple[str, ...]]:
    for row in customer.money:
        yield (
            row["currency"],
            counted(row["opportunities"], "deal"),
            f"{row['open_opportunities']} open, {row['won_opportunities']} won, "
            f"{row['lost_opportunities']} lost"
            + (f", {n} unknown" if (n := row["unknown_opportunities"]) else ""),
        )
    cases, still_open = customer.summary.get("cases"), customer.summary.get("open_cases")
    if cases:
        yield "cases", counted(cases, "case"), f"{still_open} open"


def _event(row: "Row") -> tuple[str, ...]:
    machine = "by a machine" if row["is_machine"] else ""
    when = shown_value(row["occurred_at"])
    return when, row["event_type"].replace("_", " "), row["channel"], row["source"], machine


def _section(title: str, rows: Iterable[tuple[Any, ...]]) -> None:
    rows = list(rows)
    if rows:
        console.print(f"\n{title}", style="bold")
        _columns(rows)


def _columns(rows: Iterable[tuple[Any, ...]]) -> None:
    """Values side by side, as wide as they are; what people wrote cannot steer the terminal."""
    cells = [[Text("" if v is None else shown_value(v)) for v in row] for row in rows]
    widths = [max(cell.cell_len for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        line = Text("  ")
        for cell, width in zip(row, widths, strict=True):
            line.append_text(cell).append(" " * (width - cell.cell_len + 2))
        line.rstrip()
        console.print(line)


def _day(when: Any) -> str:
    return f"{when:%Y-%m-%d}" if isinstance(when, datetime) else ""

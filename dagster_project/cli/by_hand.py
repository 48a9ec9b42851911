"""``c360 consent`` and ``c360 rectify``: a word on consent, a value put right, by hand."""

from datetime import UTC, datetime
from pathlib import Path

import click

from dagster_project.cli.company import company_of
from dagster_project.cli.options import ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting
from dagster_project.config.roots import open_root
from dagster_project.domain.by_hand import CHANNELS, FIELDS, STATUSES
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

_CUSTOMER = click.option("--customer", help="A customer id.")
_IDENTIFIER = click.option(
    "--identifier",
    help="An e-mail address, a number with its country, a handle as network:@name, a record id.",
)
_SOURCE = click.option(
    "--source", help="Which source of vendor manual, where there are several."
)
_AUTHOR = click.option("--author", required=True, help="Who enters it.")
_REASON = click.option("--reason", required=True, help="Why.")
_EVIDENCE = click.option("--evidence", default="", help="What proves it: a letter, a call.")


@click.group()
def consent() -> None:
    """Enter a word on consent by hand; show what somebody has agreed to."""


@consent.command("record")
@ROOT
@_CUSTOMER
@_IDENTIFIER
@click.option("--channel", type=click.Choice(CHANNELS), required=True, help="What it is about.")
@click.option("--status", type=click.Choice(STATUSES), required=True, help="Yes or no.")
@click.option("--purpose", default="marketing", show_default=True, help="What for.")
@click.option(
    "--said-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="When they said it (UTC). Default: now.",
)
@_EVIDENCE
@_AUTHOR
@_REASON
@_SOURCE
def record_consent(
    root: Path | None,
    *,
    customer: str | None,
    identifier: str | None,
    channel: str,
    status: str,
    purpose: str,
    said_at: datetime | None,
    evidence: str,
    author: str,
    reason: str,
    source: str | None,
) -> None:
    """Enter that somebody gave or withdrew their consent; the next run obeys it."""
    said = {"channel": channel, "purpose": purpose, "status": status}
    if said_at is not None:
        said["said_at"] = said_at.replace(tzinfo=UTC).isoformat()
    proof = {"evidence": evidence, "recorded_by": author, "reason": reason}
    customers = enter(
        root, "consent", said | proof, customer=customer, named=identifier, source=source
    )
    console.print(
        f"noted: {channel} {status}, for {counted(len(customers), 'customer')} known by it; "
        "the next `c360 run` obeys it in everything it makes"
    )


@consent.command("show")
@ROOT
@_CUSTOMER
@_IDENTIFIER
@click.option(
    "--at",
    "instant",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="As it stood then (UTC). Default: now.",
)
def show_consent(
    root: Path | None,
    *,
    customer: str | None,
    identifier: str | None,
    instant: datetime | None,
) -> None:
    """Show what somebody has agreed to at an instant, by channel and purpose, with its evidence."""
    print_consent(root, customer, identifier, instant)


@click.command()
@ROOT
@_CUSTOMER
@_IDENTIFIER
@click.option("--field", type=click.Choice(FIELDS), required=True, help="Which value.")
@click.option("--value", help="What is right; an empty text says that there is none.")
@click.option("--undo", is_flag=True, help="Take the correction of the field back.")
@_EVIDENCE
@_AUTHOR
@_REASON
@_SOURCE
def rectify(
    root: Path | None,
    *,
    customer: str | None,
    identifier: str | None,
    field: str,
    value: str | None,
    undo: bool,
    evidence: str,
    author: str,
    reason: str,
    source: str | None,
) -> None:
    """Put a value of a customer right, whatever its sources go on saying; --undo takes it back."""
    from dagster_project.privacy.by_hand import checked_value

    if undo is (value is not None):
        raise Customer360Error("what is right is not said", "", "give --value or --undo")
    said = {
        "field": field,
        "value": "" if undo else checked_value(field, value or ""),
        "status": "undone" if undo else "set",
        "evidence": evidence,
        "recorded_by": author,
        "reason": reason,
    }
    enter(root, "correction", said, customer=customer, named=identifier, source=source)
    done = "is taken back" if undo else "is put right"
    console.print(
        f"noted: {field} {done}; the next `c360 run` shows it, and every one after it"
    )


def enter(
    root: Path | None,
    stream: str,
    said: dict[str, str],
    *,
    customer: str | None,
    named: str | None,
    source: str | None,
) -> tuple[str, ...]:
    """Write the entry, recorded first; the customers it is about as far as they are known."""
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.privacy.by_hand import (
        golden_value,
        source_for_entries,
        whom,
        write_entries,
    )
    from dagster_project.privacy.erase import attached_warehouse, work_session
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    company = company_of(settings)
    taker = source_for_entries(company.sources, source)
    with (
        writer_lock(settings.root, f"c360 {stream}", on_wait=say_waiting),
        work_session(company) as work,
        attached_warehouse(work, company.root) as catalog,
    ):
        about = whom(work, catalog, customer=customer, named=named)
        if stream == "correction":
            if len(about.customers) != 1:
                raise Customer360Error(
                    f"{counted(len(about.customers), 'customer has', 'customers have')} it",
                    "--identifier",
                    "name one customer: --customer ID (`c360 show` finds it)",
                )
            said["replaces"] = golden_value(work, catalog, about.customers[0], said["field"])
        told = {k: said[k] for k in ("channel", "status", "field") if k in said}
        record(settings, f"{stream} by hand", about.customers, source=taker.name, **told)
        write_entries(company.root, taker, stream, about, said, now=datetime.now(UTC))
    return about.customers


def print_consent(
    root: Path | None, customer: str | None, named: str | None, instant: datetime | None
) -> None:
    """A line per channel and purpose."""
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.privacy.by_hand import whom
    from dagster_project.privacy.consent_state import consent_at
    from dagster_project.privacy.erase import attached_warehouse, work_session
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    company = company_of(settings)
    when = instant.replace(tzinfo=UTC) if instant else datetime.now(UTC)
    with (
        writer_lock(settings.root, "c360 consent", on_wait=say_waiting),
        work_session(company) as work,
        attached_warehouse(work, company.root) as catalog,
    ):
        about = whom(work, catalog, customer=customer, named=named)
        found = consent_at(work, catalog, about.customers, when) if catalog else ()
    record(settings, "consent show", about.customers)
    if not found:
        console.print("nothing is known: nobody has said yes or no")
    for each in found:
        said = f"{each.said_at:%Y-%m-%d %H:%M}" if each.said_at else "at an unknown time"
        console.print(
            f"  {each.customer_id}  {each.channel:<11} {each.purpose:<14} {each.status:<9}  "
            f"{said}  {each.source}: {each.evidence}"
        )

"""``c360 erase``: what would go, that it goes, that it is gone."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.cli.company import company_of
from dagster_project.cli.options import ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting, shown
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.privacy.erase import Preview
    from dagster_project.privacy.people import Found
    from dagster_project.privacy.receipt import Receipt
    from dagster_project.privacy.requests import Request
    from dagster_project.settings import Settings

FOUND, NOT_SAID = 1, 2
"""Exit statuses: ``--verify`` found something; it was not said what to do."""


@click.command()
@ROOT
@click.option("--customer", help="A customer id; all records of the customer are meant.")
@click.option("--identifier", help="An e-mail address, number, handle, or record id.")
@click.option(
    "--exact", "scope", flag_value="exact", help="Records with that identifier alone."
)
@click.option(
    "--connected",
    "scope",
    flag_value="connected",
    help="Everything of the customers who hold it.",
)
@click.option("--source", "sources", multiple=True, help="Only what this source holds.")
@click.option("--purpose", "purposes", multiple=True, help="Only what was collected for this.")
@click.option("--reason", default="request of the person", show_default=True)
@click.option("--queue", is_flag=True, help="All requests that wait in requests/.")
@click.option("--preview", "do", flag_value="preview", help="Show what would go.")
@click.option("--confirm", "do", flag_value="confirm", help="Erase it.")
@click.option("--request", "do", flag_value="request", help="Put it into the queue.")
@click.option("--verify", "do", flag_value="verify", help="Look for it in every byte.")
@click.option("--lift", "do", flag_value="lift", help="Let who was erased land again.")
def erase(
    root: Path | None,
    *,
    customer: str | None,
    identifier: str | None,
    scope: str | None,
    sources: tuple[str, ...],
    purposes: tuple[str, ...],
    reason: str,
    queue: bool,
    do: str | None,
) -> None:
    """Erase a person from every place of the root: say --preview first, then --confirm.

    A receipt says in counts what was removed where, and keyed tombstones keep old exports from
    bringing the person back. The next run builds the figures anew.
    """
    from dagster_project.privacy.requests import Request, Scope
    from dagster_project.settings import read_settings

    if queue == bool(customer or identifier) or (customer and identifier):
        raise Customer360Error(
            "whom is not said", "", "give one of --customer, --identifier and --queue"
        )
    if queue and do in {"request", "verify", "lift"}:
        raise Customer360Error(
            f"--{do} means one person", "", "give --customer or --identifier, without --queue"
        )
    if identifier and scope is None and do in {"confirm", "request"}:
        raise Customer360Error(
            "how much goes is not said",
            "",
            "--exact: the records that hold the identifier; --connected: everything of the "
            "customers who hold it. --preview shows both",
        )
    settings = read_settings(root)
    open_root(settings.root)
    request = Request(
        identifier=identifier,
        customer=customer,
        scope=Scope(scope or "connected"),
        sources=sources,
        purposes=purposes,
        reason=reason,
    )
    sys.exit(_obey(settings, request, queue=queue, do=do, scopes=scope is None))


def _obey(
    settings: "Settings", request: "Request", *, queue: bool, do: str | None, scopes: bool
) -> int:
    from dagster_project.engines.duckdb.writer_lock import writer_lock

    if do == "verify":
        return verify(settings, request)
    with writer_lock(settings.root, "c360 erase", on_wait=say_waiting):
        match do:
            case "confirm":
                return carry_out_queue(settings) if queue else confirm(settings, request)
            case "request":
                return put_into_queue(settings, request)
            case "lift":
                return lift(settings, request)
            case _:
                show_preview(settings, request, queue=queue, scopes=scopes)
                return 0 if do == "preview" else NOT_SAID


def show_preview(
    settings: "Settings", request: "Request", *, queue: bool, scopes: bool
) -> None:
    """What would go, of one request or of the queue; in both scopes where none was chosen."""
    from dataclasses import replace

    from dagster_project.privacy.erase import preview
    from dagster_project.privacy.queue import read_queue
    from dagster_project.privacy.requests import Scope

    company = company_of(settings)
    if queue:
        waiting = read_queue(settings.root)
        console.print(f"{counted(len(waiting), 'request waits', 'requests wait')}")
        _print_preview(preview(company, [w.request for w in waiting]))
        return
    asked = [request]
    if request.identifier and scopes:
        asked = [replace(request, scope=scope) for scope in Scope]
    for each in asked:
        if request.identifier:
            console.print(f"--{each.scope}", style="bold")
        found = preview(company, [each])
        record(settings, "erase --preview", found.found[0].customers)
        _print_preview(found)
    console.print("Nothing was changed. --confirm erases it; it cannot be brought back.")


def confirm(settings: "Settings", request: "Request") -> int:
    """Erase one person now."""
    from datetime import UTC, datetime

    from dagster_project.privacy.audit_log import account
    from dagster_project.privacy.erase import erase

    company = company_of(settings)
    if company.rules.two_people:
        record(settings, "erase refused")
        raise Customer360Error(
            "an erasure takes two people here",
            "config/privacy.yml, two_people",
            "ask with --request; another account confirms with --queue --confirm",
        )

    def agree(found: "tuple[Found, ...]") -> None:
        _refuse_nobody(settings, request, found[0])
        record(settings, "erase", found[0].customers, scope=str(request.scope))

    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    receipt = erase(company, [_by(request, account())], name=name, agree=agree)
    _print_receipt(settings, receipt)
    return 0


def _refuse_nobody(settings: "Settings", request: "Request", found: "Found") -> None:
    """Say that nobody is meant before anything is written; an address may stand in files alone."""
    from dagster_project.privacy.scan import scan

    if found.is_held:
        raise Customer360Error(
            "a legal hold keeps them",
            "config/privacy.yml, legal_holds",
            "erase once it has ended",
        )
    if found.records:
        return
    if request.customer:
        raise Customer360Error(
            "there is no such customer",
            request.customer if request.customer.isalnum() else "",
            "`c360 find` shows whom the root knows; erased ones are known no more",
        )
    if not scan(settings.root.path, [request.identifier or ""]):
        raise Customer360Error(
            "nobody holds this identifier, and it stands in no file",
            "",
            "look at how it is spelled, or ask for another: `c360 find` shows whom the root knows",
        )


def _by(request: "Request", who: str) -> "Request":
    from dataclasses import replace

    return replace(request, requested_by=request.requested_by or who)


def carry_out_queue(settings: "Settings") -> int:
    """Confirm what others asked for, and carry out everything that may go."""
    from dagster_project.privacy.audit_log import account
    from dagster_project.privacy.queue import confirm_all, read_queue
    from dagster_project.privacy.work_off import work_off

    company = company_of(settings)
    confirmed = confirm_all(settings.root, account()) if company.rules.two_people else 0
    record(
        settings,
        "erase --queue",
        requests=len(read_queue(settings.root)),
        confirmed=confirmed,
    )
    receipt = work_off(company)
    if receipt is not None:
        _print_receipt(settings, receipt)
    left = len(read_queue(settings.root))
    if left:
        console.print(
            f"{counted(left, 'request waits', 'requests wait')} for another account to confirm"
        )
    elif receipt is None:
        console.print("no request waits")
    return 0


def put_into_queue(settings: "Settings", request: "Request") -> int:
    """Ask for an erasure that somebody else, or the job, carries out."""
    from dagster_project.privacy.audit_log import account
    from dagster_project.privacy.queue import ask

    record(settings, "erase --request", [request.customer] if request.customer else [])
    ask(settings.root, _by(request, account()))
    console.print(
        "the request waits in requests/; `c360 erase --queue --confirm` carries it out"
    )
    return 0


def lift(settings: "Settings", request: "Request") -> int:
    """Take the tombstones of one identifier away."""
    from dagster_project.consent.tombstones import Tombstones
    from dagster_project.engines.duckdb.session import session
    from dagster_project.privacy.people import keys_of

    company = company_of(settings)
    if not request.identifier:
        raise Customer360Error(
            "a customer id has no tombstone", "", "give --identifier: what may land again"
        )
    record(settings, "erase --lift")
    countries = sorted({s.country for s in company.sources if s.country})
    with session() as connection:
        lifted = Tombstones(settings.root, key=company.key).lift(
            connection, keys_of(request.identifier, countries)
        )
    console.print(f"{counted(lifted, 'tombstone')} taken away")
    return 0 if lifted else FOUND


def verify(settings: "Settings", request: "Request") -> int:
    """Look for an identifier in every byte of the root; 1 when it stands anywhere."""
    from dagster_project.privacy.scan import scan

    value = request.identifier or request.customer or ""
    with console.status("reading every byte"):
        hits = scan(settings.root.path, [value])
    for hit in hits:
        console.print(f"{shown(hit.file)}  {hit.within}")
    console.print(f"found in {counted(len(hits), 'place')}" if hits else "found nowhere")
    return FOUND if hits else 0


def _print_preview(found: "Preview") -> None:
    customers = len({c for each in found.found for c in each.customers})
    if any(each.is_held for each in found.found):
        console.print("a legal hold keeps whom it names: config/privacy.yml, legal_holds")
    if not (found.records or found.landed):
        console.print("nobody is meant: `c360 find` shows whom the root knows")
        return
    console.print(
        f"{counted(len(found.records), 'record')} of {counted(customers, 'customer')} would go"
    )
    for record_id in found.records[:_MOST]:
        console.print(f"  {record_id}")
    if len(found.records) > _MOST:
        console.print(f"  … and {len(found.records) - _MOST} more")
    for title, counts in (
        ("rows that have landed", found.landed),
        ("rows of others that lose a mention", found.mentions),
        ("rows of the warehouse", found.warehouse),
    ):
        if counts:
            console.print(f"{title}: {sum(counts.values()):,}")
            for name, rows in sorted(counts.items()):
                console.print(f"  {rows:>8,}  {name}")
    if found.shared:
        console.print(
            f"{counted(found.shared, 'value is', 'values are')} held by others as well, and stay "
            "with them"
        )


_MOST = 30
"""Records that a preview lists."""


def _print_receipt(settings: "Settings", receipt: "Receipt") -> None:
    file = settings.root.audit / "erasures" / f"{receipt.name}.json"
    console.print(
        f"erased: {counted(receipt.records, 'record')} of "
        f"{counted(receipt.customers, 'customer')}, "
        f"{counted(sum(receipt.landed.values()), 'landed row')}"
    )
    for place in receipt.places:
        masked = f", {counted(place.masked, 'mention')} masked" if place.masked else ""
        console.print(
            f"  {place.place:<18} {counted(place.files, 'file')}, "
            f"{counted(place.removed, 'row')} removed{masked}"
        )
    nobody = sum(not (r["records"] or r["landed_rows"]) for r in receipt.requests)
    if nobody:
        console.print(
            f"{counted(nobody, 'request', 'requests')} found nobody: the receipt says which"
        )
    for note in receipt.notes:
        console.print(note, style="dim")
    console.print(f"receipt: {shown(file)}")

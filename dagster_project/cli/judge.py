"""``c360 merge``, ``split`` and ``judgements``: a steward's word, said and taken back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.cli.accounts import is_account, say_account_merge, say_account_split
from dagster_project.cli.evidence import opened
from dagster_project.cli.options import ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted

if TYPE_CHECKING:
    from dagster_project.config.identity import IdentitySpec
    from dagster_project.identity.ledger.judgements import Judgement
    from dagster_project.identity.steward.preview import Change
    from dagster_project.identity.steward.words import Decision
    from dagster_project.settings import Settings

_AUTHOR = click.option("--author", required=True, help="Who decides.")

_REASON = click.option("--reason", required=True, help="Why; whoever reviews it reads this.")

_EXPIRES = click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The word counts until this day (UTC). Default: for good.",
)


@click.command()
@click.argument("left")
@click.argument("right")
@ROOT
@_AUTHOR
@_REASON
@_EXPIRES
def merge(
    left: str,
    right: str,
    *,
    root: Path | None,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Say that LEFT and RIGHT (record, customer or account ids) are one."""
    say_merge(root, left, right, author=author, reason=reason, expires=expires)


@click.command()
@click.argument("customer")
@click.argument("records", nargs=-1, required=True)
@ROOT
@_AUTHOR
@_REASON
@_EXPIRES
def split(
    customer: str,
    records: tuple[str, ...],
    *,
    root: Path | None,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Hold RECORDS (record ids) apart from all other records of CUSTOMER (or of an account)."""
    say_split(root, customer, records, author=author, reason=reason, expires=expires)


@click.command()
@ROOT
@click.option(
    "--withdraw", type=int, multiple=True, help="Take the judgement of this number back."
)
@click.option("--accounts", is_flag=True, help="Words on accounts in place of customers.")
def judgements(root: Path | None, withdraw: tuple[int, ...], *, accounts: bool) -> None:
    """List what stewards have said; take a word back."""
    print_judgements(root, withdrawn=withdraw, accounts=accounts)


def say_merge(
    root: Path | None,
    left: str,
    right: str,
    *,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Keep the word that two customers, accounts or records are one."""
    if is_account(left) and is_account(right):
        _print_said(
            say_account_merge(root, left, right, _decision(author, reason, expires)),
            "one account",
        )
        return
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.identity.steward.subjects import find_subject
    from dagster_project.identity.steward.words import merge

    with opened(root) as (settings, work, spec, _model):
        subjects = find_subject(work, left), find_subject(work, right)
        record(settings, "merge", [s.customer_id for s in subjects])
        with writer_lock(settings.root, "c360 merge", on_wait=say_waiting):
            said = merge(
                work, settings.root.state, *subjects, _decision(author, reason, expires)
            )
    _print_said(said, "one customer")
    _print_foretold(settings, spec)


def say_split(
    root: Path | None,
    customer: str,
    records: tuple[str, ...],
    *,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Keep the word that some records are not the customer's or account's."""
    if is_account(customer):
        _print_said(
            say_account_split(root, customer, records, _decision(author, reason, expires)),
            "not the same account",
        )
        return
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.identity.steward.subjects import find_subject
    from dagster_project.identity.steward.words import split

    with opened(root) as (settings, work, spec, _model):
        whole = find_subject(work, customer)
        if whole.is_record:
            whole = find_subject(work, whole.customer_id)
        leaving = [find_subject(work, record_id) for record_id in records]
        record(settings, "split", [whole.customer_id], records=len(leaving))
        with writer_lock(settings.root, "c360 split", on_wait=say_waiting):
            said = split(
                work, settings.root.state, whole, leaving, _decision(author, reason, expires)
            )
    _print_said(said, "not the same customer")
    _print_foretold(settings, spec)


def _decision(author: str, reason: str, expires: datetime | None) -> "Decision":
    from dagster_project.identity.steward.words import Decision

    until = expires.replace(tzinfo=UTC) if expires else None
    return Decision(author, reason, datetime.now(UTC), until)


def _print_said(said: "list[Judgement]", what: str) -> None:
    numbers = f"{said[0].number}" if len(said) == 1 else f"{said[0].number}–{said[-1].number}"
    console.print(
        f"[green]✓[/] noted: {what} ({counted(len(said), 'judgement')}, number {numbers}); "
        "`c360 judgements --withdraw NUMBER` takes one back",
        markup=True,
    )


def _print_foretold(settings: "Settings", spec: "IdentitySpec") -> None:
    """What the next run makes of all words that no run has obeyed yet."""
    from dagster_project.identity.evidence.file import evidence_file
    from dagster_project.identity.steward.foretold import foretell

    with console.status("looking what it changes"):
        changes = foretell(evidence_file(settings.root.warehouse), settings.root.state, spec)
    if not changes:
        console.print("  the next `c360 run` changes nothing by it: so it is already")
        return
    console.print("  the next `c360 run`, by this and every other new word:")
    created = {c.customer_id for c in changes if c.event_type == "create"}
    for change in changes:
        if change.event_type != "create":
            console.print(f"  · {as_sentence(change, created)}", markup=False)


def as_sentence(change: "Change", created: set[str]) -> str:
    """Which customers, how many records, and whose id lives on."""
    one, other, records = change.customer_id, change.other_customer_id, change.records
    if change.event_type == "merge":
        return f"{one} takes over {counted(records, 'record')} of {other}, whose id then leads to it"
    if change.event_type == "split":
        is_new = "a new customer, " if other in created else ""
        return f"{one} keeps its id and gives {counted(records, 'record')} to {is_new}{other}"
    return f"{change.event_type}: {one}, {counted(records, 'record')}"


def print_judgements(
    root: Path | None, *, withdrawn: tuple[int, ...], accounts: bool = False
) -> None:
    """Everything stewards have said, newest first; ``withdrawn`` are taken back before."""
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.identity.ledger.judgements import all_judgements, withdraw
    from dagster_project.identity.ledger.state import accounts_state
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    state = accounts_state(settings.root.state) if accounts else settings.root.state
    with writer_lock(settings.root, "c360 judgements", on_wait=say_waiting):
        if withdrawn:
            record(settings, "judgements --withdraw", numbers=", ".join(map(str, withdrawn)))
        for number in withdrawn:
            withdraw(state, number, at=datetime.now(UTC))
        said = all_judgements(state)
    if not said:
        console.print("no steward has said anything yet")
    for judgement, taken_back in said:
        console.print(
            f"{judgement.number:>4}  {judgement.verdict.value:<9}  "
            f"{_state_of(judgement, taken_back)}, said {judgement.made_at:%Y-%m-%d} by "
            f"{judgement.author}: {judgement.reason}",
            markup=False,
        )
        console.print(
            f"      {judgement.record_id_l}  ·  {judgement.record_id_r}",
            markup=False,
            style="dim",
        )


def _state_of(judgement: "Judgement", taken_back: datetime | None) -> str:
    if taken_back is not None:
        return f"withdrawn {taken_back:%Y-%m-%d}"
    if judgement.expires_at is not None:
        is_over = judgement.expires_at <= datetime.now(UTC)
        return f"{'expired' if is_over else 'stands until'} {judgement.expires_at:%Y-%m-%d}"
    return "stands"

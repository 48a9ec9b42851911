"""``c360 audit``: who looked at, changed, exported or erased whom, and whether the log is whole."""

import sys
from pathlib import Path

import click

from dagster_project.cli.options import ROOT
from dagster_project.cli.terminal import console
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted


@click.group()
def audit() -> None:
    """Who looked at, changed, exported or erased a customer; whether the log of it is whole."""


@audit.command("verify")
@ROOT
@click.option("--head", help="A head that was noted before; it must still be in the log.")
def verify(root: Path | None, head: str | None) -> None:
    """Find lines of the audit log that were changed, put in or taken out; exits with 1 then."""
    sys.exit(print_verdict(root, head))


@audit.command("list")
@ROOT
@click.option("--customer", help="Entries about this customer id only.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def list_entries(root: Path | None, customer: str | None, limit: int) -> None:
    """List the newest entries: when, which account, which command, how many customers."""
    print_entries(root, customer, limit)


def print_verdict(root: Path | None, head: str | None) -> int:
    """What verifying found; the exit status."""
    from dagster_project.consent.secret import VARIABLE
    from dagster_project.privacy.audit_log import AuditLog
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    log = AuditLog(settings.root, key=settings.variables.get(VARIABLE))
    verdict = log.verify(head=head)
    for problem in verdict.problems:
        console.print(f"✗ {log.file.name}, line {problem.line}: {problem.what}", style="red")
    if verdict.problems:
        return 1
    console.print(f"the audit log is whole: {counted(verdict.entries, 'entry', 'entries')}")
    console.print(f"head {verdict.head}")
    console.print(
        "Note it where this account cannot change it, and give it to --head the next time.",
        style="dim",
    )
    return 0


def print_entries(root: Path | None, customer: str | None, limit: int) -> None:
    """The newest entries, newest last."""
    from collections import deque

    from dagster_project.consent.secret import VARIABLE
    from dagster_project.privacy.audit_log import AuditLog
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    log = AuditLog(settings.root, key=settings.variables.get(VARIABLE))
    newest = deque(log.entries(customer), maxlen=limit)
    for entry in newest:
        told = ", ".join(f"{name} {value}" for name, value in sorted(entry.details.items()))
        console.print(
            f"{entry.number:>6}  {entry.at[:19]}Z  {entry.who}  {entry.command}  "
            f"{counted(len(entry.subjects), 'customer')}{f'  ({told})' if told else ''}"
        )
    if not newest:
        console.print("nothing is recorded")

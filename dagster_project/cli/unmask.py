"""``c360 unmask``: who stands behind a key of a masked product."""

from pathlib import Path

import click

from dagster_project.cli.options import ROOT
from dagster_project.cli.terminal import console
from dagster_project.config.roots import open_root
from dagster_project.domain.errors import Customer360Error


@click.command()
@ROOT
@click.option("--consumer", "name", required=True, help="Whose product the key stands in.")
@click.option("--key", required=True, help="A customer_key, as it stands there.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--request", "do", flag_value="request", help="Ask; somebody else agrees.")
@click.option("--approve", "do", flag_value="approve", help="Agree to what somebody else asks.")
def unmask(root: Path | None, *, name: str, key: str, reason: str, do: str | None) -> None:
    """Tell which customer a masked product's key stands for; every step is in the audit log.

    With `two_people_to_unmask: true` in config/privacy.yml it takes a request of one account and
    another account's approval, once for every look.
    """
    from dagster_project.config.consumers import read_consumers
    from dagster_project.config.privacy import read_privacy
    from dagster_project.consent.secret import VARIABLE, read_key
    from dagster_project.privacy.audit_log import AuditLog
    from dagster_project.privacy.unmask import Masked, approve, request, reveal
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    consumers = {c.name: c for c in read_consumers(settings.config_dir / "consumers.yml")}
    consumer = consumers.get(name)
    if consumer is None or not consumer.masked:
        raise Customer360Error(
            "no masked product of this name",
            "config/consumers.yml",
            "name a consumer with `masked: true`",
        )
    secret = settings.variables.get(VARIABLE)
    log, masked = AuditLog(settings.root, key=secret), Masked(consumer, key)
    if do == "request":
        request(log, masked, reason)
        console.print("asked; another account agrees with --approve")
    elif do == "approve":
        console.print(f"agreed to the request of {approve(log, masked)}")
    else:
        two = read_privacy(settings.config_dir / "privacy.yml").two_people_to_unmask
        found = reveal(log, masked, secret=read_key(settings.root, secret), two_people=two)
        console.print(found)

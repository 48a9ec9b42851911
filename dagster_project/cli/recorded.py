"""What a command did to which customer, written to the audit log before it is shown."""

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dagster_project.settings import Settings

_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

_NOT_WRITABLE = (
    "! not recorded: this account may not write the root's audit log; "
    "whoever owns the root sees nothing of this look-up"
)


def record(
    settings: "Settings",
    command: str,
    customers: Iterable[str] = (),
    **details: str | int | bool,
) -> None:
    """Add a line to the audit log. Who may only read a product is told that none was added."""
    from dagster_project.consent.secret import VARIABLE
    from dagster_project.privacy.audit_log import AuditLog

    try:
        AuditLog(settings.root, key=settings.variables.get(VARIABLE)).record(
            command, customers, details
        )
    except OSError as error:
        if error.errno not in _FORBIDDEN:
            raise
        click.secho(_NOT_WRITABLE, fg="yellow", err=True)

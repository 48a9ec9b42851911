"""Who stands behind a key of a masked product: told to who asks, once somebody else has agreed.

Requests and approvals are lines of the audit log, so that they are chained with everything else
that was done, and nobody can put one in unseen. An approval serves one look.
"""

from dataclasses import dataclass
from enum import StrEnum

from dagster_project.config.consumers import Consumer
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.digests import attached
from dagster_project.engines.duckdb.session import session
from dagster_project.privacy.audit_log import AuditLog, account
from dagster_project.publish.masks import find_masked


class Step(StrEnum):
    """What is said of one key, as it stands in the audit log."""

    REQUEST = "unmask --request"
    APPROVE = "unmask --approve"
    REVEAL = "unmask"


@dataclass(frozen=True)
class Masked:
    """A key as it stands in a consumer's product."""

    consumer: Consumer
    key: str

    @property
    def details(self) -> dict[str, str | int | bool]:
        """What the audit log has of it; the key tells nothing without the root's secret."""
        return {"consumer": self.consumer.name, "key": self.key}


def request(log: AuditLog, masked: Masked, reason: str) -> None:
    """Ask to be told."""
    log.record(Step.REQUEST, details={**masked.details, "reason": reason})


def approve(log: AuditLog, masked: Masked) -> str:
    """Agree to what another account asks; returns which one. ``Customer360Error`` if none does."""
    asked = _waiting(log, masked)
    others = [who for who, approved in asked.items() if who != account() and approved is None]
    if not others:
        own = account() in asked
        raise Customer360Error(
            "nobody may agree to a request of their own"
            if own
            else "nobody has asked for this key",
            f"consumer {masked.consumer.name}",
            "another account says --approve" if own else "somebody else says --request first",
        )
    log.record(Step.APPROVE, details={**masked.details, "requested_by": others[0]})
    return others[0]


def reveal(log: AuditLog, masked: Masked, *, secret: bytes, two_people: bool) -> str:
    """The customer id behind a key; with ``two_people`` only once another account has agreed.

    The look is in the log before it is told, also where the key is nobody's.
    """
    if two_people and not _waiting(log, masked).get(account()):
        log.record("unmask refused", details=masked.details)
        raise Customer360Error(
            "this takes two people here",
            "config/privacy.yml, two_people_to_unmask",
            "ask with --request; another account agrees with --approve",
        )
    with session() as connection, attached(connection, log.root.database) as warehouse:
        found = find_masked(connection, warehouse, masked.consumer, masked.key, key=secret)
    log.record(Step.REVEAL, [found] if found else [], masked.details)
    if found is None:
        raise Customer360Error(
            "no customer stands behind this key",
            f"consumer {masked.consumer.name}",
            "copy customer_key from the newest generation; an erased or merged customer has none",
        )
    return found


def _waiting(log: AuditLog, masked: Masked) -> dict[str, str | None]:
    """Who has asked and has not been told yet, and who has agreed to it."""
    asked: dict[str, str | None] = {}
    for entry in log.entries():
        if any(entry.details.get(name) != told for name, told in masked.details.items()):
            continue
        if entry.command == Step.REQUEST:
            asked[entry.who] = None
        elif entry.command == Step.APPROVE:
            who = str(entry.details.get("requested_by"))
            if who in asked and entry.who != who:
                asked[who] = entry.who
        elif entry.command == Step.REVEAL:
            asked.pop(entry.who, None)
    return asked

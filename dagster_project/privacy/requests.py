"""What is asked for: whom to erase, and how much of them.

Belongs here: requests, the queue they wait in, and what keeps them from being carried out. Does
not belong here: finding the people (``people``).
"""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """How much of a person goes."""

    EXACT = "exact"  # records that hold the identifier, and no others
    CONNECTED = "connected"  # all records of the customers who hold it


@dataclass(frozen=True)
class Request:
    """One person to erase, by a customer id or by anything that names them.

    ``sources`` and ``purposes``: only what was collected there, or for that; none: everything.
    ``reason`` and the people who asked stand in the receipt; they name nobody else.
    """

    identifier: str | None = None
    customer: str | None = None
    scope: Scope = Scope.CONNECTED
    sources: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    reason: str = "request of the person"
    requested_by: str = ""
    confirmed_by: str = ""

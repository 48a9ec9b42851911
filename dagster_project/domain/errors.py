"""Errors that say what is wrong, where, and what to do.

Belongs here: the base error and the kinds every room may raise.
Does not belong here: bad data. A refused load or a quarantined row is a result, not an error.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Customer360Error(Exception):
    """Base of every error a user may see: ``what`` is wrong, ``where``, and ``remedy``.

    None of the three may hold a personal value: they reach logs and the Dagster UI.
    """

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        remedy = f"\n  → {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{remedy}"


class TransientError(Customer360Error):
    """May go away by itself; Dagster retries these and no others."""


class ConfigError(Customer360Error):
    """A file in ``config/`` cannot be used as it stands."""

    @classmethod
    def at(cls, file: Path, line: int | None, what: str, remedy: str) -> "ConfigError":
        """Point at one line of a configuration file."""
        return cls(what, f"{file}:{line}" if line else str(file), remedy)


class SourceError(Customer360Error):
    """A source cannot be read at all: wrong credentials, unknown host, broken archive."""


class StateError(Customer360Error):
    """A root's files are of another format version or contradict each other."""


class LockHeldError(TransientError):
    """Another run is writing this root."""

"""Errors that say what is wrong, where, and what to do.

Belongs here: the base error and the kinds every room may raise.
Does not belong here: bad data. A refused load or a quarantined row is a result, not an error.
"""

from collections.abc import Sequence
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


@dataclass
class ConfigMistakesError(ConfigError):
    """Several mistakes of one configuration, told in one go."""

    mistakes: tuple[ConfigError, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.what}:", *(f"✗ {mistake}" for mistake in self.mistakes)])


def each_mistake(error: Customer360Error) -> tuple[Customer360Error, ...]:
    """The mistakes an error holds; the error itself where it is of one."""
    return error.mistakes if isinstance(error, ConfigMistakesError) else (error,)


def config_error_of(mistakes: Sequence[ConfigError]) -> ConfigError:
    """One error for one mistake or many; there must be at least one."""
    if len(mistakes) == 1:
        return mistakes[0]
    return ConfigMistakesError(
        f"{len(mistakes)} mistakes in the configuration",
        mistakes[0].where,
        mistakes[0].remedy,
        tuple(mistakes),
    )


class SourceError(Customer360Error):
    """A source cannot be read at all: wrong credentials, unknown host, broken archive."""


class StateError(Customer360Error):
    """A root's files are of another format version or contradict each other."""


class LockHeldError(TransientError):
    """Another run is writing this root."""

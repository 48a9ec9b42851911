"""The scratch tables that one room of identity makes and another reads, as they are declared.

Every room declares in its ``__init__`` what it ``MAKES`` for others and what of theirs it ``READS``;
tables that only one room knows are its own affair. A test derives both from the SQL of a full run
and of one that follows a change (tests/unit/identity/test_tables.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table ``work.<name>`` for other rooms: what a row of it is, and its columns.

    ``columns`` may be empty where a module lists them (feature rows).
    """

    name: str
    grain: str
    columns: tuple[str, ...] = ()


def table(name: str, grain: str, columns: str = "") -> Table:
    """A declaration; ``columns`` separated by blanks."""
    return Table(name, grain, tuple(columns.split()))

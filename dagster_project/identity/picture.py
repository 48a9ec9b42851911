"""``docs/identity-tables.md``: rooms, and the tables they hand to one another, drawn as declared.

Run as ``python -m dagster_project.identity.picture docs/identity-tables.md``.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from dagster_project.identity.tables import Table

ROOMS = (
    "reading", "features", "comparing", "blocking", "learning", "clustering", "ledger", "outputs",
    "evidence", "incremental",
)  # fmt: skip
"""Rooms that make tables, as a record passes them."""

_HEAD = """# The tables of identity

<!-- written by `make dictionary`; the declarations stand in each room's `__init__.py` -->

Which room of `dagster_project/identity/` makes which scratch table for others, and who reads it.
Tables that only their own room knows are left out; what is *kept* between runs is a copy of these
in the evidence. After a change, `incremental` fills the same tables with the rows it touches.
"""

_MOST_NAMED = 3


def made_by(room: str) -> tuple[Table, ...]:
    """The tables a room makes for others."""
    found: tuple[Table, ...] = getattr(_declared(room), "MAKES", ())
    return found


def read_by(room: str) -> frozenset[str]:
    """Names of other rooms' tables that a room reads."""
    return frozenset(getattr(_declared(room), "READS", ()))


def remade() -> frozenset[str]:
    """Names of other rooms' tables that ``incremental`` fills after a change."""
    return frozenset(_declared("incremental").REMAKES)


def page() -> str:
    """The whole document."""
    return "\n".join([_HEAD, "```mermaid", "flowchart TD", *_arrows(), "```", *_lists(), ""])


def _declared(room: str) -> Any:
    return import_module(f"dagster_project.identity.{room}")


def _arrows() -> Iterator[str]:
    for maker in ROOMS:
        names = [table.name for table in made_by(maker)]
        for reader in ROOMS:
            handed = [name for name in names if name in read_by(reader)]
            if handed and reader not in ("evidence", "incremental"):
                yield f'    {maker} -->|"{_some(handed)}"| {reader}'
    yield "    clustering -.->|all that is kept| evidence -.->|what stands| incremental"


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _lists() -> Iterator[str]:
    for room in ROOMS:
        if not made_by(room):
            continue
        yield f"\n## {room}\n"
        yield "| table | what a row is | columns | read by |"
        yield "|---|---|---|---|"
        for table in made_by(room):
            readers = ", ".join(r for r in ROOMS if table.name in read_by(r))
            columns = ", ".join(f"`{column}`" for column in table.columns)
            yield f"| `{table.name}` | {table.grain} | {columns} | {readers} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")

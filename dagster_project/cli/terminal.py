"""The console all commands print to: what they print is text, never markup.

A file name, a header or a label of somebody's CRM may hold ``[red]``, ``[/]`` or ``:smile:``: it is
shown as it is written. A line with markup of its own says ``markup=True`` and escapes what it
inserts; ``tests/conventions/test_terminal.py`` holds every line to that.
"""

import os
from pathlib import Path

from rich.console import Console


def terminal() -> Console:
    """Standard output, without anything that reads markup or pictures into a value."""
    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


console = terminal()
"""The one of all commands."""


def say_waiting(holder: object) -> None:
    """Told once when another process writes the root."""
    who = holder or "another process"
    console.print(f"waiting: the root is being written by {who}", style="yellow", markup=False)


def shown(path: Path) -> str:
    """A path as the user would write it: relative where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd())) or "."
    except ValueError:
        return os.fspath(path)

"""The console all commands print to: what they print is text, never markup.

A file name, a header or a label of somebody's CRM may hold ``[red]``, ``[/]`` or ``:smile:``: it is
shown as it is written. A line with markup of its own says ``markup=True`` and escapes what it
inserts; ``tests/conventions/test_terminal.py`` holds every line to that.
"""

from rich.console import Console


def terminal() -> Console:
    """Standard output, without anything that reads markup or pictures into a value."""
    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)

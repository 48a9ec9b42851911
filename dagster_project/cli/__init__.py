"""``c360``: the command line, thin. Every command starts something that also runs without it.

Belongs here: options, and words for the terminal, one file per command or group of commands; what
is slow to import is imported by the command that needs it. Does not belong here: anything they do.
"""

from dagster_project.cli.commands import main

__all__ = ["main"]

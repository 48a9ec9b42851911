"""``c360 resolve``, ``evaluate`` and ``benchmark``: identity on anybody's own tables.

Belongs here: options, and words for the terminal. Does not belong here: anything they do.
"""

from dagster_project.identity_commands.benchmarking import benchmark
from dagster_project.identity_commands.evaluating import evaluate
from dagster_project.identity_commands.resolving import resolve

IDENTITY_COMMANDS = (resolve, evaluate, benchmark)
"""What the command line adds to its own."""

"""What one vendor's step has read in a run, kept over the step's retries."""

from dataclasses import dataclass, field

from dagster_project.domain.held_back import Unread
from dagster_project.domain.loads import Load
from dagster_project.domain.notes import Remark


@dataclass
class Intake:
    """Loads, and what is to be said of the rest; an API that was read is not read again.

    ``unread``: what could not be read, by its place, so that somebody has to do something.
    ``notes``: what readers remarked beside the loads.
    """

    loads: list[Load] = field(default_factory=list)
    unread: dict[str, Unread] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)
    pulled: set[str] = field(default_factory=set)
    """Names of API sources that were read to their end, or cannot be."""

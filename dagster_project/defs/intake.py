"""What one vendor's step has read in a run, kept over the step's retries."""

from dataclasses import dataclass, field

from dagster_project.domain.loads import Load


@dataclass
class Intake:
    """Loads, and what is to be said of the rest; an API that was read is not read again.

    ``problems``: something could not be read, and somebody has to do something. ``notes``: worth
    knowing, and nothing to mend.
    """

    loads: list[Load] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pulled: set[str] = field(default_factory=set)
    """Names of API sources that were read to their end, or cannot be."""

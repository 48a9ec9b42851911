"""Batches of files through landing and gate, and the files put away, as a run does it."""

from collections.abc import Iterable

from dagster_project.domain.loads import Batch, Load
from dagster_project.landing.store import LandingZone
from dagster_project.quality.admission import admit


def admit_each(batches: Iterable[Batch], zone: LandingZone) -> tuple[Load, ...]:
    """Loads in the order of their batches; each file is put away behind the last one."""
    batches = list(batches)
    loads = tuple(admit(batch, zone) for batch in batches)
    for file, source in {b.path: b.source for b in batches if b.path}.items():
        zone.put_away(source, file)
    return loads

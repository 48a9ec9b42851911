"""Which records are new, changed or gone since the last run, told by hashes of their evidence."""

from dataclasses import dataclass

from dagster_project.identity.evidence.hashes import write_hashes
from dagster_project.identity.reading.records import EVERY_RECORD
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Changed:
    """How many records there were, and how many of them are not as they were."""

    records: int
    new_or_changed: int
    gone: int

    @property
    def share(self) -> float:
        """Changed and gone of all records."""
        return (self.new_or_changed + self.gone) / max(self.records, 1)


def find_changed(work: Workspace, *, only: str = EVERY_RECORD) -> Changed:
    """Make ``work.everybody(rid, record_id)``, by the numbers they had, and who of them changed.

    ``only``: a condition of ``announce``; everybody are then those, and nobody else has changed.
    ``work.changed(rid)`` are new and changed records, ``work.gone(rid)`` those that left,
    ``work.retimed(rid)`` those whose identifiers were seen at other times.
    """
    write_hashes(work, only=only)
    work.run(_EVERYBODY)
    work.run(_CHANGED)
    work.run(_GONE.format(only=only))
    work.run(_RETIMED)
    return Changed(
        work.count("kept.record"), work.count("work.changed"), work.count("work.gone")
    )


_EVERYBODY = """
create or replace table work.everybody as
select
    coalesce(
        known.rid,
        (select coalesce(max(rid), -1) from kept.record)
        + row_number() over (partition by known.rid is null order by record.record_id)
    )::integer as rid,
    record.record_id,
    record.evidence,
    record.times,
    last.evidence as evidence_then,
    last.times as times_then
from work.record_hash as record
left join kept.record as known on record.record_id = known.record_id
left join kept.record_hash as last on record.record_id = last.record_id
"""

_CHANGED = """
create or replace table work.changed as
select rid from work.everybody where evidence is distinct from evidence_then
"""

_GONE = """
create or replace table work.gone as
select known.rid
from (select rid, record_id from kept.record where {only}) as known
anti join work.everybody on known.record_id = everybody.record_id
"""

_RETIMED = """
create or replace table work.retimed as
select rid from work.everybody
where evidence_then is not null and times is distinct from times_then
"""

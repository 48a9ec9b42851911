"""Which phases of a run have something to do."""

from enum import StrEnum

from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import (
    fingerprint_of,
    fingerprint_of_files,
    finished_with,
    mark_finished,
)


class Phase(StrEnum):
    """The derived phases, in order; each remembers the inputs it was finished with."""

    STAGING = "staging"
    IDENTITY = "identity"
    MARTS = "marts"
    PUBLICATION = "publication"


_CODE = "code"


def inputs_fingerprint(workbench: Workbench) -> str:
    """Everything the warehouse is made of: accepted loads, judgements, code, configuration."""
    return fingerprint_of(
        workbench.ledger.fingerprint(),
        fingerprint_of_files((workbench.root.state,), frozenset({".judgements"})),
        workbench.code_fingerprint,
    )


def needs_rebuild(workbench: Workbench, phase: Phase, *, chosen: bool) -> tuple[bool, bool]:
    """Whether a phase must run, and whether its incremental tables start from empty.

    ``chosen``: somebody picked assets by hand, so they run whatever the fingerprint says.
    """
    fingerprint = inputs_fingerprint(workbench)
    with workbench.warehouse() as connection:
        code_changed = (
            finished_with(connection, f"{phase}_{_CODE}") != workbench.code_fingerprint
        )
        unchanged = finished_with(connection, phase) == fingerprint
        if code_changed and not chosen:
            mark_finished(connection, f"{phase}_{_CODE}", "rebuilding")
    return chosen or code_changed or not unchanged, code_changed and not chosen


def finish(workbench: Workbench, phase: Phase, fingerprint: str) -> None:
    """Remember that ``phase`` is true for these inputs and this code."""
    with workbench.warehouse() as connection:
        mark_finished(connection, phase, fingerprint)
        mark_finished(connection, f"{phase}_{_CODE}", workbench.code_fingerprint)

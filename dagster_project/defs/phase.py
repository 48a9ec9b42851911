"""Which phases of a run have something to do."""

from enum import StrEnum

from dagster_project.compliance.desk import FILE as DESK
from dagster_project.compliance.desk import Desk
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import (
    fingerprint_of,
    finished_with,
    mark_finished,
)
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.ledger.state import accounts_state, state_file


class Phase(StrEnum):
    """The derived phases, in order; each remembers the inputs it was finished with."""

    STAGING = "staging"
    IDENTITY = "identity"
    VALUE = "value"
    ACCOUNTS = "accounts"
    LABELS = "labels"
    CLOCKS = "clocks"
    COMPLIANCE = "compliance"
    MARTS = "marts"
    GATES = "gates"
    PUBLICATION = "publication"


_CODE = "code"


_AFTER_THE_DESK = frozenset({Phase.COMPLIANCE, Phase.MARTS, Phase.GATES, Phase.PUBLICATION})
"""Phases that show what the compliance desk has decided."""


def inputs_fingerprint(workbench: Workbench, phase: Phase) -> str:
    """Everything a phase is made of: accepted loads, judgements, code, configuration, the desk."""
    return fingerprint_of(
        workbench.ledger.fingerprint(),
        _judgements(workbench),
        workbench.code_fingerprint,
        *([desk_fingerprint(workbench)] if phase in _AFTER_THE_DESK else []),
    )


def desk_fingerprint(workbench: Workbench) -> str:
    """Changes with every finding and every step of the compliance desk."""
    if not (workbench.root.state / DESK).exists():
        return ""
    return Desk(workbench.root.state).fingerprint()


def _judgements(workbench: Workbench) -> str:
    """What stewards have said so far, as one text; their word alone makes customers and accounts anew."""
    said = []
    for folder in (workbench.root.state, accounts_state(workbench.root.state)):
        file = state_file(folder)
        if file.exists():
            with session(file, read_only=True) as connection:
                rows = connection.execute("select * from judgements order by all").fetchall()
            said.append(str(rows) if rows else "")
    return "".join(said)


def needs_rebuild(workbench: Workbench, phase: Phase, *, chosen: bool) -> tuple[bool, bool]:
    """Whether a phase must run, and whether its incremental tables start from empty.

    ``chosen``: somebody picked assets by hand, so they run whatever the fingerprint says.
    """
    fingerprint = inputs_fingerprint(workbench, phase)
    with workbench.warehouse() as connection:
        code_changed = (
            finished_with(connection, f"{phase}_{_CODE}") != workbench.code_fingerprint
        )
        unchanged = finished_with(connection, phase) == fingerprint
    return chosen or code_changed or not unchanged, code_changed


def finish(workbench: Workbench, phase: Phase, fingerprint: str) -> None:
    """Remember that ``phase`` is true for these inputs and this code."""
    with workbench.warehouse() as connection:
        mark_finished(connection, phase, fingerprint)
        mark_finished(connection, f"{phase}_{_CODE}", workbench.code_fingerprint)

"""Contact records in, ``customer_id`` out: the stages in their order.

Belongs here: the order of stages, when work can be skipped, and the run's report.
Does not belong here: any rule of matching; every stage has its module.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

import duckdb

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.evidence.file import (
    MadeFrom,
    evidence_to_change,
    finish_evidence,
    keep_evidence,
    made_from,
)
from dagster_project.identity.evidence.fingerprint import (
    evidence_hash,
    next_hash,
    rules_hash,
    times_hash,
)
from dagster_project.identity.incremental.clusters import (
    audit_again,
    note_what_else_changed,
    put_clusters_back,
)
from dagster_project.identity.incremental.run import Updated, update_clusters
from dagster_project.identity.learning.kept import frozen_model, keep_model
from dagster_project.identity.learning.model import Model, needs_training
from dagster_project.identity.ledger.ids import IdChanges, assign_ids
from dagster_project.identity.ledger.judgements import Judgement, standing_judgements
from dagster_project.identity.ledger.naming import Moves, TooManyMovesError, name_clusters
from dagster_project.identity.ledger.state import attached_state
from dagster_project.identity.outputs.audit import write_audit
from dagster_project.identity.outputs.report import IdentityReport, report_of, status_counts
from dagster_project.identity.outputs.tables import (
    RunKey,
    RunRow,
    describe_links,
    flags_changed,
    last_run,
    refresh_identifiers,
    write_changes,
    write_outputs,
)
from dagster_project.identity.reading.contacts import read_contacts
from dagster_project.identity.reading.names import read_names
from dagster_project.identity.reading.records import read_records, whom
from dagster_project.identity.stages import run_stages
from dagster_project.identity.workspace import (
    RECORDS_OF_ONE_THREAD,
    Progress,
    Workspace,
    workspace,
)

Reached = Callable[[str], None]
"""Told the name of every point where a kill would be most awkward; chaos tests kill there."""

POINTS = ("identity: ledger of ids written",)
"""The points ``reached`` hears of, in order."""


@dataclass(frozen=True)
class _Run:
    """What stays the same through the stages of one run."""

    work: Workspace
    spec: IdentitySpec
    run_id: str
    as_of: datetime
    judgements: tuple[Judgement, ...]
    evidence: str
    inputs: str
    rules: str
    retrain: bool
    accept_moves: bool
    evidence_to: Path | None
    reached: Reached
    announced: Collection[str] | None

    @property
    def only(self) -> str:
        """Whom a record's announcement concerns, as a condition."""
        return whom(self.announced)


def resolve(
    connection: duckdb.DuckDBPyConnection,
    *,
    spec: IdentitySpec,
    state_dir: Path,
    run_id: str,
    as_of: datetime,
    retrain: bool = False,
    accept_moves: bool = False,
    evidence_to: Path | None = None,
    progress: Progress | None = None,
    reached: Reached = lambda point: None,
    announced: Collection[str] | None = None,
) -> IdentityReport:
    """Resolve the contact records of schema ``intermediate`` and write schema ``identity``.

    The ledger of ids in ``state_dir`` is committed first, the warehouse after it; a run
    killed in between is repaired by the next. ``as_of`` dates memberships and events.
    ``evidence_to`` is the file that explanations and reviews read. Without ``accept_moves`` a
    run that would move too many known records raises ``TooManyMovesError`` and changes nothing.
    ``announced``: ids of all records that are new, gone or not as they were at the last run, where
    the caller knows; the others are then not looked at.
    """
    start = perf_counter()
    with workspace(connection, progress) as work, attached_state(connection, state_dir):
        judgements = standing_judgements(connection, as_of, schema="idstate")
        with work.stage("compare with the last run"):
            evidence, inputs = _fingerprints(work, judgements, announced, run_id)
        run = _Run(
            work, spec, run_id, as_of, judgements, evidence, inputs, rules_hash(spec), retrain,
            accept_moves, evidence_to, reached, announced,
        )  # fmt: skip
        model = frozen_model(work)
        known = None if retrain else _still_valid(run, model)
        if known is not None and known.input_hash == inputs:
            return _unchanged_report(work, known)
        refreshed = None if known is None else _refreshed(run, known)
        if refreshed is not None:
            return refreshed
        updated = None if retrain or model is None else _updated(run, model, start)
        if updated is not None:
            return updated
        if announced is not None:
            evidence, inputs = evidence_hash(work, judgements), times_hash(work)
            run = replace(run, evidence=evidence, inputs=inputs, announced=None)
        with work.threads_for(
            work.count("intermediate.int_contact_records"), most=RECORDS_OF_ONE_THREAD
        ):
            return _resolved(run, None if retrain else model, start)


def _fingerprints(
    work: Workspace,
    judgements: tuple[Judgement, ...],
    announced: Collection[str] | None,
    run_id: str,
) -> tuple[str, str]:
    """Of the evidence and of the times; where changes are announced, of the last run's and theirs.

    A run that is told of no changes then reads every record, as if evidence and times were others.
    """
    last = None if announced is None else last_run(work)
    if announced is None or last is None:
        return evidence_hash(work, judgements), times_hash(work)
    return (
        next_hash(last.evidence_hash, run_id, announced),
        next_hash(last.input_hash, run_id, announced),
    )


def _still_valid(run: _Run, model: Model | None) -> RunKey | None:
    """The last run, if evidence, spec, model and ledger are those it was made with."""
    last = last_run(run.work)
    if last is None or model is None:
        return None
    if run.evidence_to is not None and not run.evidence_to.exists():
        return None
    ledger = _ledger_run(run.work)
    same = (last.evidence_hash, last.spec_hash, last.model_version, last.ledger_run) == (
        run.evidence,
        run.rules,
        model.version,
        ledger,
    )
    return last if same else None


def _ledger_run(work: Workspace) -> int:
    """The number of the last run in the ledger; 0 before any."""
    return work.number("select coalesce(max(number), 0) from idstate.runs")


def _unchanged_report(work: Workspace, known: RunKey) -> IdentityReport:
    counts = status_counts(work, "identity.record_status")
    return IdentityReport(
        is_unchanged=True,
        records=counts.records,
        withdrawn=counts.withdrawn,
        not_customers=counts.not_customers,
        customers=work.count(
            "(select distinct customer_id from identity.customer_xref where valid_to is null)"
        ),
        model_version=known.model_version,
        seconds=dict(work.seconds),
    )


def _refreshed(run: _Run, known: RunKey) -> IdentityReport | None:
    """Only times of identifiers are new: hand them on, leave everybody where they are.

    Nothing where a value, by the time it was seen, no longer proves what it did.
    """
    with run.work.stage("identifiers"):
        read_records(run.work)
        read_names(run.work, run.spec)
        read_contacts(run.work, run.spec)
    if flags_changed(run.work):
        return None
    refresh_identifiers(
        run.work,
        RunRow(
            run_id=run.run_id,
            occurred_at=run.as_of,
            input_hash=run.inputs,
            evidence_hash=run.evidence,
            spec_hash=run.rules,
            model_version=known.model_version,
            ledger_run=known.ledger_run,
        ),
    )
    return _unchanged_report(run.work, known)


def _updated(run: _Run, model: Model, start: float) -> IdentityReport | None:
    """Resolve only what changed since the evidence was left; nothing where that cannot be done."""
    work, spec, file = run.work, run.spec, run.evidence_to
    last = last_run(work)
    if file is None or last is None or needs_training(model, spec, 0) is not None:
        return None
    ledger = _ledger_run(work)
    wanted = MadeFrom(last.evidence_hash, run.rules, model.version, ledger)
    if last.ledger_run != ledger or made_from(work, file) != wanted:
        return None
    with evidence_to_change(work, file), work.threads_for(work.count("kept.record")):
        updated = update_clusters(
            work,
            spec=spec,
            model=model,
            judgements=run.judgements,
            announced=run.announced,
        )
        if updated is None:
            return None
        if needs_training(model, spec, work.count("kept.feature")) is not None:
            return None
        return _written(run, model, updated, start)


def _written(run: _Run, model: Model, updated: Updated, start: float) -> IdentityReport:
    """Give ids to the clusters concerned, and put them in the place of what was."""
    work = run.work
    with work.stage("names of clusters"):
        moves = name_clusters(work, run.judgements, only_concerned=True)
    if not run.accept_moves:
        _stop_at_too_many(moves, run.spec)
    with work.stage("ids"):
        changes = assign_ids(
            work, run_id=run.run_id, as_of=run.as_of, model_version=model.version
        )
    run.reached(POINTS[0])
    with work.stage("links", "work.link"):
        describe_links(work)
    with work.stage("evidence"):
        put_clusters_back(work)
        audit_again(work, run.spec, model, run_id=run.run_id)
        note_what_else_changed(work)
        report = replace(
            report_of(work, model, changes, tables="kept", only=run.only),
            moves=moves,
            is_incremental=True,
            changed=updated.changed,
            reopened=updated.reopened,
            reclustered=updated.reclustered,
        )
        if run.evidence_to is not None:
            finish_evidence(
                work, run.evidence_to, model=model, as_of=run.as_of,
                made_from=_made_from(run, model, changes),
            )  # fmt: skip
    with work.stage("write"):
        row = _run_row(run, model, changes, report, perf_counter() - start)
        write_changes(work, row, only=run.only)
    return report


def _made_from(run: _Run, model: Model, changes: IdChanges) -> MadeFrom:
    return MadeFrom(run.evidence, run.rules, model.version, changes.ledger_run)


def _resolved(run: _Run, model: Model | None, start: float) -> IdentityReport:
    work, spec = run.work, run.spec
    clustered = run_stages(work, spec=spec, judgements=run.judgements, model=model)
    reason = "asked for" if run.retrain else clustered.trained
    model = clustered.model
    with work.stage("names of clusters"):
        moves = name_clusters(work, run.judgements)
    if not run.accept_moves:
        _stop_at_too_many(moves, spec)
    if clustered.trained is not None:
        keep_model(work, model, as_of=run.as_of, run_id=run.run_id, reason=reason)
    with work.stage("ids"):
        changes = assign_ids(
            work, run_id=run.run_id, as_of=run.as_of, model_version=model.version
        )
    run.reached(POINTS[0])
    with work.stage("links", "work.link"):
        describe_links(work)
    with work.stage("audit", "work.audit"):
        write_audit(work, spec, model, run_id=run.run_id)
    report = replace(
        report_of(work, model, changes, trained=reason, rules=clustered.rules), moves=moves
    )
    if run.evidence_to is not None:
        with work.stage("evidence"):
            keep_evidence(
                work, run.evidence_to, model=model, as_of=run.as_of,
                made_from=_made_from(run, model, changes),
            )  # fmt: skip
    with work.stage("write"):
        write_outputs(work, _run_row(run, model, changes, report, perf_counter() - start))
    return report


def _stop_at_too_many(moves: Moves, spec: IdentitySpec) -> None:
    limit = spec.moves.stop_above
    if moves.known >= spec.moves.from_records and moves.share > limit:
        raise TooManyMovesError.of(moves, limit)


def _run_row(
    run: _Run, model: Model, changes: IdChanges, report: IdentityReport, seconds: float
) -> RunRow:
    return RunRow(
        run_id=run.run_id,
        occurred_at=run.as_of,
        input_hash=run.inputs,
        evidence_hash=run.evidence,
        spec_hash=run.rules,
        model_version=model.version,
        ledger_run=changes.ledger_run,
        records=report.records,
        candidates=report.candidates,
        links=report.links,
        customers=report.customers,
        created=report.created,
        absorbed=report.absorbed,
        merged=report.merged,
        split=report.split,
        retired=report.retired,
        expected_precision=report.expected_precision,
        expected_recall=report.expected_recall,
        seconds=seconds,
        warnings="; ".join(report.warnings),
        is_incremental=report.is_incremental,
        reopened=report.reopened,
        reclustered=report.reclustered,
    )

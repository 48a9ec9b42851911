"""Records of organisations in, ``account_id`` out, by the contract that people's ids follow."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.config.identity import MoveOptions
from dagster_project.config.works import WorksSpec
from dagster_project.identity.accounts.engine import cluster_accounts
from dagster_project.identity.accounts.evidence import keep_accounts_evidence
from dagster_project.identity.accounts.reading import ROWS, read_accounts
from dagster_project.identity.accounts.relations import relate_accounts
from dagster_project.identity.accounts.tables import (
    AccountsReport,
    describe_account_links,
    last_account_run,
    write_account_tables,
)
from dagster_project.identity.evidence.code import code_hash
from dagster_project.identity.ledger.ids import assign_ids
from dagster_project.identity.ledger.judgements import Judgement, standing_judgements
from dagster_project.identity.ledger.naming import TooManyMovesError, name_clusters
from dagster_project.identity.ledger.state import attached_state
from dagster_project.identity.workspace import Progress, Workspace, opened_workspace

INITIAL = "a"
"""Of every ``account_id``, so that nobody takes one for a customer's."""


def resolve_accounts(
    connection: duckdb.DuckDBPyConnection,
    *,
    spec: WorksSpec,
    mail_providers: Sequence[str],
    moves: MoveOptions,
    state_dir: Path,
    run_id: str,
    as_of: datetime,
    accept_moves: bool = False,
    evidence_to: Path | None = None,
    progress: Progress | None = None,
) -> AccountsReport:
    """Resolve ``intermediate.int_account_records`` and write ``identity.account_*``.

    The ledger of ids in ``state_dir`` is committed first, the warehouse after it; a run killed in
    between is repaired by the next. The same records, judgements and rules again cost their hash.
    """
    with attached_state(connection, state_dir):
        work = Workspace(connection, progress)
        judgements = standing_judgements(connection, as_of, schema="idstate")
        inputs = _input_hash(work, judgements, spec, mail_providers)
        ledger_run = work.number("select coalesce(max(number), 0) from idstate.runs")
        has_evidence = evidence_to is None or evidence_to.exists()
        if has_evidence and last_account_run(work) == (inputs, ledger_run):
            return _unchanged(work)
        connection.execute("attach ':memory:' as input")
        records = work.count("intermediate.int_account_records")
        try:
            work = opened_workspace(connection, progress)
            with work.threads_for(records):
                return _resolved(
                    work, judgements, inputs, spec=spec, mail_providers=mail_providers,
                    moves=moves, run_id=run_id, as_of=as_of, accept_moves=accept_moves,
                    evidence_to=evidence_to,
                )  # fmt: skip
        finally:
            connection.execute("detach input")
            connection.execute("detach database if exists work")


def _input_hash(
    work: Workspace,
    judgements: tuple[Judgement, ...],
    spec: WorksSpec,
    mail_providers: Sequence[str],
) -> str:
    rows = work.rows(
        "select count(*), bit_xor(hash(columns)), sum(hash(columns) % 1000003) from (select ("
        + ", ".join(_DECIDING)
        + ") as columns from intermediate.int_account_records)"
    )
    words = [(j.number, str(j.verdict), j.record_id_l, j.record_id_r) for j in judgements]
    rules = code_hash(start="dagster_project.identity.accounts.resolve")
    text = repr((rows, words, spec.model_dump_json(), sorted(mail_providers), rules))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_DECIDING = (
    "record_id", "merged_into", "parent_record_id", "name", "legal_name", "website", "email_domain",
    "phone", "street", "city", "state", "postal_code", "country", "registration_number",
    "tax_number", "deleted_at is null",
)  # fmt: skip
"""Columns of which an account's id depends."""


def _unchanged(work: Workspace) -> AccountsReport:
    counts = work.rows(
        "select count(*), count(distinct account_id) from identity.account_xref where valid_to is null"
    )[0]
    return AccountsReport(is_unchanged=True, records=int(counts[0]), accounts=int(counts[1]))


def _resolved(
    work: Workspace,
    judgements: tuple[Judgement, ...],
    inputs: str,
    *,
    spec: WorksSpec,
    mail_providers: Sequence[str],
    moves: MoveOptions,
    run_id: str,
    as_of: datetime,
    accept_moves: bool,
    evidence_to: Path | None,
) -> AccountsReport:
    with work.stage("records of accounts", ROWS):
        read_accounts(work, spec, mail_providers)
    cluster_accounts(work, spec, judgements)
    with work.stage("ids of accounts"):
        moved = name_clusters(work, judgements, initial=INITIAL)
        if (
            not accept_moves
            and moved.known >= moves.from_records
            and moved.share > moves.stop_above
        ):
            raise TooManyMovesError.of(moved, moves.stop_above, whose="account")
        changes = assign_ids(work, run_id=run_id, as_of=as_of, model_version="")
    with work.stage("accounts written"):
        describe_account_links(work)
        relate_accounts(work)
        report = AccountsReport(
            is_unchanged=False,
            records=work.count("work.named"),
            accounts=work.count("(select distinct customer_id from work.named)"),
            candidates=work.count("work.candidate"),
            links=work.count("work.link"),
            relations=work.count("work.relation"),
            created=changes.created,
            absorbed=changes.absorbed,
            merged=changes.merged,
            split=changes.split,
            retired=changes.retired,
            moves=moved,
            guarded={
                str(guard): int(pairs)
                for guard, pairs in work.rows(
                    "select guard, count(*) from work.guarded where guard is not null "
                    "group by guard order by guard"
                )
            },
        )
        if evidence_to is not None:
            keep_accounts_evidence(work, evidence_to, as_of=as_of)
        write_account_tables(
            work, report, run_id=run_id, as_of=as_of, input_hash=inputs,
            ledger_run=changes.ledger_run,
        )  # fmt: skip
    return replace(report, seconds=work.seconds)

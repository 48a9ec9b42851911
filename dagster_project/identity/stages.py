"""The matching core: contact records in, clusters out; no ledger, no ids, no state.

Belongs here: the order of the stages, and the shape of the tables they read.
Does not belong here: any rule of matching (every stage has its room); who a cluster was
in earlier runs (``ledger``); where tables come from (``resolve`` for the warehouse).
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.blocking.blocking_keys import write_blocking_keys
from dagster_project.identity.blocking.candidates import RuleCount, find_candidates
from dagster_project.identity.clustering.clusters import build_clusters
from dagster_project.identity.clustering.edges import score_pairs
from dagster_project.identity.comparing.agreements import find_agreements
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.features.values import build_features, note_columns
from dagster_project.identity.learning.kept import load_statistics
from dagster_project.identity.learning.model import Model, needs_training
from dagster_project.identity.learning.plan import plan_training
from dagster_project.identity.learning.train import train_model
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.reading.contacts import read_contacts
from dagster_project.identity.reading.names import read_names
from dagster_project.identity.reading.records import read_records
from dagster_project.identity.workspace import (
    RECORDS_OF_ONE_THREAD,
    Progress,
    Workspace,
    opened_workspace,
)


@dataclass(frozen=True)
class Clustered:
    """What the core says of its work; the clusters themselves are tables of ``work``.

    ``trained`` says why a model was trained, ``None`` when the one handed in served.
    """

    model: Model
    trained: str | None
    rules: tuple[RuleCount, ...]
    seconds: dict[str, float]
    warnings: tuple[str, ...]


def cluster_records(
    connection: duckdb.DuckDBPyConnection,
    *,
    spec: IdentitySpec,
    judgements: tuple[Judgement, ...] = (),
    model: Model | None = None,
    progress: Progress | None = None,
    has_read: Callable[[], None] = lambda: None,
) -> Clustered:
    """Cluster the contact records of schema ``intermediate`` of ``connection``.

    Reads ``int_contact_records`` (record_id, source, kind, given_name, family_name,
    full_name, birth_date, organisation, country, default_country, deleted_at, merged_into,
    bio), ``int_contact_identifiers`` (record_id, kind, network, value_raw, value_norm,
    is_verified, first_seen_at, last_seen_at), ``int_contact_addresses`` (record_id, street,
    city, postal_code) and, where it exists, ``int_contact_attributes`` (record_id,
    attribute, value) with one row per value. Attributes:

    - ``id_number``: a number few people share (social security, passport, tax);
    - ``birth_date``: as written, for dates that are no full date (``1856``, ``1856-05``);
      a record whose ``birth_date`` column holds a date needs none;
    - ``gender``, ``occupation``, ``birth_place`` and ``other:<column>``: text.

    ``record_id`` may be a text or a whole number. ``has_read`` is called when nothing of the schema
    is read any more.

    Names: ``given_name`` and ``family_name`` where both are known, and ``full_name``, as
    written; more spellings of a full name as attributes ``full_name``.

    Leaves the database ``work`` attached, with ``record`` (rid, record_id), ``assignment``
    (rid, cluster), ``candidate`` (l, r) and ``edge`` (l, r, odds in tenths of a bit, weight,
    pattern) joined to ``pattern_weight`` (pattern, evidence); an earlier ``work`` goes.
    """
    work = opened_workspace(connection, progress)
    records = work.count("intermediate.int_contact_records")
    with work.threads_for(records, most=RECORDS_OF_ONE_THREAD):
        return run_stages(
            work, spec=spec, judgements=judgements, model=model, has_read=has_read
        )


def run_stages(
    work: Workspace,
    *,
    spec: IdentitySpec,
    judgements: tuple[Judgement, ...] = (),
    model: Model | None = None,
    has_read: Callable[[], None] = lambda: None,
) -> Clustered:
    """All stages up to clusters, in an open workspace; trains unless ``model`` serves.

    A model needs its statistics, and so the state attached as ``idstate``.
    """
    with work.stage("records", "work.record"):
        read_records(work)
    with work.stage("names", "work.name"):
        read_names(work, spec)
    with work.stage("contact points", "work.identifier"):
        read_contacts(work, spec)
        has_read()
    with work.stage("features", "work.feature"):
        reason = needs_training(
            model, spec, work.count("(from work.record where not is_mailbox)")
        )
        if model is not None and reason is None and not load_statistics(work, model.version):
            reason = "what it counted is not known"
        build_features(work, spec, has_statistics=reason is None)
        note_columns(work)
    with work.stage("agreements", "work.agreement"):
        find_agreements(work)
    with work.stage("rules"):
        plan = model.plan if model and reason is None else plan_training(work, spec)
    with work.stage("candidates", "work.candidate"):
        write_blocking_keys(
            work,
            tuple({blocking_key for rule in plan.rules for blocking_key in rule.blocking_keys}),
        )
        rules = find_candidates(work, plan.rules, window=spec.blocking.window)
    with work.stage("comparison", "work.compared"):
        compare_pairs(
            work, "work.candidate", "work.compared", plan.comparing, only_hopeful=True
        )
    with work.stage("model"):
        if model is None or reason is not None:
            model = train_model(work, spec, plan, judgements)
    with work.stage("scores", "work.edge"):
        score_pairs(work, spec, model, "work.compared")
    with work.stage("clusters", "work.assignment"):
        build_clusters(work, spec, model, judgements)
    return Clustered(model, reason, rules, work.seconds, model.warnings)

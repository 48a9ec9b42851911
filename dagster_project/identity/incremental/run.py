"""The stages of a run whose cost follows the change, up to named clusters.

Belongs here: their order, and when a full run is the better one.
Does not belong here: the ledger and the outputs (``resolve``, ``outputs``).
"""

from collections.abc import Collection
from dataclasses import dataclass

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.clustering.clusters import build_clusters
from dagster_project.identity.clustering.edges import score_pairs
from dagster_project.identity.comparing.agreements import write_words
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.evidence.tables import put_back
from dagster_project.identity.features.values import note_columns
from dagster_project.identity.incremental.changed import Changed, find_changed
from dagster_project.identity.incremental.clusters import (
    find_concerned,
    forgive_ambiguity,
    gather_absent,
    renumber,
)
from dagster_project.identity.incremental.pairs import (
    find_changed_agreements,
    find_changed_pairs,
)
from dagster_project.identity.incremental.reopened import read_changed
from dagster_project.identity.learning.kept import load_statistics
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.reading.name_groups import write_nick_pairs
from dagster_project.identity.reading.records import announce, has_attributes, read_statuses
from dagster_project.identity.workspace import Workspace

LARGE = 0.2
"""Share of records above which resolving all of them is as quick as finding what changed."""


@dataclass(frozen=True)
class Updated:
    """What an incremental run touched."""

    changed: int
    reopened: int
    reclustered: int


def update_clusters(
    work: Workspace,
    *,
    spec: IdentitySpec,
    model: Model,
    judgements: tuple[Judgement, ...],
    announced: Collection[str] | None = None,
) -> Updated | None:
    """Resolve what changed, in ``kept``; nothing where a full run is called for.

    ``announced``: ids of all records that are new, gone or not as they were, where that is known.
    Leaves ``work`` as a full run of the records concerned would, and ``work.concerned``,
    ``work.member`` besides. Needs ``before`` and ``kept``, and the state as ``idstate``.
    """
    with work.stage("what changed", "work.changed"):
        only = announce(work, announced)
        read_statuses(work, only=only)
        changed = find_changed(work, only=only)
    if not _is_small(work, changed) or not load_statistics(work, model.version):
        return None
    with work.stage("changed records", "work.dirty"):
        read_changed(work, spec)
    with work.stage("candidates", "work.candidate"):
        find_changed_pairs(work, model.plan.rules, spec.blocking.window)
    with work.stage("agreements", "work.agreement"):
        _know_columns(work)
        put_back(work)
        _replace_agreements(work)
    with work.stage("comparison", "work.edge"):
        _compare(work, spec, model)
    with work.stage("clusters", "work.member"):
        _cluster(work, spec, model, judgements)
    dirty = work.count("work.dirty")
    return Updated(
        changed=changed.new_or_changed + changed.gone,
        reopened=dirty - changed.new_or_changed,
        reclustered=work.count("work.member"),
    )


def _is_small(work: Workspace, changed: Changed) -> bool:
    """Attributes of tables other than the warehouse's depend on the whole table."""
    return changed.share <= LARGE and not has_attributes(work)


def _know_columns(work: Workspace) -> None:
    """Fields that some record has at last are compared from now on."""
    note_columns(work)
    work.run(
        "insert into kept.known_column select name from work.known_column "
        "where name not in (select name from kept.known_column)"
    )
    work.run("create or replace table work.known_column as from kept.known_column")


def _replace_agreements(work: Workspace) -> None:
    find_changed_agreements(work)
    for side in "lr":
        work.run(
            f"delete from kept.agreement "
            f"where {side} in (from work.dirty) or {side} in (from work.departed)"
        )
        work.run(
            f"delete from kept.edge "
            f"where {side} in (from work.dirty) or {side} in (from work.departed)"
        )
    work.run(
        "delete from kept.edge using work.parted where edge.l = parted.l and edge.r = parted.r"
    )
    work.run("insert into kept.agreement by name from work.agreement")


def _compare(work: Workspace, spec: IdentitySpec, model: Model) -> None:
    work.run(
        "create or replace table work.feature as select * from kept.feature "
        "where rid in (select l from work.candidate union all select r from work.candidate)"
    )
    work.run(
        "create or replace table work.agreement as select known.* from kept.agreement as known "
        "semi join work.candidate as pair on known.l = pair.l and known.r = pair.r"
    )
    work.run(
        "create or replace table work.nameless as select * from kept.nameless "
        "where rid in (select rid from work.feature)"
    )
    _read_names(work)
    compare_pairs(
        work, "work.candidate", "work.compared", model.plan.comparing, only_hopeful=True
    )
    score_pairs(work, spec, model, "work.compared")
    work.run("insert into kept.edge by name from work.edge")
    work.run(
        "insert into kept.pattern_weight by name from work.pattern_weight as own "
        "anti join kept.pattern_weight as known on own.pattern = known.pattern"
    )


def _read_names(work: Workspace) -> None:
    """Given names of ``work.feature``, how names are spelled as one word, and nicknames."""
    for table, columns in (("name", "name_id, given, roots"), ("name_word", "*")):
        work.run(
            f"create or replace table work.{table} as select {columns} from kept.{table} "
            "where name_id in (select name_id from work.feature)"
        )
    write_words(work)
    write_nick_pairs(work)
    work.run(
        "insert into kept.nick_pair by name from work.nick_pair as own "
        "anti join kept.nick_pair as known on own.l = known.l and own.r = known.r"
    )


def _cluster(
    work: Workspace, spec: IdentitySpec, model: Model, judgements: tuple[Judgement, ...]
) -> None:
    find_concerned(work, judgements)
    renumber(work)
    forgive_ambiguity(work, round(10 * spec.clusters.merge_bits))
    build_clusters(work, spec, model, judgements, gather=_gather)


def _gather(work: Workspace) -> None:
    gather_absent(work)
    _read_names(work)

"""What the next run would make of the words that stand now, told from the evidence of the last.

The clusters that a word touches are built and named by the very steps of a run, and nothing is
written. Records that have landed since are not among them, nor is a configuration edited since.

Belongs here: a steward's word. Does not belong here: other causes of a change (``preview``).
"""

from pathlib import Path

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.clustering.clusters import build_clusters
from dagster_project.identity.comparing.agreements import write_words
from dagster_project.identity.evidence.file import attach_evidence
from dagster_project.identity.incremental.clusters import (
    find_concerned,
    forgive_ambiguity,
    gather_absent,
    renumber,
)
from dagster_project.identity.ledger.judgements import standing_judgements
from dagster_project.identity.ledger.naming import name_clusters
from dagster_project.identity.ledger.state import attached_state
from dagster_project.identity.reading.name_groups import write_nick_pairs
from dagster_project.identity.steward.preview import Change, told_changes
from dagster_project.identity.workspace import Workspace, workspace


def foretell(evidence: Path, state_dir: Path, spec: IdentitySpec) -> tuple[Change, ...]:
    """The merges, splits and new customers that the judgements in force now would bring."""
    with session() as connection, workspace(connection) as work:
        model = attach_evidence(work, evidence, "kept")
        as_of = connection.execute("select as_of from kept.made").fetchall()[0][0]
        with attached_state(connection, state_dir, read_only=True):
            judgements = standing_judgements(connection, as_of, schema="idstate")
            work.run(_NOTHING_CHANGED)
            find_concerned(work, judgements)
            renumber(work)
            forgive_ambiguity(work, round(10 * spec.clusters.merge_bits))
            build_clusters(work, spec, model, judgements, gather=_gather)
            name_clusters(work, judgements, only_concerned=True)
            return told_changes(work)


_NOTHING_CHANGED = """
attach ':memory:' as before;
create view before.component as from kept.component;
create view before.record as from kept.record;
create table work.record as from kept.record limit 0;
create table work.edge as from kept.edge limit 0;
create table work.dirty (rid integer);
create table work.departed (rid integer);
create table work.parted (l integer, r integer);
create view work.known_column as from kept.known_column;
create view work.family_pair as from kept.family_pair
"""


def _gather(work: Workspace) -> None:
    """What comparing pairs reads that no blocking rule brought."""
    gather_absent(work)
    for table, columns in (("name", "name_id, given, roots"), ("name_word", "*")):
        work.run(
            f"create or replace table work.{table} as select {columns} from kept.{table} "
            "where name_id in (select name_id from work.feature)"
        )
    write_words(work)
    write_nick_pairs(work)

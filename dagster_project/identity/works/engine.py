"""Works in, clusters out: the stages in their order, with the tables persons' matching leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from dagster_project.config.works import WorksSpec
from dagster_project.identity.clustering.partition import components, partition
from dagster_project.identity.reading.organisation_names import read_names
from dagster_project.identity.tabular.input_table import TABLE
from dagster_project.identity.tabular.meanings import Kind
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.works.designations import read_designations
from dagster_project.identity.works.fields import EVIDENCE, OF_CITED, is_cited, read_fields
from dagster_project.identity.works.levels import compare_sql, shared_bits
from dagster_project.identity.works.neighbours import (
    NeighbourCounts,
    find_neighbours,
    find_next_clusters,
)
from dagster_project.identity.works.synonyms import (
    NO_SYNONYMS,
    OF_NAMED,
    find_synonyms,
    knows_two_series,
)
from dagster_project.identity.works.weights import (
    WorksModel,
    are_tenants,
    describe,
    train,
    unpack,
)
from dagster_project.identity.works.words import read_words
from dagster_project.identity.workspace import Progress, Workspace, opened_workspace


@dataclass(frozen=True)
class ClusteredWorks:
    """What the stages say of their work; clusters are tables of ``work``."""

    model: WorksModel
    neighbours: NeighbourCounts
    seconds: dict[str, float]
    warnings: tuple[str, ...]


WORD_FOR_WORD = 100
"""Tenths of a bit, at least, for two rows that say the same word for word, in their titles and
beside them: a small table has too few words for a title to be rare in it."""


UNPROVEN = -10
"""Tenths of a bit, at most, for organisations of one house that have no name in common."""

LEAST_NAME = 4
"""Bits of surprise in the words of a name that two have in common, at least: a word of one name in
sixteen, such as "garden", is none."""


def cluster_works(
    connection: duckdb.DuckDBPyConnection,
    table: TableSpec,
    record_id: str,
    *,
    spec: WorksSpec,
    rows: str = TABLE,
    mail_providers: Sequence[str] = (),
    progress: Progress | None = None,
) -> ClusteredWorks:
    """Cluster the input table; ``record_id`` is SQL over its ``rows``.

    Leaves ``work`` attached, with ``record`` (rid, record_id), ``assignment`` (rid, cluster),
    ``candidate`` (l, r) and ``edge`` (l, r, odds in tenths of a bit, weight, pattern) beside
    ``pattern_weight`` (pattern, evidence), as persons' matching does.
    """
    work = opened_workspace(connection, progress)
    with work.stage("records", "work.record"):
        read_fields(work, table, spec.words, record_id, rows, mail_providers=mail_providers)
    with work.stage("words", "work.token"):
        are_addressed = table.kind is Kind.ORGANISATIONS
        if are_addressed:
            read_names(work, "select value from work.text where field in ('title', 'creator')")
            work.run(_CALLED)
        read_designations(work, spec.words.variants, only_titles=are_addressed)
        read_words(work, spec.words)
        work.run(
            _SIDES.format(other_name="bag.creator" if are_addressed else "null::ubigint[]")
        )
        work.run(_CONTENTS)
    with work.stage("neighbours", "work.candidate"):
        neighbours = find_neighbours(work, spec.blocking)
    with work.stage("comparison", "work.compared"):
        work.run(NO_SYNONYMS)
        work.run(f"create or replace table work.compared as {compare_sql('work.candidate')}")
        foreknown = dict(OF_CITED) if is_cited(table) else {}
        if table.kind is Kind.WORKS and find_synonyms(work):
            foreknown |= OF_NAMED if knows_two_series(work) else {}
            work.run(
                f"create or replace table work.compared as {compare_sql('work.candidate')}"
            )
    with work.stage("model"):
        model = _train(work, spec, foreknown=foreknown)
    names = EVIDENCE[table.kind]
    with work.stage("clusters", "work.edge"):
        _score(work, spec, model, names)
        _complete(work, spec, model, names)
        _cluster(work)
        _join_crowds(work, spec, model, names)
    return ClusteredWorks(model, neighbours, work.seconds, model.warnings)


# Legal forms name nobody: in a small table they would look rare. What a name says of another one, an
# earlier or a trading name, is one beside it.
_CALLED = """
create or replace table work.text as
with

parted as (

    select text.rid, text.field, text.value, called.core, called.other, called.legal_form
    from work.text
    left join work.called
        on text.value = called.raw and text.field in ('title', 'creator')

)

select
    rid, field, case when coalesce(legal_form, other) is null then value else core end as value
from parted
union all
select rid, 'creator' as field, other as value from parted where other is not null
"""

# All that a comparison reads of one record, in one row.
_SIDES = """
create or replace table work.side as
select
    bag.*,
    {other_name} as other_name,
    fact.* exclude (rid),
    designation.* exclude (rid),
    case when record.series is not null then hash(lower(strip_accents(record.series))) end as series_id
from work.bag
inner join work.record on bag.rid = record.rid
inner join work.fact on bag.rid = fact.rid
left join work.designation on bag.rid = designation.rid
"""


# A title alone may be another work's too; with nothing beside it, it is no content here.
_CONTENTS = """
create or replace table work.content as
select
    rid,
    case when title is not null and coalesce(creator, series, description, codes, telephones) is not null
        then content
    end as content,
    words as title,
    every
from (
    select record.*, bag.title as words, bag.every,
        hash(*columns(record.* exclude (rid, record_id))) as content
    from work.record
    inner join work.bag on record.rid = bag.rid
)
"""


def _train(
    work: Workspace, spec: WorksSpec, *, foreknown: Mapping[str, tuple[float, ...]]
) -> WorksModel:
    found = work.connection.execute(
        "select pattern, count(*) as pairs from work.compared group by pattern order by pattern"
    ).fetchnumpy()
    patterns, pairs = (np.asarray(found[name], np.int64) for name in ("pattern", "pairs"))
    return train(unpack(patterns), pairs, experience=spec.model.experience, foreknown=foreknown)


def _score(
    work: Workspace, spec: WorksSpec, model: WorksModel, names: Mapping[str, str]
) -> None:
    """Make ``work.edge`` and ``work.pattern_weight`` of ``work.compared``."""
    found = work.connection.execute(
        "select distinct pattern from work.compared order by pattern"
    ).fetchnumpy()
    patterns = np.asarray(found["pattern"], np.int64)
    odds = np.rint(10 * (model.weights(unpack(patterns)) + model.prior_bits)).astype(int)
    work.run(
        "create or replace table work.pattern_weight as select unnest($1::bigint[]) as pattern, "
        "unnest($2::integer[]) as odds, unnest($3::varchar[]) as evidence, "
        "unnest($4::boolean[]) as may_be_tenants",
        [
            patterns.tolist(),
            odds.tolist(),
            [describe(int(each), names) for each in patterns],
            # of organisations alone: works share no house
            (are_tenants(unpack(patterns)) & bool(names)).tolist(),
        ],
    )
    work.run(
        f"""
        create or replace table work.edge as
        with

        judged as (

            select
                compared.l,
                compared.r,
                compared.pattern,
                case
                    when one.content = other.content then greatest(weight.odds, {WORD_FOR_WORD})
                    when weight.may_be_tenants and {shared_bits("one", "other")} < {LEAST_NAME}
                        then least(weight.odds, {UNPROVEN})
                    else weight.odds
                end as odds
            from work.compared
            inner join work.pattern_weight as weight on compared.pattern = weight.pattern
            inner join work.content as one on compared.l = one.rid
            inner join work.content as other on compared.r = other.rid

        )

        select *, odds - {round(10 * spec.clusters.merge_bits)} as weight from judged
        """
    )


def _complete(
    work: Workspace, spec: WorksSpec, model: WorksModel, names: Mapping[str, str]
) -> None:
    """Compare the pairs inside components too that were nobody's nearest neighbours."""
    _write_labels(work, "component", components(_size(work), *_edges(work, "weight > 0")[:2]))
    work.run(
        f"""
        create or replace table work.absent as
        with

        grouped as (

            select rid, label from work.component
            where label in (
                select label from work.component
                group by label
                having count(*) between 3 and {spec.clusters.complete_up_to}
            )

        )

        select l.rid as l, r.rid as r
        from grouped as l
        inner join grouped as r on l.label = r.label and l.rid < r.rid
        anti join work.candidate as known on l.rid = known.l and r.rid = known.r
        """
    )
    work.run(f"insert into work.compared {compare_sql('work.absent')}")
    _score(work, spec, model, names)


MOST_ROUNDS = 5
"""Times that clusters are compared with those next to them; each joins what the last brought near."""


def _join_crowds(
    work: Workspace, spec: WorksSpec, model: WorksModel, names: Mapping[str, str]
) -> None:
    """Compare clusters of many records with those next to them, until no more of them join."""
    for _ in range(MOST_ROUNDS):
        before = work.rows("select count(distinct cluster) from work.assignment")
        if not find_next_clusters(work, spec.blocking):
            return
        work.run(f"insert into work.compared {compare_sql('work.absent')}")
        _score(work, spec, model, names)
        _cluster(work)
        if work.rows("select count(distinct cluster) from work.assignment") == before:
            return


def _cluster(work: Workspace) -> None:
    labels = partition(_size(work), *_edges(work, "weight <> 0"))
    _write_labels(work, "assignment", labels)
    work.run("alter table work.assignment rename column label to cluster")


def _size(work: Workspace) -> int:
    return work.count("work.record")


def _edges(work: Workspace, only: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    found = work.connection.execute(
        f"select l, r, weight::bigint as weight from work.edge where {only}"
    ).fetchnumpy()
    left, right, weight = (np.asarray(found[name], np.int64) for name in ("l", "r", "weight"))
    return left, right, weight


def _write_labels(work: Workspace, table: str, labels: np.ndarray) -> None:  # type: ignore[type-arg]
    work.connection.register(
        "labels_of_records", {"rid": np.arange(len(labels), dtype=np.int32), "label": labels}
    )
    work.run(
        f"create or replace table work.{table} as "
        "select rid, label::integer as label from labels_of_records"
    )
    work.connection.unregister("labels_of_records")

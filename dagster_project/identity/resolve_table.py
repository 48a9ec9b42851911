"""One table in, ``record_id`` and ``customer_id`` out: the whole way without a ledger.

Belongs here: the order of steps and the written files. Does not belong here: what a column
means (``tabular``), how records are matched (the rest of identity), words for the terminal.
"""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import duckdb

from dagster_project.config.identity import IdentitySpec, read_identity
from dagster_project.config.works import WorksSpec, read_works
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.output_file import write_atomically
from dagster_project.identity.bits import VETO, chance_sql
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.measuring.estimate import Estimate, estimate_quality
from dagster_project.identity.stages import cluster_records
from dagster_project.identity.tabular.infer import find_record_id, infer_table
from dagster_project.identity.tabular.input_table import (
    COPIES,
    MOST_COPIES,
    PLACE,
    PLACED,
    ROW,
    TABLE,
    columns_of,
    place_rows,
    record_ids,
    require_rows,
)
from dagster_project.identity.tabular.labels import Labels, labels_of_rows
from dagster_project.identity.tabular.meanings import NO_EVIDENCE, NOT_READ, Kind, Meaning
from dagster_project.identity.tabular.persons import forget_cells, write_person_tables
from dagster_project.identity.tabular.profile import Profile, Vocabulary, profile_table
from dagster_project.identity.tabular.spec import Inferred, TableSpec
from dagster_project.identity.works.engine import cluster_works
from dagster_project.identity.workspace import Progress


@dataclass(frozen=True)
class Matching:
    """The configuration of each kind of table."""

    persons: IdentitySpec
    works: WorksSpec
    organisations: WorksSpec


def read_default_matching(folder: Path) -> Matching:
    """The configurations as they stand in a ``config/``."""
    return Matching(
        persons=read_identity(folder / "identity.yml"),
        works=read_works(folder / "works.yml"),
        organisations=read_works(folder / "organisations.yml"),
    )


@dataclass(frozen=True)
class Outputs:
    """Files to write; links hold every compared pair."""

    customers: Path
    links: Path | None = None


@dataclass(frozen=True)
class Resolved:
    """What became of a table."""

    records: int
    customers: int
    compared: int
    largest: int
    estimate: Estimate
    seconds: dict[str, float]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    model: Model | None = None


def load_rows(
    connection: duckdb.DuckDBPyConnection, rows_sql: str, *, where: str, as_view: bool = False
) -> int:
    """Make the input table of a select that has the row's number; returns how many rows.

    ``as_view`` leaves rows where they are, for files that are cheap to read again.
    """
    connection.execute("create schema if not exists input")
    found = connection.execute(
        "select table_type = 'VIEW' from information_schema.tables "
        "where table_schema = 'input' and table_name = 'rows'"
    ).fetchall()
    if found:
        connection.execute(f"drop {'view' if found[0][0] else 'table'} {TABLE}")
    kind = "view" if as_view else "table"
    connection.execute(f"create {kind} {TABLE} as {rows_sql}")
    return require_rows(connection, where)


def infer_columns(
    connection: duckdb.DuckDBPyConnection, matching: Matching, *, kind: Kind | None = None
) -> Inferred:
    """What the columns of the input table mean, and why."""
    return infer_table(profile_columns(connection, matching), kind=kind)


def profile_columns(
    connection: duckdb.DuckDBPyConnection, matching: Matching
) -> tuple[Profile, ...]:
    """What the columns of the input table hold, in shares."""
    persons = matching.persons
    names = Vocabulary(
        tuple(name for group in persons.nickname_groups for name in group),
        tuple(name for group in persons.family_groups for name in group),
    )
    return profile_table(connection, names)


def resolve_table(
    connection: duckdb.DuckDBPyConnection,
    table: TableSpec,
    matching: Matching,
    outputs: Outputs,
    *,
    has_labels: bool = False,
    progress: Progress | None = None,
) -> Resolved:
    """Resolve the input table and write the outputs, whole or not at all.

    ``has_labels``: table ``label`` says of some pairs whether they match (``labels.read_labels``).
    """
    _require_evidence(table)
    present = list(columns_of(connection))
    named = table.of(Meaning.RECORD_ID)
    ids = record_ids(connection, named[0] if named else find_record_id(present))
    placed = _placed(connection, table, most_copies=None if has_labels else MOST_COPIES)
    labels = labels_of_rows(connection, ids.sql) if has_labels else Labels()
    seconds, warnings, model = _cluster(
        connection, table, matching, labels.judgements, progress
    )
    started = perf_counter()
    connection.execute(_NAMED.format(record_id=ids.sql))
    connection.execute(_ASSIGNED)
    estimate = estimate_quality(connection, _JUDGED)
    write_atomically(connection, _CUSTOMERS, outputs.customers)
    if outputs.links:
        write_atomically(connection, _LINKS, outputs.links)
    written = perf_counter() - started
    counts = connection.execute(_COUNTS).fetchall()[0]
    return Resolved(
        records=counts[0],
        customers=counts[1],
        largest=counts[2],
        compared=counts[3],
        estimate=estimate,
        seconds={"columns": placed + seconds.pop("columns"), **seconds, "write": written},
        notes=tuple(
            note
            for note in (
                ids.note,
                _note(labels),
                _note_copies(connection),
                _note_everybodys(connection) if table.kind is Kind.PERSONS else None,
            )
            if note
        ),
        warnings=(
            *warnings,
            *_thin(table),
            *_doubts(records=counts[0], customers=counts[1], largest=counts[2]),
        ),
        model=model,
    )


CROWD = 30
"""Records of one customer from which on a table's largest one deserves a look."""


def _doubts(*, records: int, customers: int, largest: int) -> tuple[str, ...]:
    """What is more often a misread column than true."""
    if records > 1 and customers == records:
        return (
            "NOTHING WAS MERGED: every record is a customer of its own. Ask why two are apart with "
            "--explain A B, and look at what the columns were taken for",
        )
    if records > 2 and customers == 1:
        return (
            "EVERYTHING WAS MERGED: all records are one customer. If they are not one person, a "
            "column that everybody shares was taken for evidence: see what the columns mean above",
        )
    if largest > max(CROWD, records // 5):
        return (
            f"one customer has {largest:,} of {records:,} records: look whether a value in all of "
            "them is a person's own",
        )
    return ()


_TELLING = frozenset(Meaning) - {
    Meaning.GIVEN_NAME, Meaning.MIDDLE_NAME, Meaning.FAMILY_NAME, Meaning.NAME_SUFFIX,
    Meaning.FULL_NAME, Meaning.ORGANISATION, Meaning.OTHER_NAME, Meaning.GENDER, Meaning.COUNTRY,
    Meaning.STATE, Meaning.LANGUAGE, Meaning.CATEGORY, Meaning.SOURCE, Meaning.RECORD_ID,
    Meaning.IGNORED, Meaning.FREE_TEXT, Meaning.ID_ISSUER,
}  # fmt: skip
"""What tells two of one name apart."""


def _thin(table: TableSpec) -> tuple[str, ...]:
    """A table of names alone cannot be resolved, however well it is read."""
    if table.kind is Kind.WORKS or table.of(*_TELLING):
        return ()
    return (
        "ONLY NAMES WERE UNDERSTOOD: nothing tells two of one name apart, and what merges is a guess. "
        "If a column has more to say, name its meaning in a spec (--write-spec, --spec)",
    )


def _placed(
    connection: duckdb.DuckDBPyConnection, table: TableSpec, *, most_copies: int | None
) -> float:
    """Name rows by their contents; the seconds it took."""
    start = perf_counter()
    evidence = [n for n, c in table.columns.items() if c.means not in NOT_READ]
    place_rows(connection, evidence, most_copies=most_copies)
    return perf_counter() - start


def _note_copies(connection: duckdb.DuckDBPyConnection) -> str | None:
    rows = int(connection.execute(f"select count(*) from {COPIES}").fetchall()[0][0])
    if not rows:
        return None
    return (
        f"{counted(rows, 'row repeats', 'rows repeat')} word for word what "
        f"{MOST_COPIES} others say: each goes where those go, and has no links of its own"
    )


def _note(labels: Labels) -> str | None:
    if not labels.unknown:
        return None
    return counted(labels.unknown, "label names a record", "labels name records") + (
        " that the table has not"
    )


def _note_everybodys(connection: duckdb.DuckDBPyConnection) -> str | None:
    """How many values the guards took for shared identifiers; none of them is told."""
    values, most = connection.execute(
        "select count(*), max(holders) from (select count(distinct rid) as holders "
        "from work.identifier where flag = 'generic' group by value_id)"
    ).fetchall()[0]
    if not values:
        return None
    return (
        f"{counted(values, 'contact point is a shared identifier', 'contact points are shared identifiers')}"
        f" (held by up to {counted(most, 'record')} of different people) and joined nobody"
    )


def _cluster(
    connection: duckdb.DuckDBPyConnection,
    table: TableSpec,
    matching: Matching,
    judgements: tuple[Judgement, ...],
    progress: Progress | None,
) -> tuple[dict[str, float], tuple[str, ...], Model | None]:
    """Run the stages of the table's kind; their seconds, warnings, and the model of persons."""
    if table.kind is not Kind.PERSONS:
        works = cluster_works(
            connection,
            table,
            PLACE,
            spec=matching.works if table.kind is Kind.WORKS else matching.organisations,
            rows=PLACED,
            mail_providers=matching.persons.emails.public_domains,
            progress=progress,
        )
        return {"columns": 0.0, **works.seconds}, works.warnings, None
    start = perf_counter()
    write_person_tables(connection, table, PLACE, rows=PLACED)
    prepared = perf_counter() - start
    persons = cluster_records(
        connection,
        spec=matching.persons,
        judgements=judgements,
        progress=progress,
        has_read=lambda: forget_cells(connection),
    )
    return {"columns": prepared, **persons.seconds}, persons.warnings, persons.model


def _require_evidence(table: TableSpec) -> None:
    if all(column.means in NO_EVIDENCE for column in table.columns.values()):
        raise Customer360Error(
            "no column says anything of a record that could be compared",
            counted(len(table.columns), "column"),
            "write a spec with --write-spec, say in it what the columns mean, pass it with --spec",
        )


# The records' own ids, which matching has not seen.
_NAMED = f"""
create or replace view input.row_name as
select {ROW} as row_number, {{record_id}} as record_id from {TABLE};

create or replace view input.record_name as
select record.rid, named.row_number, named.record_id
from input.row_name as named
inner join input.place as place on named.row_number = place.{ROW}
inner join work.record as record on place.{PLACE} = record.record_id
"""

# Copies of one row go where those that were compared went, if these went together. The id is made
# of the smallest record_id: the same records get the same id in every run.
_ASSIGNED = f"""
create or replace table input.assigned as
with

member as (

    select name.rid, name.record_id, name.row_number, assignment.cluster::bigint as cluster
    from input.record_name as name
    inner join work.assignment as assignment on name.rid = assignment.rid

    union all

    select
        null as rid,
        copied.record_id,
        copied.row_number,
        coalesce(whole.cluster, -copied.row_number) as cluster
    from (
        select named.record_id, named.row_number, copies.contents
        from {COPIES} as copies
        inner join input.row_name as named on copies.{ROW} = named.row_number
    ) as copied
    left join (
        select place.contents, min(assignment.cluster)::bigint as cluster
        from input.place as place
        inner join work.record as record on place.{PLACE} = record.record_id
        inner join work.assignment as assignment on record.rid = assignment.rid
        group by place.contents
        having min(assignment.cluster) = max(assignment.cluster)
    ) as whole on copied.contents = whole.contents

),

customer as (

    select cluster, 'c' || left(md5(min(record_id)), 20) as customer_id
    from member
    group by cluster

)

select member.*, customer.customer_id
from member
inner join customer on member.cluster = customer.cluster;

create or replace view input.customer_of_rid as
select rid, customer_id from input.assigned where rid is not null
"""

_CUSTOMERS = "select record_id, customer_id from input.assigned order by row_number"

_CHANCE = f"""
    case when edge.weight <= {VETO} then 0.0 else round({chance_sql("edge.odds / 10.0")}, 9) end
        ::double
"""

_LINKS = f"""
select
    l.record_id as record_id_l,
    r.record_id as record_id_r,
    (edge.odds / 10.0)::double as match_weight,
    {_CHANCE} as match_probability,
    coalesce(weight.evidence, '') || case when edge.weight <= {VETO} then ' vetoed' else '' end
        as evidence
from work.edge
left join work.pattern_weight as weight on edge.pattern = weight.pattern
inner join input.record_name as l on edge.l = l.rid
inner join input.record_name as r on edge.r = r.rid
order by edge.l, edge.r
"""

# The same pairs and probabilities as `c360 evaluate --links` reads, and so the same estimate.
_JUDGED = f"""
select edge.l, edge.r, l.customer_id as customer_l, r.customer_id as customer_r, {_CHANCE} as chance
from work.edge
inner join input.customer_of_rid as l on edge.l = l.rid
inner join input.customer_of_rid as r on edge.r = r.rid
"""

_COUNTS = """
select
    coalesce(sum(n), 0)::bigint,
    count(*),
    coalesce(max(n), 0),
    (select count(*) from work.edge)
from (select count(*) as n from input.assigned group by cluster)
"""

"""Which customer one record would be: asked of the last resolution, writing nothing.

For an API that has a person before it: a form, a call, a message. The record is read, blocked,
compared and scored by the very steps of a run, against the evidence that the last one left.

Belongs here: one record as a question, and the answer.
Does not belong here: any rule of matching; adding the record (its source does, and the next
run resolves it: ``incremental``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.identity.bits import chance
from dagster_project.identity.clustering.edges import score_pairs
from dagster_project.identity.comparing.agreements import (
    match_holdings,
    write_holdings,
    write_words,
)
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.evidence.file import attach_evidence
from dagster_project.identity.features.values import build_features
from dagster_project.identity.incremental.pairs import find_pairs_of
from dagster_project.identity.learning.kept import load_statistics
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.state import attached_state
from dagster_project.identity.lookup.evidence import hold_evidence
from dagster_project.identity.lookup.prepared import PreparedWorkspace
from dagster_project.identity.reading.contacts import read_values
from dagster_project.identity.reading.name_groups import write_name_groups, write_nick_pairs
from dagster_project.identity.reading.names import parse_names
from dagster_project.identity.reading.records import read_attributes, resolved_sql
from dagster_project.identity.workspace import Workspace, workspace


@dataclass(frozen=True)
class Asked:
    """What is known of a person, as written; ``handles`` are (network, handle)."""

    given_name: str | None = None
    family_name: str | None = None
    full_name: str | None = None
    birth_date: date | None = None
    organisation: str | None = None
    country: str | None = None
    source: str = "asked"
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    handles: tuple[tuple[str, str], ...] = ()
    urls: tuple[str, ...] = ()
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True)
class Resemblance:
    """A known record: the evidence in bits with the prior, and the levels that make it up."""

    record_id: str
    match_weight: float
    match_probability: float
    evidence: str


@dataclass(frozen=True)
class Found:
    """A customer, what all its records say together (bits), and each of them, best first."""

    customer_id: str
    bits: float
    records: tuple[Resemblance, ...]


@dataclass(frozen=True)
class Answer:
    """Who it would be; nobody where no customer is likely, or two are about as likely."""

    customer_id: str | None
    is_ambiguous: bool
    customers: tuple[Found, ...]


class Resolver:
    """Answers for one record after the other; open it with ``opened_resolver``."""

    def __init__(self, work: Workspace, spec: IdentitySpec, model: Model) -> None:
        self._work, self._spec, self._model = work, spec, model
        work.run(_QUESTION)
        work.run(_ONE_PERSON)
        read_attributes(work)
        write_name_groups(work, spec)
        number = work.number("select max(rid) + 1 from kept.record")
        self._record = _RECORD.format(number=number, resolved=resolved_sql(work))

    def find(self, asked: Asked) -> Answer:
        """The customer that a run would most likely give the record, and who else comes near."""
        _write_question(self._work, asked)
        self._work.run(self._record)
        _read_question(self._work, self._spec)
        find_pairs_of(self._work, self._model.plan.rules, self._spec.blocking.window)
        self._work.run(_WHOLE_CUSTOMERS)
        _gather_others(self._work)
        compare_pairs(self._work, "work.candidate", "work.compared", self._model.plan.comparing)
        score_pairs(self._work, self._spec, self._model, "work.compared")
        return _answer(self._work.rows(_RESULT), self._spec.clusters.rival_bits)


@contextmanager
def opened_resolver(evidence: Path, state_dir: Path, spec: IdentitySpec) -> Iterator[Resolver]:
    """A resolver over the evidence and the model of the last resolution; both are only read."""
    with session(options=_ENGINE) as connection, workspace(connection) as work:
        model = attach_evidence(work, evidence, "evidence")
        hold_evidence(work)
        with attached_state(connection, state_dir, read_only=True):
            load_statistics(work, model.version)
        yield Resolver(PreparedWorkspace(connection), spec, model)


_ENGINE = EngineOptions(threads=1)
"""For so few rows, handing work to a second thread takes longer than doing it."""

_QUESTION = """
create schema if not exists intermediate;
create or replace table intermediate.int_contact_records (
    record_id varchar, source varchar, kind varchar, given_name varchar, family_name varchar,
    full_name varchar, birth_date date, organisation varchar, country varchar,
    default_country varchar, deleted_at timestamptz, merged_into varchar, bio varchar
);
create or replace table intermediate.int_contact_identifiers (
    record_id varchar, kind varchar, network varchar, value_raw varchar, value_norm varchar,
    is_verified boolean, first_seen_at timestamptz, last_seen_at timestamptz
);
create or replace table intermediate.int_contact_addresses (
    record_id varchar, street varchar, city varchar, state varchar, postal_code varchar,
    country varchar
)
"""

_ONE_PERSON = """
create or replace table work.status as
select '?' as record_id, 'person' as kind, null::varchar as survivor, 'resolved' as status
"""

_RECORD = """
create or replace table work.record as
select {number}::integer as rid, * from ({resolved})
"""

_ID = "?"
"""The asked record's id: no source makes such a one."""


def _write_question(work: Workspace, asked: Asked) -> None:
    for table in ("records", "identifiers", "addresses"):
        work.run(f"delete from intermediate.int_contact_{table}")
    columns = (
        "source", "given_name", "family_name", "full_name", "birth_date", "organisation", "country",
    )  # fmt: skip
    work.run(
        f"insert into intermediate.int_contact_records (record_id, kind, {', '.join(columns)}) "
        f"values ($1, 'person', {', '.join(f'${n + 2}' for n in range(len(columns)))})",
        [_ID, *(getattr(asked, column) for column in columns)],
    )
    points: list[tuple[str, str | None, str]] = [
        *(("email", None, value) for value in asked.emails),
        *(("phone", None, value) for value in asked.phones),
        *(("handle", network, value) for network, value in asked.handles),
        *(("url", None, value) for value in asked.urls),
    ]
    for kind, network, value in points:
        work.run(
            "insert into intermediate.int_contact_identifiers "
            "(record_id, kind, network, value_raw, value_norm) values ($1, $2, $3, $4, $4)",
            [_ID, kind, network, value],
        )
    if asked.street or asked.city or asked.postal_code:
        work.run(
            "insert into intermediate.int_contact_addresses "
            "(record_id, street, city, postal_code) values ($1, $2, $3, $4)",
            [_ID, asked.street, asked.city, asked.postal_code],
        )


def _read_question(work: Workspace, spec: IdentitySpec) -> None:
    """Features, keys and holdings of the record, as ``work`` has them of every record in a run."""
    parse_names(work, spec)
    read_values(work, spec)
    work.run(_KNOWN_FLAGS)
    build_features(work, spec, has_statistics=True, has_others=True)
    write_holdings(work)
    work.run("create or replace table work.dirty as select rid from work.record")


# What others made of a value holds for one more who has it.
_KNOWN_FLAGS = """
update work.identifier set flag = known.flag
from (
    select distinct value_id, flag from kept.identifier
    where value_id in (select value_id from work.identifier)
) as known
where identifier.value_id = known.value_id and identifier.flag is null
"""

# A customer is judged by all its records, not only by those that share a key.
_WHOLE_CUSTOMERS = """
create or replace table work.candidate as
select distinct member.rid as l, dirty.rid as r
from work.candidate as pair
inner join kept.named as own on pair.l = own.rid
inner join kept.named as member on own.customer_id = member.customer_id
cross join work.dirty
where member.has_features
"""


def _gather_others(work: Workspace) -> None:
    """Add to the record's own tables what comparisons read of those it may be."""
    others = "rid in (select l from work.candidate)"
    for table in ("feature", "nameless"):
        work.run(f"insert into work.{table} by name select * from kept.{table} where {others}")
    work.run(
        "insert into work.value_holder by name select known.* from kept.value_holder as known "
        f"semi join work.value_holder as own using (value, flag) where known.{others}"
    )
    match_holdings(work)
    for table, columns in (("name", "name_id, given, roots"), ("name_word", "*")):
        work.run(
            f"insert into work.{table} by name select {columns} from kept.{table} "
            "where name_id in (select name_id from work.feature)"
        )
    write_words(work)
    write_nick_pairs(work)
    work.run("create or replace table work.known_column as from kept.known_column")


_RESULT = """
select
    named.customer_id,
    record.record_id,
    edge.weight,
    edge.odds,
    weight.vetoed,
    coalesce(weight.evidence, '')
from work.edge
inner join work.pattern_weight as weight on edge.pattern = weight.pattern
inner join kept.record on edge.l = record.rid
inner join kept.named on edge.l = named.rid
order by edge.odds desc, record.record_id
"""


def _answer(rows: list[tuple[Any, ...]], rival_bits: float) -> Answer:
    sums: dict[str, float] = {}
    records: dict[str, list[Resemblance]] = {}
    for customer, record, weight, odds, vetoed, evidence in rows:
        bits = int(odds) / 10
        sums[str(customer)] = sums.get(str(customer), 0.0) + int(weight) / 10
        likely = 0.0 if vetoed else float(chance(bits))
        records.setdefault(str(customer), []).append(
            Resemblance(str(record), bits, likely, str(evidence))
        )
    order = sorted(sums, key=lambda customer: (-sums[customer], customer))
    nearest = [customer for customer in order if sums[customer] > 0]
    is_ambiguous = len(nearest) > 1 and sums[nearest[0]] - sums[nearest[1]] < rival_bits
    return Answer(
        nearest[0] if nearest and not is_ambiguous else None,
        is_ambiguous,
        tuple(Found(c, round(sums[c], 1), tuple(records[c])) for c in order),
    )

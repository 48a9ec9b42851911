"""Which customer somebody is: asked of the last resolution, writing nothing.

For whoever has a person before them: a form, a call, a message, a list of attendees. Questions are
read, blocked, compared and scored by the very steps of a run, against the evidence that the last one
left.

Belongs here: the order of the steps. Does not belong here: any rule of matching; adding the
record (its source does, and the next run resolves it: ``incremental``).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.identity.clustering.edges import score_pairs
from dagster_project.identity.comparing.agreements import (
    MOST_HOLDERS,
    write_holdings,
    write_words,
)
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.evidence.file import attach_evidence
from dagster_project.identity.features.values import build_features
from dagster_project.identity.learning.model import Model
from dagster_project.identity.lookup.answers import Answer, judge_questions, read_answers
from dagster_project.identity.lookup.candidates import find_candidates_of
from dagster_project.identity.lookup.evidence import hold_evidence, read_in_place
from dagster_project.identity.lookup.prepared import PreparedWorkspace
from dagster_project.identity.lookup.questions import (
    Asked,
    make_question_tables,
    write_questions,
)
from dagster_project.identity.reading.contacts import read_values
from dagster_project.identity.reading.name_groups import write_name_groups, write_nick_pairs
from dagster_project.identity.reading.names import parse_names
from dagster_project.identity.reading.records import read_attributes, resolved_sql
from dagster_project.identity.workspace import Workspace, workspace


class Resolver:
    """Answers questions, alone or many at once; open it with ``opened_resolver``.

    ``work``, ``spec`` and ``model`` are for who explains an answer further.
    """

    def __init__(self, work: Workspace, spec: IdentitySpec, model: Model) -> None:
        self.work, self.spec, self.model = work, spec, model
        make_question_tables(work)
        write_name_groups(work, spec)
        number = work.number("select max(rid) + 1 from kept.record")
        read_attributes(work)
        self._records = _RECORDS.format(number=number, resolved=resolved_sql(work))

    def find(self, asked: Asked) -> Answer:
        """The customer that a run would most likely give the record, and who else comes near."""
        return self.find_all([asked])[0]

    def find_all(self, asked: Sequence[Asked]) -> tuple[Answer, ...]:
        """The answer to each question, as if it alone had been asked."""
        write_questions(self.work, asked)
        self.answer_written()
        return read_answers(self.work)

    def answer_written(self) -> None:
        """Answer what stands in schema ``intermediate``; ``answers`` says in which tables."""
        work, spec, model = self.work, self.spec, self.model
        work.run(_STATUS)
        work.run(self._records)
        _read_questions(work, spec)
        find_candidates_of(work, model.plan.rules, spec.blocking.window)
        _gather_known(work)
        compare_pairs(work, "work.candidate", "work.compared", model.plan.comparing)
        score_pairs(work, spec, model, "work.compared")
        judge_questions(work, spec.clusters.rival_bits)


@contextmanager
def opened_resolver(
    evidence: Path, spec: IdentitySpec, *, stays: bool = False, threads: int = 1
) -> Iterator[Resolver]:
    """A resolver over the evidence of the last resolution, which is only read.

    ``stays``: take the seconds to hold it in memory, for a process that is asked again and again.
    """
    options = EngineOptions(threads)
    with session(options=options) as connection, workspace(connection) as work:
        model = attach_evidence(work, evidence, "evidence")
        if stays:
            hold_evidence(work)
            yield Resolver(PreparedWorkspace(connection), spec, model)
        else:
            read_in_place(work)
            yield Resolver(work, spec, model)


# A question is a living person, whatever it says.
_STATUS = """
create or replace table work.status as
select record_id, 'person' as kind, null::varchar as survivor, 'resolved' as status
from intermediate.int_contact_records
"""

_RECORDS = """
create or replace table work.record as
select ({number} + row_number() over (order by record_id) - 1)::integer as rid, *
from ({resolved})
"""


def _read_questions(work: Workspace, spec: IdentitySpec) -> None:
    """Features, keys and holdings of the questions, as ``work`` has them of every record in a run."""
    parse_names(work, spec)
    read_values(work, spec)
    work.run(_KNOWN_FLAGS)
    build_features(work, spec, has_statistics=True, has_others=True, each_alone=True)
    write_holdings(work)


# What others made of a value holds for one more who has it.
_KNOWN_FLAGS = """
update work.identifier set flag = known.flag
from kept.flagged as known
where identifier.value_id = known.value_id and identifier.flag is null
"""


def _gather_known(work: Workspace) -> None:
    """Add to the questions' own tables what comparisons read of those they may mean."""
    known = "rid in (select l from work.candidate)"
    for table in ("feature", "nameless"):
        work.run(f"insert into work.{table} by name select * from kept.{table} where {known}")
    work.run(_AGREEMENTS)
    for table, columns in (("name", "name_id, given, roots"), ("name_word", "*")):
        work.run(
            f"insert into work.{table} by name select {columns} from kept.{table} "
            "where name_id in (select name_id from work.feature)"
        )
    write_words(work)
    write_nick_pairs(work)
    work.run("create or replace table work.known_column as from kept.known_column")


# As ``comparing.agreements`` has them; the question itself holds the value too.
_AGREEMENTS = f"""
create or replace table work.agreement as
with

known as (

    select known.value, known.flag, known.rid
    from kept.value_holder as known
    semi join work.value_holder as own on known.value = own.value and known.flag = own.flag

),

usual as (

    select value, flag from known group by value, flag having count(*) < {MOST_HOLDERS}

)

select known.rid as l, own.rid as r, bit_or(own.flag)::usmallint as flags
from work.value_holder as own
inner join usual on own.value = usual.value and own.flag = usual.flag
inner join known on own.value = known.value and own.flag = known.flag
inner join work.candidate as pair on known.rid = pair.l and own.rid = pair.r
group by known.rid, own.rid
"""

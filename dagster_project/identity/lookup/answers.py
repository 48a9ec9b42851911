"""The answers to questions: who it is, how likely, by what, and who comes near.

Belongs here: the verdict, in the engine for any number of questions, and its shape in Python.
Does not belong here: words for a terminal; the score of a pair (``clustering.edges``).
"""

from dataclasses import dataclass
from enum import StrEnum

from dagster_project.identity.bits import chance_sql
from dagster_project.identity.workspace import Workspace


class Verdict(StrEnum):
    """What a question comes to."""

    CUSTOMER = "customer"
    AMBIGUOUS = "ambiguous"
    MAILBOX = "shared_mailbox"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Resemblance:
    """A known record: the evidence in bits with the prior, and the levels that make it up.

    ``rid`` is its number in the evidence.
    """

    rid: int
    record_id: str
    match_weight: float
    match_probability: float
    evidence: str
    pattern: int
    is_vetoed: bool


@dataclass(frozen=True)
class Found:
    """A customer, what all its records say together (bits), and each of them, best first."""

    customer_id: str
    bits: float
    records: tuple[Resemblance, ...]

    @property
    def match_probability(self) -> float:
        """Chance that the question and the record most like it are one person."""
        return self.records[0].match_probability


@dataclass(frozen=True)
class Weak:
    """A value that proves little or nothing: why (its flag), and how many records hold it."""

    kind: str
    flag: str
    records: int


@dataclass(frozen=True)
class Answer:
    """Who it is, and everybody who was compared, likeliest first; ``weak`` values told nothing of it."""

    verdict: Verdict
    customer_id: str | None
    customers: tuple[Found, ...]
    weak: tuple[Weak, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Whether two customers are about as likely."""
        return self.verdict is Verdict.AMBIGUOUS


def judge_questions(work: Workspace, rival_bits: float) -> None:
    """Make ``work.resemblance``, ``work.fit`` and ``work.verdict`` of the scored pairs.

    A customer is likely where all its records together speak for it, by more than ``rival_bits``
    beyond the next one.
    """
    work.run(_RESEMBLANCES)
    work.run(_FITS)
    work.run(_VERDICTS, [round(10 * rival_bits)])


def read_answers(work: Workspace) -> tuple[Answer, ...]:
    """The answers to all questions, in the order of their numbers."""
    records: dict[tuple[int, str], list[Resemblance]] = {}
    for rid, customer, *said in work.rows(_RECORDS):
        records.setdefault((rid, customer), []).append(Resemblance(*said))
    customers: dict[int, list[Found]] = {}
    for rid, customer, bits in work.rows(
        "select rid, customer_id, bits from work.fit order by rid, place"
    ):
        customers.setdefault(rid, []).append(
            Found(customer, bits, tuple(records[rid, customer]))
        )
    weak: dict[int, list[Weak]] = {}
    for rid, *value in work.rows(_WEAK):
        weak.setdefault(rid, []).append(Weak(*value))
    return tuple(
        Answer(
            Verdict(verdict), customer, tuple(customers.get(rid, ())), tuple(weak.get(rid, ()))
        )
        for rid, verdict, customer in work.rows(
            "select rid, verdict, customer_id from work.verdict order by rid"
        )
    )


_RESEMBLANCES = f"""
create or replace table work.resemblance as
select
    edge.r as rid,
    edge.l as known_rid,
    known.customer_id,
    known.record_id,
    edge.weight,
    edge.odds,
    case when weight.vetoed then 0.0 else {chance_sql("edge.odds / 10.0")} end::double
        as match_probability,
    coalesce(weight.evidence, '') as evidence,
    edge.pattern,
    weight.vetoed as is_vetoed
from work.edge
inner join work.pattern_weight as weight on edge.pattern = weight.pattern
inner join work.known_member as known on edge.l = known.rid
"""

_FITS = """
create or replace table work.fit as
select
    rid,
    customer_id,
    (sum(weight) / 10.0)::double as bits,
    row_number() over (
        partition by rid
        order by sum(weight) desc, max(match_probability) desc, customer_id
    ) as place
from work.resemblance
group by rid, customer_id
"""

_VERDICTS = """
create or replace table work.verdict as
with

mailbox as (

    select own.rid, min(known.customer_id) as customer_id
    from work.identifier as own
    inner join kept.mailbox as known on own.value_id = known.value_id
    where own.kind = 'email'
    group by own.rid
    having min(known.customer_id) = max(known.customer_id)

),

judged as (

    select
        record.rid,
        record.record_id as asked_id,
        case
            when best.bits > 0 and (coalesce(next.bits, 0) <= 0 or best.bits - next.bits >= $1 / 10.0)
                then 'customer'
            when best.bits > 0 then 'ambiguous'
            when mailbox.customer_id is not null then 'shared_mailbox'
            else 'nobody'
        end as verdict,
        best.customer_id,
        mailbox.customer_id as mailbox_id
    from work.record
    left join (from work.fit where place = 1) as best on record.rid = best.rid
    left join (from work.fit where place = 2) as next on record.rid = next.rid
    left join mailbox on record.rid = mailbox.rid

)

select
    rid,
    asked_id,
    verdict,
    case verdict when 'customer' then customer_id when 'shared_mailbox' then mailbox_id end
        as customer_id
from judged
"""

_RECORDS = """
select
    rid, customer_id, known_rid, record_id, (odds / 10.0)::double, match_probability, evidence, pattern,
    is_vetoed
from work.resemblance
order by rid, odds desc, record_id
"""

_BEST = """
select
    fit.rid,
    fit.customer_id,
    max(own.match_probability) as match_probability,
    max(own.odds / 10.0)::double as match_weight,
    arg_max(own.record_id, own.odds) as record_id,
    arg_max(own.evidence, own.odds) as evidence
from work.fit
inner join work.resemblance as own on fit.rid = own.rid and fit.customer_id = own.customer_id
where fit.place = {place}
group by fit.rid, fit.customer_id
"""

# A value of everybody's says who is meant as little as one that is none.
_WEAK = """
select own.rid, own.kind, own.flag, coalesce(max(known.records), 0)
from (
    select
        rid,
        kind,
        value_id,
        case when flag is null and kind = 'phone' and canonical not like '+%' then 'no_country'
            else flag end as flag
    from work.identifier
) as own
left join kept.flagged as known on own.value_id = known.value_id
where own.flag is not null
group by own.rid, own.kind, own.flag
order by own.rid, own.kind, own.flag
"""

ANSWERS = f"""
select
    verdict.asked_id as record_id,
    verdict.verdict,
    verdict.customer_id,
    round(best.match_probability, 6) as match_probability,
    best.match_weight,
    best.record_id as matched_record_id,
    best.evidence,
    next.customer_id as runner_up_customer_id,
    round(next.match_probability, 6) as runner_up_probability
from work.verdict
left join ({_BEST.format(place=1)}) as best on verdict.rid = best.rid
left join ({_BEST.format(place=2)}) as next on verdict.rid = next.rid
"""
"""One row per question; ``match_*`` tell of the record most like it, of whatever customer comes first."""

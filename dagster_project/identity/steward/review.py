"""The review queue: what deserves a steward's look, ordered by what a decision is worth.

A decision is worth the pairs of records it would set right, times the chance that the
resolution is wrong: joining two customers of 3 and 4 records, which the model gives a chance
of 0.4, is worth 4.8 pairs. The chance is that of the strongest pair between the two, less
what the pairs between them say against it on average. Pairs that a steward has judged do not
come again.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb
import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.bits import VETO, chance_sql
from dagster_project.identity.clustering.partition import components
from dagster_project.identity.ledger.judgements import STANDING
from dagster_project.identity.ledger.state import state_file
from dagster_project.identity.workspace import Workspace


class Question(StrEnum):
    """What the steward is asked."""

    MERGE = "are these two customers one?"
    SPLIT = "is this one customer two?"


@dataclass(frozen=True)
class Case:
    """One question. ``worth`` in pairs of records, ``odds`` in bits of the strongest link.

    ``leaving``: where one customer may be two, the records of the smaller part.
    """

    question: Question
    record_id_l: str
    record_id_r: str
    customer_id_l: str
    customer_id_r: str
    records_l: int
    records_r: int
    odds: float
    worth: float
    evidence: str
    leaving: tuple[str, ...] = ()


def build_queue(
    work: Workspace, spec: IdentitySpec, *, limit: int, state_dir: Path | None = None
) -> list[Case]:
    """The ``limit`` cases worth most; needs the evidence opened in ``work``.

    ``state_dir`` is where words are that no run has obeyed yet; they count as answers too.
    """
    _write_blocks(work, sure=round(10 * spec.clusters.sure_bits))
    _write_answers(work, state_dir)
    rows = work.rows(_QUEUE, [VETO, limit])
    return [_case(row) for row in rows]


def _write_answers(work: Workspace, state_dir: Path | None) -> None:
    """``work.answer(record_id_l, record_id_r)``: pairs that have been judged.

    While a run holds the state, those that it knew of have to do.
    """
    work.run("create or replace table work.answer as from kept.judgement")
    if state_dir is None or not state_file(state_dir).exists():
        return
    try:
        work.run(f"attach '{quoted(str(state_file(state_dir)))}' as said (read_only)")
    except duckdb.IOException:
        return
    moment = work.rows("select as_of from kept.made")[0][0]
    work.run(
        f"create or replace table work.answer as {STANDING.format(schema='said')}", [moment]
    )
    work.run("detach said")


def _case(row: tuple[object, ...]) -> Case:
    text = [str(value) for value in row]
    return Case(
        question=Question.SPLIT if text[2] == text[3] else Question.MERGE,
        record_id_l=text[0],
        record_id_r=text[1],
        customer_id_l=text[2],
        customer_id_r=text[3],
        records_l=int(text[4]),
        records_r=int(text[5]),
        odds=float(text[6]),
        worth=float(text[7]),
        evidence=text[8],
        leaving=tuple(row[9] or ()),  # type: ignore[arg-type]
    )


def _write_blocks(work: Workspace, *, sure: int) -> None:
    """``work.sure_block(rid, block)``: records of one customer that sure links hold together."""
    size = work.number("select coalesce(max(rid) + 1, 0) from kept.record")
    found = work.connection.execute(
        f"""
        select edge.l, edge.r
        from kept.edge
        inner join kept.assignment as l on edge.l = l.rid
        inner join kept.assignment as r on edge.r = r.rid and l.cluster = r.cluster
        where edge.weight > 0 and edge.odds >= {sure}
        union all
        select l, r from kept.must_link where weight > 0
        """
    ).fetchnumpy()
    blocks = components(
        size, np.asarray(found["l"], dtype=np.int64), np.asarray(found["r"], dtype=np.int64)
    )
    work.connection.register(
        "blocks_of_records", {"rid": np.arange(size, dtype=np.int32), "block": blocks}
    )
    work.run(
        """
        create or replace table work.sure_block as
        select blocks.rid, blocks.block, record.record_id, named.customer_id
        from blocks_of_records as blocks
        inner join kept.record on blocks.rid = record.rid
        inner join kept.named on record.record_id = named.record_id
        """
    )
    work.connection.unregister("blocks_of_records")


# Between two customers the resolution said no, so it is wrong with the chance of a match;
# between two parts of one it said yes, so it is wrong with the chance of none.
_QUEUE = f"""
with

sizes as (select block, count(*) as records from work.sure_block group by block),

customers as (select customer_id, count(*) as records from work.sure_block group by customer_id),

judged as (

    select distinct
        least(l.block, r.block) as block_l,
        greatest(l.block, r.block) as block_r
    from work.answer as judgement
    inner join work.sure_block as l on judgement.record_id_l = l.record_id
    inner join work.sure_block as r on judgement.record_id_r = r.record_id

),

across as (

    select
        l.record_id as record_id_l,
        r.record_id as record_id_r,
        l.customer_id as customer_id_l,
        r.customer_id as customer_id_r,
        least(l.block, r.block) as block_l,
        greatest(l.block, r.block) as block_r,
        l.block as own_block_l,
        r.block as own_block_r,
        edge.odds / 10.0 as odds,
        edge.weight,
        weight.evidence
    from kept.edge
    inner join work.sure_block as l on edge.l = l.rid
    inner join work.sure_block as r on edge.r = r.rid and l.block <> r.block
    left join kept.pattern_weight as weight on edge.pattern = weight.pattern
    where edge.weight > $1 and edge.odds > -60 and not coalesce(weight.capped, false)

),

strongest as (

    select
        *,
        avg(least(weight, 0)) over parties / 10.0 as against
    from across
    window parties as (
        partition by
            case when customer_id_l = customer_id_r then block_l end,
            case when customer_id_l = customer_id_r then block_r end,
            least(customer_id_l, customer_id_r),
            greatest(customer_id_l, customer_id_r)
    )
    qualify
        row_number() over (parties order by odds desc, record_id_l, record_id_r) = 1

),

weighed as (

    select
        strongest.*,
        case
            when strongest.customer_id_l = strongest.customer_id_r then block_l_size.records
            else customer_l.records
        end as records_l,
        case
            when strongest.customer_id_l = strongest.customer_id_r then block_r_size.records
            else customer_r.records
        end as records_r,
        {chance_sql("strongest.odds + strongest.against")} as chance
    from strongest
    inner join sizes as block_l_size on strongest.own_block_l = block_l_size.block
    inner join sizes as block_r_size on strongest.own_block_r = block_r_size.block
    inner join customers as customer_l on strongest.customer_id_l = customer_l.customer_id
    inner join customers as customer_r on strongest.customer_id_r = customer_r.customer_id
    anti join judged
        on strongest.block_l = judged.block_l and strongest.block_r = judged.block_r

),

chosen as (

    select
        record_id_l, record_id_r, customer_id_l, customer_id_r, records_l, records_r, odds,
        round(
            records_l * records_r
            * case when customer_id_l = customer_id_r then 1.0 - chance else chance end,
            4
        ) as worth,
        evidence,
        case
            when customer_id_l <> customer_id_r then null
            when records_l < records_r then own_block_l
            else own_block_r
        end as smaller_block
    from weighed
    order by worth desc, record_id_l, record_id_r
    limit $2

),

leaving as (

    select block, list(record_id order by record_id) as records
    from work.sure_block
    where block in (select smaller_block from chosen)
    group by block

)

select chosen.* exclude (smaller_block), leaving.records
from chosen
left join leaving on chosen.smaller_block = leaving.block
order by worth desc, record_id_l, record_id_r
"""

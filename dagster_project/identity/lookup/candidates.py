"""Whom a question may mean: records that share a blocking key with it, and all of their customer.

Every question is paired as if it were the only new record: others that are asked at once fill
no key and are nobody's neighbour.

Belongs here: pairs of a question and a record. Does not belong here: how keys are made
(``blocking``), pairs that a change of the records brings (``incremental``).
"""

from collections.abc import Sequence

from dagster_project.identity.blocking.rules import Rule
from dagster_project.identity.incremental.pairs import write_own_keys
from dagster_project.identity.workspace import Workspace


def find_candidates_of(work: Workspace, rules: Sequence[Rule], window: int) -> None:
    """Make ``work.candidate(l, r)``: a known record and a question; needs the questions' features.

    Makes ``work.known_member``: the known records with their customers.
    """
    write_own_keys(work, rules)
    work.run(_MET)
    work.run(_NEIGHBOURS, [window])
    work.run(_PAIRED)
    work.run(_MEMBERS)
    work.run(_CANDIDATES)


# Known records that hold a key of some question; more holders than the rule's cap make it crowded.
_MET = """
create or replace table work.met as
with

known as (

    select known.rule, known.key, known.rid
    from kept.key as known
    semi join work.key as own on known.rule = own.rule and known.key = own.key

),

-- the question itself holds the key too
counted as (select rule, key, count(*) + 1 as held from known group by rule, key)

select known.*, counted.held > cap.cap as is_crowded
from known
inner join counted on known.rule = counted.rule and known.key = counted.key
inner join work.cap on known.rule = cap.rule
"""

# In a crowded key a question meets the records next to it by name.
_NEIGHBOURS = """
create or replace table work.neighbour as
with

own as (

    select own.*
    from work.key as own
    semi join (from work.met where is_crowded) as met on own.rule = met.rule and own.key = met.key

),

holder as (

    select rule, key, rid, false as is_asked from work.met where is_crowded
    union all
    select rule, key, rid, true as is_asked from own

),

described as (

    select feature.rid, feature.name, feature.birth_digits, record.record_id
    from kept.feature
    inner join kept.record on feature.rid = record.rid
    where feature.rid in (select rid from holder where not is_asked)

    union all

    select feature.rid, feature.name, feature.birth_digits, record.record_id
    from work.feature
    inner join work.record on feature.rid = record.rid

),

placed as (

    select
        holder.*,
        count(*) filter (not holder.is_asked) over (
            partition by holder.rule, holder.key
            order by
                described.name nulls last,
                described.birth_digits nulls last,
                described.record_id
        ) as place
    from holder
    inner join described on holder.rid = described.rid

)

select distinct known.rid as l, asked.rid as r
from (from placed where is_asked) as asked
inner join (from placed where not is_asked) as known
    on
        asked.rule = known.rule
        and asked.key = known.key
        and known.place between asked.place - $1 + 1 and asked.place + $1
"""

_PAIRED = """
create or replace table work.paired as
select met.rid as l, own.rid as r
from work.key as own
inner join work.met on own.rule = met.rule and own.key = met.key
where not met.is_crowded
union
from work.neighbour
"""

# A customer is judged by all its records, not only by those that share a key. One look-up after the
# other, each of a few values: joined at once, all records would be put together with all customers.
_MEMBERS = """
create or replace table work.known_member as
with

met as (select record_id from kept.record where rid in (select l from work.paired)),

customer as (select customer_id from kept.named where record_id in (from met)),

member as (

    select record_id, customer_id from kept.named where customer_id in (from customer)

)

select record.rid, member.record_id, member.customer_id
from (
    select rid, record_id from kept.record
    where record_id in (select record_id from member) and not is_mailbox
) as record
inner join member on record.record_id = member.record_id
"""

_CANDIDATES = """
create or replace table work.candidate as
select distinct other.rid as l, paired.r
from work.paired
inner join work.known_member as one on paired.l = one.rid
inner join work.known_member as other on one.customer_id = other.customer_id
"""

"""Clusters of the components that a change touches; all others stay as they are.

Belongs here: which components those are, and their tables under numbers without gaps.
Does not belong here: clustering itself (``clustering``).
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.outputs.audit import AUDITED_AGAIN, write_audit
from dagster_project.identity.workspace import Workspace


def find_concerned(work: Workspace, judgements: tuple[Judgement, ...]) -> None:
    """Make ``work.member(old, rid)``: all records of the touched components, numbered by record_id.

    ``work.concerned(record_id)`` are they and those that are gone. Needs the scored pairs as
    ``work.edge``, with the numbers of ``kept``.
    """
    work.run(
        "create or replace table work.word_now as select unnest($1::varchar[]) as said",
        [[_said(judgement) for judgement in judgements]],
    )
    work.run(_SEEDS)
    work.run(_MEMBERS)
    work.run(_CONCERNED)


def _said(judgement: Judgement) -> str:
    return "\n".join(
        (str(judgement.number), judgement.verdict, judgement.record_id_l, judgement.record_id_r)
    )


_SEEDS = """
create or replace table work.seed as
with

-- words that were said or taken back since
words as (

    select said from work.word_now
    except
    select concat_ws(chr(10), number, verdict, record_id_l, record_id_r) from kept.judgement

),

taken_back as (

    select concat_ws(chr(10), number, verdict, record_id_l, record_id_r) as said
    from kept.judgement
    except
    select said from work.word_now

),

judged as (

    select unnest(string_split(said, chr(10))[3:]) as record_id
    from (from words union all from taken_back)

)

select rid from work.departed
union
select rid from work.dirty
union
select unnest([l, r]) from work.edge
where weight > 0 or (l not in (from work.dirty) and r not in (from work.dirty))
union
select unnest([l, r]) from work.parted
union
select survivor.rid
from work.record
inner join kept.record as survivor on record.survivor = survivor.record_id
union
select other.rid
from work.record
inner join kept.identifier as own on record.rid = own.rid
inner join kept.identifier as other on own.canonical = other.canonical
inner join kept.record as mailbox on other.rid = mailbox.rid
where record.is_mailbox and mailbox.is_mailbox and own.kind = 'email' and other.kind = 'email'
union
select record.rid from judged inner join kept.record on judged.record_id = record.record_id
"""

_MEMBERS = """
create or replace table work.member as
select
    record.rid as old,
    (row_number() over (order by record.record_id) - 1)::integer as rid
from kept.record
semi join (
    select rid from work.seed
    union
    select rid from before.component
    where label in (select label from before.component where rid in (from work.seed))
) as together on record.rid = together.rid
"""

_CONCERNED = """
create or replace table work.concerned as
select record.record_id from work.member inner join kept.record on member.old = record.rid
union
select record_id from before.record where rid in (from work.departed)
"""


def renumber(work: Workspace) -> None:
    """Fill the tables that clustering reads with the records concerned, numbered anew."""
    for table in ("record", "identifier"):
        work.run(_OWN_ROWS.format(table=table, members="work.member"))
    work.run(
        _PAIR_ROWS.format(table="edge", members="work.member", condition="not own.is_late")
    )
    work.run("create or replace table work.pattern_weight as from kept.pattern_weight")


def gather_absent(work: Workspace) -> None:
    """Fill the tables that comparisons read with the records of ``work.absent(l, r)``."""
    work.run(_ABSENT_MEMBERS)
    for table in ("feature", "nameless"):
        work.run(_OWN_ROWS.format(table=table, members="work.absent_member"))
    work.run(
        _PAIR_ROWS.format(table="agreement", members="work.absent_member", condition="true")
    )


_ABSENT_MEMBERS = """
create or replace table work.absent_member as
from work.member
where rid in (select l from work.absent union all select r from work.absent)
"""

_OWN_ROWS = """
create or replace table work.{table} as
select member.rid, own.* exclude (rid)
from kept.{table} as own
inner join {members} as member on own.rid = member.old
"""

_PAIR_ROWS = """
create or replace table work.{table} as
select least(l.rid, r.rid) as l, greatest(l.rid, r.rid) as r, own.* exclude (l, r)
from kept.{table} as own
inner join {members} as l on own.l = l.old
inner join {members} as r on own.r = r.old
where {condition}
"""


def forgive_ambiguity(work: Workspace, margin: int) -> None:
    """Give the edges that were held apart the weight that their odds make."""
    work.run(
        "update work.edge set weight = odds - $1, is_ambiguous = false where is_ambiguous",
        [margin],
    )


def put_clusters_back(work: Workspace) -> None:
    """Replace what ``kept`` knows of the records concerned by what clustering found."""
    inside = "(select old from work.member)"
    work.run(f"delete from kept.edge where l in {inside} and r in {inside}")
    work.run(f"insert into kept.edge by name {_renumbered('edge')}")
    outside = "(from work.departed)"
    for one in "lr":
        work.run(f"delete from kept.must_link where {one} in {inside} or {one} in {outside}")
    work.run(f"insert into kept.must_link by name {_renumbered('must_link')}")
    for one in "lr":
        work.run(f"delete from kept.limit_act where {one} in {inside} or {one} in {outside}")
    work.run(f"insert into kept.limit_act by name {_LIMIT_ACTS}")
    for table, column in (("assignment", "cluster"), ("component", "label")):
        work.run(
            f"delete from kept.{table} where rid in (select old from work.member) "
            "or rid in (from work.departed)"
        )
        work.run(
            f"insert into kept.{table} by name "
            f"select member.old as rid, head.old as {column} from work.{table} as own "
            "inner join work.member on own.rid = member.rid "
            f"inner join work.member as head on own.{column} = head.rid"
        )
    work.run("delete from kept.named where record_id in (from work.concerned)")
    work.run("insert into kept.named by name from work.named")
    work.run(
        "insert into kept.pattern_weight by name from work.pattern_weight as own "
        "anti join kept.pattern_weight as known on own.pattern = known.pattern"
    )


# A broken limit has no second record.
_LIMIT_ACTS = """
select least(l.old, r.old) as l, greatest(l.old, r.old) as r, own.* exclude (l, r)
from work.limit_act as own
inner join work.member as l on own.l = l.rid
inner join work.member as r on own.r = r.rid
union all by name
select l.old as l, null as r, own.* exclude (l, r)
from work.limit_act as own
inner join work.member as l on own.l = l.rid
where own.r is null
"""


def _renumbered(table: str) -> str:
    return (
        "select least(l.old, r.old) as l, greatest(l.old, r.old) as r, own.* exclude (l, r) "
        f"from work.{table} as own "
        "inner join work.member as l on own.l = l.rid "
        "inner join work.member as r on own.r = r.rid"
    )


def audit_again(work: Workspace, spec: IdentitySpec, model: Model, *, run_id: str) -> None:
    """Make ``work.audit`` of what the change touches and put it in the place of what was."""
    work.run(_AUDITED)
    work.run(_AUDITED_VALUES)
    work.run(
        "create or replace table work.audited_record as select record.record_id from kept.record "
        "semi join work.audited on record.rid = audited.rid union "
        "select record_id from before.record where rid in (from work.departed)"
    )
    write_audit(work, spec, model, run_id=run_id, tables="kept", only=True)
    work.run(AUDITED_AGAIN.format(table="kept.audit"))
    work.run("insert into kept.audit by name from work.audit")


_AUDITED = """
create or replace table work.audited as
select rid from work.dirty
union
select old as rid from work.member
union
select unnest([l, r]) as rid from work.parted
"""

_AUDITED_VALUES = """
create or replace table work.audited_value as
select value_id from work.touched_value
union
select value_id from before.identifier where rid in (from work.departed)
union
select value_id from kept.identifier where rid in (from work.dirty)
"""


def note_what_else_changed(work: Workspace) -> None:
    """Take over new hashes; make ``work.reread`` and ``work.dropped_phone``."""
    work.run(_HASHES)
    work.run(_REREAD)
    work.run(_DROPPED)


_HASHES = """
delete from kept.record_hash
where
    record_id in (
        select record_id from work.everybody
        where rid in (from work.changed) or rid in (from work.retimed)
    )
    or record_id in (select record_id from before.record where rid in (from work.departed));

insert into kept.record_hash by name
select record_id, evidence, times from work.everybody
where rid in (from work.changed) or rid in (from work.retimed)
"""

_REREAD = """
create or replace table work.reread as
select record_id
from kept.record
where
    rid in (from work.dirty)
    or rid in (from work.retimed)
union
select record_id from before.record where rid in (from work.departed)
"""

_DROPPED = """
create or replace table work.dropped_phone as
with

lost as (

    select distinct value_norm from before.identifier
    where kind = 'phone' and rid in (from work.departed)

)

select value_norm from lost
anti join (select value_norm from kept.identifier where kind = 'phone') as known
    using (value_norm)
"""

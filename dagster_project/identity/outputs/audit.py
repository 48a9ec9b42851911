"""The audit of the guards: every value retired, link held back and limit broken, as a row.

Values stand in it as hashes; whom they belong to is for those who may read the identifiers.

Belongs here: which acts of the guards are in force, of all records or of some.
Does not belong here: the guards themselves (``reading.holders``, ``comparing.guards``, ``clustering``).
"""

from collections.abc import Collection

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.comparing.guards import capped_by, vetoed_by
from dagster_project.identity.comparing.patterns import unpack
from dagster_project.identity.learning.model import Model
from dagster_project.identity.workspace import Workspace

AUDIT = """
    guard varchar, effect varchar, identifier_kind varchar, value_hash varchar,
    record_id_l varchar, record_id_r varchar, records bigint, bits double, run_id varchar
"""
"""Columns of the audit. ``bits``: the odds that a link would have, or has, in spite of the guard."""

AUDITED_AGAIN = """
delete from {table}
where
    record_id_l in (from work.audited_record)
    or record_id_r in (from work.audited_record)
    or value_hash in (select format('{{:016x}}', value_id) from work.audited_value)
"""
"""Take out the acts that some records and values had part in."""


def write_audit(
    work: Workspace,
    spec: IdentitySpec,
    model: Model,
    *,
    run_id: str,
    tables: str = "work",
    only: bool = False,
) -> None:
    """Make ``work.audit`` of the tables of ``work`` or ``kept``.

    ``only``: acts on values in ``work.audited_value(value_id)`` and on pairs with a record in
    ``work.audited(rid)``.
    """
    values = "value_id in (select value_id from work.audited_value)" if only else "true"
    pairs = "{0}.l in (from work.audited) or {0}.r in (from work.audited)" if only else "true"
    work.run(f"create or replace table work.audit ({AUDIT})")
    work.run(_VALUES.format(tables=tables, where=values), [run_id])
    needed = round(10 * (spec.clusters.merge_bits - model.prior_bits))
    work.run(_HELD_BACK.format(tables=tables, where=pairs.format("edge"), margin=needed))
    _name_guards(work, model.vetoes)
    work.run(_PAIRS.format(tables=tables, prior=round(10 * model.prior_bits)), [run_id])
    work.run(_LIMITS.format(tables=tables, where=pairs.format("act")), [run_id])


_VALUES = """
insert into work.audit
select
    flag as guard,
    case flag when 'shared' then 'weakened' else 'retired' end as effect,
    kind as identifier_kind,
    format('{{:016x}}', value_id) as value_hash,
    null as record_id_l,
    null as record_id_r,
    count(distinct rid) as records,
    null as bits,
    $1 as run_id
from {tables}.identifier
where flag in ('generic', 'placeholder', 'role', 'shared') and {where}
group by flag, kind, value_id
"""

# Pairs that their fields would have joined, the term frequency of what agrees left aside.
_HELD_BACK = """
create or replace table work.held_back as
select
    edge.l, edge.r, edge.pattern, weight.bits, edge.odds, weight.vetoed, weight.capped,
    edge.is_ambiguous
from {tables}.edge
inner join {tables}.pattern_weight as weight on edge.pattern = weight.pattern
where
    ((weight.vetoed or weight.capped) and weight.bits > {margin} or edge.is_ambiguous)
    and ({where})
"""


def _name_guards(work: Workspace, vetoes: Collection[str]) -> None:
    """``work.guard_name(pattern, guard, effect)``: a row per guard that judges a pattern."""
    patterns = np.array(
        work.rows("select distinct pattern from work.held_back order by pattern"), np.int64
    ).reshape(-1)
    levels = unpack(patterns)
    named = [
        (int(pattern), guard, effect)
        for effect, masks in (
            ("kept apart", vetoed_by(levels, vetoes)),
            ("held back", capped_by(levels, vetoes)),
        )
        for guard, mask in masks.items()
        for pattern in patterns[mask]
    ]
    work.run(
        "create or replace table work.guard_name as select unnest($1::bigint[]) as pattern, "
        "unnest($2::varchar[]) as guard, unnest($3::varchar[]) as effect",
        [[row[n] for row in named] for n in range(3)],
    )


_PAIRS = """
insert into work.audit
select
    case when held.is_ambiguous then 'rival' else named.guard end as guard,
    case when held.is_ambiguous then 'held apart' else named.effect end as effect,
    null as identifier_kind,
    null as value_hash,
    least(l.record_id, r.record_id) as record_id_l,
    greatest(l.record_id, r.record_id) as record_id_r,
    2 as records,
    case when held.is_ambiguous then held.odds else held.bits + ({prior}) end / 10.0 as bits,
    $1 as run_id
from work.held_back as held
left join work.guard_name as named
    on
        held.pattern = named.pattern
        and not held.is_ambiguous
        and named.effect = case when held.vetoed then 'kept apart' else 'held back' end
inner join {tables}.record as l on held.l = l.rid
inner join {tables}.record as r on held.r = r.rid
anti join {tables}.limit_act as act on held.l = act.l and held.r = act.r
"""

_LIMITS = """
insert into work.audit
select
    'most_per_customer' as guard,
    case when act.r is null then 'limit broken' else 'gave way' end as effect,
    act.kind as identifier_kind,
    null as value_hash,
    least(l.record_id, r.record_id) as record_id_l,
    case when act.r is not null then greatest(l.record_id, r.record_id) end as record_id_r,
    act.records,
    edge.odds / 10.0 as bits,
    $1 as run_id
from {tables}.limit_act as act
inner join {tables}.record as l on act.l = l.rid
left join {tables}.record as r on act.r = r.rid
left join {tables}.edge on act.l = edge.l and act.r = edge.r
where {where}
"""

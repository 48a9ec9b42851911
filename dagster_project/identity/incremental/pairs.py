"""Candidate pairs that a change brings or takes away, and what their records agree on.

Pairs of a record that was read again are all found anew. Two records that nothing happened to
can still come together or part where a key's holders cross the rule's cap, or where a neighbour
in a crowded key came or went: such keys are paired as before and as now, and compared.

Belongs here: which pairs are candidates now and were not, or were and are not.
Does not belong here: how keys are made (``blocking``); scores.
"""

from collections.abc import Sequence

from dagster_project.identity.blocking.blocking_keys import BLOCKING_KEYS
from dagster_project.identity.blocking.candidates import keyed_sql
from dagster_project.identity.blocking.rules import Rule
from dagster_project.identity.comparing.agreements import match_holdings
from dagster_project.identity.workspace import Workspace

# Where records have nothing in common, no rule was worth its pairs.
_NO_KEYS = (
    "select null::utinyint as rule, null::ubigint as key, null::integer as rid where false"
)


def find_changed_pairs(work: Workspace, rules: Sequence[Rule], window: int) -> None:
    """Make ``work.candidate(l, r)`` of pairs to compare and ``work.parted(l, r)``, no candidates now.

    Needs ``work.dirty`` and all that ``reopened`` makes. Makes ``work.key``.
    """
    write_own_keys(work, rules)
    work.run(_TOUCHED)
    work.run(_KEYS_THEN)
    work.run(_KEYS_NOW)
    for moment in ("then", "now"):
        features = (
            "from before.feature"
            if moment == "then"
            else "from kept.feature union all by name from work.feature"
        )
        records = "before.record" if moment == "then" else _RECORDS_NOW
        _write_window(work, moment, features=features, records=records, window=window)
    work.run(_COME_AND_GONE)
    _keep_parted_that_meet_elsewhere(work, window)
    work.run(_CANDIDATES)


def write_own_keys(work: Workspace, rules: Sequence[Rule]) -> None:
    """``work.key`` of the records in ``work``, and ``work.cap`` per rule."""
    work.run(
        "create or replace table work.cap as "
        f"select unnest({list(range(len(rules)))}::utinyint[]) as rule, "
        f"unnest({[rule.cap for rule in rules]}::integer[]) as cap"
    )
    names = {blocking_key for rule in rules for blocking_key in rule.blocking_keys}
    # over few rows a table for each blocking key would take longer to make than all keys
    blocking_keys = ", ".join(
        f"blocking_key_{blocking_key.name} as ({blocking_key.sql})"
        for blocking_key in BLOCKING_KEYS
        if blocking_key.name in names and not blocking_key.is_single
    )
    keys = (
        f"select {number}::utinyint as rule, key::ubigint as key, rid "
        f"from ({keyed_sql(rule.blocking_keys).replace('work.blocking_key_', 'blocking_key_')})"
        for number, rule in enumerate(rules)
    )
    work.run(
        f"create or replace table work.key as {'with ' if blocking_keys else ''}{blocking_keys} "
        f"{' union all '.join((_NO_KEYS, *keys))}"
    )


_RECORDS_NOW = (
    "(select rid, record_id from kept.record union all select rid, record_id from work.record)"
)

# Keys of records that were read again, as they were and as they are.
_TOUCHED = """
create or replace table work.touched_key as
select rule, key from before.key
where rid in (select rid from work.departed union all select rid from work.dirty)
union
select rule, key from work.key
"""

_KEYS = """
create or replace table work.keys_{moment} as
with

chosen as (

    select keys.rule, keys.key, keys.rid
    from ({keys}) as keys
    semi join {touched} as touched on keys.rule = touched.rule and keys.key = touched.key

),

counted as (select rule, key, count(*) as held from chosen group by rule, key)

select chosen.*, counted.held, cap.cap
from chosen
inner join counted on chosen.rule = counted.rule and chosen.key = counted.key
inner join work.cap on chosen.rule = cap.rule
"""
"""Everybody who holds one of the ``touched`` keys, how many do, and the rule's cap."""

_ALL_KEYS = "from kept.key union all by name from work.key"

_KEYS_THEN = _KEYS.format(moment="then", keys="from before.key", touched="work.touched_key")

_KEYS_NOW = _KEYS.format(moment="now", keys=_ALL_KEYS, touched="work.touched_key")


def _write_window(
    work: Workspace, moment: str, *, features: str, records: str, window: int
) -> None:
    """Neighbours by name in the keys that are past their cap."""
    steps = range(1, window + 1)
    following = ", ".join(
        f"lead(big.rid, {step}) over by_name as next_{step}" for step in steps
    )
    neighbours = " union all ".join(
        f"select rid as l, next_{step} as r from crowded" for step in steps
    )
    work.run(
        f"""
        create or replace table work.window_{moment} as
        with

        big as (select rule, key, rid from work.keys_{moment} where held > cap),

        placed as (

            select feature.rid, feature.name, feature.birth_digits, record.record_id
            from ({features}) as feature
            inner join {records} as record on feature.rid = record.rid
            where feature.rid in (select rid from big)

        ),

        crowded as (

            select big.rid, {following or "big.rid as next_0"}
            from big
            inner join placed on big.rid = placed.rid
            window by_name as (
                partition by big.rule, big.key
                order by
                    placed.name nulls last,
                    placed.birth_digits nulls last,
                    placed.record_id
            )

        )

        select distinct least(l, r) as l, greatest(l, r) as r
        from ({neighbours or "select rid as l, next_0 as r from crowded"})
        where r is not null and l <> r
        """
    )


# Pairs of which nobody was read again, in keys that are or were past the cap.
_COME_AND_GONE = """
create or replace table work.turned as
select rule, key from work.keys_then where held > cap
union
select rule, key from work.keys_now where held > cap;

create or replace table work.same_record as
select rid from before.record
where rid not in (select rid from work.departed union all select rid from work.dirty);

create or replace table work.pairs_then as
select least(l.rid, r.rid) as l, greatest(l.rid, r.rid) as r
from (select * from work.keys_then semi join work.turned using (rule, key)) as l
inner join work.keys_then as r on l.rule = r.rule and l.key = r.key and l.rid < r.rid
where l.held <= l.cap
union
from work.window_then;

create or replace table work.pairs_now as
select least(l.rid, r.rid) as l, greatest(l.rid, r.rid) as r
from (select * from work.keys_now semi join work.turned using (rule, key)) as l
inner join work.keys_now as r on l.rule = r.rule and l.key = r.key and l.rid < r.rid
where l.held <= l.cap
union
from work.window_now;

create or replace table work.come as
select now.l, now.r
from work.pairs_now as now
anti join work.pairs_then as past on now.l = past.l and now.r = past.r
where now.l in (from work.same_record) and now.r in (from work.same_record);

create or replace table work.parted as
select past.l, past.r
from work.pairs_then as past
anti join work.pairs_now as now on past.l = now.l and past.r = now.r
where past.l in (from work.same_record) and past.r in (from work.same_record)
"""


def _keep_parted_that_meet_elsewhere(work: Workspace, window: int) -> None:
    """Some pairs that one key parted share another; leave those candidates."""
    if not work.count("work.parted"):
        return
    work.run(_KEYS_ELSEWHERE)
    _write_window(
        work,
        "elsewhere",
        features="from kept.feature union all by name from work.feature",
        records=_RECORDS_NOW,
        window=window,
    )
    work.run(_STILL_MET)


_KEYS_ELSEWHERE = f"""
create or replace table work.in_common as
with

own as (

    select rule, key, rid from kept.key
    where rid in (select l from work.parted union all select r from work.parted)

)

select distinct parted.l, parted.r, a.rule, a.key
from work.parted
inner join own as a on parted.l = a.rid
inner join own as b on parted.r = b.rid and a.rule = b.rule and a.key = b.key;

{_KEYS.format(moment="elsewhere", keys=_ALL_KEYS, touched="work.in_common")}
"""

_STILL_MET = """
create or replace table work.parted as
with

few as (select distinct rule, key from work.keys_elsewhere where held <= cap)

select parted.l, parted.r
from work.parted
anti join (
    select shared.l, shared.r from work.in_common as shared semi join few using (rule, key)
    union
    from work.window_elsewhere
) as met on parted.l = met.l and parted.r = met.r
"""

# Pairs of which somebody was read again.
_PAIRED = """
select least(own.rid, other.rid) as l, greatest(own.rid, other.rid) as r
from (select * from work.keys_now where rid in (from work.dirty)) as own
inner join work.keys_now as other
    on own.rule = other.rule and own.key = other.key and own.rid <> other.rid
where own.held <= own.cap

union

select l, r from work.window_now
where l in (from work.dirty) or r in (from work.dirty)
"""

# And pairs that came together otherwise.
_CANDIDATES = f"""
create or replace table work.candidate as
from ({_PAIRED})
union
select come.l, come.r from work.come
anti join (from kept.edge where not is_late) as known on come.l = known.l and come.r = known.r
"""


def find_changed_agreements(work: Workspace) -> None:
    """Make ``work.agreement`` of pairs with a dirty record; needs ``put_back`` to have been done."""
    work.run(
        "create or replace table work.value_holder as from kept.value_holder "
        "semi join (select distinct value, flag from work.value_holder) as own using (value, flag)"
    )
    match_holdings(work)
    work.run(
        "delete from work.agreement "
        "where l not in (from work.dirty) and r not in (from work.dirty)"
    )

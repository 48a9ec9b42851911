"""Candidate pairs: records that share all parts of some blocking rule.

Rules run one by one in the engine. A key value that more records hold than the cap is not
paired in full: its records are put in order of name and each meets its next neighbours, so
that a huge block costs little and loses little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.identity.blocking.blocking_keys import BLOCKING_KEYS
from dagster_project.identity.blocking.rules import Rule
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class RuleCount:
    """What one rule brought: pairs before duplicates go, and keys past the cap."""

    rule: str
    pairs: int
    capped_keys: int


def find_candidates(
    work: Workspace, rules: Sequence[Rule], *, window: int
) -> tuple[RuleCount, ...]:
    """Make ``work.candidate(l, r)`` of distinct pairs with ``l < r``; needs the rules' keys."""
    work.run("create or replace table work.found (l integer, r integer)")
    counts = [_pair_up(work, rule, window) for rule in rules]
    work.run(
        "create or replace table work.candidate as select l, r from work.found group by l, r"
    )
    work.run("drop table work.found")
    work.run("drop table if exists work.key")
    return tuple(counts)


def _pair_up(work: Workspace, rule: Rule, window: int) -> RuleCount:
    """Add the pairs of one rule to ``work.found``."""
    before = work.count("work.found")
    work.run(f"create or replace table work.key as {keyed_sql(rule.blocking_keys)}")
    # most keys have one holder: they go before anything is joined
    work.run(
        "create or replace table work.held_key as "
        f"select key, count(*) > {rule.cap} as is_crowded "
        "from work.key group by key having count(*) > 1"
    )
    capped = work.count("(from work.held_key where is_crowded)")
    work.run(_PAIRS)
    if capped and window:
        work.run(_window_sql(window))
    name = " + ".join(rule.blocking_keys) or "everybody"
    return RuleCount(name, work.count("work.found") - before, capped)


_PAIRS = """
insert into work.found
with

quiet as materialized (

    select key.key, key.rid
    from work.key
    semi join (from work.held_key where not is_crowded) as held using (key)

)

select l.rid as l, r.rid as r
from quiet as l
inner join quiet as r on l.key = r.key and l.rid < r.rid
"""


def keyed_sql(rule: tuple[str, ...]) -> str:
    """Every record's values of one rule: a query of rid and key.

    What a feature row holds once is read there; only the other keys are joined.
    """
    if not rule:
        return "select rid, 0::ubigint as key from work.feature"
    columns = {key.name: key.column for key in BLOCKING_KEYS if key.is_single}
    joined = [name for name in rule if name not in columns]
    read = [columns[name] for name in rule if name in columns]
    values = [
        f"hash({columns[name]})" if name in columns else f"blocking_key_{name}.value"
        for name in rule
    ]
    tables = [f"work.blocking_key_{name}" for name in joined]
    if read:
        tables.append("work.feature")
    first, *others = tables
    rid = f"{first.removeprefix('work.')}.rid"
    key = f"hash({', '.join(values)})" if len(values) > 1 else values[0]
    return (
        f"select {rid}, {key} as key "
        f"from {first} "
        + " ".join(f"inner join {t} on {rid} = {t.removeprefix('work.')}.rid" for t in others)
        + (" where " + " and ".join(f"({sql}) is not null" for sql in read) if read else "")
    )


def _window_sql(window: int) -> str:
    """Pairs of neighbours in crowded keys, in the order of names."""
    neighbours = " union all ".join(
        f"select rid as l, lead(rid, {step}) over (partition by key order by place) as r from big"
        for step in range(1, window + 1)
    )
    return f"""
        insert into work.found
        with

        big as (

            select
                key.key,
                key.rid,
                row_number() over (
                    partition by key.key
                    order by feature.name nulls last, feature.birth_digits nulls last,
                        record.record_id
                ) as place
            from work.key
            semi join (from work.held_key where is_crowded) as held using (key)
            inner join work.feature on key.rid = feature.rid
            inner join work.record on key.rid = record.rid

        )

        select least(l, r) as l, greatest(l, r) as r
        from ({neighbours})
        where r is not null and l <> r
    """

"""Candidate pairs: records that share all parts of some blocking rule.

Rules run one by one in the engine. A key value that more records hold than the cap is not
paired in full: its records are put in order of name and each meets its next neighbours, so
that a huge block costs little and loses little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """Make ``work.candidate(l, r)`` of distinct pairs, ``l < r``; needs the keys of the rules."""
    work.run("create or replace table work.found (l integer, r integer, rule utinyint)")
    counts = [_pair_up(work, number, rule, window) for number, rule in enumerate(rules)]
    work.run(
        "create or replace table work.candidate as select l, r from work.found group by l, r"
    )
    work.run("drop table work.found")
    return tuple(counts)


def _pair_up(work: Workspace, number: int, rule: Rule, window: int) -> RuleCount:
    work.run(_keys_sql(rule.blocking_keys))
    capped = _scalar(
        work,
        f"select count(distinct key) from work.key where held > {rule.cap}",
    )
    work.run(
        f"""
        insert into work.found
        select l.rid as l, r.rid as r, {number} as rule
        from (from work.key where held <= {rule.cap}) as l
        inner join (from work.key where held <= {rule.cap}) as r
            on l.key = r.key and l.rid < r.rid
        """
    )
    if capped and window:
        work.run(_window_sql(number, rule.cap, window))
    pairs = _scalar(work, f"select count(*) from work.found where rule = {number}")
    return RuleCount(" + ".join(rule.blocking_keys) or "everybody", pairs, capped)


def _scalar(work: Workspace, sql: str) -> int:
    return int(str(work.rows(sql)[0][0]))


def keyed_sql(rule: tuple[str, ...]) -> str:
    """Every record's values of one rule: a query of rid and key."""
    if not rule:
        return "select rid, 0::ubigint as key from work.feature"
    first, *rest = rule
    joins = " ".join(
        f"inner join work.blocking_key_{blocking_key} as a{n} on a0.rid = a{n}.rid"
        for n, blocking_key in enumerate(rest, start=1)
    )
    values = ", ".join(f"a{n}.value" for n in range(len(rule)))
    key = f"hash({values})" if rest else "a0.value"
    return f"select a0.rid, {key} as key from work.blocking_key_{first} as a0 {joins}"


def _keys_sql(rule: tuple[str, ...]) -> str:
    """``work.key``: the values of one rule that several records hold, and how many do."""
    return f"""
        create or replace table work.key as
        with

        keyed as ({keyed_sql(rule)}),

        held as (

            select key, count(*) as held from keyed group by key having count(*) > 1

        )

        select keyed.rid, keyed.key, held.held
        from keyed
        inner join held on keyed.key = held.key
    """


def _window_sql(number: int, cap: int, window: int) -> str:
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
            inner join work.feature on key.rid = feature.rid
            inner join work.record on key.rid = record.rid
            where key.held > {cap}

        )

        select least(l, r) as l, greatest(l, r) as r, {number} as rule
        from ({neighbours})
        where r is not null and l <> r
    """

"""A sample of records with all they share with others, to choose blocking rules by.

Belongs here: gathering the sample, and the model's first match weight of its pairs.
Does not belong here: the choice itself (``blocking.rules``).
"""

import re
from collections.abc import Mapping

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.bits import chance_sql
from dagster_project.identity.blocking.blocking_keys import (
    BLOCKING_KEYS,
    BlockingKey,
    has_mailboxes,
)
from dagster_project.identity.blocking.rules import CAPS, Ints, SampledPairs
from dagster_project.identity.comparing.pairs import Comparing, compare_pairs
from dagster_project.identity.learning.training import learn
from dagster_project.identity.workspace import Workspace

MOST_SAMPLED_PAIRS = 1_500_000
"""Pairs of the sample before they are summed up."""

MOST_SAMPLED = 2_000

LEAST_SAMPLED = 200

LIKELY = 0.5
"""Chance from which on a pair is a likely match. Many pairs of little chance are no match among
them: what they say of a broad rule, and of how many matches there are, is how far the first
training errs."""


def gather_sampled_pairs(
    work: Workspace, spec: IdentitySpec, comparing: Comparing, non_matches: tuple[Ints, Ints]
) -> SampledPairs:
    """Everything sampled records share; needs ``work.shuffled``.

    ``non_matches`` are the counted patterns of random pairs; a first training on the sample says
    which of its pairs are likely matches.
    """
    _sample(work, MOST_SAMPLED)
    _gather_blocking_keys(work)
    rarest, sampled = _size(work)
    _sample(work, sampled)
    _meet(work, rarest)
    _share_common(work)
    compare_pairs(work, "work.likely", "work.compared_sample", comparing, only_hopeful=True)
    _judge(work, spec, non_matches, sampled)
    return _summed_up(work, sampled)


def _sample(work: Workspace, records: int) -> None:
    """``work.sampled(rid)``: so many records, the same first ones whatever the number."""
    work.run(
        f"create or replace table work.sampled as "
        f"select rid from work.shuffled where place < {records}"
    )


def _gather_blocking_keys(work: Workspace) -> None:
    """The sample's own values of blocking keys, and all records that share one.

    ``work.own(s, blocking_key, value, held)`` and ``work.blocking_key``.

    Keys of everybody would be many times the table; few of their values occur in the sample.
    """
    blocking_keys = _known_blocking_keys(work)
    for table, key in _READ.items():
        sampled = "sampled" if key == "rid" else "sampled_feature"
        work.run(
            f"create or replace table work.sampled_{table} as "
            f"select * from work.{table} where {key} in (select {key} from work.{sampled})"
        )
    own = " union all ".join(
        f"select {number}::utinyint as blocking_key, rid, value::ubigint as value "
        f"from ({_OF_READ.sub(_of_sample, blocking_key.sql)})"
        for number, blocking_key in blocking_keys
    )
    work.run(f"create or replace table work.own_blocking_key as {own}")
    mailboxes = has_mailboxes(work)
    shared = " union all ".join(
        f"select {number}::utinyint as blocking_key, rid, value::ubigint as value from ("
        + blocking_key.sql_of(
            among=f"select value from work.own_blocking_key where blocking_key = {number}",
            has_mailboxes=mailboxes,
        )
        + ")"
        for number, blocking_key in blocking_keys
    )
    work.run(f"create or replace table work.blocking_key as {shared}")
    for table in _READ:
        work.run(f"drop table work.sampled_{table}")
    work.run(_OWN)


_READ = {
    "feature": "rid", "identifier": "rid", "address": "rid", "alias": "rid", "domain": "rid",
    "name": "name_id", "name_word": "name_id",
}  # fmt: skip
"""What blocking keys are made of, and by which column a sample's part of it is found."""

_OF_READ = re.compile(rf"\bwork\.({'|'.join(_READ)})\b( as)?")


def _of_sample(found: re.Match[str]) -> str:
    """The sample's part of a table, under the table's name unless it has another."""
    return f"work.sampled_{found[1]} as {'' if found[2] else found[1]}"


def _known_blocking_keys(work: Workspace) -> list[tuple[int, BlockingKey]]:
    """Blocking keys that some record may have, with their bits' numbers."""
    known = {str(row[0]) for row in work.rows("select name from work.known_column")}
    return [
        (number, blocking_key)
        for number, blocking_key in enumerate(BLOCKING_KEYS)
        if blocking_key.source is None or blocking_key.source in known
    ]


_OWN = """
create or replace table work.own as
with

held as (
    select blocking_key, value, count(*)::integer as held from work.blocking_key
    group by blocking_key, value
)

select own.rid as s, own.blocking_key, own.value, held.held
from work.own_blocking_key as own
inner join held on own.blocking_key = held.blocking_key and own.value = held.value
"""


def _size(work: Workspace) -> tuple[int, int]:
    """How common a value may be for its pairs to be gathered, and of how many records."""
    records = max(work.count("work.feature"), 1)
    rows = work.rows("select held, count(*) from work.own where held > 1 group by held")
    held = np.array(rows, dtype=np.float64).reshape(-1, 2)
    usual = 3 * (CAPS[-1] * records) ** 0.5
    for share in (1.0, 0.5, 0.25, 0.12):
        rarest = max(int(usual * share), 100)
        rare = held[held[:, 0] <= rarest]
        volume = float((rare[:, 0] * rare[:, 1]).sum()) / min(records, MOST_SAMPLED)
        sampled = int(MOST_SAMPLED_PAIRS / max(volume, 1.0))
        if sampled >= 2 * LEAST_SAMPLED:
            break
    return rarest, min(max(sampled, LEAST_SAMPLED), MOST_SAMPLED, records)


def _meet(work: Workspace, rarest: int) -> None:
    """``work.sampled_pair``: a sampled record and any other, with the rare keys they share."""
    work.run(
        f"delete from work.own where held > {rarest} or s not in (select rid from work.sampled)"
    )
    work.run(
        "create or replace table work.rare_blocking_key as "
        "select s, bit_or(1::bigint << blocking_key) as mask from work.own group by s"
    )
    work.run(
        """
        create or replace table work.sampled_pair as
        select own.s, other.rid as x, bit_or(1::bigint << own.blocking_key) as mask
        from (from work.own where held > 1) as own
        inner join work.blocking_key as other
            on
                own.blocking_key = other.blocking_key
                and own.value = other.value
                and own.s <> other.rid
        group by own.s, other.rid
        """
    )
    for table in ("blocking_key", "own_blocking_key", "own"):
        work.run(f"drop table work.{table}")


def _share_common(work: Workspace) -> None:
    """Add to every sampled pair the keys shared by a common value; keep who may be one person."""
    blocking_keys = {
        n: blocking_key
        for n, blocking_key in _known_blocking_keys(work)
        if blocking_key.column is not None
    }
    _code_values(work, blocking_keys)
    common = "".join(
        f" | (case when l.value_{n} = r.value_{n} then {1 << n}::bigint else 0 end)"
        for n in blocking_keys
    )
    work.run(
        f"""
        create or replace table work.sampled_pair as
        select s, x, mask{common} as mask
        from work.sampled_pair
        inner join work.coded as l on s = l.rid
        inner join work.coded as r on x = r.rid
        """
    )
    work.run("drop table work.coded")
    own = sum(1 << n for n, blocking_key in enumerate(BLOCKING_KEYS) if blocking_key.is_own)
    topics: dict[str, int] = {}
    for n, blocking_key in enumerate(BLOCKING_KEYS):
        topics[blocking_key.topic] = topics.get(blocking_key.topic, 0) | 1 << n
    shared = " + ".join(f"(mask & {bits} <> 0)::integer" for bits in topics.values())
    work.run(
        f"""
        create or replace table work.likely as
        select s as l, x as r
        from work.sampled_pair
        where mask & {own} <> 0 or {shared} >= 2
        """
    )


def _code_values(work: Workspace, blocking_keys: Mapping[int, BlockingKey]) -> None:
    """``work.coded(rid, value_<blocking_key>…)`` of all paired: numbers, not texts.

    Each value is read once per record; pairs are many times the records.
    """
    coded = "".join(
        f", case when ({blocking_key.column}) is not null then hash({blocking_key.column}) end "
        f"as value_{n}"
        for n, blocking_key in blocking_keys.items()
    )
    work.run(
        f"""
        create or replace table work.coded as
        select rid{coded}
        from work.feature
        where rid in (select s from work.sampled_pair union select x from work.sampled_pair)
        """
    )


def _judge(
    work: Workspace, spec: IdentitySpec, sample: tuple[Ints, Ints], sampled: int
) -> None:
    """``work.first_weight(pattern, odds)`` in bits, by a training on the sample alone."""
    found = work.connection.execute(
        "select pattern, count(*) as pairs from work.compared_sample "
        "group by pattern order by pattern"
    ).fetchnumpy()
    patterns = np.asarray(found["pattern"], np.int64)
    work.run("create or replace table work.first_weight (pattern bigint, odds double)")
    if not len(patterns):
        return
    training = learn(
        patterns,
        np.asarray(found["pairs"], np.int64),
        sample,
        vetoes=spec.vetoes,
        least_matches=spec.model.least_matches,
        all_pairs=max(float(sampled) * (work.count("work.feature") - 1), 1.0),
        least_chance=LIKELY,
    )
    work.run(
        "insert into work.first_weight select unnest($1::bigint[]), unnest($2::double[])",
        [patterns.tolist(), training.odds(patterns).tolist()],
    )


def _summed_up(work: Workspace, sampled: int) -> SampledPairs:
    work.run(
        "create or replace table work.sampled as "
        "select rid, row_number() over (order by rid) - 1 as place from work.sampled"
    )
    found = work.connection.execute(
        f"""
        with

        judged as (

            select
                compared.l,
                compared.r,
                {chance_sql("first_weight.odds + compared.tf_adjustment / 10.0")} as chance
            from work.compared_sample as compared
            inner join work.first_weight on compared.pattern = first_weight.pattern

        )

        select sampled.place as record, sampled_pair.mask, count(*)::double as pairs,
            coalesce(sum(judged.chance) filter (judged.chance >= {LIKELY}), 0) as matches
        from work.sampled_pair
        inner join work.sampled on sampled_pair.s = sampled.rid
        left join judged on sampled_pair.s = judged.l and sampled_pair.x = judged.r
        group by all
        order by all
        """
    ).fetchnumpy()
    rare = np.zeros(sampled, dtype=np.int64)
    masks = work.connection.execute(
        "select place, bit_or(mask) as mask from work.rare_blocking_key "
        "inner join work.sampled on s = rid group by place"
    ).fetchnumpy()
    rare[masks["place"]] = masks["mask"]
    return SampledPairs(
        record=np.asarray(found["record"], np.int64),
        mask=np.asarray(found["mask"], np.int64),
        pairs=np.asarray(found["pairs"], np.float64),
        matches=np.asarray(found["matches"], np.float64),
        rare=rare,
    )

"""Judgements as pairs of this run's records: what is known of them counts, whatever they share.

Belongs here: the pairs, and their patterns for training. Does not belong here: how clusters obey
them (``clustering``); where they are kept (``ledger.judgements``).
"""

from collections.abc import Sequence

from dagster_project.identity.comparing.pairs import Comparing, compare_pairs
from dagster_project.identity.ledger.judgements import Judgement, Verdict
from dagster_project.identity.workspace import Workspace


def write_judged(work: Workspace, judgements: Sequence[Judgement]) -> None:
    """Make ``work.judged(number, l, r, is_match)`` with ``l < r``, of judgements on records here."""
    with work.columns(
        "judged_words",
        number=[str(judgement.number) for judgement in judgements],
        l=[judgement.record_id_l for judgement in judgements],
        r=[judgement.record_id_r for judgement in judgements],
        verdict=[str(judgement.verdict) for judgement in judgements],
    ):
        work.run(_JUDGED)


def compare_judged(
    work: Workspace, judgements: Sequence[Judgement], comparing: Comparing
) -> None:
    """Make ``work.compared_judged`` (l, r, pattern, tf_adjustment) of pairs judged one person."""
    write_judged(work, judgements)
    work.run(_SAME)
    compare_pairs(work, "work.judged_same", "work.compared_judged", comparing)


_JUDGED = f"""
create or replace table work.judged as
select
    words.number::bigint as number,
    least(l.rid, r.rid) as l,
    greatest(l.rid, r.rid) as r,
    words.verdict = '{Verdict.SAME}' as is_match
from judged_words as words
inner join work.record as l on words.l::varchar = l.record_id::varchar
inner join work.record as r on words.r::varchar = r.record_id::varchar
where l.rid <> r.rid
"""

_SAME = """
create or replace table work.judged_same as
select distinct judged.l, judged.r
from work.judged
semi join work.feature as one on judged.l = one.rid
semi join work.feature as other on judged.r = other.rid
where judged.is_match
"""

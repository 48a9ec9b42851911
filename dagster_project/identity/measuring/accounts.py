"""How good the accounts of a warehouse are against the truth of the demo world.

Records that no truth names, or that stand for several companies at once, are not judged.
"""

from pathlib import Path
from typing import Any

import duckdb

from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.measuring.scorecard import b_cubed, count_pairs


def judge_accounts(connection: duckdb.DuckDBPyConnection, truth: Path) -> dict[str, Any]:
    """Precision and recall over pairs of records, and what became of the pairs of each hard case."""
    connection.execute(
        f"""
        create or replace temporary table judged_accounts as
        select xref.record_id, xref.account_id as customer_id, truth.company_id as person_id
        from identity.account_xref as xref
        inner join read_parquet('{quoted(str(truth))}') as truth
            on xref.record_id = truth.record_id
        where xref.valid_to is null and truth.company_id is not null
        """
    )
    pairs = count_pairs(connection, "judged_accounts")
    precision, recall = b_cubed(connection, "judged_accounts")
    cases = connection.execute(_HARD_CASES.format(truth=quoted(str(truth)))).fetchall()
    connection.execute("drop table judged_accounts")
    return {
        "has_truth": True,
        "precision": pairs.precision,
        "recall": pairs.recall,
        "f1": pairs.f1,
        "true_pairs": pairs.true,
        "b_cubed_precision": precision,
        "b_cubed_recall": recall,
        "hard_cases": [
            {"hard_case": case, "is_match": is_match, "pairs": count, "joined": joined}
            for case, is_match, count, joined in cases
        ],
    }


# A hard case ties the records that carry it to the others of their company, and to those of the
# companies it may be taken for: a group of records that share `confused_with`.
_HARD_CASES = """
with

shown as (

    select judged.*, unnest(truth.hard_cases) as hard_case, truth.confused_with
    from judged_accounts as judged
    inner join read_parquet('{truth}') as truth on judged.record_id = truth.record_id

),

other as (

    select judged.*, truth.confused_with
    from judged_accounts as judged
    inner join read_parquet('{truth}') as truth on judged.record_id = truth.record_id

)

select
    shown.hard_case,
    shown.person_id = other.person_id as is_match,
    count(distinct (least(shown.record_id, other.record_id), greatest(shown.record_id, other.record_id)))
        as pairs,
    count(distinct case when shown.customer_id = other.customer_id
        then (least(shown.record_id, other.record_id), greatest(shown.record_id, other.record_id)) end)
        as joined
from shown
inner join other
    on
        shown.record_id <> other.record_id
        and (shown.person_id = other.person_id or shown.confused_with = other.confused_with)
group by all
order by all
"""

"""How good the customers of a warehouse are against the truth of the demo world.

Belongs here: kinds of sources and hard cases, as that truth lists them. Does not belong here:
the figures themselves (``scorecard``), and estimates without a truth (``estimate``).
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.measuring.scorecard import Agreement, b_cubed, count_pairs


@dataclass(frozen=True)
class HardCase:
    """Pairs of one kind of hard case that the truth lists, and what became of them."""

    hard_case: str
    is_match: bool
    pairs: int
    joined: int


@dataclass(frozen=True)
class Evaluation:
    """Figures of one resolution. Pairs without any shared evidence are counted apart."""

    pairs: Agreement
    with_evidence: Agreement
    b_cubed_precision: float | None
    b_cubed_recall: float | None
    by_sources: dict[str, Agreement] = field(default_factory=dict)
    hard_cases: tuple[HardCase, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain figures for journals and metadata."""
        return {
            "has_truth": True,
            "precision": self.pairs.precision,
            "recall": self.pairs.recall,
            "f1": self.pairs.f1,
            "recall_with_evidence": self.with_evidence.recall,
            "pairs_without_evidence": self.pairs.true - self.with_evidence.true,
            "b_cubed_precision": self.b_cubed_precision,
            "b_cubed_recall": self.b_cubed_recall,
            "by_sources": {
                name: {"true_pairs": a.true, "precision": a.precision, "recall": a.recall}
                for name, a in self.by_sources.items()
            },
            "hard_cases": [asdict(case) for case in self.hard_cases],
        }


def evaluate(connection: duckdb.DuckDBPyConnection, truth: Path) -> Evaluation:
    """Compare the current customers with ``truth/records.parquet`` and ``pairs_hard.parquet``.

    Records of mailboxes, brands and employees belong to no person: a pair with one of them is
    not judged. Withdrawn records are left out.
    """
    _read_judged(connection, truth)
    pairs = count_pairs(connection)
    unseen = _without_evidence(connection, truth.with_name("pairs_hard.parquet"))
    precision, recall = b_cubed(connection)
    return Evaluation(
        pairs=pairs,
        with_evidence=Agreement(
            pairs.said - unseen.both, pairs.true - unseen.true, pairs.both - unseen.both
        ),
        b_cubed_precision=precision,
        b_cubed_recall=recall,
        by_sources=_by_sources(connection),
        hard_cases=_hard_cases(connection, truth.with_name("pairs_hard.parquet")),
    )


_KINDS = """
    case
        when records.vendor in ('salesforce', 'hubspot') then 'CRM'
        when records.vendor in ('mailchimp', 'sendgrid') then 'e-mail'
        when
            records.vendor in ('x', 'facebook', 'instagram', 'mastodon', 'bluesky')
            then 'social'
        else 'other'
    end
"""


def _read_judged(connection: duckdb.DuckDBPyConnection, truth: Path) -> None:
    connection.execute(
        f"""
        create or replace temporary table judged as
        select
            xref.record_id,
            xref.customer_id,
            truth.person_id,
            {_KINDS} as source_kind
        from identity.customer_xref as xref
        inner join read_parquet('{quoted(str(truth))}') as truth
            on truth.record_id = xref.record_id
        inner join intermediate.int_contact_records as records
            on records.record_id = xref.record_id
        where xref.valid_to is null and truth.person_id is not null
        """
    )


def _by_sources(connection: duckdb.DuckDBPyConnection) -> dict[str, Agreement]:
    """Agreement per pair of kinds of source: within one kind, and across two."""
    rows = connection.execute(
        """
        with
        said as (select customer_id, source_kind, count(*) as n from judged group by all),
        true_ as (select person_id, source_kind, count(*) as n from judged group by all),
        both_ as (
            select customer_id, person_id, source_kind, count(*) as n from judged group by all
        ),
        crossed as (
            select 'said' as what, l.source_kind as kind_l, r.source_kind as kind_r,
                sum(case when l.source_kind = r.source_kind then l.n * (l.n - 1) // 2 else l.n * r.n end) as pairs
            from said as l inner join said as r
                on l.customer_id = r.customer_id and l.source_kind <= r.source_kind
            group by all
            union all
            select 'true', l.source_kind, r.source_kind,
                sum(case when l.source_kind = r.source_kind then l.n * (l.n - 1) // 2 else l.n * r.n end)
            from true_ as l inner join true_ as r
                on l.person_id = r.person_id and l.source_kind <= r.source_kind
            group by all
            union all
            select 'both', l.source_kind, r.source_kind,
                sum(case when l.source_kind = r.source_kind then l.n * (l.n - 1) // 2 else l.n * r.n end)
            from both_ as l inner join both_ as r
                on l.customer_id = r.customer_id
                and l.person_id = r.person_id
                and l.source_kind <= r.source_kind
            group by all
        )
        select
            kind_l || '–' || kind_r as kinds,
            coalesce(sum(pairs) filter (what = 'said'), 0),
            coalesce(sum(pairs) filter (what = 'true'), 0),
            coalesce(sum(pairs) filter (what = 'both'), 0)
        from crossed
        group by kinds
        order by kinds
        """
    ).fetchall()
    return {row[0]: Agreement(int(row[1]), int(row[2]), int(row[3])) for row in rows}


def _without_evidence(connection: duckdb.DuckDBPyConnection, hard: Path) -> Agreement:
    """True pairs that share nothing a matcher could see, and how many were joined all the same."""
    if not hard.exists():
        return Agreement(0, 0, 0)
    row = connection.execute(
        f"""
        select count(*), count(*) filter (l.customer_id = r.customer_id)
        from (
            select distinct record_id_l, record_id_r
            from read_parquet('{quoted(str(hard))}')
            where is_match and not has_shared_evidence
        ) as pairs
        inner join judged as l on l.record_id = pairs.record_id_l
        inner join judged as r on r.record_id = pairs.record_id_r
        """
    ).fetchall()[0]
    return Agreement(int(row[1]), int(row[0]), int(row[1]))


def _hard_cases(connection: duckdb.DuckDBPyConnection, hard: Path) -> tuple[HardCase, ...]:
    if not hard.exists():
        return ()
    rows = connection.execute(
        f"""
        select
            pairs.hard_case,
            pairs.is_match,
            count(*),
            count(*) filter (l.customer_id = r.customer_id)
        from read_parquet('{quoted(str(hard))}') as pairs
        inner join identity.customer_xref as l
            on l.record_id = pairs.record_id_l and l.valid_to is null
        inner join identity.customer_xref as r
            on r.record_id = pairs.record_id_r and r.valid_to is null
        where pairs.has_shared_evidence or not pairs.is_match
        group by pairs.hard_case, pairs.is_match
        order by pairs.hard_case, pairs.is_match
        """
    ).fetchall()
    return tuple(HardCase(row[0], bool(row[1]), int(row[2]), int(row[3])) for row in rows)

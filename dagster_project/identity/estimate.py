"""How good a resolution is by the model's own probabilities, with an interval; no truth needed.

The figures trust the model, and know nothing of pairs that were never compared. The interval
says how much they would move with other customers of the same kind: whole groups of pairs are
drawn again (a block bootstrap), since pairs of one customer are not independent.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

BLOCKS = 1_000
"""Groups that pairs are dealt to by the hash of their customer."""

DRAWS = 400
"""Resamples behind an interval."""


@dataclass(frozen=True)
class Share:
    """An estimate and the range that holds it in 95 of 100 resamples."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


@dataclass(frozen=True)
class Estimate:
    """Expected precision and recall of pairs among those compared; ``None`` without any."""

    precision: Share | None
    recall: Share | None


def estimate_quality(connection: duckdb.DuckDBPyConnection, pairs: str) -> Estimate:
    """Estimate from scored pairs: SQL of ``customer_l, customer_r, chance`` (a probability)."""
    found = connection.execute(
        f"""
        select
            hash(least(customer_l, customer_r)) % {BLOCKS} as block,
            count(*) filter (customer_l = customer_r) as joined,
            coalesce(sum(chance) filter (customer_l = customer_r), 0.0) as right,
            sum(chance) as likely
        from ({pairs})
        group by block
        order by block
        """
    ).fetchnumpy()
    joined, right, likely = (
        np.asarray(found[name], np.float64) for name in ("joined", "right", "likely")
    )
    return Estimate(_share(right, joined), _share(right, likely))


def estimate_from_work(connection: duckdb.DuckDBPyConnection) -> Estimate:
    """The same from the tables of schema ``work`` that clustering leaves behind."""
    return estimate_quality(
        connection,
        """
        select
            la.cluster as customer_l,
            ra.cluster as customer_r,
            1.0 / (1.0 + pow(2.0, -greatest(-60.0, least(60.0, edge.odds / 10.0)))) as chance
        from work.edge
        inner join work.assignment as la on edge.l = la.rid
        inner join work.assignment as ra on edge.r = ra.rid
        where edge.weight > -1000000
        """,
    )


def _share(
    part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64], *, seed: int = 360
) -> Share | None:
    if not len(whole) or whole.sum() <= 0:
        return None
    draws = np.random.default_rng(seed).poisson(1.0, (DRAWS, len(whole)))
    totals = draws @ whole
    usable = totals > 0
    ratios = (draws @ part)[usable] / totals[usable]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Share(
        round(float(part.sum() / whole.sum()), 4), round(float(low), 4), round(float(high), 4)
    )

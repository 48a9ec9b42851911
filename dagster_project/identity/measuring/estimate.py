"""How good a resolution is by the model's own probabilities, with an interval; no truth needed.

Two records of one customer are taken to be one person with the chance of their own link, or by way
of a third record with that of the weaker link there: the best path of two, as sameness is
transitive. Pairs that were never compared are unknown here.

The interval adds up three doubts: how far the model's bits may be off, other customers of the same
kind (whole groups of pairs are drawn again, a block bootstrap, since pairs of one customer are not
independent), and how little so many customers can say of a share (Jeffreys' prior).
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from dagster_project.domain.counts import counted
from dagster_project.identity.bits import VETO, chance_sql

BLOCKS = 1_000
"""Groups that pairs are dealt to by the hash of their customer."""

DRAWS = 400
"""Resamples behind an interval."""

DOUBT = 2.5
"""Bits by which all links together may be over- or underrated: on labelled tables of persons and
works the figures were off by up to 2.3."""

SURE = 0.999
"""Chance from which on a link needs no support."""

LEAST_CUSTOMERS = 30
"""Customers of several records that an estimate must rest on. With fewer the weights are mostly the
built-in experience (``model.least_matches``), and what it expects of itself says nothing of them."""

WIDEST = 0.5
"""Width from which on a range tells nobody whether to trust a resolution."""

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """An estimate and the range that holds it in 95 of 100 cases, as far as the model can tell.

    ``customers`` and ``pairs``: what it rests on, customers of several records and the compared
    pairs inside them.
    """

    value: float
    low: float
    high: float
    customers: int = LEAST_CUSTOMERS
    pairs: int = LEAST_CUSTOMERS

    @property
    def is_usable(self) -> bool:
        """Whether a reader may decide anything by it."""
        return self.customers >= LEAST_CUSTOMERS and self.high - self.low <= WIDEST

    def __str__(self) -> str:
        if self.customers < LEAST_CUSTOMERS:
            return (
                f"unknown (rests on {counted(self.pairs, 'compared pair')} of "
                f"{counted(self.customers, 'customer')}, too few)"
            )
        if not self.is_usable:
            return f"unknown (anything from {self.low:.2f} to {self.high:.2f})"
        return f"{self.low:.3f} to {self.high:.3f}"


@dataclass(frozen=True)
class Estimate:
    """Expected precision and recall of pairs among those compared; ``None`` without any."""

    precision: Share | None
    recall: Share | None


def usable(share: Share | None) -> float | None:
    """The estimate as one figure, for plots and tables; nothing where it says nothing."""
    return share.value if share is not None and share.is_usable else None


def estimate_quality(connection: duckdb.DuckDBPyConnection, links: str) -> Estimate:
    """Estimate from scored pairs: SQL of ``l, r, customer_l, customer_r, chance`` (a probability)."""
    found = connection.execute(_SUMS.format(links=links)).fetchnumpy()
    sums = {name: np.asarray(column, np.float64) for name, column in found.items()}
    customers, joined = sums["customers"].sum(), sums["joined"].sum()
    parts = ("value", "low", "high")
    right, missed = ([sums[f"{what}_{part}"] for part in parts] for what in ("right", "missed"))
    return Estimate(
        precision=_share(right, [sums["joined"]] * 3, customers, joined),
        recall=_share(
            right,
            [right[0] + missed[0], right[1] + missed[2], right[2] + missed[1]],
            customers,
            joined,
        ),
    )


def estimate_from_work(connection: duckdb.DuckDBPyConnection, schema: str = "work") -> Estimate:
    """The same from the tables that clustering leaves behind."""
    return estimate_quality(
        connection,
        f"""
        select
            edge.l,
            edge.r,
            la.cluster as customer_l,
            ra.cluster as customer_r,
            {chance_sql("edge.odds / 10.0")} as chance
        from {schema}.edge
        inner join {schema}.assignment as la on edge.l = la.rid
        inner join {schema}.assignment as ra on edge.r = ra.rid
        where edge.weight > {VETO}
        """,
    )


def _shifted(chance: str, bits: float) -> str:
    """A chance whose odds are so many bits more."""
    return f"({chance} * {2.0**bits} / (1.0 - {chance} + {chance} * {2.0**bits}))"


def _sums(what: str, chance: str, condition: str) -> str:
    return ", ".join(
        f"coalesce(sum({_shifted(chance, bits)}) filter ({condition}), 0.0) as {what}_{part}"
        for part, bits in (("value", 0.0), ("low", -DOUBT), ("high", DOUBT))
    )


_SUMS = f"""
with

link as ({{links}}),

inside as (select l, r, customer_l as customer, chance from link where customer_l = customer_r),

sided as (
    select l, r, chance from inside
    union all
    select r as l, l as r, chance from inside
),

supported as (

    select inside.l, inside.r, max(least(one.chance, other.chance)) as chance
    from inside
    inner join sided as one on inside.l = one.l
    inner join sided as other on inside.r = other.l and one.r = other.r
    where inside.chance < {SURE}
    group by inside.l, inside.r

),

judged as (

    select customer, true as is_joined, greatest(inside.chance, coalesce(supported.chance, 0.0)) as chance
    from inside
    left join supported on inside.l = supported.l and inside.r = supported.r

    union all

    select least(customer_l, customer_r) as customer, false as is_joined, chance
    from link
    where customer_l <> customer_r

)

select
    hash(customer) % {BLOCKS} as block,
    count(*) filter (is_joined) as joined,
    count(distinct customer) filter (is_joined) as customers,
    {_sums("right", "chance", "is_joined")},
    {_sums("missed", "chance", "not is_joined")}
from judged
group by block
order by block
"""


def _share(
    parts: list[_Floats],
    wholes: list[_Floats],
    customers: float,
    pairs: float,
    *,
    seed: int = 360,
) -> Share | None:
    """The first part of the first whole; the others are the least and the most there may be."""
    if not len(wholes[0]) or wholes[0].sum() <= 0:
        return None
    dice = np.random.default_rng(seed)
    draws = dice.poisson(1.0, (DRAWS, len(wholes[0])))
    low, high = (
        float(np.quantile(_drawn(dice, draws @ part, draws @ whole, customers), edge))
        for part, whole, edge in zip(parts[1:], wholes[1:], (0.025, 0.975), strict=True)
    )
    value = float(parts[0].sum() / wholes[0].sum())
    return Share(
        round(value, 4),
        round(min(low, value), 4),
        round(max(high, value), 4),
        round(customers),
        round(pairs),
    )


def _drawn(
    dice: np.random.Generator, part: _Floats, whole: _Floats, customers: float
) -> _Floats:
    """Shares that so many customers may come from, one for every resample."""
    usable = whole > 0
    share = np.clip(part[usable] / whole[usable], 0.0, 1.0)
    return dice.beta(customers * share + 0.5, customers * (1.0 - share) + 0.5)

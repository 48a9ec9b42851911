"""How well the rules do, by what the desk decided: precision with its interval, recall from the sample.

Belongs here: estimates from counts. Does not belong here: the counts (``warehouse``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

Z = 1.959964
"""95 % of the normal distribution lie within so many deviations."""

LEAST_REVIEWED = 30
"""Messages of the sample that must have been looked at before anything is said of what was missed."""


class Interval(NamedTuple):
    """A share and the ends of its 95 % interval."""

    share: float
    low: float
    high: float


def wilson(right: float, of: float) -> Interval | None:
    """A share by Wilson's score interval, which stays between 0 and 1 also for few; none of none.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
    """
    if of <= 0:
        return None
    share = right / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True)
class Draw:
    """A day's sample: from how many it was drawn, how many were looked at, how many held the kind."""

    eligible: int
    reviewed: int
    missed: int


def missed_share(draws: Iterable[Draw]) -> Interval | None:
    """Share of messages no rule found that hold a kind all the same.

    A day's messages weigh as many as they stand for. The interval is Wilson's for as many looks as
    the weights are worth (Kish's effective size); few looks say nothing.
    """
    looked = [d for d in draws if d.reviewed]
    if sum(d.reviewed for d in looked) < LEAST_REVIEWED:
        return None
    weight = sum(d.eligible for d in looked)
    share = sum(d.eligible * d.missed / d.reviewed for d in looked) / weight
    size = weight**2 / sum(d.eligible**2 / d.reviewed for d in looked)
    return wilson(share * size, size)


def recall(
    found: int, precision: Interval | None, unfound: int, missed: Interval | None
) -> Interval | None:
    """Share of a kind's messages that some rule found; none where either side is not known.

    The ends take the worse and the better end of both sides together, so they are wider than 95 %.
    """
    if precision is None or missed is None:
        return None
    ends = (
        (precision.share, missed.share),
        (precision.low, missed.high),
        (precision.high, missed.low),
    )
    shares: Sequence[float] = [
        found * right / total if (total := found * right + unfound * gone) else 0.0
        for right, gone in ends
    ]
    return Interval(*shares)

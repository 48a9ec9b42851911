"""BG/NBD: how often customers buy while they are alive, and whether they still are.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model. Purchases of a live customer are Poisson with a gamma-distributed rate (r, alpha);
after each one dies with a beta-distributed probability (a, b).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from dagster_project.value.history import Floats, History

_START = np.log([1.0, 5.0, 1.0, 2.0])
_BOUNDS = ((-7.0, 9.0),) * 4
"""Parameters between .001 and 8,000 (e to the 9th). Customers who are all alike have their greatest
likelihood at infinity: at the bound their rates differ by a hundredth, which is as good."""


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters, in weeks. ``log_likelihood`` is of all customers together."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def probability_alive(self, history: History) -> Floats:
        """Probability that each customer is still one; 1 for those who never bought again."""
        return np.asarray(1.0 / (1.0 + self._odds_of_death(history)))

    def expected_purchases(self, history: History, weeks: float) -> Floats:
        """Purchases expected of each customer in the next ``weeks`` (equation 10 of the paper)."""
        x, age = history.frequency, history.age
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        reached = (alpha + age) / (alpha + age + weeks)
        series = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks))
        alive = (a + b + x - 1) / (a - 1) * (1 - reached ** (r + x) * series)
        return np.asarray(alive / (1 + self._odds_of_death(history)))

    def _odds_of_death(self, history: History) -> Floats:
        x = history.frequency
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = (
                self.a
                / (self.b + x - 1)
                * ((self.alpha + history.age) / (self.alpha + history.recency)) ** (self.r + x)
            )
        return np.where(x > 0, odds, 0.0)


def fit_bg_nbd(history: History) -> BgNbd | None:
    """Parameters of the greatest likelihood; ``None`` where the search comes to no end.

    Customers of one history are weighed as one: cost follows the different histories.
    """
    rows = np.column_stack([history.frequency, history.recency, history.age])
    different, counts = np.unique(rows, axis=0, return_counts=True)
    x, recency, age = different.T

    def loss(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        alive = betaln(a, b + x) - (r + x) * np.log(alpha + age)
        # nobody dies before the first repeat
        dead = np.where(
            x > 0,
            betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency),
            -np.inf,
        )
        return -float(counts @ (common + np.logaddexp(alive, dead)))

    found = minimize(loss, _START, method="L-BFGS-B", bounds=_BOUNDS)
    if not (found.success and np.isfinite(found.fun)):
        return None
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    return BgNbd(r, alpha, a, b, -float(found.fun))

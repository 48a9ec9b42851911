"""Gamma-Gamma: what a customer's average purchase will be worth.

Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value: a customer's purchases are gamma
with shape p and a rate that is itself gamma (q, gamma). It holds where what is spent has nothing
to do with how often: the correlation of the two is to be looked at first.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from dagster_project.value.history import Floats

_BOUNDS = ((-5.0, 9.0), (-5.0, 9.0), (-5.0, 20.0))
"""Logarithms of p, q and gamma; gamma has the unit of money and may be millions."""


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; ``gamma`` is in the unit of money."""

    p: float
    q: float
    gamma: float
    log_likelihood: float

    def expected_value(self, frequency: Floats, mean_value: Floats) -> Floats:
        """Average worth of a customer's coming purchases, from past repeats and their average."""
        weight = self.p * frequency
        return np.asarray(
            self.p * (self.gamma + frequency * mean_value) / (weight + self.q - 1)
        )


def fit_gamma_gamma(frequency: Floats, mean_value: Floats) -> GammaGamma | None:
    """Parameters of the greatest likelihood; both arrays are of repeat buyers, values above 0.

    ``None`` where no mean exists (q of 1 or less) or the search comes to no end.
    """
    x, m = frequency, mean_value
    # money is measured in its own mean, so that the search starts near 1 in any currency
    unit = float(np.mean(m))
    scaled = m / unit

    def loss(logs: Floats) -> float:
        p, q, gamma = np.exp(logs)
        return -float(
            np.sum(
                gammaln(p * x + q)
                - gammaln(p * x)
                - gammaln(q)
                + q * np.log(gamma)
                + (p * x - 1) * np.log(scaled)
                + p * x * np.log(x)
                - (p * x + q) * np.log(gamma + x * scaled)
            )
        )

    found = minimize(loss, np.log([4.0, 3.0, 1.0]), method="L-BFGS-B", bounds=_BOUNDS)
    p, q, gamma = (float(value) for value in np.exp(found.x))
    if not (found.success and np.isfinite(found.fun)) or q <= 1:
        return None
    return GammaGamma(p, q, gamma * unit, -float(found.fun) - len(x) * float(np.log(unit)))

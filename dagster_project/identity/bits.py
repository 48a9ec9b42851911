"""Evidence in bits and what it says as a probability: the one place for both, in Python and SQL.

Belongs here: the scale, its ends, and the number that stands for a veto.
Does not belong here: what is worth how many bits (``learning``), and what follows (``clustering``).
"""

import numpy as np
import numpy.typing as npt

CERTAIN = 60
"""Bits from which nothing becomes more likely: a double has 53 to tell a probability from 1."""

VETO = -1_000_000
"""Weight of a link, in tenths of a bit, that evidence may not make; sources' own merges do."""


def chance(bits: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probability that log-odds to base 2 stand for."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits, -CERTAIN, CERTAIN))))


def chance_sql(bits: str) -> str:
    """The same, as SQL over a number of bits."""
    return f"(1.0 / (1.0 + pow(2.0, -greatest(-{CERTAIN}.0, least({CERTAIN}.0, {bits})))))"


def bits(chance: float) -> float:
    """Log-odds to base 2 of a probability."""
    return float(np.log2(chance / (1.0 - chance)))

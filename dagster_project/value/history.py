"""Histories of buying, summed up as the models need them: how often, until when, for how much.

Belongs here: recency and frequency of each customer. Does not belong here: what they foretell.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEK = 7.0
"""Days of the unit of time: the papers fit weeks, and parameters stay near 1 in them."""


@dataclass(frozen=True)
class History:
    """One entry per customer, all arrays of one length.

    ``frequency``: repeat purchases, on days of their own; ``recency``: weeks from the first to the
    last purchase, 0 without a repeat; ``age``: weeks from the first purchase to the end.
    """

    frequency: Floats
    recency: Floats
    age: Floats

    def __post_init__(self) -> None:
        if not (self.frequency.shape == self.recency.shape == self.age.shape):
            raise ValueError("frequency, recency and age have one entry per customer")
        if np.any(self.recency > self.age + 1e-9) or np.any(self.frequency < 0):
            raise ValueError("nobody buys after the end, or less than never")

    @property
    def repeat_buyers(self) -> int:
        """Customers who bought on more than one day."""
        return int(np.count_nonzero(self.frequency > 0))

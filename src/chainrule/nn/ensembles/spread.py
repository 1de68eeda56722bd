"""Mean and standard deviation of arrays that come one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Prediction", "Spread"]


class Prediction(NamedTuple):
    """What an ensemble predicts: ``mean, std = ensemble.predict(x)``.

    Attributes:
        mean: (n, outputs) mean over the networks; of probabilities, the mean probability.
        std: (n, outputs) standard deviation over the networks, of the population: divided by their number.
    """

    mean: np.ndarray
    std: np.ndarray


class Spread:
    """Mean and standard deviation of arrays of one shape, of which one at a time is in memory.

    The sum of squared differences is corrected with each array instead of taking the difference of two large sums, so
    few digits are lost where the values hardly differ. Source: B. P. Welford, "Note on a method for calculating
    corrected sums of squares and products", Technometrics 4 (1962).

    Attributes:
        count: how many arrays there have been.
        mean: their mean, float64.

    >>> seen = Spread()
    >>> for value in (1.0, 2.0, 6.0):
    ...     seen.add(np.array([value]))
    >>> seen.mean, seen.std
    (array([3.]), array([2.1602469]))
    """

    def __init__(self) -> None:
        self.count = 0
        self.mean = self._squares = np.zeros(0)

    def add(self, values: np.ndarray) -> None:
        """Take in one more array."""
        if not self.count:
            self.mean, self._squares = np.zeros(values.shape), np.zeros(values.shape)
        self.count += 1
        with np.errstate(all="ignore"):
            step = values - self.mean
            self.mean += step / self.count
            step *= values - self.mean
            self._squares += step

    @property
    def std(self) -> np.ndarray:
        """The standard deviation, float64; the sum of squares is divided by ``count``."""
        return np.sqrt(self._squares / self.count)

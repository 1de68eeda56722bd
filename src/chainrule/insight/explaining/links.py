"""The derivatives of one named value by another that it is directly computed from, for every pair of their units.

Three cases keep them small: a function that works entry by entry has one number for each unit, one that is linear has
the same matrix for all samples, and only what is neither needs a matrix for each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from .formulas import Formula, Unit, Words

__all__ = ["Each", "Ends", "Entrywise", "Link", "Shared"]


class Link(ABC):
    """The derivatives of one value, ``user``, by one that it is directly computed from, ``source``.

    Attributes:
        user, source: their names.
        slopes: the numbers; their axes depend on the kind of link.
        formula: writes the derivative for a unit of each.
    """

    def __init__(self, user: str, source: str, slopes: np.ndarray, formula: Formula) -> None:
        self.user, self.source, self.slopes, self.formula = user, source, slopes, formula

    @abstractmethod
    def back(self, adjoint: np.ndarray) -> np.ndarray:
        """Return what this link adds to the derivatives (n, units) by ``source``, given those by ``user``."""

    @abstractmethod
    def bound(self, best: np.ndarray) -> np.ndarray:
        """Return the largest product from each unit of ``source`` on, given the largest from those of ``user`` on."""

    @abstractmethod
    def count(self, counts: np.ndarray) -> np.ndarray:
        """Return how many paths lead on from each unit of ``source``, given how many do from those of ``user``."""

    @abstractmethod
    def ahead(self, unit: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the units of ``user`` that a unit of ``source`` leads to, and the factors: (n or 1, as many)."""


class Entrywise(Link):
    """Unit k of the user depends on unit k of the source alone: ``slopes`` are (n, units)."""

    def back(self, adjoint: np.ndarray) -> np.ndarray:
        """Multiply entry by entry."""
        return adjoint * self.slopes

    def bound(self, best: np.ndarray) -> np.ndarray:
        """Multiply entry by entry."""
        return best * np.abs(self.slopes)

    def count(self, counts: np.ndarray) -> np.ndarray:
        """Each path goes on."""
        return counts

    def ahead(self, unit: int) -> tuple[np.ndarray, np.ndarray]:
        """One unit leads to one."""
        return np.array([unit]), self.slopes[:, unit : unit + 1]


class Shared(Link):
    """The same matrix for all samples: ``slopes`` are (units of user, units of source), as is ``pattern``.

    The pattern says between which units there is a link at all, whatever the weights happen to be.
    """

    def __init__(self, user: str, source: str, slopes: np.ndarray, formula: Formula, pattern: np.ndarray) -> None:
        super().__init__(user, source, slopes, formula)
        self.pattern = pattern

    def back(self, adjoint: np.ndarray) -> np.ndarray:
        """Multiply by the matrix."""
        return adjoint @ self.slopes

    def bound(self, best: np.ndarray) -> np.ndarray:
        """Take the largest instead of the sum."""
        return _largest(best, np.abs(self.slopes)[np.newaxis])

    def count(self, counts: np.ndarray) -> np.ndarray:
        """Add up, in whole numbers of any size."""
        return self.pattern.T.astype(object) @ counts

    def ahead(self, unit: int) -> tuple[np.ndarray, np.ndarray]:
        """One unit leads to those of the pattern."""
        (units,) = np.nonzero(self.pattern[:, unit])
        return units, self.slopes[units, unit][np.newaxis]


class Each(Link):
    """A matrix for each sample: ``slopes`` are (n, units of user, units of source)."""

    def back(self, adjoint: np.ndarray) -> np.ndarray:
        """Multiply each row by its matrix."""
        return np.einsum("nu,nus->ns", adjoint, self.slopes)

    def bound(self, best: np.ndarray) -> np.ndarray:
        """Take the largest instead of the sum."""
        return _largest(best, np.abs(self.slopes))

    def count(self, counts: np.ndarray) -> np.ndarray:
        """Each unit leads to all."""
        return np.full(self.slopes.shape[2], counts.sum(), dtype=object)

    def ahead(self, unit: int) -> tuple[np.ndarray, np.ndarray]:
        """Each unit leads to all."""
        return np.arange(self.slopes.shape[1]), self.slopes[:, :, unit]


class Ends:
    """The derivatives of one value by one entry of a weight, where the paths to that weight end.

    Attributes:
        user: the name of the value.
        units: those that depend on the entry.
        slopes: (n, units of the value).
        words: the formula for each of ``units``, None where there is none.
    """

    def __init__(self, user: str, units: np.ndarray, slopes: np.ndarray, words: dict[Unit, Words | None]) -> None:
        self.user, self.units, self.slopes, self.words = user, units, slopes, words


def _largest(best: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return the largest ``best[n, u] * slopes[n, u, s]`` over u, a few rows at a time."""
    few = max(1, (1 << 22) // max(1, slopes.shape[1] * slopes.shape[2]))
    parts = []
    for start in range(0, len(best), few):
        rows = slice(start, start + few)
        matrices = slopes[rows] if len(slopes) == len(best) else slopes
        parts.append((best[rows, :, np.newaxis] * matrices).max(axis=1))
    return np.concatenate(parts)

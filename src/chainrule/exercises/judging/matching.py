"""When two results are the same, and by what factor they differ.

An answer is judged in float64 with a tolerance that lets float32 pass, and nothing that a learner could mean: the
largest difference may be 1e-5 of the largest right entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["TOLERANCE", "Law", "common_constant", "error_of", "laws", "ratio", "same", "scaled_alike"]

TOLERANCE = 1e-5
CLOSE_TO_ONE = 1e-3  # a factor this near to 1 is an error of another kind
SMALLEST = 1e-12  # a right result below this is as good as 0

Array = NDArray[Any]


def error_of(found: Array, right: Array) -> float:
    """Return the largest difference as a share of the largest right entry.

    Infinite if the shapes differ, or if other entries than the right ones are finite.
    """
    if found.shape != right.shape:
        return np.inf
    finite = np.isfinite(right)
    if not np.array_equal(finite, np.isfinite(found)):
        return np.inf
    found, right = found[finite], right[finite]
    largest = float(np.max(np.abs(right), initial=0.0))
    return float(np.max(np.abs(found - right), initial=0.0)) / max(largest, SMALLEST)


def same(found: Array, right: Array) -> bool:
    """Whether two results agree.

    >>> same(np.array([1.0, 2.0]), np.array([1.0, 2.00001])), same(np.array([1.0, 2.0]), np.array([1.0, 2.001]))
    (True, False)
    """
    return error_of(found, right) <= TOLERANCE


def ratio(found: Array, right: Array) -> float | None:
    """Return c if ``found`` is c times ``right``, which is not 0 everywhere."""
    if found.shape != right.shape or not np.isfinite(found).all() or not np.isfinite(right).all():
        return None
    square = float(np.sum(right * right))
    if square <= SMALLEST**2:
        return None
    factor = float(np.sum(found * right)) / square
    return factor if abs(factor) > SMALLEST and same(found, factor * right) else None


class Law(NamedTuple):
    """How the factor by which results are off depends on the sizes: a constant, times and through lengths of axes.

    Attributes:
        constant: what stays when the lengths are taken out.
        times: the axis whose length is a factor; empty if there is none.
        through: the axis whose length divides.
    """

    constant: float
    times: str = ""
    through: str = ""

    def factor(self, sizes: Mapping[str, int]) -> float:
        """Return the factor for a case of these sizes."""
        return self.constant * sizes.get(self.times, 1) / sizes.get(self.through, 1)


def scaled_alike(
    found: Iterable[Array], right: Iterable[Array | None], sizes: Iterable[Mapping[str, int]]
) -> Law | None:
    """Return the law by which all of ``found`` are multiples of ``right``; None if there is none, or the factor is 1.

    ``right`` may be computed on the way: no more of it is asked for than it takes to see that there is no law.

    >>> sizes = [{"n": 4, "units": 7}, {"n": 6, "units": 3}]
    >>> scaled_alike([np.array([8.0]), np.array([18.0])], [np.array([2.0]), np.array([3.0])], sizes)
    Law(constant=1.0, times='n', through='')
    """
    fitting: list[Law] | None = None
    for one, other, lengths in zip(found, right, sizes, strict=True):
        factor = None if other is None else ratio(one, other)
        if factor is None:
            return None
        fitting = laws(factor, lengths) if fitting is None else [law for law in fitting if _holds(law, factor, lengths)]
        if not fitting:
            return None
    return min(fitting or [], key=lambda law: bool(law.times) + bool(law.through), default=None)


def laws(factor: float, sizes: Mapping[str, int]) -> list[Law]:
    """Return the laws by which a factor may have come about."""
    axes = ["", *sizes]
    found = [Law(1.0, times, through) for times in axes for through in axes if times != through or not times]
    found = [law._replace(constant=_rounded(factor / law.factor(sizes))) for law in found]
    return [law for law in found if law.times or law.through or abs(law.constant - 1) > CLOSE_TO_ONE]


def _rounded(constant: float) -> float:
    """Return the whole number, or one over it, that is meant."""
    for nearest in (float(round(constant)), 1 / round(1 / constant) if abs(constant) < 1 else 0.0):
        if nearest and abs(constant - nearest) <= TOLERANCE * abs(nearest):
            return nearest
    return constant


def _holds(law: Law, factor: float, sizes: Mapping[str, int]) -> bool:
    return abs(factor - law.factor(sizes)) <= 2 * TOLERANCE * abs(factor)


def common_constant(found: Sequence[Array], base: Sequence[Array], direction: Sequence[Array]) -> float | None:
    """Return the one c for which every ``found`` is ``base + c * direction``, if there is one and it is not 0."""
    steps = [(f - b, d) for f, b, d in zip(found, base, direction, strict=True) if f.shape == b.shape == d.shape]
    if len(steps) < len(found) or not all(np.isfinite(array).all() for pair in steps for array in pair):
        return None
    squares = [float(np.sum(d * d)) for _, d in steps]
    if min(squares) <= SMALLEST**2:
        return None
    c = float(np.sum(steps[0][0] * steps[0][1])) / squares[0]
    fits = all(same(f, b + c * d) for f, b, d in zip(found, base, direction, strict=True))
    moves = any(not same(b, b + c * d) for b, d in zip(base, direction, strict=True))
    return c if fits and moves else None

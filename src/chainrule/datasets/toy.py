"""Small sets in the plane, made on the spot, on which a network's shape can be seen.

Every function takes the number of points ``n``, the standard deviation ``noise`` of the normal noise, and a
``seed``, and returns ``(x, y)`` in random order. The same seed gives the same points, so draw a test set with
another seed. Classes have equal sizes, or differ by one point where ``n`` does not divide.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

__all__ = ["blobs", "circles", "moons", "sine", "spirals", "xor"]

Points = NDArray[np.float64]
Classes = NDArray[np.int64]


def moons(n: int = 200, noise: float = 0.1, seed: int | None = 0) -> tuple[Points, Classes]:
    """Two half circles of radius 1, each reaching into the other: no straight line parts them.

    The curves are those of scikit-learn's ``make_moons``.

    Returns:
        ``x`` float64 (n, 2) and ``y`` int64 (n,): 0 on the upper moon, 1 on the lower.

    Raises:
        DataError: ``n`` is below 2 or not an integer, or ``noise`` is negative or not finite.

    >>> x, y = moons(100)
    >>> x.shape, y.shape
    ((100, 2), (100,))
    """
    _check(n, noise, at_least=2)
    y = _classes(n, 2)
    angle = np.pi * _along(y)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.array([1.0, 0.5]) - upper
    return _shaken(np.where(y[:, None] == 0, upper, lower), y, noise, seed)


def circles(n: int = 200, noise: float = 0.05, seed: int | None = 0, factor: float = 0.5) -> tuple[Points, Classes]:
    """A circle of radius 1 and a smaller one inside it, as scikit-learn's ``make_circles``.

    Args:
        n: number of points.
        noise: standard deviation of the noise on each coordinate.
        seed: seed of noise and order; ``None`` draws anew each time.
        factor: radius of the inner circle, at least 0 and below 1.

    Returns:
        ``x`` float64 (n, 2) and ``y`` int64 (n,): 0 on the outer circle, 1 on the inner.

    Raises:
        DataError: ``n`` is below 2 or not an integer, ``noise`` is negative or not finite, or ``factor`` is
            outside [0, 1).

    >>> x, y = circles(100, noise=0.0)
    >>> np.allclose(np.hypot(*x[y == 1].T), 0.5)
    True
    """
    _check(n, noise, at_least=2)
    if not 0 <= factor < 1:
        raise DataError(f"factor must be at least 0 and below 1. Received: {factor!r}.")
    y = _classes(n, 2)
    angle = 2 * np.pi * _along(y, closed=True)
    radius = np.where(y == 0, 1.0, factor)
    return _shaken(_polar(radius, angle), y, noise, seed)


def spirals(
    n: int = 200, noise: float = 0.02, seed: int | None = 0, classes: int = 2, turns: float = 1.0
) -> tuple[Points, Classes]:
    """Interleaved arms that wind out from the centre to radius 1: hard for a small network.

    Args:
        n: number of points.
        noise: standard deviation of the noise on each coordinate.
        seed: seed of noise and order; ``None`` draws anew each time.
        classes: number of arms, at least 2.
        turns: how many times an arm goes around; more is harder.

    Returns:
        ``x`` float64 (n, 2) and ``y`` int64 (n,), the arm from 0 to ``classes - 1``.

    Raises:
        DataError: ``n`` is not an integer of at least ``classes``, ``noise`` is negative or not finite,
            ``classes`` is below 2, or ``turns`` is not finite.

    >>> x, y = spirals(90, classes=3)
    >>> np.bincount(y)
    array([30, 30, 30])
    """
    _check_classes(classes)
    _check(n, noise, at_least=classes)
    if not _is_finite(turns):
        raise DataError(f"turns must be a finite number. Received: {turns!r}.")
    y = _classes(n, classes)
    radius = 0.1 + 0.9 * _along(y)
    angle = 2 * np.pi * (turns * radius + y / classes)
    return _shaken(_polar(radius, angle), y, noise, seed)


def xor(n: int = 200, noise: float = 0.0, seed: int | None = 0) -> tuple[Points, Classes]:
    """Points in the square from -1 to 1, coloured like a chessboard of four fields.

    One neuron cannot do it: M. Minsky and S. Papert, *Perceptrons* (1969). The label is given before the
    noise is added, so noise carries points over the borders. The two classes are of about equal size.

    Returns:
        ``x`` float64 (n, 2) and ``y`` int64 (n,): 1 where the two coordinates differ in sign, else 0.

    Raises:
        DataError: ``n`` is below 1 or not an integer, or ``noise`` is negative or not finite.

    >>> x, y = xor(100)
    >>> bool(np.all(y == (x[:, 0] * x[:, 1] < 0)))
    True
    """
    _check(n, noise, at_least=1)
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, size=(n, 2))
    y = ((x[:, 0] < 0) ^ (x[:, 1] < 0)).astype(np.int64)
    return x + noise * rng.standard_normal((n, 2)), y


def blobs(n: int = 200, noise: float = 1.0, seed: int | None = 0, classes: int = 3) -> tuple[Points, Classes]:
    """Round clouds whose centres stand evenly on a circle of radius 4.

    Args:
        n: number of points.
        noise: standard deviation of each cloud; with the default three clouds are well apart.
        seed: seed of noise and order; ``None`` draws anew each time.
        classes: number of clouds, at least 2.

    Returns:
        ``x`` float64 (n, 2) and ``y`` int64 (n,), the cloud from 0 to ``classes - 1``.

    Raises:
        DataError: ``n`` is not an integer of at least ``classes``, ``noise`` is negative or not finite, or
            ``classes`` is below 2.

    >>> x, y = blobs(6, noise=0.0)
    >>> np.bincount(y)
    array([2, 2, 2])
    """
    _check_classes(classes)
    _check(n, noise, at_least=classes)
    y = _classes(n, classes)
    centres = _polar(np.full(n, 4.0), 2 * np.pi * y / classes)
    return _shaken(centres, y, noise, seed)


def sine(n: int = 200, noise: float = 0.1, seed: int | None = 0) -> tuple[Points, NDArray[np.float64]]:
    """A regression: one period of a sine, seen through noise.

    Returns:
        ``x`` float64 (n, 1), uniform in [-π, π) radians, and ``y`` float64 (n,), ``sin(x)`` plus the noise.

    Raises:
        DataError: ``n`` is below 1 or not an integer, or ``noise`` is negative or not finite.

    >>> x, y = sine(100, noise=0.0)
    >>> x.shape, bool(np.allclose(y, np.sin(x[:, 0])))
    ((100, 1), True)
    """
    _check(n, noise, at_least=1)
    rng = np.random.default_rng(seed)
    x = rng.uniform(-np.pi, np.pi, size=(n, 1))
    return x, np.sin(x[:, 0]) + noise * rng.standard_normal(n)


def _classes(n: int, classes: int) -> Classes:
    """Class of each of ``n`` points in sorted order, sizes as equal as can be."""
    return np.sort(np.arange(n) % classes)


def _along(y: Classes, closed: bool = False) -> NDArray[np.float64]:
    """Evenly spaced positions from 0 to 1 within each class; 1 itself is left out on a closed curve."""
    return np.concatenate([np.linspace(0, 1, size, endpoint=not closed) for size in np.bincount(y)])


def _polar(radius: NDArray[Any], angle: NDArray[Any]) -> Points:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _shaken(x: Points, y: Classes, noise: float, seed: int | None) -> tuple[Points, Classes]:
    """The points with noise added, in random order."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    return x[order] + noise * rng.standard_normal(x.shape), y[order]


def _check(n: int, noise: float, at_least: int) -> None:
    if not _is_integer(n) or n < at_least:
        raise DataError(f"n, the number of points, must be an integer of at least {at_least}. Received: {n!r}.")
    if not _is_finite(noise) or noise < 0:
        raise DataError(f"noise is a standard deviation: a finite number, 0 or more. Received: {noise!r}.")


def _check_classes(classes: int) -> None:
    if not _is_integer(classes) or classes < 2:
        raise DataError(f"classes must be an integer of at least 2. Received: {classes!r}.")


def _is_integer(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_finite(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)

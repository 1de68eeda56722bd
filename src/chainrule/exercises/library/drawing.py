"""Cases drawn at random, on which a wrong answer shows and a right one is accurate however it is written.

What is drawn is drawn again until it fits: values before an activation are neither so near to 0 that a kink or a tie
is met, nor so large that ``y / y_hat`` and its like lose digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError

__all__ = ["Network", "away_from_zero", "classes", "labels", "network", "number", "shape", "until"]

Array = NDArray[Any]
T = TypeVar("T")

NEAREST, FARTHEST = 1e-2, 8.0  # of values before an activation, from 0
ATTEMPTS = 5000


class Network(NamedTuple):
    """Samples as rows, and weights and biases layer by layer, first layer first.

    Attributes:
        X: the measurements, (n, inputs).
        weights: (inputs, units) of each layer.
        biases: (units,) of each layer.
        Z: the values before the activation of each layer, (n, units).
    """

    X: Array
    weights: list[Array]
    biases: list[Array]
    Z: list[Array]


def until(fits: Callable[[T], Any], draw: Callable[[], T], what: str) -> T:
    """Draw until it fits.

    Raises:
        DataError: nothing fitted in 5000 attempts.
    """
    for _ in range(ATTEMPTS):
        drawn = draw()
        if fits(drawn):
            return drawn
    raise DataError(f"expected to draw {what} within {ATTEMPTS} attempts, got none; choose other sizes")


def away_from_zero(rng: np.random.Generator, size: Any, least: float, most: float) -> Array:
    """Draw numbers of both signs whose magnitudes lie between ``least`` and ``most``."""
    return rng.uniform(least, most, size) * rng.choice([-1.0, 1.0], size)


def number(rng: np.random.Generator, least: float, most: float) -> float:
    """Draw one number of either sign whose magnitude lies between ``least`` and ``most``."""
    return float(away_from_zero(rng, (), least, most))


def shape(rng: np.random.Generator, lengths: Sequence[int]) -> tuple[int, ...]:
    """Draw how many axes an array has, from one to all of ``lengths``."""
    return tuple(lengths[: int(rng.integers(1, len(lengths) + 1))])


def labels(rng: np.random.Generator, size: Any) -> Array:
    """Draw labels 0.0 and 1.0, both present."""
    return until(
        lambda y: 0 < y.sum() < y.size, lambda: rng.integers(2, size=size).astype(float), "labels of both kinds"
    )


def classes(rng: np.random.Generator, n: int, k: int) -> Array:
    """Draw one-hot labels (n, k), of two classes at least."""
    return until(lambda t: (t.sum(axis=0) > 0).sum() > 1, lambda: np.eye(k)[rng.integers(k, size=n)], "two classes")


def network(
    rng: np.random.Generator,
    n: int,
    widths: Sequence[int],
    spread: float,
    activation: Callable[[Array], Array] = lambda z: np.maximum(z, 0),
) -> Network:
    """Draw a network and ``n`` samples on which the mistakes of back-propagation show.

    In each hidden layer some values are positive and some negative, some change their sign with the bias, and each
    sample has a positive one; the outputs have both signs.

    Args:
        rng: what to draw with.
        n: the number of samples, two at least.
        widths: the number of inputs, then the units of each layer.
        spread: the scale of the measurements; the first weights shrink as it grows.
        activation: of the hidden layers.

    Raises:
        DataError: no such network was found, as with a single sample.
    """

    def draw() -> Network | None:
        gains = [1.3 / spread] + [1.3] * (len(widths) - 2)
        weights = [
            rng.normal(0, gain / np.sqrt(before), (before, after))
            for gain, before, after in zip(gains, widths, widths[1:], strict=False)
        ]
        biases = [away_from_zero(rng, units, 0.2, 1.0) for units in widths[1:]]
        X = rng.normal(0, spread, (4 * n + 20, widths[0]))
        good = _good_samples(_before_activation(X, weights, biases, activation))
        X = X[good][:n]
        return Network(X, weights, biases, _before_activation(X, weights, biases, activation)) if len(X) == n else None

    found = until(_tells_mistakes_apart, draw, "a network whose masks change with the biases")
    assert found is not None
    return found


def _before_activation(
    X: Array, weights: list[Array], biases: list[Array], activation: Callable[[Array], Array]
) -> list[Array]:
    Z = [X @ weights[0] + biases[0]]
    for W, b in zip(weights[1:], biases[1:], strict=True):
        Z.append(activation(Z[-1]) @ W + b)
    return Z


def _good_samples(Z: list[Array]) -> Array:
    """Whether each sample stays away from kinks and saturation, with an active unit in each hidden layer."""
    within = [((abs(z) > NEAREST) & (abs(z) < FARTHEST)).all(axis=1) for z in Z]
    active = [(z > 0).any(axis=1) for z in Z[:-1]]
    return np.all([*within, *active], axis=0)


def _tells_mistakes_apart(drawn: Network | None) -> bool:
    if drawn is None:
        return False
    *hidden, output = drawn.Z
    changed = all(((z > 0) != (z - b > 0)).any() for z, b in zip(hidden, drawn.biases, strict=False))
    return changed and all((z > 0).any() and (z < 0).any() for z in (*hidden, output))

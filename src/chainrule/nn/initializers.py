"""Initializers: the numbers a layer's weights start from.

Each is called with a shape and returns a new array. A seed of its own makes an initializer give the same
numbers at every call, as in Keras; without one it draws from the generator that the model hands in. Draws are
made in float64 and then rounded, so a float32 and a float64 network with one seed start from the same
numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError, ShapeError, UnknownNameError

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "RandomNormal",
    "RandomUniform",
    "VarianceScaling",
    "Zeros",
    "get",
]

Shape = tuple[int, ...]
Seed: TypeAlias = "int | np.integer[Any] | np.random.Generator | None"  # quoted: numpy.random loads when used

# The standard deviation of a standard normal that is cut off at -2 and 2: sqrt(1 - 4 φ(2) / (2 Φ(2) - 1)).
TRUNCATED_STDDEV = 0.87962566103423978


class Initializer(ABC):
    """What every initializer is: ``initializer(shape, dtype, rng)`` returns an array of that shape.

    A custom initializer is a subclass with its own ``__call__``, or any function ``f(shape, dtype)``.
    """

    @abstractmethod
    def __call__(self, shape: Shape, dtype: Any = "float32", rng: np.random.Generator | None = None) -> Any:
        """Return a new array of this shape and dtype. ``rng`` is drawn from when there is no seed."""


class Constant(Initializer):
    """Every entry ``value``; an array is broadcast to the shape asked for.

    >>> Constant(0.1)((2,))
    array([0.1, 0.1], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Shape, dtype: Any = "float32", rng: np.random.Generator | None = None) -> Any:
        """Return a new array of this shape. Raises ShapeError if the value cannot be broadcast to it."""
        try:
            return np.full(shape, self.value, dtype=dtype)
        except ValueError as error:
            raise ShapeError(
                f"expected a value that fits weights of shape {shape}. Received: shape {np.shape(self.value)}"
            ) from error


class Zeros(Constant):
    """Every entry 0: how biases start."""

    def __init__(self) -> None:
        super().__init__(0.0)


class Ones(Constant):
    """Every entry 1."""

    def __init__(self) -> None:
        super().__init__(1.0)


class RandomInitializer(Initializer):
    """What draws from a random generator: of its own seed, else the one handed in, else a fresh one."""

    def __init__(self, seed: Seed = None) -> None:
        if seed is not None and not isinstance(seed, (int, np.integer, np.random.Generator)):
            raise DataError(f"expected seed to be an integer, a NumPy generator or None. Received: seed={seed!r}")
        self.seed = seed

    def __call__(self, shape: Shape, dtype: Any = "float32", rng: np.random.Generator | None = None) -> Any:
        """Return a new array of random numbers."""
        if self.seed is not None or rng is None:
            rng = np.random.default_rng(self.seed)
        return self.draw(rng, tuple(shape)).astype(dtype)

    @abstractmethod
    def draw(self, rng: np.random.Generator, shape: Shape) -> Any:
        """Return float64 numbers of this shape, drawn from ``rng``."""


class RandomNormal(RandomInitializer):
    """Normal, with this mean and standard deviation; not truncated.

    >>> RandomNormal(stddev=0.01, seed=1)((784, 10)).shape
    (784, 10)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def draw(self, rng: np.random.Generator, shape: Shape) -> Any:
        """Return float64 numbers of this shape, drawn from ``rng``."""
        return rng.normal(self.mean, self.stddev, shape)


class RandomUniform(RandomInitializer):
    """Uniform between ``minval`` and ``maxval``."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def draw(self, rng: np.random.Generator, shape: Shape) -> Any:
        """Return float64 numbers of this shape, drawn from ``rng``."""
        return rng.uniform(self.minval, self.maxval, shape)


class VarianceScaling(RandomInitializer):
    """Mean 0 and variance ``scale / n``, so that a layer neither shrinks nor blows up what passes through it.

    Args:
        scale: the variance of a weighted sum of ``n`` inputs of variance 1.
        mode: which ``n``: ``"fan_in"`` (inputs of a unit), ``"fan_out"`` (units that an input feeds) or
            ``"fan_avg"``, the mean of the two.
        distribution: ``"uniform"``, or ``"truncated_normal"``, whose draws beyond two standard deviations are
            drawn again (the standard deviation is widened to make up for the lost tails).
        seed: an integer or NumPy generator of its own.

    Raises:
        DataError: ``scale`` is not positive.
        UnknownNameError: ``mode`` or ``distribution`` is not one of these.

    >>> abs(VarianceScaling(scale=3.0, distribution="uniform", seed=1)((100, 50))).max().round(2)
    np.float32(0.3)
    """

    MODES = ("fan_in", "fan_out", "fan_avg")
    DISTRIBUTIONS = ("truncated_normal", "uniform")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed = None,
    ) -> None:
        super().__init__(seed)
        if not scale > 0:
            raise DataError(f"expected scale to be a positive number. Received: scale={scale!r}")
        if mode not in self.MODES:
            raise UnknownNameError("mode", mode, self.MODES)
        if distribution not in self.DISTRIBUTIONS:
            raise UnknownNameError("distribution", distribution, self.DISTRIBUTIONS)
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def draw(self, rng: np.random.Generator, shape: Shape) -> Any:
        """Return float64 numbers of this shape, drawn from ``rng``."""
        fan_in, fan_out = _fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = (3 * variance) ** 0.5  # uniform on [-a, a] has variance a²/3
            return rng.uniform(-limit, limit, shape)
        return _truncated_normal(rng, shape) * (variance**0.5 / TRUNCATED_STDDEV)


def _fans(shape: Shape) -> tuple[int, int]:
    """How many inputs a unit has, and how many units an input feeds. Leading axes are a window's."""
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = int(np.prod(shape[:-2]))
    return window * shape[-2], window * shape[-1]


def _truncated_normal(rng: np.random.Generator, shape: Shape) -> Any:
    """Standard normal numbers; those beyond 2 are drawn again, about one in 22 each time."""
    numbers = rng.standard_normal(shape)
    while (beyond := np.abs(numbers) > 2).any():
        numbers[beyond] = rng.standard_normal(int(beyond.sum()))
    return numbers


class GlorotUniform(VarianceScaling):
    """Uniform, variance ``2 / (fan_in + fan_out)``: the default for a layer's weights.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks"
    (2010), equation 16.

    >>> abs(GlorotUniform(seed=1)((3, 3))).max() <= 1
    np.True_
    """

    def __init__(self, seed: Seed = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal, variance ``2 / (fan_in + fan_out)``. Glorot and Bengio (2010), equation 12."""

    def __init__(self, seed: Seed = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """Uniform, variance ``2 / fan_in``: for relu.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), equation 10.
    """

    def __init__(self, seed: Seed = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal, variance ``2 / fan_in``: for relu. He, Zhang, Ren and Sun (2015), equation 10."""

    def __init__(self, seed: Seed = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """Uniform, variance ``1 / fan_in``.

    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.6.
    """

    def __init__(self, seed: Seed = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal, variance ``1 / fan_in``: for selu. LeCun and others (1998), section 4.6."""

    def __init__(self, seed: Seed = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


class FunctionInitializer(Initializer):
    """The user's own function ``f(shape, dtype)``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, shape: Shape, dtype: Any = "float32", rng: np.random.Generator | None = None) -> Any:
        """Return what the function returns, as a new array. Raises ShapeError if it has another shape."""
        values = np.array(self.function(shape, dtype=dtype), dtype=dtype)
        if values.shape != tuple(shape):
            raise ShapeError(f"expected an initializer to return shape {tuple(shape)}. Received: shape {values.shape}")
        return values


INITIALIZERS: dict[str, type[Initializer]] = {
    "constant": Constant,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "normal": RandomNormal,
    "one": Ones,
    "ones": Ones,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "zero": Zeros,
    "zeros": Zeros,
}
_SPELLINGS = INITIALIZERS | {cls.__name__: cls for cls in INITIALIZERS.values()}


def get(identifier: Any) -> Initializer:
    """Return the initializer that ``identifier`` means.

    Args:
        identifier: a name in either of Keras's spellings, an initializer or its class, a function
            ``f(shape, dtype)``, an array of the values themselves, or None for Glorot's uniform, with which
            Keras's layers start weights whose initializer is None.

    Raises:
        UnknownNameError: no initializer has this name.
        DataError: ``identifier`` is none of the above.

    >>> type(get("he_normal")).__name__, type(get("HeNormal")).__name__
    ('HeNormal', 'HeNormal')
    """
    if identifier is None:
        return GlorotUniform()
    if isinstance(identifier, str):
        if identifier not in _SPELLINGS:
            raise UnknownNameError("initializer", identifier, INITIALIZERS)
        identifier = _SPELLINGS[identifier]
    if isinstance(identifier, type) and issubclass(identifier, Initializer):
        return identifier()
    if isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, (np.ndarray, np.generic)):
        return Constant(identifier)
    if callable(identifier):
        return FunctionInitializer(identifier)
    raise DataError(
        "expected an initializer: a name, an initializer, a function f(shape, dtype) or an array. "
        f"Received: {identifier!r}"
    )

"""Activation functions: what a layer does to its weighted sums.

Each is plain NumPy on an array of any shape, and keeps its dtype. A custom activation is any such function;
the library derives it as it derives these. Names, arguments and numbers are those of ``keras.activations``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError, UnknownNameError
from ..graph.functions import erf, sigmoid, softmax, softplus

__all__ = [
    "elu",
    "gelu",
    "get",
    "leaky_relu",
    "linear",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "swish",
    "tanh",
]

# Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017), equation 14: with
# these two numbers, a mean of 0 and a variance of 1 are a fixed point from layer to layer.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def linear(x: Any) -> Any:
    """Return ``x`` itself: a layer without activation."""
    return x


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, between -1 and 1. Its derivative is ``1 - tanh(x)**2``."""
    return np.tanh(x)


def relu(x: Any) -> Any:
    """``max(x, 0)``. The slope at 0 is taken as 0.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(x, 0)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """``x`` where positive, ``negative_slope * x`` elsewhere. The slope at 0 is taken as 1.

    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.4,  3. ])
    """
    # Of the two lines, the upper one on either side; for a slope above 1, the lower one.
    choose = np.maximum if negative_slope <= 1 else np.minimum
    return choose(negative_slope * x, x)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """``x`` where positive, ``alpha * (exp(x) - 1)`` elsewhere; never overflows.

    The slope at 0 is taken as 1.

    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
    linear units (ELUs)" (2016), equation 4.

    >>> elu(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """
    below = np.minimum(x, 0)
    return x - below + alpha * np.expm1(below)


def selu(x: Any) -> Any:
    """The self-normalising unit: ``SELU_SCALE * elu(x, SELU_ALPHA)``. Start its layers with ``lecun_normal``.

    >>> selu(np.array([1.0])).round(4)
    array([1.0507])
    """
    return SELU_SCALE * elu(x, SELU_ALPHA)


def gelu(x: Any, approximate: bool = False) -> Any:
    """``x * Φ(x)``, where Φ is the distribution function of the standard normal.

    ``approximate=True`` replaces Φ by a tanh, off by at most 5e-4 in the result.

    Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)" (2016), section 2.

    >>> gelu(np.array([1.0])).round(4), gelu(np.array([1.0]), approximate=True).round(4)
    (array([0.8413]), array([0.8412]))
    """
    if approximate:
        return 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * x * (1 + 0.044715 * np.square(x))))
    return 0.5 * x * (1 + erf(x / 2**0.5))


def silu(x: Any) -> Any:
    """``x * sigmoid(x)``, also called swish.

    >>> silu(np.array([0.0, 100.0]))
    array([  0., 100.])
    """
    return x * sigmoid(x)


swish = silu

ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "elu": elu,
    "gelu": gelu,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "relu": relu,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "swish": silu,
    "tanh": tanh,
}


def get(identifier: Any) -> Callable[..., Any]:
    """Return the activation that ``identifier`` means.

    Args:
        identifier: a name, any function of one array, or None for ``linear``.

    Raises:
        UnknownNameError: no activation has this name.
        DataError: ``identifier`` is none of the above.

    >>> get("relu") is relu, get(None) is linear, get(np.sin) is np.sin
    (True, True, True)
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier not in ACTIVATIONS:
            raise UnknownNameError("activation", identifier, ACTIVATIONS)
        return ACTIVATIONS[identifier]
    if callable(identifier):
        function: Callable[..., Any] = identifier
        return function
    raise DataError(
        f"expected an activation: a name, a function of one array, or None for linear. Received: {identifier!r}"
    )

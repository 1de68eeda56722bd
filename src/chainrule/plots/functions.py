"""Activation functions and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..errors import DataError
from ..graph.gradient import grad
from ..nn import activations
from .style import GREY, axes_for, figure_of, pen, tidy

__all__ = ["activation"]

Activation = str | Callable[..., Any]


@overload
def activation(
    function: Activation, weight: float = ..., bias: float = ..., limit: float = ..., ax: None = ...
) -> Figure: ...
@overload
def activation(
    function: Activation, weight: float = ..., bias: float = ..., limit: float = ..., *, ax: Axes
) -> Axes: ...
def activation(
    function: Activation, weight: float = 1.0, bias: float = 0.0, limit: float = 5.0, ax: Axes | None = None
) -> Axes | Figure:
    """A neuron with one input: ``f(weight * x + bias)`` over ``x``, and its derivative by ``x``.

    The weight makes the curve steep, a negative one mirrors it, the bias moves it. By the chain rule the
    derivative is ``weight * f'(weight * x + bias)``; it is computed by :func:`chainrule.grad`, not written
    out here.

    Args:
        function: name of an activation, such as ``"tanh"``, or any elementwise function of plain NumPy.
        weight: the factor on ``x``.
        bias: what is added.
        limit: ``x`` goes from ``-limit`` to ``limit``.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        UnknownNameError: no activation has that name.
        DataError: the function is not elementwise (softmax is not), a number is not finite, or ``limit`` is
            not positive.

    >>> figure = activation("tanh", weight=2.0, bias=-1.0)
    >>> figure.axes[0].get_title()
    'tanh(2x − 1)'
    """
    for name, number in {"weight": weight, "bias": bias, "limit": limit}.items():
        if not isinstance(number, Real) or not np.isfinite(number):
            raise DataError(f"{name} must be a finite number. Received: {number!r}.")
    if limit <= 0:
        raise DataError(f"limit must be above 0: x goes from -limit to limit. Received: {limit!r}.")
    f = activations.get(function)
    name = function if isinstance(function, str) else getattr(function, "__name__", "f").replace("<lambda>", "f")
    x = np.linspace(-limit, limit, 1001)
    neuron = lambda t: f(weight * t + bias)
    y = neuron(x)
    _check_elementwise(neuron, name, x, y)
    slope = grad(lambda t: neuron(t).sum())(x)
    axes = axes_for(ax, 5.0, 3.6)
    written = f"{name}({_linear(weight, bias)})"
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.plot(x, y, label=written, **pen(0, len(x)))
    axes.plot(x, slope, label="its derivative by x", **pen(1, len(x)))
    tidy(axes, written, "x", "value")
    axes.set_xlim(-limit, limit)
    axes.legend(frameon=False)
    return axes if ax is not None else figure_of(axes)


def _check_elementwise(f: Callable[..., Any], name: str, x: NDArray[np.float64], y: Any) -> None:
    """A curve over one number exists only if each entry of ``y`` depends on its own entry of ``x`` alone."""
    some = slice(0, 300, 7)  # on one side of 0, so that what they have in common differs from what all have
    if np.shape(y) != x.shape or not np.allclose(f(x[some]), y[some], equal_nan=True):
        raise DataError(
            f"{name} does not give one number for each x by itself (softmax mixes them), so it has no curve. "
            f"Give an elementwise function, such as 'tanh'."
        )


def _linear(weight: float, bias: float) -> str:
    """``weight * x + bias`` as one writes it: ``x``, ``2x − 1``, ``−0.5x + 3``."""
    factor = "" if weight == 1 else "−" if weight == -1 else f"{weight:g}".replace("-", "−")
    if bias == 0:
        return f"{factor}x"
    return f"{factor}x {'+' if bias > 0 else '−'} {abs(bias):g}"

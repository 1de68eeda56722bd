"""Small pieces that several rules of the derivative table share. Plain NumPy on traced values."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import TraceError

__all__ = ["count", "is_fixed", "known", "ones_at", "restore", "safe", "transposed"]

Axis = int | tuple[int, ...] | None


def is_fixed(x: Any) -> bool:
    """Whether ``x`` is a known number or array rather than a value the graph computes."""
    return bool(getattr(x, "is_constant", True))


def known(x: Any) -> Any:
    """Return the plain value of ``x``, which must be fixed.

    Raises:
        TraceError: if the graph computes it, so that a shape would depend on it.
    """
    if not is_fixed(x):
        raise TraceError("expected plain numbers here, not a traced value: the shape of the result depends on them")
    return getattr(x, "constant_value", x)


def count(x: Any, axis: Axis) -> Any:
    """How many entries a reduction along ``axis`` puts together. Sizes stay sizes, so batches may vary."""
    if axis is None:
        return np.size(x)
    total = 1
    for a in axis if isinstance(axis, tuple) else (axis,):
        total = x.shape[a] * total
    return total


def restore(g: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """Spread ``g``, which has the shape of a reduction of ``x`` along ``axis``, back over the shape of ``x``."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def safe(y: Any) -> Any:
    """Return ``y`` with 1 for 0, for a division whose numerator is 0 there: a norm's slope at 0 is then 0."""
    return np.where(y == 0, 1, y)


def ones_at(axis: int, size: int, ndim: int) -> tuple[int, ...]:
    """The shape that has ``size`` along ``axis`` and 1 elsewhere."""
    return (1,) * axis + (size,) + (1,) * (ndim - axis - 1)


def transposed(a: Any) -> Any:
    """Swap the last two axes: ``a.T`` for a matrix, each matrix of a stack on its own."""
    return np.transpose(a) if np.ndim(a) == 2 else np.swapaxes(a, -1, -2)

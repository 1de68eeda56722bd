"""Functions that networks need and NumPy lacks, each usable on arrays and on traced values alike.

They are the *named functions* of the graph: a sigmoid stays one node, however the user spelled it, until the
program is written; then ``lower`` turns it into plain NumPy. Called on arrays, they simply compute.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

__all__ = ["erf", "is_entrywise", "logsumexp", "probability", "scatter_add", "sigmoid", "softmax", "softplus"]

Axis = int | tuple[int, ...] | None

SMALLEST_PROBABILITY = 1e-7  # what Keras clips to


def traceable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the call to a traced argument, if there is one, as NumPy does for its own functions."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for arg in args:
            if hasattr(type(arg), "__array_function__") and not isinstance(arg, np.ndarray):
                return arg.__array_function__(call, (type(arg),), args, kwargs)
        return function(*args, **kwargs)

    return call


@traceable
def sigmoid(x: Any) -> Any:
    """The logistic function ``1 / (1 + exp(-x))``, without overflow warnings at either end.

    >>> float(sigmoid(0.0))
    0.5
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


@traceable
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``, exact for large ``|x|``. Its derivative is the sigmoid.

    >>> float(softplus(1000.0))
    1000.0
    """
    return np.logaddexp(0, x)


@traceable
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """``log(sum(exp(x)))`` along ``axis``, with the largest entry taken out first so nothing overflows.

    >>> round(float(logsumexp(np.array([1000.0, 1000.0]))), 4)
    1000.6931
    """
    top = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)


@traceable
def softmax(x: Any, axis: Axis = -1) -> Any:
    """``exp(x) / sum(exp(x))`` along ``axis``: positive numbers that sum to one.

    >>> softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


@traceable
def probability(p: Any) -> Any:
    """Keep ``p`` away from 0 and 1 by 1e-7, so that its logarithm is finite.

    Only the library's own losses use it. The graph drops it when ``p`` is recognised as a sigmoid or softmax,
    whose logarithm it can write exactly; so a loss on those has no cap.

    >>> probability(np.array([0.0, 0.5]))
    array([1.e-07, 5.e-01])
    """
    return np.clip(p, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)


@traceable
def scatter_add(like: Any, index: Any, values: Any) -> Any:
    """Zeros shaped as ``like``, with ``values`` added at ``index``: what the derivative of indexing needs.

    An entry named several times by ``index`` receives the sum of its values.

    >>> scatter_add(np.zeros(3), np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]))
    array([1., 0., 5.])
    """
    out = np.zeros(np.shape(like), dtype=np.result_type(values))
    np.add.at(out, index, values)
    return out


@traceable
def erf(x: Any) -> Any:
    """The error function ``2/√π ∫₀ˣ exp(-t²) dt``; the exact GELU is made of it.

    float32 and float64 keep their dtype; whole numbers give float64. Absolute error below 1e-15 in float64
    and below 3e-7 in float32.

    Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969). Of
    its three ranges two are used: beyond 4, the second still gives ``1 - erf(x)`` to the last place of
    ``erf(x)``.

    >>> round(float(erf(1.0)), 12)
    0.84270079295
    """
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    x = np.clip(x, -6.0, 6.0)  # where erf is -1 and 1 in every dtype
    size, square = np.abs(x), x * x
    near = x * _polynomial(_ERF_NEAR[0], square) / _polynomial(_ERF_NEAR[1], square)
    far = 1 - np.exp(-square) * _polynomial(_ERF_FAR[0], size) / _polynomial(_ERF_FAR[1], size)
    return np.where(size <= 0.46875, near, np.copysign(far, x))[()]


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """Horner's rule, highest power first. The coefficients are Python numbers, so ``x`` keeps its dtype."""
    total: Any = coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


# Cody (1969), tables II and III, each as (numerator, denominator): erf(x) / x as a ratio of polynomials in x²
# for |x| <= 0.46875, and (1 - erf(x)) exp(x²) as a ratio of polynomials in x beyond.
_ERF_NEAR = (
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (
        1.0,
        2.36012909523441209e1,
        2.44024637934444173e2,
        1.28261652607737228e3,
        2.84423683343917062e3,
    ),
)
_ERF_FAR = (
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)


ENTRYWISE = {np.where, np.clip, np.astype, np.copy, sigmoid, softplus, erf, probability}


def is_entrywise(op: Callable[..., Any]) -> bool:
    """Whether an operation takes its operands entry by entry.

    >>> is_entrywise(np.exp), is_entrywise(np.matmul), is_entrywise(sigmoid)
    (True, False, True)
    """
    return op in ENTRYWISE or (isinstance(op, np.ufunc) and op.signature is None)

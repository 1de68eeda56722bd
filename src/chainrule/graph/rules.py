"""The derivative table: one row an operation, one rule per differentiable argument.

A rule is plain NumPy on traced values: given the derivative ``g`` of the result, the result ``y`` and the
operation's own arguments, it returns the derivative of that argument. Because it is NumPy on traced values it has
derivatives itself, so second order needs no further table. ``None`` marks an argument without derivative, an empty
row an operation whose result is piecewise constant. Broadcast axes are summed and dtypes cast centrally, in
``derive``, so no rule cares about either.

Prefer the result over the arguments (``1 - y * y`` for tanh): the arguments' memory is then free earlier.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import functions as fn
from . import linear_rules as lin
from .helpers import count, is_fixed, known, ones_at, restore, safe, transposed

__all__ = ["RULES", "Variadic"]

Rule = Callable[..., Any]


class Variadic:
    """The rule of an operation on any number of operands: ``rule(i, g, y, *args, **kwargs)`` for operand ``i``."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule


def _extreme(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Share the derivative of a maximum or minimum equally among the entries that tie for it."""
    hit = x == restore(y, x, axis, keepdims)
    return restore(g, x, axis, keepdims) * hit / np.sum(hit, axis=axis, keepdims=True)


def _prod(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Multiply the others: exact with zeros among them, at the price of n² products for n factors."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(a % x.ndim for a in axes)
    order = tuple(a for a in range(x.ndim) if a not in axes) + axes
    moved = np.transpose(x, order)
    kept = moved.ndim - len(axes)
    flat = moved.reshape((*moved.shape[:kept], -1))
    others = np.prod(np.where(np.eye(int(flat.shape[-1]), dtype=bool), 1, flat[..., None, :]), axis=-1)
    back = np.transpose(others.reshape(moved.shape), tuple(np.argsort(order).tolist()))
    return restore(g, x, axis, keepdims) * back


def _var(g: Any, y: Any, x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return restore(g, x, axis, keepdims) * 2 * centred / (count(x, axis) - ddof)


def _std(g: Any, y: Any, x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return restore(g / safe(y), x, axis, keepdims) * centred / (count(x, axis) - ddof)


def _cumsum(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    last = 0 if axis is None else axis
    return np.flip(np.cumsum(np.flip(g, last), axis=last), last).reshape(x.shape)


def _power_base(g: Any, y: Any, x: Any, p: Any) -> Any:
    if is_fixed(p) and np.ndim(p) == 0:
        p = p.item() if isinstance(p, np.ndarray) else p
        return np.zeros_like(x) * g if p == 0 else g if p == 1 else g * p * x ** (p - 1)
    return g * p * x ** np.where(p == 0, 1, p - 1)


def _power_exponent(g: Any, y: Any, x: Any, p: Any) -> Any:
    return g * y * np.log(np.where(x == 0, 1, x))


# At a tie the second operand has the slope, unless the first is a fixed number: so np.maximum(x, 0) and
# np.maximum(0, x) both have slope 0 at 0, and np.maximum(x, x) has slope 1.
def _maximum_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * (b > a if is_fixed(a) else b >= a)


def _minimum_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * (b < a if is_fixed(a) else b <= a)


def _inside(x: Any, low: Any, high: Any) -> Any:
    if low is None or high is None:
        return x < high if low is None else x > low
    return (x > low) & (x < high)


def _softmax(g: Any, y: Any, x: Any, axis: Any = -1) -> Any:
    return y * (g - np.sum(y * g, axis=axis, keepdims=True))


def _concatenate(i: int, g: Any, y: Any, parts: Sequence[Any], axis: int | None = 0) -> Any:
    if axis is None:
        return _concatenate(i, g, y, [np.ravel(p) for p in parts], 0).reshape(np.shape(parts[i]))
    start = sum(np.shape(part)[axis] for part in parts[:i])
    piece = g[(slice(None),) * (axis % np.ndim(g)) + (slice(start, start + np.shape(parts[i])[axis]),)]
    return piece


def _stack(i: int, g: Any, y: Any, parts: Sequence[Any], axis: int = 0) -> Any:
    return g[(slice(None),) * (axis % np.ndim(g)) + (i,)]


def _repeat(g: Any, y: Any, x: Any, repeats: Any, axis: int | None = None) -> Any:
    source = np.arange(int(np.size(x) if axis is None else x.shape[axis]))
    index = np.repeat(source, known(repeats))
    if axis is None:
        return fn.scatter_add(np.ravel(x), index, g).reshape(x.shape)
    return fn.scatter_add(x, (slice(None),) * (axis % x.ndim) + (index,), g)


def _tile(g: Any, y: Any, x: Any, reps: Any) -> Any:
    reps = (reps,) if isinstance(reps, int) else tuple(reps)
    depth = max(len(reps), x.ndim)
    reps = (1,) * (depth - len(reps)) + reps
    shape = (1,) * (depth - x.ndim) + x.shape
    blocks = g.reshape(tuple(size for pair in zip(reps, shape, strict=True) for size in pair))
    return np.sum(blocks, axis=tuple(range(0, 2 * depth, 2))).reshape(x.shape)


def _transpose(g: Any, y: Any, x: Any, axes: Any = None) -> Any:
    return np.transpose(g) if axes is None else np.transpose(g, np.argsort([a % x.ndim for a in axes]).tolist())


def _pad(g: Any, y: Any, x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    before = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))[:, 0].tolist()
    return g[tuple(slice(b, b + n) for b, n in zip(before, x.shape, strict=True))]


def _sort(g: Any, y: Any, x: Any, axis: int | None = -1) -> Any:
    flat = np.ravel(x) if axis is None else x
    last = -1 if axis is None else axis
    places = np.argsort(np.argsort(flat, axis=last, kind="stable"), axis=last)
    return np.take_along_axis(g, places, axis=last).reshape(x.shape)


def _take_along_axis(g: Any, y: Any, x: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        return fn.scatter_add(np.ravel(x), indices, g).reshape(x.shape)
    axis %= np.ndim(x)
    shape = np.shape(indices)
    grid = [np.arange(int(n)).reshape(ones_at(a, n, len(shape))) for a, n in enumerate(shape)]
    grid[axis] = indices
    return fn.scatter_add(x, tuple(grid), g)


RULES: dict[Callable[..., Any], tuple[Rule | None, ...] | Variadic] = {
    # arithmetic
    np.add: (lambda g, y, a, b: g, lambda g, y, a, b: g),
    np.subtract: (lambda g, y, a, b: g, lambda g, y, a, b: -g),
    np.multiply: (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a),
    np.true_divide: (lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b),
    np.power: (_power_base, _power_exponent),
    np.float_power: (_power_base, _power_exponent),
    np.remainder: (lambda g, y, a, b: g, lambda g, y, a, b: -g * np.floor_divide(a, b)),
    np.negative: (lambda g, y, x: -g,),
    np.positive: (lambda g, y, x: g,),
    np.reciprocal: (lambda g, y, x: -g * y * y,),
    np.square: (lambda g, y, x: g * 2 * x,),
    np.sqrt: (lambda g, y, x: g * 0.5 / y,),
    np.cbrt: (lambda g, y, x: g / (3 * y * y),),
    np.absolute: (lambda g, y, x: g * np.sign(x),),
    np.fabs: (lambda g, y, x: g * np.sign(x),),
    np.hypot: (lambda g, y, a, b: g * a / safe(y), lambda g, y, a, b: g * b / safe(y)),
    # exponentials and logarithms
    np.exp: (lambda g, y, x: g * y,),
    np.exp2: (lambda g, y, x: g * y * float(np.log(2)),),
    np.expm1: (lambda g, y, x: g * (y + 1),),
    np.log: (lambda g, y, x: g / x,),
    np.log2: (lambda g, y, x: g / (x * float(np.log(2))),),
    np.log10: (lambda g, y, x: g / (x * float(np.log(10))),),
    np.log1p: (lambda g, y, x: g / (x + 1),),
    np.logaddexp: (lambda g, y, a, b: g * np.exp(a - y), lambda g, y, a, b: g * np.exp(b - y)),
    np.logaddexp2: (lambda g, y, a, b: g * np.exp2(a - y), lambda g, y, a, b: g * np.exp2(b - y)),
    # trigonometric and hyperbolic
    np.sin: (lambda g, y, x: g * np.cos(x),),
    np.cos: (lambda g, y, x: -g * np.sin(x),),
    np.tan: (lambda g, y, x: g * (1 + y * y),),
    np.arcsin: (lambda g, y, x: g / np.sqrt(1 - x * x),),
    np.arccos: (lambda g, y, x: -g / np.sqrt(1 - x * x),),
    np.arctan: (lambda g, y, x: g / (1 + x * x),),
    np.arctan2: (
        lambda g, y, a, b: g * b / (a * a + b * b),
        lambda g, y, a, b: -g * a / (a * a + b * b),
    ),
    np.sinh: (lambda g, y, x: g * np.cosh(x),),
    np.cosh: (lambda g, y, x: g * np.sinh(x),),
    np.tanh: (lambda g, y, x: g * (1 - y * y),),
    np.arcsinh: (lambda g, y, x: g / np.sqrt(x * x + 1),),
    np.arccosh: (lambda g, y, x: g / np.sqrt(x * x - 1),),
    np.arctanh: (lambda g, y, x: g / (1 - x * x),),
    np.deg2rad: (lambda g, y, x: g * float(np.pi / 180),),
    np.radians: (lambda g, y, x: g * float(np.pi / 180),),
    np.rad2deg: (lambda g, y, x: g * float(180 / np.pi),),
    np.degrees: (lambda g, y, x: g * float(180 / np.pi),),
    # choosing
    np.maximum: (lambda g, y, a, b: g * (a > b), _maximum_second),
    np.minimum: (lambda g, y, a, b: g * (a < b), _minimum_second),
    np.fmax: (
        lambda g, y, a, b: np.where((a > b) | np.isnan(b), g, 0),
        lambda g, y, a, b: np.where((b > a if is_fixed(a) else b >= a) | np.isnan(a), g, 0),
    ),
    np.fmin: (
        lambda g, y, a, b: np.where((a < b) | np.isnan(b), g, 0),
        lambda g, y, a, b: np.where((b < a if is_fixed(a) else b <= a) | np.isnan(a), g, 0),
    ),
    np.where: (None, lambda g, y, c, a, b: np.where(c, g, 0), lambda g, y, c, a, b: np.where(c, 0, g)),
    np.clip: (
        lambda g, y, x, lo, hi: g * _inside(x, lo, hi),
        lambda g, y, x, lo, hi: g * (x <= lo),
        lambda g, y, x, lo, hi: g * (x >= hi),
    ),
    # reductions
    np.sum: (lambda g, y, x, axis=None, keepdims=False: restore(g, x, axis, keepdims),),
    np.mean: (lambda g, y, x, axis=None, keepdims=False: restore(g / count(x, axis), x, axis, keepdims),),
    np.var: (_var,),
    np.std: (_std,),
    np.prod: (_prod,),
    np.max: (_extreme,),
    np.min: (_extreme,),
    np.cumsum: (_cumsum,),
    # products
    np.matmul: (lin.matmul_first, lin.matmul_second),
    np.dot: (lin.dot_first, lin.dot_second),
    np.inner: (lin.inner_first, lin.inner_second),
    np.outer: (
        lambda g, y, a, b: (g @ np.ravel(b)).reshape(np.shape(a)),
        lambda g, y, a, b: (np.ravel(a) @ g).reshape(np.shape(b)),
    ),
    np.tensordot: (lin.tensordot_first, lin.tensordot_second),
    np.einsum: Variadic(lin.einsum),
    np.kron: (lin.kron_first, lin.kron_second),
    # shapes
    np.reshape: (lambda g, y, x, shape: np.reshape(g, x.shape),),
    np.ravel: (lambda g, y, x: np.reshape(g, x.shape),),
    np.squeeze: (lambda g, y, x, axis=None: np.reshape(g, x.shape),),
    np.expand_dims: (lambda g, y, x, axis: np.reshape(g, x.shape),),
    np.transpose: (_transpose,),
    np.swapaxes: (lambda g, y, x, axis1, axis2: np.swapaxes(g, axis1, axis2),),
    np.moveaxis: (lambda g, y, x, source, destination: np.moveaxis(g, destination, source),),
    np.broadcast_to: (lambda g, y, x, shape: g,),
    np.concatenate: Variadic(_concatenate),
    np.stack: Variadic(_stack),
    np.repeat: (_repeat,),
    np.tile: (_tile,),
    np.roll: (lambda g, y, x, shift, axis=None: np.roll(g, np.negative(shift).tolist(), axis),),
    np.flip: (lambda g, y, x, axis=None: np.flip(g, axis),),
    np.pad: (_pad,),
    np.tril: (lambda g, y, x, k=0: np.tril(g, k),),
    np.triu: (lambda g, y, x, k=0: np.triu(g, k),),
    np.astype: (lambda g, y, x, dtype: g,),
    np.copy: (lambda g, y, x: g,),
    # picking
    np.sort: (_sort,),
    np.take_along_axis: (_take_along_axis, None),
    operator.getitem: (lambda g, y, x, index: fn.scatter_add(x, index, g), None),
    fn.scatter_add: (None, None, lambda g, y, like, index, values: g[index]),
    # linear algebra
    np.linalg.inv: (lambda g, y, a: -transposed(y) @ g @ transposed(y),),
    np.linalg.det: (lambda g, y, a: (g * y)[..., None, None] * transposed(np.linalg.inv(a)),),
    np.linalg.solve: (lin.solve_matrix, lin.solve_right),
    np.linalg.cholesky: (lin.cholesky,),
    np.linalg.norm: (lin.norm,),
    # named functions
    fn.sigmoid: (lambda g, y, x: g * (y * (1 - y)),),
    fn.softplus: (lambda g, y, x: g * fn.sigmoid(x),),
    fn.softmax: (_softmax,),
    fn.logsumexp: (
        lambda g, y, x, axis=None, keepdims=False: restore(g, x, axis, keepdims) * fn.softmax(x, axis=axis),
    ),
    fn.erf: (lambda g, y, x: g * float(2 / np.sqrt(np.pi)) * np.exp(-x * x),),
    fn.probability: (lambda g, y, p: g * ((p > fn.SMALLEST_PROBABILITY) & (p < 1 - fn.SMALLEST_PROBABILITY)),),
    # piecewise constant: traced, with derivative zero
    **dict.fromkeys(
        (
            np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal,
            np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
            np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert,
            np.isnan, np.isinf, np.isfinite, np.signbit,
            np.sign, np.floor, np.ceil, np.trunc, np.rint, np.floor_divide, np.heaviside,
            np.argmax, np.argmin, np.argsort, np.all, np.any, np.count_nonzero,
            np.zeros_like, np.ones_like, np.size,
        ),
        (),
    ),
}  # fmt: skip

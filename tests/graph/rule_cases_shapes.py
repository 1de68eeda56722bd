"""Everything that moves entries about: reshape, join, split, repeat, pad, sort, index."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from rule_oracle import Case, apart, case, of, real

import chainrule as cr
from chainrule.graph.node import SAME

x4, x6 = of(real, 4), of(real, 6)
x12, x23, x32, x43 = of(real, 1, 2), of(real, 2, 3), of(real, 3, 2), of(real, 4, 3)
x232, x131 = of(real, 2, 3, 2), of(real, 1, 3, 1)
scalar = of(real)


def _product(parts: Any) -> Any:
    first, second = parts
    return first * second**2


def _cubes(parts: Any) -> Any:
    return sum((part**3).sum() * (i + 1) for i, part in enumerate(parts))


def _slope_of_cube(x: Any) -> Any:
    """``3 * x**2``, by a ``grad`` inside the function."""
    if not isinstance(x, np.ndarray):
        return cr.grad(lambda v: (v**3).sum())(x)
    return 3 * x**2


def _repeat_in_jax(counts: list[int], axis: int) -> Any:
    """JAX compiles with fixed shapes, so it wants to be told how long the result is."""
    return lambda np, x: np.repeat(x, np.array(counts), axis=axis, total_repeat_length=sum(counts))


SHAPES: list[Case] = [
    case(np.reshape, "tuple", lambda np, x: np.reshape(x, (3, 2)), x23),
    case(np.reshape, "list", lambda np, x: np.reshape(x, [3, 2]), x23),
    case(np.reshape, "minus one", lambda np, x: np.reshape(x, (-1, 2)), x23),
    case(np.reshape, "int", lambda np, x: np.reshape(x, -1), x23),
    case(np.reshape, "from 0-d", lambda np, x: np.reshape(x, (1, 1)), scalar),
    case(np.reshape, "to 0-d", lambda np, x: np.reshape(x, ()), of(real, 1, 1)),
    case(np.ravel, "2-d", lambda np, x: np.ravel(x) ** 2, x23),
    case(np.ravel, "0-d", lambda np, x: np.ravel(x), scalar),
    case(np.transpose, "default", lambda np, x: np.transpose(x) ** 2, x232),
    case(np.transpose, "axes", lambda np, x: np.transpose(x, (1, 2, 0)), of(real, 2, 3, 4)),
    case(np.transpose, "list, negative", lambda np, x: np.transpose(x, [-1, 0, 1]), of(real, 2, 3, 4)),
    case(np.transpose, "vector", lambda np, x: np.transpose(x), x4),
    case(np.swapaxes, "0 1", lambda np, x: np.swapaxes(x, 0, 1), x23),
    case(np.swapaxes, "negative", lambda np, x: np.swapaxes(x, -1, 0), of(real, 2, 3, 4)),
    case(np.moveaxis, "one", lambda np, x: np.moveaxis(x, 0, -1), of(real, 2, 3, 4)),
    case(np.moveaxis, "two", lambda np, x: np.moveaxis(x, (0, 1), (-1, 0)), of(real, 2, 3, 4)),
    case(np.expand_dims, "0", lambda np, x: np.expand_dims(x, 0), x23),
    case(np.expand_dims, "-1", lambda np, x: np.expand_dims(x, -1), x23),
    case(np.expand_dims, "two", lambda np, x: np.expand_dims(x, (0, 2)), x23),
    case(np.expand_dims, "0-d", lambda np, x: np.expand_dims(x, 0), scalar),
    case(np.squeeze, "all", lambda np, x: np.squeeze(x), x131),
    case(np.squeeze, "one", lambda np, x: np.squeeze(x, axis=0), x131),
    case(np.squeeze, "negative", lambda np, x: np.squeeze(x, axis=-1), x131),
    case(np.squeeze, "two", lambda np, x: np.squeeze(x, axis=(0, 2)), x131),
    case(np.squeeze, "to 0-d", lambda np, x: np.squeeze(x), of(real, 1, 1)),
    case(np.broadcast_to, "new axis", lambda np, x: np.broadcast_to(x, (4, 2, 3)), x23),
    case(np.broadcast_to, "size 1", lambda np, x: np.broadcast_to(x, (3, 2)), x12),
    case(np.broadcast_to, "0-d", lambda np, x: np.broadcast_to(x, (2, 2)), scalar),
    case(np.broadcast_to, "same", lambda np, x: np.broadcast_to(x, (2, 3)), x23),
    # joining
    case(np.concatenate, "axis 0", lambda np, x, y: np.concatenate([x, y]), x23, x43),
    case(np.concatenate, "axis 1", lambda np, x, y: np.concatenate((x, y), axis=1), x23, of(real, 2, 1)),
    case(np.concatenate, "axis -1", lambda np, x, y: np.concatenate([x, y], axis=-1), x23, x23),
    case(np.concatenate, "flat", lambda np, x, y: np.concatenate([x, y], axis=None), x23, x4),
    case(np.concatenate, "three", lambda np, x, y, z: np.concatenate([x, y, z]), x4, of(real, 1), x6),
    case(np.concatenate, "twice the same", lambda np, x: np.concatenate([x, x * x, x]), x4),
    case(np.concatenate, "with a constant", lambda np, x: np.concatenate([np.ones((1, 3)), x]), x23),
    case(np.stack, "default", lambda np, x, y: np.stack([x, y]), x23, x23),
    case(np.stack, "axis 1", lambda np, x, y: np.stack((x, y), axis=1), x23, x23),
    case(np.stack, "axis -1", lambda np, x, y: np.stack([x, y, x], axis=-1), x23, x23),
    case(np.stack, "0-d", lambda np, x, y: np.stack([x, y * x]), scalar, scalar),
    case(np.stack, "with a constant", lambda np, x: np.stack([x, np.ones(4)]), x4),
    case(np.vstack, "vectors", lambda np, x, y: np.vstack([x, y]), x4, x4),
    case(np.vstack, "mixed", lambda np, x, y: np.vstack([x, y]), x23, of(real, 3)),
    case(np.hstack, "vectors", lambda np, x, y: np.hstack([x, y]), x4, x6),
    case(np.hstack, "matrices", lambda np, x, y: np.hstack([x, y]), x23, of(real, 2, 1)),
    case(np.column_stack, "vectors", lambda np, x, y: np.column_stack([x, y]), x4, x4),
    case(np.column_stack, "mixed", lambda np, x, y: np.column_stack([x, y]), x43, x4),
    # splitting
    case(np.split, "halves", lambda np, x: _product(np.split(x, 2)), x4),
    case(np.split, "one part", lambda np, x: np.split(x, 3)[1], x6),
    case(np.split, "places", lambda np, x: _cubes(np.split(x, [1, 4])), x6),
    case(np.split, "axis 1", lambda np, x: _product(np.split(x, 2, axis=1)), of(real, 3, 4)),
    case(np.split, "places, axis -1", lambda np, x: _cubes(np.split(x, (1,), axis=-1)), x23),
    # repeating
    case(np.repeat, "flat", lambda np, x: np.repeat(x, 2), x23),
    case(np.repeat, "axis 0", lambda np, x: np.repeat(x, 3, axis=0), x23),
    case(np.repeat, "axis -1", lambda np, x: np.repeat(x, 2, axis=-1), x23),
    case(
        np.repeat,
        "counts",
        lambda np, x: np.repeat(x, np.array([1, 0, 3]), axis=1),
        x23,
        jax=_repeat_in_jax([1, 0, 3], 1),
    ),
    case(
        np.repeat,
        "flat counts",
        lambda np, x: np.repeat(x, np.array([1, 0, 3, 2])),
        x4,
        jax=_repeat_in_jax([1, 0, 3, 2], 0),
    ),
    case(
        np.repeat,
        "one count",
        lambda np, x: np.repeat(x, np.array([2]), axis=0),
        x23,
        jax=_repeat_in_jax([2, 2], 0),
    ),
    case(np.tile, "int", lambda np, x: np.tile(x, 2), x23),
    case(np.tile, "short", lambda np, x: np.tile(x, (3,)), x23),
    case(np.tile, "full", lambda np, x: np.tile(x, (2, 3)), x23),
    case(np.tile, "long", lambda np, x: np.tile(x, (2, 1, 2)), x23),
    case(np.tile, "vector", lambda np, x: np.tile(x, (2, 2)), x4),
    case(np.tile, "ones", lambda np, x: np.tile(x, (1, 1)), x23),
    case(np.tile, "0-d", lambda np, x: np.tile(x, 3), scalar),
    case(np.roll, "flat", lambda np, x: np.roll(x, 2), x23),
    case(np.roll, "axis", lambda np, x: np.roll(x, -1, axis=1), x23),
    case(np.roll, "two axes", lambda np, x: np.roll(x, (1, 2), axis=(0, 1)), x23),
    case(np.roll, "one shift, two axes", lambda np, x: np.roll(x, 1, axis=(0, 1)), x23),
    case(np.flip, "all", lambda np, x: np.flip(x), x23),
    case(np.flip, "axis 0", lambda np, x: np.flip(x, 0), x23),
    case(np.flip, "axis -1", lambda np, x: np.flip(x, axis=-1), x23),
    case(np.flip, "two axes", lambda np, x: np.flip(x, (0, 2)), x232),
    case(np.array_split, "uneven", lambda np, x: _cubes(np.array_split(x, 4)), x6),
    case(np.array_split, "axis 1", lambda np, x: _cubes(np.array_split(x, 2, axis=1)), x23),
    # parts
    case(np.take, "flat", lambda np, x: np.take(x, np.array([0, 5, 5])), x23),
    case(np.take, "axis", lambda np, x: np.take(x, np.array([[0, 1], [1, 1]]), axis=1), x23),
    case(np.take, "int", lambda np, x: np.take(x, 1, axis=0), x23),
    case(
        np.take_along_axis,
        "repeated",
        lambda np, x: np.take_along_axis(x, np.array([[0, 0, 2], [1, 1, 1]]), axis=1) ** 2,
        x23,
    ),
    case(
        np.take_along_axis,
        "sorted",
        lambda np, x: np.take_along_axis(x, np.argsort(x, axis=0), axis=0) ** 2,
        of(apart, 3, 2),
    ),
    case(np.tril, "default", lambda np, x: np.tril(x), of(real, 3, 3)),
    case(np.tril, "k", lambda np, x: np.tril(x, -1), of(real, 2, 3, 4)),
    case(np.triu, "default", lambda np, x: np.triu(x), x32),
    case(np.triu, "k", lambda np, x: np.triu(x, k=1), of(real, 3, 3)),
    case(np.diagonal, "default", lambda np, x: np.diagonal(x), x23),
    case(np.diagonal, "offset", lambda np, x: np.diagonal(x, offset=1), x23),
    case(np.diagonal, "axes", lambda np, x: np.diagonal(x, 0, 1, 2), of(real, 2, 3, 3)),
    case(np.diag, "matrix", lambda np, x: np.diag(x, k=-1), of(real, 3, 3)),
    case(np.diag, "vector", lambda np, x: np.diag(x), x4),
    case(np.diag, "vector, k", lambda np, x: np.diag(x, k=1), x4),
    case(np.diag, "vector, negative k", lambda np, x: np.diag(x, k=-2), x4),
    case(np.trace, "default", lambda np, x: np.trace(x), of(real, 3, 3)),
    case(np.trace, "offset", lambda np, x: np.trace(x, offset=1), of(real, 2, 3)),
    case(np.atleast_1d, "0-d", lambda np, x: np.atleast_1d(x), scalar),
    case(np.atleast_2d, "vector", lambda np, x: np.atleast_2d(x), x4),
    case(np.atleast_3d, "vector", lambda np, x: np.atleast_3d(x), x4),
    case(np.atleast_3d, "matrix", lambda np, x: np.atleast_3d(x), x23),
    case(np.matrix_transpose, "3-d", lambda np, x: np.matrix_transpose(x), of(real, 2, 3, 4)),
    case(np.copy, "default", lambda np, x: np.copy(x) ** 2, x23),
    case(np.astype, "method", lambda np, x: x.astype(np.float64) ** 2, x23),
    case(np.zeros_like, "default", lambda np, x: x * np.zeros_like(x), x23),
    case(np.ones_like, "default", lambda np, x: x**2 - np.ones_like(x), x23),
    case(np.full_like, "default", lambda np, x: x**2 * np.full_like(x, 3), x23),
    case(np.shape, "default", lambda np, x: x * np.shape(x)[1], x23),
    case(np.size, "default", lambda np, x: x * np.size(x), x23),
    case(np.size, "axis", lambda np, x: x * np.size(x, 1), x23),
    case(np.ndim, "default", lambda np, x: x * np.ndim(x), x23),
    case(SAME, "nested", lambda np, x: _slope_of_cube(x), x23, jax=lambda np, x: 3 * x**2),
    # padding and differences
    case(np.pad, "int", lambda np, x: np.pad(x, 1), x23),
    case(np.pad, "pair", lambda np, x: np.pad(x, (1, 2)), x23),
    case(np.pad, "each axis", lambda np, x: np.pad(x, ((0, 1), (2, 0))), x23),
    case(np.pad, "none", lambda np, x: np.pad(x, ((0, 0), (1, 0))), x23),
    case(np.pad, "value", lambda np, x: np.pad(x, 1, mode="constant", constant_values=7.0) ** 2, x23),
    case(np.pad, "one pair for all", lambda np, x: np.pad(x, ((1, 2),)), x23),
    case(np.diff, "default", lambda np, x: np.diff(x), x23),
    case(np.diff, "axis 0", lambda np, x: np.diff(x, axis=0), x43),
    case(np.diff, "twice", lambda np, x: np.diff(x, n=2), x6),
    case(np.diff, "thrice, axis 0", lambda np, x: np.diff(x, n=3, axis=0), x43),
    case(np.diff, "none", lambda np, x: np.diff(x, n=0), x4),
    case(np.diff, "square", lambda np, x: np.diff(x, axis=-1) ** 2, x23),
    # sorting
    case(np.sort, "default", lambda np, x: np.sort(x) ** 2, of(apart, 3, 4)),
    case(np.sort, "axis 0", lambda np, x: np.sort(x, axis=0) ** 2, of(apart, 3, 4)),
    case(np.sort, "axis -2", lambda np, x: np.sort(x, axis=-2) ** 2, of(apart, 3, 4, 2)),
    case(np.sort, "flat", lambda np, x: np.sort(x, axis=None) ** 2, of(apart, 3, 4)),
    case(np.sort, "vector", lambda np, x: np.sort(x) ** 3, of(apart, 5)),
]


def _index(label: str, key: Any, *shape: int) -> Case:
    return case(operator.getitem, label, lambda np, x: x[key] ** 2, of(real, *shape))


i3, i22 = np.array([0, 2, 2]), np.array([[0, 1], [1, 1]])

INDEXING: list[Case] = [
    _index("first", 0, 3, 2),
    _index("last", -1, 3, 2),
    _index("numpy integer", np.int64(1), 3, 2),
    _index("tail", slice(1, None), 3, 2),
    _index("backwards", slice(None, None, -1), 4),
    _index("steps", slice(None, None, 2), 5),
    _index("backward steps", slice(-1, None, -2), 5),
    _index("nothing", slice(0, 0), 3, 2),
    _index("column", (slice(None), 1), 3, 2),
    _index("column kept", (slice(None), slice(1, 2)), 3, 2),
    _index("entry", (1, -1), 3, 2),
    _index("ellipsis", (..., 0), 2, 3, 2),
    _index("only ellipsis", ..., 2, 3),
    _index("empty tuple", (), 2, 3),
    _index("0-d", (), *()),
    _index("new axis", None, 3),
    _index("new axes", (slice(None), None, slice(1, None), None), 3, 2),
    _index("new axis of 0-d", None, *()),
    _index("rows", i3, 3, 2),
    _index("rows twice over", i22, 3, 2),
    _index("negative rows", np.array([-1, 0, -1]), 3, 2),
    _index("no rows", np.array([], dtype=int), 3, 2),
    _index("0-d array", np.array(1), 3, 2),
    _index("pairs", (i3, np.array([1, 0, 0])), 3, 2),
    _index("outer", (i3[:, None], np.array([1, 0])), 3, 2),
    _index("columns", (slice(None), np.array([1, 1])), 3, 2),
    _index("columns by ellipsis", (..., np.array([1, 1, 0])), 2, 3, 2),
    _index("integer and rows", (0, i3), 2, 3),
    _index("slice and rows", (slice(1, None), i3), 3, 3),
    _index("parted", (i22, slice(None), i22), 3, 2, 3),
    _index("parted by an integer", (0, slice(None), i3), 2, 2, 3),
    _index("new axis and rows", (None, i3), 3, 2),
    _index("rows and new axis", (i3, None, slice(0, 1)), 3, 2),
    case(operator.getitem, "list", lambda np, x: x[[0, 2, 2]] ** 2, x32, jax=lambda np, x: x[i3] ** 2),
    case(operator.getitem, "twice", lambda np, x: x[i3][:, 1] * x[i3, 0], x32),
    case(operator.getitem, "unpacking", lambda np, x: x[0] * x[1] ** 2, x23),
    case(operator.getitem, "differences", lambda np, x: x[1:] * x[:-1], x6),
]

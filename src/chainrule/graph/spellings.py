"""NumPy functions that are another way to write operations of the derivative table.

Each is plain NumPy on traced values and so needs no rule of its own. The first argument, ``record``, adds one
operation to the graph; only the functions that bring a call into the table's own form need it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import UnsupportedError
from .helpers import ones_at, safe

__all__ = ["SPELLINGS"]

Record = Callable[..., Any]


def _clip(record: Record, x: Any, a_min: Any = None, a_max: Any = None, **bounds: Any) -> Any:
    low, high = bounds.get("min", a_min), bounds.get("max", a_max)
    return record(np.clip, (x, low, high))


def _norm(record: Record, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Write every norm as sums and maxima of ``abs``, but for the Euclidean one, which has its own row."""
    if axis is None and ord is not None and x.ndim > 2:
        raise ValueError(f"norm with ord={ord!r} expects a vector or a matrix, got {x.ndim} axes; pass axis=")
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    settings: dict[str, Any] = {"axis": axis if axis is None or len(axes) > 1 else axes[0], "keepdims": keepdims}
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        return record(np.linalg.norm, (x,), {k: v for k, v in settings.items() if v is not None and v is not False})
    if len(axes) == 2:
        return _matrix_norm(x, ord, tuple(a % x.ndim for a in axes), keepdims)
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), **settings)
    if ord == 0:
        return np.sum((x != 0).astype(x.dtype), **settings)
    if ord == 1:
        return np.sum(np.abs(x), **settings)
    total = np.sum(np.abs(x) ** ord, **settings)
    return np.where(total == 0, 0, safe(total) ** (1 / ord))  # slope 0 at the origin, as for the Euclidean norm


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if ord not in (1, -1, np.inf, -np.inf):
        raise UnsupportedError(f"the matrix norm with ord={ord!r} needs singular values, which are not supported")
    summed, chosen = axes if abs(ord) == 1 else axes[::-1]
    sums = np.sum(np.abs(x), axis=summed, keepdims=True)
    result = (np.max if ord > 0 else np.min)(sums, axis=chosen, keepdims=True)
    return result if keepdims else np.squeeze(result, axis=axes)


def _pad(record: Record, x: Any, pad_width: Any, mode: str = "constant", **settings: Any) -> Any:
    """Pad with constants by the table's row; the modes that repeat entries are an indexing."""
    if mode == "constant":
        return record(np.pad, (x,), {"pad_width": _pairs(pad_width, x.ndim), **settings})
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise UnsupportedError(f"np.pad with mode={mode!r} cannot be traced; the modes that copy entries can")
    for axis, width in enumerate(_pairs(pad_width, x.ndim)):
        index = np.pad(np.arange(int(x.shape[axis])), width, mode=mode, **settings)  # type: ignore[call-overload]
        x = x[(slice(None),) * axis + (index,)]
    return x


def _pairs(width: Any, ndim: int) -> tuple[tuple[int, int], ...]:
    return tuple((int(a), int(b)) for a, b in np.broadcast_to(np.asarray(width), (ndim, 2)))


def _array_split(record: Record, x: Any, sections: Any, axis: int = 0) -> list[Any]:
    n = int(np.shape(x)[axis])
    if isinstance(sections, (int, np.integer)):
        pieces = [len(part) for part in np.array_split(np.arange(n), sections)]
        ends = np.cumsum(pieces).tolist()
    else:
        ends = [*sections, n]
    starts = [0, *ends[:-1]]
    before = (slice(None),) * (axis % np.ndim(x))
    return [x[(*before, slice(a, b))] for a, b in zip(starts, ends, strict=True)]


def _split(record: Record, x: Any, sections: Any, axis: int = 0) -> list[Any]:
    if isinstance(sections, (int, np.integer)) and np.shape(x)[axis] % sections:
        raise ValueError(
            f"np.split expects equal parts, but axis {axis} has {np.shape(x)[axis]} entries for {sections} parts; "
            f"use np.array_split"
        )
    return _array_split(record, x, sections, axis)


def _diff(record: Record, x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    ends = [part for part in (prepend, x, append) if part is not None]
    if len(ends) > 1:
        edge = tuple(1 if a == axis % x.ndim else n for a, n in enumerate(np.shape(x)))
        x = np.concatenate([e if np.ndim(e) else np.broadcast_to(e, edge) for e in ends], axis=axis)
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


def _take(record: Record, x: Any, indices: Any, axis: int | None = None) -> Any:
    indices = np.asarray(indices) if isinstance(indices, list) else indices
    return np.ravel(x)[indices] if axis is None else x[(slice(None),) * (axis % x.ndim) + (indices,)]


def _atleast(ndim: int) -> Callable[..., Any]:
    def raised(record: Record, *arrays: Any) -> Any:
        results = [_with_axes(x, ndim) for x in arrays]
        return results[0] if len(results) == 1 else tuple(results)

    return raised


def _with_axes(x: Any, ndim: int) -> Any:
    if np.ndim(x) >= ndim:
        return x
    if ndim == 3:
        return np.reshape(x, (1, -1, 1)) if np.ndim(x) < 2 else np.expand_dims(x, -1)
    return np.reshape(x, (1,) * (ndim - np.ndim(x)) + tuple(np.shape(x)))


def _hstack(record: Record, arrays: Sequence[Any]) -> Any:
    parts = [_with_axes(x, 1) for x in arrays]
    return np.concatenate(parts, axis=0 if np.ndim(parts[0]) == 1 else 1)


def _column_stack(record: Record, arrays: Sequence[Any]) -> Any:
    return np.concatenate([x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)) for x in arrays], axis=1)


def _diagonal(record: Record, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    moved = np.moveaxis(x, (axis1, axis2), (-2, -1))
    rows, columns = (int(n) for n in moved.shape[-2:])
    length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    steps = np.arange(length)
    return moved[..., steps - min(offset, 0), steps + max(offset, 0)]


def _diag(record: Record, x: Any, k: int = 0) -> Any:
    if x.ndim == 2:
        return _diagonal(record, x, k)
    columns = np.pad(x, (max(k, 0), max(-k, 0)))
    return columns * np.eye(int(x.shape[0]) + abs(k), k=k, dtype=x.dtype)


def _average(record: Record, x: Any, axis: Any = None, weights: Any = None, keepdims: bool = False) -> Any:
    if weights is None:
        return np.mean(x, axis=axis, keepdims=keepdims)
    if np.ndim(weights) == 1 and np.ndim(x) > 1:  # one weight per place along the axis
        weights = np.reshape(weights, ones_at(axis % np.ndim(x), -1, np.ndim(x)))
    total = np.sum(np.broadcast_to(weights, np.shape(x)), axis=axis, keepdims=keepdims)
    return np.sum(x * weights, axis=axis, keepdims=keepdims) / total


def _round(record: Record, x: Any, decimals: int = 0) -> Any:
    return np.rint(x) if decimals == 0 else np.rint(x * 10**decimals) / 10**decimals


def _full_like(record: Record, x: Any, fill_value: Any) -> Any:
    return np.zeros_like(x) + fill_value


SPELLINGS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.array_split: _array_split,
    np.atleast_1d: _atleast(1),
    np.atleast_2d: _atleast(2),
    np.atleast_3d: _atleast(3),
    np.average: _average,
    np.clip: _clip,
    np.column_stack: _column_stack,
    np.diag: _diag,
    np.diagonal: _diagonal,
    np.diff: _diff,
    np.full_like: _full_like,
    np.hstack: _hstack,
    np.linalg.norm: _norm,
    np.matrix_transpose: lambda record, x: np.swapaxes(x, -1, -2),
    np.ndim: lambda record, x: x.ndim,
    np.pad: _pad,
    np.ptp: lambda record, x, axis=None, keepdims=False: (
        np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)
    ),
    np.round: _round,
    np.shape: lambda record, x: x.shape,
    np.split: _split,
    np.take: _take,
    np.trace: lambda record, x, offset=0, axis1=0, axis2=1: np.sum(_diagonal(record, x, offset, axis1, axis2), axis=-1),
    np.vdot: lambda record, a, b: np.sum(np.ravel(a) * np.ravel(b)),
    np.vecdot: lambda record, a, b: np.sum(a * b, axis=-1),
    np.vstack: lambda record, arrays: np.concatenate([_with_axes(x, 2) for x in arrays], axis=0),
}

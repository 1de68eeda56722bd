"""Operations that name axes or take an array apart: axes are counted from the front, and the members stay last."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from .. import functions as fn
from ..node import Node, constant, make
from .state import Folding, NotFoldable, reshaped

__all__ = ["SHAPING"]

Rule = Callable[[Folding, Node], Node]

# What takes one axis, or all entries in a row if none is given; then the axes that several may be given of.
ALONG_ONE: set[Callable[..., Any]] = {np.argmax, np.argmin, np.cumsum, np.sort, np.argsort, np.roll}
ALONG_SEVERAL: set[Callable[..., Any]] = {
    np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std, np.all, np.any, np.count_nonzero, np.flip,
    np.linalg.norm, fn.logsumexp, fn.softmax,
}  # fmt: skip
LAST_BY_DEFAULT = {np.sort, np.argsort, np.take_along_axis, fn.softmax}


def _axes(node: Node, ndim: int) -> int | tuple[int, ...]:
    """The axes that an operation runs along, counted from the front."""
    axis = node.kwargs.get("axis", -1 if node.op in LAST_BY_DEFAULT else None)
    if isinstance(axis, tuple):
        return tuple(a % ndim for a in axis)
    if axis is not None:
        return int(axis) % ndim
    if ndim == 1:
        return 0
    if node.op in ALONG_SEVERAL and not (node.op is np.linalg.norm and ndim != 2):
        return tuple(range(ndim))
    raise NotFoldable(node, "without axis=")


def _along(folding: Folding, node: Node) -> Node:
    (x,) = node.args
    return make(node.op, (folding.new[x],), {**node.kwargs, "axis": _axes(node, x.ndim)})


def _transpose(folding: Folding, node: Node) -> Node:
    (x,) = node.args
    axes = node.kwargs.get("axes") or tuple(reversed(range(x.ndim)))
    if x.ndim < 2:
        return folding.new[x]
    return make(np.transpose, (folding.new[x],), {"axes": (*(a % x.ndim for a in axes), x.ndim)})


def _renumbered(folding: Folding, node: Node) -> Node:
    """Swap or move axes: each is given by its number."""
    (x,) = node.args

    def counted(axes: Any) -> Any:
        return tuple(a % x.ndim for a in axes) if isinstance(axes, (tuple, list)) else axes % x.ndim

    return make(node.op, (folding.new[x],), {name: counted(axes) for name, axes in node.kwargs.items()})


def _reshape(folding: Folding, node: Node) -> Node:
    """Reshape each member alike. A length that was left open is filled in, for -1 is needed for the members."""
    (x,) = node.args
    wanted = folding.renewed(node.kwargs.get("shape", -1))  # np.ravel has none
    wanted = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
    pairs = zip(wanted, node.shape, strict=True)
    sizes = [folding.size(length) if isinstance(size, int) and size == -1 else size for size, length in pairs]
    return reshaped(folding.new[x], *sizes, -1)


def _expand_dims(folding: Folding, node: Node) -> Node:
    axis = node.kwargs["axis"]
    axes = tuple(a % node.ndim for a in axis) if isinstance(axis, (tuple, list)) else axis % node.ndim
    return make(np.expand_dims, (folding.new[node.args[0]],), {"axis": axes})


def _squeeze(folding: Folding, node: Node) -> Node:
    (x,) = node.args
    axis = node.kwargs.get("axis")
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    ones = (a for a, length in enumerate(x.shape) if length == 1)
    return make(np.squeeze, (folding.new[x],), {"axis": tuple(ones if axis is None else (a % x.ndim for a in given))})


def _broadcast_to(folding: Folding, node: Node) -> Node:
    shape = folding.renewed(node.kwargs["shape"])
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    return make(np.broadcast_to, (folding.new[node.args[0]],), {"shape": (*sizes, folding.count)})


def _like(folding: Folding, node: Node) -> Node:
    return make(node.op, (folding.new[node.args[0]],), node.kwargs)


def _size(folding: Folding, node: Node) -> Node:
    """The length of an axis is the same for all members; the size of an array is the product of its lengths."""
    (x,) = node.args
    axes = [node.kwargs["axis"] % x.ndim] if "axis" in node.kwargs else range(x.ndim)
    sizes = (make(np.size, (folding.new[x],), {"axis": axis}) for axis in axes)
    return reduce(lambda a, b: make(np.multiply, (a, b)), sizes) if x.ndim else constant(1)


def _joined(folding: Folding, node: Node) -> Node:
    """Concatenate or stack: all parts need the members then."""
    (parts,) = node.args
    axis = node.kwargs.get("axis", 0)
    if axis is None:
        raise NotFoldable(node, "with axis=None")
    return make(node.op, ([folding.full(part) for part in parts],), {**node.kwargs, "axis": axis % node.ndim})


def _getitem(folding: Folding, node: Node) -> Node:
    x, index = node.args
    return make(operator.getitem, (folding.new[x], _index(folding, node, index)))


def _index(folding: Folding, node: Node, index: Any) -> Any:
    """Return an index of each member: counted from the front it takes all members as it is, from the end it is told."""
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, Node) and part in folding.members for part in parts):
        raise NotFoldable(node, "with another index for each")
    parts = folding.renewed(parts)
    return (*parts, slice(None)) if any(part is Ellipsis for part in parts) else parts


def _scatter_add(folding: Folding, node: Node) -> Node:
    like, index, values = node.args
    return make(fn.scatter_add, (folding.full(like), _index(folding, node, index), folding.aligned(values)))


def _take_along_axis(folding: Folding, node: Node) -> Node:
    x, indices = (folding.aligned(arg) for arg in node.args)
    return make(np.take_along_axis, (x, indices), {"axis": _axes(node, node.args[0].ndim)})


def _repeat(folding: Folding, node: Node) -> Node:
    (x,) = node.args
    repeats, axis = folding.renewed(node.kwargs["repeats"]), _axes(node, x.ndim)
    return make(np.repeat, (folding.new[x],), {"repeats": repeats, "axis": axis})


def _tile(folding: Folding, node: Node) -> Node:
    reps = node.kwargs["reps"]
    return make(np.tile, (folding.new[node.args[0]],), {"reps": (*(reps if isinstance(reps, tuple) else (reps,)), 1)})


def _pad(folding: Folding, node: Node) -> Node:
    settings = {**node.kwargs, "pad_width": (*node.kwargs["pad_width"], (0, 0))}
    if np.ndim(settings.get("constant_values", 0)):
        raise NotFoldable(node, "with constants for each end")
    return make(np.pad, (folding.new[node.args[0]],), settings)


SHAPING: dict[Callable[..., Any], Rule] = {
    **dict.fromkeys(ALONG_ONE | ALONG_SEVERAL, _along),
    **dict.fromkeys((np.swapaxes, np.moveaxis), _renumbered),
    **dict.fromkeys((np.reshape, np.ravel), _reshape),
    **dict.fromkeys((np.concatenate, np.stack), _joined),
    **dict.fromkeys((np.zeros_like, np.ones_like), _like),
    np.transpose: _transpose,
    np.expand_dims: _expand_dims,
    np.squeeze: _squeeze,
    np.broadcast_to: _broadcast_to,
    np.size: _size,
    np.take_along_axis: _take_along_axis,
    np.repeat: _repeat,
    np.tile: _tile,
    np.pad: _pad,
    operator.getitem: _getitem,
    fn.scatter_add: _scatter_add,
}

"""How operations on arrays are written: the part of the table of phrases about axes, matrices and entries.

What moves entries without changing them in a way worth reading (broadcasting, casts, axes of length one) is not
written at all.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functions as fn
from ..node import CONSTANT, SAME, Node
from .broadcasting import sizes_text
from .typeset import ATOM, COMPARE, SUM, Term
from .writer import Phrase, Writer

__all__ = ["ARRAY_PHRASES", "shape_text"]


def shape_text(node: Node) -> str:
    """Return the shape as one reads it: ``784×256``, ``256`` for a vector, nothing for a number."""
    return "×".join(map(str, node.shape))


def _ndims(node: Node) -> list[int]:
    return [np.ndim(getattr(arg, "value", arg)) for arg in node.args]


def _same(w: Writer, node: Node) -> Term:
    return w.term(node.args[0])


# --- along axes ---


def _axes(node: Node, default: int | None = None) -> tuple[int, ...]:
    """Return the axes along which an operation runs; none if it runs over all."""
    ndim, axis = node.args[0].ndim, node.kwargs.get("axis", default)
    if axis is None or ndim > 6:
        return ()
    axes = {a % ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,))} if ndim else set()
    return () if len(axes) == ndim else tuple(sorted(axes))


def _along(w: Writer, node: Node, axes: tuple[int, ...] | None = None) -> Term:
    """Write a function that runs along axes: ``maxⱼ(z)``."""
    if node.kwargs.get("axis") == ():
        return w.call(node)
    condition = node.op in (np.all, np.any, np.count_nonzero)
    inside = w.term(node.args[0]).text if condition else w.argument(node.args[0])
    others = [f"{w.style.word(k)}={w.argument(v)}" for k, v in node.kwargs.items() if k not in ("axis", "keepdims")]
    return w.style.call(node.op.__name__, [inside, *others], _axes(node) if axes is None else axes)


def _softmax(w: Writer, node: Node) -> Term:
    axes = _axes(node, -1)
    return _along(w, node, () if axes == (node.ndim - 1,) else axes)


def _running(sign: str) -> Phrase:
    def phrase(w: Writer, node: Node) -> Term:
        if node.kwargs.get("axis") == ():
            return w.call(node)
        return w.style.running(sign, w.term(node.args[0]), _axes(node))

    return phrase


# --- matrices ---


def _matmul(w: Writer, node: Node) -> Term:
    a, b = w.terms(node)
    return w.style.times(a, b, "matrices")


def _dot(w: Writer, node: Node) -> Term:
    """Write a matrix product if it is one."""
    ndims = _ndims(node)
    a, b = w.terms(node)
    if 0 in ndims:
        return w.style.times(a, b, "number left" if ndims[1] else "number right" if ndims[0] else "number")
    if max(ndims) > 2:
        return w.call(node)
    return w.style.times(a, w.style.marked(b, "T") if node.op is np.inner and ndims[1] == 2 else b, "matrices")


def _outer(w: Writer, node: Node) -> Term:
    if _ndims(node) != [1, 1]:
        return w.call(node)
    a, b = w.terms(node)
    return w.style.times(a, b, "outer")


def _transpose(w: Writer, node: Node) -> Term:
    x, axes = node.args[0], node.kwargs.get("axes")
    if x.ndim < 2:
        return w.term(x)
    order = [a % x.ndim for a in axes] if axes is not None else list(range(x.ndim))[::-1]
    if order == sorted(order):
        return w.term(x)
    return w.style.marked(w.term(x), "T") if order == sorted(order)[::-1] else w.call(node)


def _swapaxes(w: Writer, node: Node) -> Term:
    x = node.args[0]
    pair = sorted(a % x.ndim for a in node.kwargs.values())
    return w.style.marked(w.term(x), "T") if pair == [x.ndim - 2, x.ndim - 1] else w.call(node)


def _solve(w: Writer, node: Node) -> Term:
    a, b = w.terms(node)
    return w.style.times(w.style.marked(a, "-1"), b, "matrices")


def _norm(w: Writer, node: Node) -> Term:
    return Term(w.style.fenced("norm", w.term(node.args[0])).text + w.style.subscript(_axes(node)))


# --- shapes and entries ---


def _reshape(w: Writer, node: Node) -> Term:
    """Write a reshape only if it does more than add or remove axes of length one."""
    x = node.args[0]
    before, after = (tuple(n for n in shape if n != 1) for shape in (np.shape(getattr(x, "value", x)), node.shape))
    return w.term(x) if before == after else w.style.call("reshape", [w.argument(x), sizes_text(w, node)])


def _astype(w: Writer, node: Node) -> Term:
    """Write a cast only if it changes numbers."""
    x = node.args[0]
    if node.dtype.kind in "iu" and x.dtype.kind == "f":
        return w.style.call("trunc", [w.argument(x)])
    if node.dtype.kind == "b" and x.dtype.kind != "b":
        return Term(f"{w.style.enclosed(w.term(x), SUM)} {w.style.signs['!=']} 0", COMPARE)
    return w.term(x)


def _index(w: Writer, index: Any) -> str:
    """Write what stands in brackets behind an array; new axes are not worth reading."""
    parts = index if isinstance(index, tuple) else (index,)
    return w.style.bracketed(", ".join(w.argument(part) for part in parts if part is not None))


def _takes_all(index: Any) -> bool:
    """Whether an index picks everything and adds axes of length one at most."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or (isinstance(part, slice) and part == slice(None)) for part in parts)


def _getitem(w: Writer, node: Node) -> Term:
    x, index = node.args
    if _takes_all(index):
        return w.term(x)
    return Term(w.style.enclosed(w.term(x), ATOM) + _index(w, index))


def _scatter_add(w: Writer, node: Node) -> Term:
    """Write zeros with values added at an index: what the derivative of indexing is."""
    _, index, values = node.args
    if _takes_all(index):
        return w.term(values)
    return w.style.call("scatter", [w.argument(values), _index(w, index)])


def _size(w: Writer, node: Node) -> Term:
    """Write n for the number of rows, and the number for any other size."""
    counts_rows = node.kwargs.get("axis", 0) == 0 and node.args[0].shape[:1] == (node.value,)
    return w.style.name("n") if counts_rows and w.rows == node.value else w.number(node.value)


def _constant(w: Writer, node: Node) -> Term:
    value = np.asarray(node.value)
    if not value.ndim:
        return w.number(value[()])
    return Term(_nested(w, value)) if 0 < value.size <= 4 else w.style.call("constant", [sizes_text(w, node)])


def _nested(w: Writer, value: np.ndarray) -> str:
    if not value.ndim:
        return w.number(value[()]).text
    return w.style.bracketed(", ".join(_nested(w, item) for item in value))


ARRAY_PHRASES: dict[Callable[..., Any], Phrase] = {
    CONSTANT: _constant,
    np.sum: _running("sum"),
    np.prod: _running("product"),
    **dict.fromkeys((np.mean, np.var, np.std, np.max, np.min, np.argmax, np.argmin), _along),
    **dict.fromkeys((np.all, np.any, np.count_nonzero, fn.logsumexp), _along),
    fn.softmax: _softmax,
    np.matmul: _matmul,
    np.dot: _dot,
    np.inner: _dot,
    np.outer: _outer,
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.linalg.inv: lambda w, node: w.style.marked(w.term(node.args[0]), "-1"),
    np.linalg.solve: _solve,
    np.linalg.norm: _norm,
    np.reshape: _reshape,
    np.ravel: _reshape,
    np.astype: _astype,
    **dict.fromkeys((np.squeeze, np.expand_dims, np.broadcast_to, np.copy, np.positive, SAME), _same),
    np.zeros_like: lambda w, node: w.number(0),
    np.ones_like: lambda w, node: w.number(1),
    np.size: _size,
    operator.getitem: _getitem,
    fn.scatter_add: _scatter_add,
    fn.probability: lambda w, node: w.style.call("clip", [w.argument(node.args[0])]),
}

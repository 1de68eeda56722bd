"""Broadcasting in formulas. It is not written, save where the formula would mean something else without it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functions as fn
from ..node import CONSTANT, INPUT, SAME, Node
from ..stable import RESHAPES
from .typeset import Term
from .writer import Writer

__all__ = ["INVISIBLE", "crossed", "crossing", "outer_product", "sizes_text", "whole"]

INVISIBLE = {np.broadcast_to, np.astype, np.copy, np.positive, SAME} | RESHAPES
FILLED = {np.zeros_like, np.ones_like}
FOR_ANY_SIZE = {np.mean, np.max, np.min, np.all, np.any, fn.scatter_add, *FILLED}  # the same, however often repeated


def sizes_text(w: Writer, node: Node) -> str:
    """Return the shape as it stands in a formula: ``784×256``."""
    return w.style.signs["by"].join(map(str, node.shape))


def whole(w: Writer, node: Node) -> Writer:
    """Return a writer of operands that are read as a whole: here it matters that broadcasting repeated a value."""
    if fn.is_entrywise(node.op) or node.op in INVISIBLE or node.op in FOR_ANY_SIZE:
        return w

    def operand(x: Node) -> Term:
        is_whole = np.size(x.value) < 2 or _written_size(x, {}) == x.value.size
        return w.operand(x) if is_whole else w.style.call("broadcast", [w.argument(x), sizes_text(w, x)])

    return Writer(w.style, operand, w.rows)


def _written_size(x: Any, known: dict[Node, int], depth: int = 20) -> int:
    """Return how many entries a reader sees in ``x`` as it is written."""
    if not isinstance(x, Node) or x.ndim == 0:
        return 1
    if x not in known:
        known[x] = x.value.size  # also of what is too deep to be looked at
        if x.op in FILLED:
            known[x] = 1
        elif depth and x.op in INVISIBLE:
            known[x] = _written_size(x.args[0], known, depth - 1)
        elif depth and fn.is_entrywise(x.op) and not crossed(x):
            by_size = sorted(x.parents, key=lambda parent: -np.size(parent.value))
            sizes = (_written_size(parent, known, depth - 1) for parent in by_size)
            largest = 1
            for size in sizes:
                largest = max(largest, size)
                if largest == x.value.size:
                    break
            known[x] = largest
    return known[x]


def crossed(node: Node) -> bool:
    """Whether an operation goes through all pairs of entries, as of a column and a row: no operand has its shape."""
    if not fn.is_entrywise(node.op) or node.ndim < 2:
        return False
    own = _longer_than_one(node)
    shapes = [_longer_than_one(parent) for parent in node.parents if parent.ndim]
    return len(shapes) > 1 and own not in shapes


def crossing(w: Writer) -> Writer:
    """Return a writer that shows which axis is whose."""

    def operand(x: Node) -> Term:
        inner = x.shape[next((axis for axis, n in enumerate(x.shape) if n != 1), x.ndim) :]
        is_reshaped = x.op in RESHAPES and _longer_than_one(x) != _longer_than_one(x.args[0])
        is_seen = 1 not in inner or x.op is INPUT or is_reshaped
        return w.operand(x) if is_seen else w.style.call("reshape", [w.argument(x), sizes_text(w, x)])

    return Writer(w.style, operand, w.rows)


def outer_product(w: Writer, node: Node) -> Term | None:
    """Write the product of a column and a row, if it is one: of n×1 and 1×m it is that of matrices."""
    a, b = node.args
    if len(_longer_than_one(a)) != 1 or len(_longer_than_one(b)) != 1:
        return None
    behind = [x.shape[::-1].index(max(x.shape)) for x in (a, b)]  # the row's axis is the last
    column, row = (a, b) if behind[0] > behind[1] else (b, a)
    kind = "matrices" if _is_matrix(column) and _is_matrix(row) else "outer"
    return w.style.times(w.term(column), w.term(row), kind)


def _is_matrix(x: Any) -> bool:
    """Whether a column or a row is written as a matrix, not as a vector with an axis of length one that is unseen."""
    for _ in range(20):
        if not isinstance(x, Node) or x.ndim != 2 or x.op in (INPUT, CONSTANT):
            break
        if x.op is np.matmul:  # the column is that of the right operand, the row that of the left
            x = x.args[x.shape[1] == 1]
        elif fn.is_entrywise(x.op) or x.op is np.transpose:
            x = max(x.parents, key=lambda parent: np.size(parent.value))
        else:
            return False
    return isinstance(x, Node) and x.ndim == 2


def _longer_than_one(x: Node) -> tuple[int, ...]:
    return tuple(n for n in x.shape if n != 1)

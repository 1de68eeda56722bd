"""Which values belong to one row each, and which are sums over rows: what may be computed block by block.

A proof on the graph, not a test on numbers: an operation it does not know counts as mixing the rows. So a batch is cut
only where that cannot change the result.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np

from . import functions as fn
from .batch import Shapes
from .node import CONSTANT, INPUT, Node, topological
from .stable import RESHAPES

__all__ = ["rows_are_independent", "sums_over_rows"]

FIXED, ROWS, SUM, MIXED = "the same for every row", "a value per row", "a sum over rows", "rows see each other"
REDUCTIONS = {
    np.mean, np.max, np.min, np.prod, np.cumsum, np.var, np.std, np.sort, np.argmax, np.argmin, np.argsort, np.all,
    np.any, np.flip, np.roll, np.linalg.norm,
}  # fmt: skip
FILLED = {np.broadcast_to, np.zeros_like, np.ones_like}
AXES_MOVED = {np.transpose, np.swapaxes, np.moveaxis}


def rows_are_independent(outputs: Iterable[Node], data: Iterable[Node], shapes: Shapes) -> bool:
    """Whether each row of the outputs depends on the same row of the data alone."""
    kinds = _Kinds(data, shapes)
    found = kinds.of(outputs)
    return all(kind == ROWS and kinds.axis(node) == 0 for node, kind in found)


def sums_over_rows(outputs: Iterable[Node], data: Iterable[Node], shapes: Shapes) -> bool:
    """Whether the outputs on two parts of a batch add up to those on the whole."""
    return all(kind == SUM or node.op is np.zeros_like for node, kind in _Kinds(data, shapes).of(outputs))


class _Kinds:
    def __init__(self, data: Iterable[Node], shapes: Shapes) -> None:
        self._data, self._shapes = set(data), shapes
        self._known: dict[Node, str] = {}

    def of(self, outputs: Iterable[Node]) -> list[tuple[Node, str]]:
        outputs = list(outputs)
        for node in topological(outputs):
            self._known[node] = self._kind(node)
        return [(node, self._known[node]) for node in outputs]

    def axis(self, node: Node) -> int | None:
        """The one axis that has an entry per row, or None."""
        few, more = (self._shapes.at(node, rows) for rows in (1000, 1001))
        if few is None or more is None:
            return None
        growing = [i for i, (a, b) in enumerate(zip(few, more, strict=True)) if a != b]
        return growing[0] if len(growing) == 1 and few[growing[0]] == 1000 else None

    def _kind(self, node: Node) -> str:
        if node.op in (INPUT, CONSTANT):
            return ROWS if node in self._data else FIXED
        operands = [parent for parent in node.parents if parent.op is not np.size or self._computes_with(node)]
        kinds = {self._known[parent] for parent in operands}
        if node.op is np.size:
            return MIXED if kinds - {FIXED} else FIXED
        if MIXED in kinds:
            return MIXED
        if kinds <= {FIXED}:
            return FIXED if self._grows_nowhere(node) else ROWS if node.op is np.broadcast_to else MIXED
        return self._of_sums(node, operands) if SUM in kinds else self._of_rows(node, operands)

    def _computes_with(self, node: Node) -> bool:
        """Whether a size among the arguments is a number to compute with, rather than a shape."""
        return node.op not in (np.reshape, np.broadcast_to)

    def _grows_nowhere(self, node: Node) -> bool:
        few = self._shapes.at(node, 1000)
        return few is not None and few == self._shapes.at(node, 1001)

    def _of_sums(self, node: Node, operands: Sequence[Node]) -> str:
        """What is linear in a sum over rows is one again."""
        kinds = [self._known[operand] for operand in operands]
        if node.op in (np.negative, np.sum, np.astype, np.copy, *AXES_MOVED, *RESHAPES):
            return SUM
        if node.op in (np.add, np.subtract):
            return SUM if kinds == [SUM, SUM] else MIXED
        if node.op in (np.multiply, np.matmul):
            return SUM if sorted(kinds) == sorted([SUM, FIXED]) or (kinds == [SUM] and len(node.args) == 2) else MIXED
        if node.op is np.true_divide:
            return SUM if kinds in ([SUM, FIXED], [SUM]) and operands[0] is node.args[0] else MIXED
        return MIXED

    def _of_rows(self, node: Node, operands: Sequence[Node]) -> str:
        rowwise = [operand for operand in operands if self._known[operand] == ROWS]
        axes = {operand: self.axis(operand) for operand in rowwise}
        if None in axes.values():
            return MIXED
        if node.op is np.matmul:
            return self._product(node, axes)
        if node.op is np.sum:
            return SUM if self._reduces(node, axes) else self._kept(node)
        if node.op in REDUCTIONS:
            return MIXED if self._reduces(node, axes) else self._kept(node)
        result = self.axis(node)
        if result is None:
            return MIXED
        if fn.is_entrywise(node.op) or node.op in FILLED:
            aligned = all(
                axis + node.ndim - operand.ndim == result for operand, axis in axes.items() if axis is not None
            )
            return ROWS if aligned else MIXED
        if node.op in AXES_MOVED:
            return ROWS
        if node.op in RESHAPES:
            (operand,), (axis,) = axes, axes.values()
            before = prod(operand.shape[:axis])
            return ROWS if before == prod(node.shape[:result]) else MIXED
        if node.op in (np.concatenate, np.stack):
            return ROWS if self._joined_beside(node, axes, result) else MIXED
        if node.op in (operator.getitem, fn.scatter_add):
            return ROWS if set(axes.values()) == {0} == {result} and _takes_all_rows(node.args[1]) else MIXED
        return MIXED

    def _kept(self, node: Node) -> str:
        return MIXED if self.axis(node) is None else ROWS

    def _reduces(self, node: Node, axes: dict[Node, int | None]) -> bool:
        """Whether a reduction runs along the rows."""
        (operand,), (axis,) = axes, axes.values()
        default = -1 if node.op in (np.sort, np.argsort) else None
        along = node.kwargs.get("axis", default)
        if along is None:
            return True
        return axis in {a % operand.ndim for a in (along if isinstance(along, tuple) else (along,))}

    def _product(self, node: Node, axes: dict[Node, int | None]) -> str:
        """``x @ W`` keeps the rows, ``x.T @ dz`` sums over them."""
        a, b = node.args
        over_a = a in axes and axes[a] == a.ndim - 1
        over_b = b in axes and axes[b] == max(b.ndim - 2, 0)
        if over_a or over_b:
            return SUM if over_a and over_b and a is not b else MIXED
        if a in axes and b in axes:  # stacks of matrices, one per row
            places = {axis - operand.ndim for operand, axis in axes.items() if axis is not None}
            return self._kept(node) if len(places) == 1 and places.pop() < -2 else MIXED
        return self._kept(node)

    def _joined_beside(self, node: Node, axes: dict[Node, int | None], result: int) -> bool:
        """Whether values are joined along another axis than that of the rows."""
        along = node.kwargs.get("axis", 0)
        if along is None or len(axes) != len(set(node.parents)):
            return False
        along %= node.ndim
        shift = int(node.op is np.stack and along <= result)
        return along != result and all(axis is not None and axis + shift == result for axis in axes.values())


def _takes_all_rows(index: Any) -> bool:
    first = index[0] if isinstance(index, tuple) and index else index
    return first is Ellipsis or (isinstance(first, slice) and first == slice(None))

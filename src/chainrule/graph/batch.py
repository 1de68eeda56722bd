"""Programs that do not know the batch size.

A graph is traced on a few example rows whose number divides no other size. So every size in it either is a multiple of
that number, and then it counts rows (``len(x)`` in the program), or it belongs to the network and is a plain number.
Traced again on another number of rows, the same text shows that it holds for every batch, and the two sets of shapes
show how each value grows with the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .emit import Emission
from .node import Node, constant, make, rebuild, topological

__all__ = ["Shapes", "fold_sizes", "same_program", "unmistakable_rows"]


def unmistakable_rows(sizes: Iterable[int], start: int = 3) -> int:
    """Return a small number of rows that divides none of ``sizes``, so that no axis can be taken for the batch.

    >>> unmistakable_rows([1, 3, 4, 30])
    7
    """
    taken = [size for size in sizes if size > 0]
    rows = start
    while any(size % rows == 0 for size in taken):
        rows += 1
    return rows


def fold_sizes(outputs: Iterable[Node], rows: int, data: Node) -> list[Node]:
    """Return the outputs with each axis length as ``len(data)``, if it is the batch, or as a plain number."""

    def replace(node: Node) -> Node:
        if node.op is not np.size or "axis" not in node.kwargs:
            return node
        if node.value == rows:
            return make(np.size, (data,), {"axis": 0})
        return node if node.value % rows == 0 and node.value else constant(node.value)

    return rebuild(outputs, replace)


def same_program(a: Emission, b: Emission) -> bool:
    """Whether two emissions are one program: the same text, about the same constants."""
    if a.source != b.source or a.constants.keys() != b.constants.keys():
        return False
    pairs = [(np.asarray(value), np.asarray(b.constants[name])) for name, value in a.constants.items()]
    return all(x.shape == y.shape and x.tobytes() == y.tobytes() for x, y in pairs)


class Shapes:
    """How the shape of each value depends on the number of rows.

    Args:
        outputs, rows: a graph and the number of rows of its example.
        others, other_rows: the same graph on another number of rows; without it, shapes are those of the example.
    """

    def __init__(
        self, outputs: Sequence[Node], rows: int, others: Sequence[Node] | None = None, other_rows: int = 0
    ) -> None:
        self._rows, self._other_rows = rows, other_rows
        self._others: dict[Node, tuple[int, ...]] = {}
        if others is not None:
            pairs = zip(topological(outputs), topological(others), strict=True)
            self._others = {node: other.shape for node, other in pairs}

    def at(self, node: Node, rows: int) -> tuple[int, ...] | None:
        """The shape that ``node`` has on ``rows`` rows; None if it does not grow with them in a straight line."""
        other = self._others.get(node, node.shape)
        sizes = [self._size(a, b, rows) for a, b in zip(node.shape, other, strict=True)]
        return None if None in sizes else tuple(size for size in sizes if size is not None)

    def written(self, node: Node) -> str:
        """The shape as a comment says it, ``(n, 10)`` for n rows; nothing for a number."""
        other = self._others.get(node, node.shape)
        sizes = [self._letter(few, more) for few, more in zip(node.shape, other, strict=True)]
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})" if sizes else ""

    def _letter(self, few: int, more: int) -> str:
        if few == more:
            return str(few)
        per_row = few // self._rows
        as_rows = (few, more) == (per_row * self._rows, per_row * self._other_rows)
        return "…" if not as_rows else "n" if per_row == 1 else f"{per_row}n"

    def _size(self, few: int, more: int, rows: int) -> int | None:
        """Follow the line ``k · rows + c`` through the two examples.

        Any two points lie on a line, those of n² too: so ``c`` must be no more than a row or so of what there is k of.
        """
        if few == more:
            return few
        per_row, rest = divmod(more - few, self._other_rows - self._rows)
        start = few - per_row * self._rows
        return None if rest or per_row <= 0 or abs(start) > per_row else start + per_row * rows

"""Programs that do not know the batch size.

A graph is traced on a few example rows whose number occurs as no other size. So every size is either that number,
and then it is the number of rows (``len(x)`` in the program), or it belongs to the network and is a plain number.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .node import Node, constant, make, rebuild

__all__ = ["fold_sizes", "unmistakable_rows"]


def unmistakable_rows(sizes: Iterable[int], start: int = 3) -> int:
    """Return a small number of rows that is none of ``sizes``, so that no axis can be taken for the batch.

    >>> unmistakable_rows([1, 3, 4, 30])
    5
    """
    taken = set(sizes)
    rows = start
    while rows in taken:
        rows += 1
    return rows


def fold_sizes(outputs: Iterable[Node], rows: int, data: Node) -> list[Node]:
    """Return the outputs with each axis length as ``len(data)``, if it is the batch, or as a plain number."""

    def replace(node: Node) -> Node:
        if node.op is not np.size or "axis" not in node.kwargs:
            return node
        return make(np.size, (data,), {"axis": 0}) if node.value == rows else constant(node.value)

    return rebuild(outputs, replace)

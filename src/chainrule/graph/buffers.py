"""Decide which results of a program are written into arrays that are there already.

For large arrays, asking for new memory costs more than the arithmetic. A ``Plan`` gives every large result a buffer,
lets results share one when their lives do not overlap, and computes elementwise steps in place where the argument is
needed no more. ``emit`` then writes the same lines with ``out=``.

Sizes are judged on the rows a program will really get, not on the few rows of the example (see ``batch.Shapes``).
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .batch import Shapes
from .node import CONSTANT, INPUT, Node

__all__ = ["LARGE", "Buffer", "Plan"]

LARGE = 16_384  # bytes; smaller arrays come from NumPy's own cache as fast as from a buffer
VIEWS = {
    np.transpose, np.reshape, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.ravel, np.broadcast_to,
    np.flip, operator.getitem,
}  # fmt: skip


class Buffer:
    """An array the program writes into.

    Attributes:
        name: its name in the program.
        node: the first value it holds; all that share it have the same shape on any number of rows.
    """

    def __init__(self, name: str, node: Node, shapes: Shapes) -> None:
        self.name, self.node, self._shapes = name, node, shapes

    def shape(self, rows: int) -> tuple[int, ...]:
        """Its shape for a batch of so many rows."""
        shape = self._shapes.at(self.node, rows)
        assert shape is not None  # a value whose growth is not known gets no buffer
        return shape

    def allocate(self, rows: int) -> np.ndarray:
        """Return a new array."""
        return np.empty(self.shape(rows), self.node.dtype)

    def fitted(self, array: np.ndarray, rows: int) -> np.ndarray:
        """Return the part of ``array`` that a batch of so many rows, at most as many as planned, writes into."""
        shape = self.shape(rows)
        return array.reshape(-1)[: prod(shape)].reshape(shape)  # in one piece, which np.dot insists on


class Plan:
    """Where each large result goes.

    Args:
        order: the nodes in the order in which they will be computed.
        shapes: their shapes on any number of rows.
        rows: the number of rows to plan for.
        kept: nodes whose values are read after the program has returned; they get no shared buffer.
        stores: nodes that the caller wants in an array of its own, with the name of that array.
        elsewhere: nodes that are written in place of an input, by an ``Update``.

    Attributes:
        targets: node → the name of a buffer, or the argument node in whose place it is written.
        through: results that a store is only a view of, as in ``t.reshape(...)``, and the text by which the array of
            that store takes them: they are written into it right away.
        own_line: nodes that must be computed where they stand, for they read a buffer that will be used again.
        buffers: the buffers to allocate.
        parameters: names of the additional parameters of the program: stores, then buffers.
    """

    def __init__(
        self,
        order: Sequence[Node],
        shapes: Shapes,
        rows: int,
        kept: Sequence[Node] = (),
        stores: dict[Node, str] | None = None,
        elsewhere: Sequence[Node] = (),
    ) -> None:
        self.stores = stores or {}
        self.shapes, self.rows = shapes, rows
        self.buffers: list[Buffer] = []
        self.targets: dict[Node, Any] = dict(self.stores)
        self._placed = {*self.stores, *elsewhere}
        self.through = self._seen_through(order, {*self._placed, *kept})
        self.targets |= self.through
        self._placed |= {*self.through}
        self._base = {node: self._storage(node) for node in order}
        self._last_use = self._lives(order)
        self._kept = {self._base[node] for node in kept}
        self._home: dict[Node, Buffer] = {}
        self.own_line = {node for node in order if node.op not in VIEWS and self._reads_buffer(node)}
        self._assign(order)

    @property
    def parameters(self) -> list[str]:
        """Stores, then buffers."""
        return [*self.stores.values(), *(buffer.name for buffer in self.buffers)]

    def same_name(self, node: Node, target: Node) -> bool:
        """Whether the value written in place may keep the name of the value it replaces."""
        return target.name is None or node.name is None

    def _seen_through(self, order: Sequence[Node], taken: set[Node]) -> dict[Node, str]:
        uses = Counter(parent for node in order for parent in node.parents)
        found = {}
        for store, name in self.stores.items():
            result = store.args[0]
            if isinstance(result, Node) and uses[result] == 1 and result not in taken and self._takes_out(result):
                view = self._as_argument(store, result)
                if view and result.dtype == store.dtype:
                    found[result] = name + view
        return found

    def _as_argument(self, store: Node, result: Node) -> str:
        """The text behind the name of a store, an array in one piece, by which it takes what it is a view of."""
        sizes = [self.shapes.at(result, rows) for rows in (self.rows, self.rows + 1)]
        if store.op is np.reshape and None not in sizes and sizes[0][:-1] == sizes[1][:-1]:  # type: ignore[index]
            return f".reshape({(*result.shape[:-1], -1)})"
        index = store.args[1] if store.op is operator.getitem else None
        if isinstance(index, tuple) and all(part is None or _is_whole(part) for part in index):
            return f"[{', '.join('0' if part is None else ':' for part in index)}]"
        return ""

    def _is_large(self, node: Node) -> bool:
        shape = self.shapes.at(node, self.rows)
        return shape is not None and not node.is_weak and prod(shape) * node.dtype.itemsize >= LARGE

    def _takes_out(self, node: Node) -> bool:
        return isinstance(node.op, np.ufunc) or node.op is np.sum

    def _storage(self, node: Node) -> Node:
        """The node whose memory this one looks at."""
        while node.op in VIEWS and isinstance(node.args[0], Node):
            node = node.args[0]
        return node

    def _reads_buffer(self, node: Node) -> bool:
        bases = (self._base[parent] for parent in node.parents if parent in self._base)
        return any(base.op not in (INPUT, CONSTANT) and self._is_large(base) for base in bases)

    def _lives(self, order: Sequence[Node]) -> dict[Node, int]:
        """Where each piece of memory is read last, be it through views."""
        last: dict[Node, int] = {}
        for i, node in enumerate(order):
            for parent in node.parents:
                if parent in self._base:
                    last[self._base[parent]] = i
        return last

    def _assign(self, order: Sequence[Node]) -> None:
        free: list[Buffer] = []
        for i, node in enumerate(order):
            if self._wants_buffer(node):
                self._place(node, i, free)
            for base in {self._base[parent] for parent in node.parents if parent in self._base}:
                dead = self._last_use.get(base) == i and base in self._home and base not in self._kept
                if dead and self._home[base] is not self._home.get(node):
                    free.append(self._home[base])

    def _wants_buffer(self, node: Node) -> bool:
        if node.op in (INPUT, CONSTANT) or node.op in VIEWS or node in self._placed or node in self._kept:
            return False
        return self._is_large(node) and self._takes_out(node)

    def _place(self, node: Node, i: int, free: list[Buffer]) -> None:
        for parent in node.parents:
            dying = self._last_use.get(parent) == i and parent in self._home and parent not in self._kept
            if dying and node.op is not np.matmul and isinstance(node.op, np.ufunc) and self._alike(node, parent):
                self.targets[node] = parent
                self._home[node] = self._home[parent]
                return
        buffer = next((b for b in free if self._alike(node, b.node)), None)
        if buffer is None:
            buffer = Buffer(f"B{len(self.buffers)}", node, self.shapes)
            self.buffers.append(buffer)
        else:
            free.remove(buffer)
        self.targets[node] = buffer.name
        self._home[node] = buffer

    def _alike(self, a: Node, b: Node) -> bool:
        """Whether two values have one dtype and, on any number of rows, one shape."""
        same_now = self.shapes.at(a, self.rows) == self.shapes.at(b, self.rows)
        return same_now and a.shape == b.shape and a.dtype == b.dtype


def _is_whole(part: Any) -> bool:
    return isinstance(part, slice) and part == slice(None)

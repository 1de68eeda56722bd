"""What is known while a graph is folded: the new form of each node, which have members, how long axes are."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import ShapeError, UnsupportedError
from ..names import source_line
from ..node import Node, make, map_nodes

__all__ = ["Folding", "NotFoldable", "entry", "reshaped"]

Size = int | Node


class NotFoldable(UnsupportedError):  # noqa: N818  # no error where many are trained: they are trained one by one then
    """An operation has no form for many networks at once.

    Args:
        node: the operation.
        why: what about it, if it is not the operation as such.
    """

    def __init__(self, node: Node, why: str = "") -> None:
        name = f"{getattr(node.op, '__module__', None) or 'numpy'}.{node.op.__name__}"
        line = source_line(*node.line) if node.line else ""
        where = f", in the line: {line}" if line else ""
        super().__init__(f"{name}{' ' * bool(why)}{why} cannot be computed for many networks at once{where}")


class Folding:
    """The state of folding one graph.

    Args:
        varying: the input nodes that differ from member to member, each with its new input node.
        batch: the input whose first axis is the batch, if sizes that equal its length are to be ``len(batch)``.

    Attributes:
        new: the new form of each node so far.
        members: the nodes, of the old graph, whose new form has the axis of members.
        count: the node of the number of members.

    Raises:
        ShapeError: a new input does not have the old one's shape with the number of members appended.
    """

    def __init__(self, varying: Mapping[Node, Node], batch: Node | None) -> None:
        _check(varying)
        self.new = dict(varying)
        self.members = set(varying)
        old, first = next(iter(varying.items()))
        self.count = make(np.size, (first,), {"axis": old.ndim})
        self._rows = 0 if batch is None else len(batch.value)
        self._batch = None if batch is None else self.new.get(batch, batch)

    def renewed(self, arg: Any) -> Any:
        """Return an argument with each node in it in its new form."""
        return map_nodes(self.new.__getitem__, arg)

    def size(self, length: int) -> Size:
        """Return the length of an axis as the program says it: ``len(x)`` if it is the batch, else a plain number."""
        if self._batch is None or not length or length % self._rows:
            return length
        rows, times = make(np.size, (self._batch,), {"axis": 0}), length // self._rows
        return rows if times == 1 else make(np.multiply, (rows, times))

    def shape(self, node: Node) -> tuple[Size, ...]:
        """Return the shape of a node of the old graph, likewise."""
        return tuple(self.size(length) for length in node.shape)

    def aligned(self, arg: Any) -> Any:
        """Return an operand so that its axes line up with those of operands that have members.

        An array without members gets a last axis of length 1; numbers fit as they are.
        """
        if not isinstance(arg, Node):
            return arg
        node = self.new[arg]
        return node if arg in self.members or not arg.ndim else entry(node, Ellipsis, None)

    def full(self, node: Node) -> Node:
        """Return the new form of a node with all members, also if they are equal."""
        if node in self.members:
            return self.new[node]
        return make(np.broadcast_to, (self.aligned(node),), {"shape": (*self.shape(node), self.count)})


def _check(varying: Mapping[Node, Node]) -> None:
    counts = {new.shape[-1:] for new in varying.values()}
    for old, new in varying.items():
        if new.shape[:-1] != old.shape or len(counts) > 1 or new.ndim != old.ndim + 1:
            raise ShapeError(
                f"expected the input {old.name} of many networks to have the shape {old.shape} of one with the number "
                f"of networks behind it, the same for all inputs. Received: {new.shape}"
            )


def reshaped(x: Node, *shape: Size) -> Node:
    """Return ``x`` in another shape."""
    return make(np.reshape, (x,), {"shape": shape})


def entry(x: Node, *index: Any) -> Node:
    """Return ``x[index]``."""
    return make(operator.getitem, (x, index))

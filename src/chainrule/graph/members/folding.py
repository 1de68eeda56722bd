"""The walk that gives each value of one network's graph an axis for many networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..functions import is_entrywise
from ..node import CONSTANT, INPUT, Node, collection_paused, make, renewed, topological
from .products import PRODUCTS, column_as_row
from .shaping import SHAPING
from .state import Folding, NotFoldable

__all__ = ["with_members"]


def with_members(outputs: Sequence[Node], varying: Mapping[Node, Node], batch: Node | None = None) -> list[Node]:
    """Return the outputs for many networks at once, the members along a last axis.

    Each value that depends on a varying input has the shape it had and behind it the number of members; the others
    stay as they are. Names, dtypes and the lines of the user's code are kept. The text does not tell the number of
    members.

    Args:
        outputs: the outputs of one network's graph.
        varying: each input node that differs from member to member, with a new input node in its place: its shape is
            the old one with the number of members behind it. Where the old one is a Python number, the new one is
            best float64: it is cast to the dtype of the arrays it meets.
        batch: an input of the graph whose first axis is the batch. Its length on the example should occur as no other
            size (see ``batch.unmistakable_rows``); where reshapes need it they then say ``len(x)``, and the text holds
            for every batch. Without it, they hold for as many rows as the example.

    Raises:
        NotFoldable: an operation has no form for many networks at once.
        ShapeError: the shapes of the new inputs do not fit.

    >>> from chainrule.graph.emit import emit
    >>> from chainrule.graph.node import make, placeholder
    >>> x, w = placeholder(np.ones((7, 3)), "x"), placeholder(np.ones((3, 2)), "W")
    >>> many = placeholder(np.ones((3, 2, 100)), "W")
    >>> (z,) = with_members([make(np.matmul, (x, w))], {w: many}, batch=x)
    >>> z.shape
    (7, 2, 100)
    >>> print(emit("forward", [x, many], [z]).source)
    def forward(x, W):
        return (x @ W.reshape((3, -1))).reshape((len(x), 2, -1))
    <BLANKLINE>
    """
    outputs = list(outputs)
    if not varying:
        return outputs
    folding = Folding(varying, batch)
    with np.errstate(all="ignore"), collection_paused():
        for node in topological(outputs, varying):
            folding.new[node] = _folded(folding, node)
    return [folding.new[node] for node in outputs]


def _folded(folding: Folding, node: Node) -> Node:
    """Return the new form of a node whose arguments have theirs."""
    if all(folding.new[parent] is parent for parent in node.parents):
        return node
    if not folding.members.intersection(node.parents):
        return renewed(node, folding.new)
    fresh = _rule(node)(folding, node)
    if node.op is not np.size:
        folding.members.add(node)
        if fresh.shape != (*node.shape, folding.count.value):
            raise NotFoldable(node, f"of shapes {', '.join(str(parent.shape) for parent in node.parents)}")
    return _as_before(fresh, node)


def _rule(node: Node) -> Callable[[Folding, Node], Node]:
    if node.op is np.logaddexp:
        return _logaddexp
    rule = PRODUCTS.get(node.op) or SHAPING.get(node.op) or (_entrywise if is_entrywise(node.op) else None)
    if rule is None:
        raise NotFoldable(node)
    return rule


def _as_before(fresh: Node, node: Node) -> Node:
    """Give a new node what the old one had: dtype, name, and the user's line."""
    if fresh.dtype != node.dtype and not node.is_weak:
        fresh = make(np.astype, (fresh,), {"dtype": node.dtype.type})
    if fresh.op is not INPUT:
        fresh.name, fresh.line = fresh.name or node.name, fresh.line or node.line
    return fresh


def _entrywise(folding: Folding, node: Node) -> Node:
    """Entry by entry: NumPy lines up last axes, so operands with members fit, whatever axes they have before them."""
    rows = [column_as_row(folding, arg) for arg in node.args]
    pairs = list(zip(node.args, rows, strict=True))
    if not any(row is None and isinstance(arg, Node) and arg.ndim == node.ndim for arg, row in pairs):
        rows = [None] * len(rows)  # then no other operand has the first axis
    args = (_number(folding, node, arg) if row is None else row for arg, row in zip(node.args, rows, strict=True))
    return make(node.op, tuple(args), node.kwargs)


def _logaddexp(folding: Folding, node: Node) -> Node:
    """``log(1 + exp(x))`` by functions that NumPy applies to many numbers at a time: a tenth of the time."""
    zero, x = node.args
    if not isinstance(x, Node) or x.is_weak or not _is_zero(zero):
        return _entrywise(folding, node)
    size = make(np.absolute, (folding.new[x],))
    rest = make(np.log1p, (make(np.exp, (make(np.negative, (size,)),)),))
    return make(np.add, (make(np.maximum, (folding.new[x], 0)), rest))


def _is_zero(arg: Any) -> bool:
    value = arg.value if isinstance(arg, Node) and arg.op is CONSTANT else arg
    return type(value) in (int, float) and value == 0


def _number(folding: Folding, node: Node, arg: Any) -> Any:
    """Return an operand in its new form. A Python number takes on the dtype of the arrays it meets; so do many."""
    fresh = folding.aligned(arg)
    if arg not in folding.members or not arg.is_weak:
        return fresh
    met = [other.dtype for other in node.args if isinstance(other, Node) and not other.is_weak]
    dtype = np.result_type(*met, arg.value) if met else fresh.dtype
    return fresh if fresh.dtype == dtype else make(np.astype, (fresh,), {"dtype": dtype.type})

"""The derivatives that a picture shows: of the output by each value, and of each number by those it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ..chain_rule.local import local_form, one_like, shares_at
from ..derive import active_operands, depending_on, derive
from ..node import CONSTANT, INPUT, Node, topological

__all__ = ["Slope", "gradients_of", "has_derivative", "uses_of"]


def has_derivative(outputs: Sequence[Node]) -> bool:
    """Whether there is one output and it is one floating-point number."""
    return len(outputs) == 1 and outputs[0].shape == () and outputs[0].dtype.kind == "f"


def gradients_of(output: Node, wrt: Collection[Node] | None = None) -> dict[Node, Any]:
    """The derivative of the output by each value that it depends on, on the example.

    Nothing where it is not known, as for ``np.pad`` with a traced padding.

    Args:
        output: a node whose value is one floating-point number.
        wrt: only values that depend on these; all by default.
    """
    order = topological([output])
    nodes = [node for node in order if node.dtype.kind == "f" and node.op is not CONSTANT]
    if wrt is not None:
        moved = depending_on(order, wrt)
        nodes = [node for node in nodes if node in moved]
    try:
        with np.errstate(all="ignore"):  # what overflows on the example is shown as it comes out
            found = derive(output, nodes)
    except UnsupportedError:
        return {}
    return {node: gradient.value for node, gradient in zip(nodes, found, strict=True)}


def uses_of(node: Node) -> list[tuple[int | None, Node]]:
    """Each use that ``node`` makes of a value: the place of the operand, if there is a derivative by it, and its node.

    >>> from chainrule.graph import trace
    >>> [position for position, _ in uses_of(trace(lambda x: x * x, x=2.0).outputs[0])]
    [0, 1]
    """
    known: list[tuple[int | None, Node]] = list(active_operands(node, set(node.parents)))
    others = Counter(node.parents) - Counter(operand for _, operand in known)
    return known + [(None, operand) for operand in others.elements()]


class Slope:
    """The derivative of an operation by one of its operands.

    Attributes:
        form: it, in its shortest form, on the nodes of the graph. Where arrays are involved: what it makes of
            ``delta``, the derivative that arrives from the output.
        delta: that node; ``None`` for a number by a number, where ``form.value`` is the number.
    """

    def __init__(self, user: Node, position: int, operand: Node) -> None:
        self.user, self.operand = user, operand
        one = one_like(user)
        is_number = user.shape == operand.shape == ()
        self.delta = None if is_number else Node(INPUT, value=one.value)
        upstream = one if self.delta is None else self.delta
        self.form = local_form(shares_at(user, upstream, {operand})[position], user, upstream, upstream)

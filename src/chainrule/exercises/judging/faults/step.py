"""One step of a derivation, and what every kind of mistake needs to know about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ....graph.derive import Edge, shares
from ....graph.node import INPUT, Node, make
from ...exercise import Quantity
from ..reference import Fault, Place, Reference

__all__ = ["PRODUCTS", "Facts", "Step", "before_bias", "redone", "times"]

PRODUCTS = {np.matmul, np.dot}


class Step:
    """One step of a derivation, with what is needed to say what can go wrong in it."""

    def __init__(self, reference: Reference, of: str | None, edge: Edge, facts: Facts) -> None:
        self.reference, self.of, self.edge, self.facts = reference, of, edge, facts
        self.place = Place(reference.index(edge.user), edge.position, of)

    def fault(self, mistake: str, change: Callable[[Edge, Reference], Node], words: str = "") -> Fault:
        """Return a fault of this step."""
        return Fault(mistake, self.place, change, words)

    def name(self, node: Node) -> str:
        """Return what a node is called."""
        return self.reference.called(node)


class Facts:
    """What is known about a derivation as a whole.

    Attributes:
        quantities: what is asked for.
        labelled: the nodes that depend on a label.
        users: how many steps of the derivation lead to each node.
        branches: how many steps from each node lead to computed values, which may have a variable in common.
        n: the number of samples; 0 if there are none.
    """

    def __init__(self, reference: Reference, quantities: Sequence[Quantity], labels: Sequence[str]) -> None:
        self.quantities = quantities
        self.edges = reference.edges(quantities)
        self.n = reference.case.sizes.get("n", 0)
        self.labelled = reference.depending_on(labels)
        self.users: dict[tuple[str | None, Node], int] = {}
        self.branches: dict[tuple[str | None, Node], int] = {}
        for of, edge in self.edges:
            self.users[of, edge.operand] = self.users.get((of, edge.operand), 0) + 1
            self.branches[of, edge.user] = self.branches.get((of, edge.user), 0) + (edge.operand.op is not INPUT)


def redone(edge: Edge, upstream: Node | None = None, exchanged: Mapping[int, Node] | None = None) -> Node:
    """Return the share of a step with another derivative from above, or with other operands."""
    user, operand = edge.user, edge.operand
    if exchanged:
        args = tuple(exchanged.get(i, arg) for i, arg in enumerate(user.args))
        user = make(user.op, args, user.kwargs)
        operand = args[edge.position]
    found = shares(user, upstream or edge.upstream, {operand})
    return next(share for position, _, share in found if position == edge.position)


def times(edge: Edge, factor: Node) -> Node:
    """Return what arrives from above, times a factor, entry by entry."""
    return make(np.multiply, (edge.upstream, factor))


def before_bias(z: Node) -> int | None:
    """Return which operand of ``z = w·x + b`` is the product."""
    if z.op is not np.add:
        return None
    return next((i for i, arg in enumerate(z.args) if isinstance(arg, Node) and arg.op in PRODUCTS), None)

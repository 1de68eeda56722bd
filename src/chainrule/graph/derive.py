"""The derivative of a graph: reverse mode, producing nodes, not numbers.

The derivative of a node u by an earlier node v is the sum over all paths from v to u of the products of the local
derivatives. Walking the nodes backwards once and adding up, at each, what its users send, computes that sum without
listing the paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import ShapeError, TraceError, UnsupportedError
from .node import Node, constant, make, map_nodes, topological
from .rules import RULES, Variadic
from .trace import unwrap, wrap

__all__ = [
    "Edge", "EdgeList", "Visitor", "active_operands", "check_variable", "depending_on", "derive", "only_number",
    "shares",
]  # fmt: skip


class Edge(NamedTuple):
    """One use of a value by an operation, as the derivative went through it backwards.

    Attributes:
        user: the node of the operation.
        position: which of its operands it is.
        operand: the node of the value.
        upstream: the derivative of the output by ``user``.
        unsummed: the same before the axes along which ``operand`` was broadcast are summed.
        share: what this use adds to the derivative of the output by ``operand``.
    """

    user: Node
    position: int
    operand: Node
    upstream: Node
    unsummed: Node
    share: Node


class Visitor:
    """Is shown each step of the walk that ``derive`` takes, and may change it. This one changes nothing."""

    def arrive(self, node: Node, gradient: Node) -> Node:
        """Return the derivative by ``node`` to go on with; ``gradient`` is the sum of what its users sent."""
        return gradient

    def send(self, edge: Edge) -> Node:
        """Return what a use adds to the derivative by its operand."""
        return edge.share


class EdgeList(Visitor):
    """Takes down each use of a value, in the order of the walk.

    Attributes:
        edges: the uses.
    """

    def __init__(self) -> None:
        self.edges: list[Edge] = []

    def send(self, edge: Edge) -> Node:
        """Return the share as it is, and remember the edge."""
        self.edges.append(edge)
        return edge.share


def derive(output: Node, wrt: Iterable[Node], concrete: bool = False, visitor: Visitor | None = None) -> list[Node]:
    """Return, for each node of ``wrt``, the node of the derivative of ``output`` by it.

    Args:
        output: a node whose value is one floating-point number.
        wrt: nodes with floating-point values; a node that ``output`` does not need gets zeros.
        concrete: whether the rules' values stand for this call only, as under ``grad``.
        visitor: who is shown each step, to tell it or to see what another step would have led to.
    """
    wrt = list(wrt)
    order = topological([output])
    given = set(order)
    active = depending_on(order, wrt)
    seed = constant(1.0 if output.is_weak else np.ones((), dtype=output.dtype))
    gradients: dict[Node, Node] = {output: seed}
    wanted = set(wrt)
    for node in reversed(order):
        if node not in active or node not in gradients or node.op not in RULES:
            continue
        gradient = gradients[node] if node in wanted else gradients.pop(node)
        if visitor is not None:
            gradient = visitor.arrive(node, gradient)
            gradients |= {node: gradient} if node in wanted else {}
        if gradient.name is None and node.name and gradient not in given:
            gradient.name = "d" + node.name
        for position, parent, unsummed in _unsummed_shares(node, gradient, active, concrete):
            share = _fitted(unsummed, parent)
            if visitor is not None:
                share = visitor.send(Edge(node, position, parent, gradient, unsummed, share))
            earlier = gradients.get(parent)
            gradients[parent] = share if earlier is None else make(np.add, (earlier, share))
    return [gradients[v] if v in gradients else make(np.zeros_like, (v,)) for v in wrt]


def only_number(outputs: Sequence[Node]) -> Node:
    """Return the one output of a function to derive.

    Raises:
        ShapeError: it does not return one number.
        TraceError: the number is not floating-point.
    """
    if len(outputs) != 1 or outputs[0].shape != ():
        shapes = ", ".join(str(node.shape) for node in outputs)
        raise ShapeError(
            f"expected a function that returns one number, got shape {shapes}. Sum the result or pick one entry"
        )
    if outputs[0].dtype.kind != "f":
        raise TraceError(
            f"expected a floating-point result to derive, got dtype {outputs[0].dtype}. Trace with "
            f"floating-point examples: 2.0 for 2"
        )
    return outputs[0]


def check_variable(node: Node) -> None:
    """Raise TraceError unless ``node`` is an input that one can derive by."""
    if node.dtype.kind != "f":
        raise TraceError(
            f"expected floating-point numbers to derive by; the example of {node.name} has dtype {node.dtype}. "
            f"Write 2.0 for 2, or .astype(float)"
        )


def depending_on(order: Iterable[Node], wrt: Iterable[Node]) -> set[Node]:
    """Return the floating-point nodes that change when one of ``wrt`` does; ``order`` has arguments first."""
    active = set(wrt)
    for node in order:
        moved = any(parent in active for parent in node.parents)
        if moved and RULES.get(node.op) and node.dtype.kind == "f":
            active.add(node)
    return active


def active_operands(node: Node, active: set[Node]) -> Iterator[tuple[int, Node]]:
    """Yield the place and the node of each operand through which ``node`` depends on something active."""
    return ((position, operand) for position, operand, _ in _operands(node) if operand in active)


def shares(node: Node, upstream: Node, active: set[Node], concrete: bool = False) -> Iterator[tuple[int, Node, Node]]:
    """Yield each active operand of ``node`` with its place and its share of the derivative.

    Args:
        node: an operation of the derivative table.
        upstream: the derivative of the output by ``node``.
        active: the nodes to derive by.
        concrete: as for ``derive``.

    Raises:
        UnsupportedError: ``node`` depends on an active node by a keyword argument.
    """
    for position, operand, unsummed in _unsummed_shares(node, upstream, active, concrete):
        yield position, operand, _fitted(unsummed, operand)


def _unsummed_shares(node: Node, upstream: Node, active: set[Node], concrete: bool) -> Iterator[tuple[int, Node, Node]]:
    """As ``shares``, before the axes along which an operand was broadcast are summed."""
    if node.kwargs and active.intersection(found for found in node.parents if found not in _in(node.args)):
        raise UnsupportedError(f"np.{node.op.__name__} has no derivative by the arguments it was given by name")

    def traced(arg: Any) -> Any:
        return wrap(arg, concrete) if isinstance(arg, Node) else map_nodes(traced, arg)

    g, y, args = traced(upstream), traced(node), [traced(arg) for arg in node.args]
    kwargs = {key: traced(value) for key, value in node.kwargs.items()}
    for position, operand, rule in _operands(node):
        if operand in active:
            share = unwrap(rule(g, y, *args, **kwargs), concrete)
            yield position, operand, share if isinstance(share, Node) else constant(np.asarray(share))


def _in(args: Any) -> set[Node]:
    """Return the nodes among some arguments."""
    found: set[Node] = set()
    map_nodes(found.add, args)
    return found


def _operands(node: Node) -> Iterator[tuple[int, Node, Callable[..., Any]]]:
    """Yield the place of each of the node's operands, its node, and its rule."""
    row = RULES.get(node.op, ())
    if isinstance(row, Variadic):
        for i, operand in enumerate(_operand_list(node)):
            if isinstance(operand, Node):
                yield i, operand, lambda *args, i=i, **kwargs: row.rule(i, *args, **kwargs)
        return
    for position, (operand, rule) in enumerate(zip(node.args, row, strict=False)):
        if isinstance(operand, Node) and rule is not None:
            yield position, operand, rule


def _operand_list(node: Node) -> tuple[Any, ...]:
    """Return the operands of a variadic operation: its one list of arrays, or all but a leading text."""
    first = node.args[0]
    return tuple(first) if isinstance(first, (tuple, list)) else node.args[1:]


def _fitted(share: Node, operand: Node) -> Node:
    """Sum the axes along which ``operand`` was broadcast, and keep its dtype: here, once, for every rule."""
    extra = share.ndim - operand.ndim
    if extra > 0:
        share = make(np.sum, (share,), {"axis": tuple(range(extra)) if extra > 1 else 0})
    stretched = tuple(a for a, n in enumerate(operand.shape) if n == 1 and share.shape[a:] and share.shape[a] != 1)
    if stretched:
        axis = stretched if len(stretched) > 1 else stretched[0]
        share = make(np.sum, (share,), {"axis": axis, "keepdims": True})
    if share.dtype != operand.dtype and not operand.is_weak:
        share = make(np.astype, (share,), {"dtype": operand.dtype.type})
    if share.shape != operand.shape:
        share = make(np.broadcast_to, (share,), {"shape": operand.shape})
    return share

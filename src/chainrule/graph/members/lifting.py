"""Graphs that differ in numbers alone, such as a momentum, as one graph with inputs in the place of these numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..functions import is_entrywise
from ..node import CONSTANT, INPUT, Node, placeholder, renewed, topological

__all__ = ["Lifted", "LiftedNumber", "lift"]


class LiftedNumber(NamedTuple):
    """A number in which graphs differ.

    Attributes:
        node: the input in its place.
        numbers: its value in each graph.
    """

    node: Node
    numbers: list[float]


class Lifted(NamedTuple):
    """One graph for several.

    Attributes:
        outputs: its outputs; its inputs are those of the first graph, and those of ``numbers``.
        numbers: the numbers in which the graphs differ.
    """

    outputs: list[Node]
    numbers: list[LiftedNumber]


def lift(graphs: Sequence[Sequence[Node]]) -> Lifted | None:
    """Return one graph for several that differ in Python numbers alone, None if they differ in anything else.

    Only a number to compute with becomes an input: an operand of an entrywise operation. Equal numbers that change
    alike from graph to graph share an input. Graphs whose inputs have other names, shapes or dtypes are different.

    Args:
        graphs: the outputs of each graph.

    >>> from chainrule.graph.node import make
    >>> x = placeholder(1.5, "x")
    >>> lifted = lift([[make(np.multiply, (factor, x))] for factor in (2.0, 3.0)])
    >>> lifted.numbers[0].numbers
    [2.0, 3.0]
    >>> lift([[make(np.multiply, (2.0, x))], [make(np.add, (2.0, x))]]) is None
    True
    """
    walks = [_Walk(outputs) for outputs in graphs]
    first = walks[0]
    if any(len(walk.order) != len(first.order) for walk in walks) or not _alike([walk.outputs for walk in walks]):
        return None
    inputs: dict[tuple[float, ...], LiftedNumber] = {}
    new = {node: node for node in topological(graphs[0])}
    for nodes in zip(*(walk.order for walk in walks), strict=True):
        differing = _differing(nodes, walks)
        if differing is None:
            return None
        new[nodes[0]] = _with_inputs(nodes[0], differing, new, inputs)
    return Lifted([new[node] for node in graphs[0]], list(inputs.values()))


class _Walk:
    """A graph in order: its nodes without plain numbers, and the place of each."""

    def __init__(self, outputs: Sequence[Node]) -> None:
        self.order = [node for node in topological(outputs) if _number(node) is None]
        self.places = {node: place for place, node in enumerate(self.order)}
        self.outputs = self.described(list(outputs))

    def described(self, arg: Any) -> Any:
        """Return an argument as something to compare: nodes as their places, everything else with its type."""
        if isinstance(arg, Node) and arg in self.places:
            return (Node, self.places[arg])
        if _number(arg) is not None:
            return (float, repr(_number(arg)))  # 0.0 and -0.0 are two numbers, and NaN is one
        if isinstance(arg, (tuple, list)):
            return [type(arg), *map(self.described, arg)]
        if isinstance(arg, slice):
            return [slice, *map(self.described, (arg.start, arg.stop, arg.step))]
        return (type(arg), arg)


def _number(arg: Any) -> float | None:
    """Return the Python number that an argument is, plain or as a node."""
    value = arg.value if isinstance(arg, Node) and arg.op is CONSTANT else arg
    return float(value) if type(value) in (int, float) else None


def _alike(described: Sequence[Any]) -> bool:
    return all(one == described[0] for one in described)


def _differing(nodes: Sequence[Node], walks: Sequence[_Walk]) -> dict[int, tuple[float, ...]] | None:
    """Return the operands in which corresponding nodes differ, each with its numbers; None if they differ else."""
    pairs = list(zip(nodes, walks, strict=True))
    if not _alike([(node.op, len(node.args), node.shape, node.dtype, node.is_weak) for node in nodes]):
        return None
    if not _alike([walk.described([*node.kwargs.items()]) for node, walk in pairs]):
        return None
    if nodes[0].op is INPUT:
        return {} if _alike([node.name for node in nodes]) else None
    if nodes[0].op is CONSTANT:
        return {} if _alike([np.asarray(node.value).tobytes() for node in nodes]) else None
    differing = {}
    for i, operands in enumerate(zip(*(node.args for node in nodes), strict=True)):
        if not _alike([walk.described(operand) for operand, walk in zip(operands, walks, strict=True)]):
            numbers = tuple(map(_number, operands))
            if None in numbers or not is_entrywise(nodes[0].op):
                return None
            differing[i] = numbers
    return differing  # type: ignore[return-value]  # none of the numbers is None


def _with_inputs(
    node: Node,
    differing: dict[int, tuple[float, ...]],
    new: dict[Node, Node],
    inputs: dict[tuple[float, ...], LiftedNumber],
) -> Node:
    """Return the node with inputs in the place of the operands that differ."""
    args = list(node.args)
    for i, numbers in differing.items():
        if numbers not in inputs:
            fresh = placeholder(numbers[0], f"setting{len(inputs) + 1}")
            inputs[numbers], new[fresh] = LiftedNumber(fresh, list(numbers)), fresh
        args[i] = inputs[numbers].node
    if differing:
        node = Node(node.op, tuple(args), node.kwargs, node.value, node.name, node.line)
    return renewed(node, new)

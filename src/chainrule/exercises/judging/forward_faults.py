"""The mistakes that computing a value can have: a bias left out, another activation, labels against all answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from ...graph import functions as fn
from ...graph.node import INPUT, Node, constant, make
from ..exercise import Quantity
from .reference import Fault, Place, Reference

__all__ = ["forward_faults"]

ACTIVATIONS: dict[str, Callable[[Node], Node]] = {
    "sigmoid": lambda z: make(fn.sigmoid, (z,)),
    "tanh": lambda z: make(np.tanh, (z,)),
    "relu": lambda z: make(np.maximum, (z, 0)),
}
OPERATIONS = {fn.sigmoid: "sigmoid", np.tanh: "tanh", np.maximum: "relu"}


def forward_faults(reference: Reference, quantities: Sequence[Quantity], labels: Sequence[str]) -> list[Fault]:
    """Return the mistakes that computing the values of a reference can have, on one case."""
    labelled = reference.depending_on(labels)
    found: list[Fault] = []
    for index, node in enumerate(reference.nodes):
        for finder in (_bias, _partner, _activation, _terms, _softmax):
            found += finder(Place(index), node, reference, labelled)
    return [*found, *_turned(reference, quantities)]


def _operand(position: int, node: Node, reference: Reference) -> Node:
    return node.args[position]


def _bias(place: Place, node: Node, reference: Reference, labelled: set[Node]) -> Iterator[Fault]:
    if node.op is not np.add or node in labelled:
        return
    for position, arg in enumerate(node.args):
        rest = node.args[1 - position]
        if isinstance(arg, Node) and arg.op is INPUT and isinstance(rest, Node) and rest.op is not INPUT:
            yield Fault("bias-missing", place, partial(_without, position), reference.called(arg))


def _without(position: int, node: Node, reference: Reference) -> Node:
    """Return a sum whose value lacks the bias, though its gradient is asked for and its local derivative is 1."""
    bias, rest = node.args[position], node.args[1 - position]
    return make(np.add, (make(np.subtract, (rest, constant(bias.value))), bias))


def _partner(place: Place, node: Node, reference: Reference, labelled: set[Node]) -> Iterator[Fault]:
    if node.op not in (np.matmul, np.dot) or node in labelled:
        return
    for position, arg in enumerate(node.args):
        for index, other in enumerate(reference.nodes[: place.number]):
            if other is not arg and other.shape == arg.shape and other.dtype.kind == "f" and arg.op is not INPUT:
                forgotten = arg.op in OPERATIONS and arg.args[0] is other
                mistake = "activation-missing" if forgotten else "wrong-partner"
                words = f"{reference.called(other)} in place of {reference.called(arg)}"
                yield Fault(mistake, place, partial(_with_partner, position, index), words)


def _with_partner(position: int, index: int, node: Node, reference: Reference) -> Node:
    args = tuple(reference.nodes[index] if i == position else arg for i, arg in enumerate(node.args))
    return make(node.op, args, node.kwargs)


def _activation(place: Place, node: Node, reference: Reference, labelled: set[Node]) -> Iterator[Fault]:
    name = OPERATIONS.get(node.op)
    if name is None or node in labelled or not isinstance(node.args[0], Node):
        return
    words = f"{name} of {reference.called(node.args[0])}"
    if node.op is fn.sigmoid:
        told = f"1 + exp(−z) in place of {words}: are brackets missing around the denominator?"
        yield Fault("wrong-activation", place, _without_brackets, told)
    others = {other: make_other for other, make_other in ACTIVATIONS.items() if other != name}
    for change in (_other, _other_value):
        yield Fault("activation-missing", place, partial(change, _unchanged), words)
        for other, make_other in others.items():
            yield Fault("wrong-activation", place, partial(change, make_other), f"{other} in place of {words}")


def _unchanged(z: Node) -> Node:
    return z


def _without_brackets(node: Node, reference: Reference) -> Node:
    """``1 / 1 + exp(-z)``."""
    return make(np.add, (1.0, make(np.exp, (make(np.negative, (node.args[0],)),))))


def _other(make_other: Callable[[Node], Node], node: Node, reference: Reference) -> Node:
    return make_other(node.args[0])


def _other_value(make_other: Callable[[Node], Node], node: Node, reference: Reference) -> Node:
    """Return what has the value of another activation, and the derivative of the one asked for: wrong only forward."""
    value = make_other(node.args[0]).value
    return make(np.add, (make(np.subtract, (node, constant(node.value))), constant(value)))


def _terms(place: Place, node: Node, reference: Reference, labelled: set[Node]) -> Iterator[Fault]:
    """One of two terms of a loss."""
    if node.op not in (np.add, np.subtract) or not all(isinstance(arg, Node) for arg in node.args):
        return
    if not all(arg in labelled for arg in node.args) or node.shape == ():
        return
    for position in (0, 1):
        words = reference.called(node.args[1 - position])
        yield Fault("loss-term-missing", place, partial(_operand, position), words)
    flipped = np.subtract if node.op is np.add else np.add
    yield Fault("loss-term-sign", place, lambda n, _: make(flipped, n.args), reference.called(node.args[1]))


def _softmax(place: Place, node: Node, reference: Reference, labelled: set[Node]) -> Iterator[Fault]:
    if node.op is fn.softmax and node.ndim == 2:
        axis = 1 - node.kwargs.get("axis", -1) % 2
        yield Fault("softmax-wrong-axis", place, lambda n, _: make(fn.softmax, n.args, {"axis": axis}))


def _turned(reference: Reference, quantities: Sequence[Quantity]) -> Iterator[Fault]:
    """Labels as a row against answers as a column: each sample then meets the labels of all."""
    n = reference.case.sizes.get("n", 0)
    for name, node in reference.inputs.items():
        if n and np.size(node.value) == n and name not in {quantity.by for quantity in quantities}:
            shape = (-1, 1) if node.shape in ((n,), (1, n)) else (1, -1)
            yield Fault("broadcast-square", Place(reference.index(node)), partial(_in_shape, shape), name)


def _in_shape(shape: tuple[int, int], node: Node, reference: Reference) -> Node:
    return make(np.reshape, (node, shape))

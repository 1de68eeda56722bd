"""Mistakes in going back through a matrix product."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from ....graph.derive import Edge
from ....graph.node import INPUT, Node, constant, make
from ...exercise import Quantity
from ..reference import Fault, Reference
from .step import PRODUCTS, Step, redone, times

__all__ = ["factor_missing", "turned", "wrong_partner"]


def _partner(edge: Edge) -> Node | None:
    other = edge.user.args[1 - edge.position] if edge.user.op in PRODUCTS else None
    return other if isinstance(other, Node) else None


def wrong_partner(step: Step) -> Iterator[Fault]:
    """A product with another array of the same shape, or with the gradient of its partner."""
    partner = _partner(step.edge)
    if partner is None or not partner.shape:
        return
    for index, other in enumerate(step.reference.nodes):
        if other is not partner and other.shape == partner.shape and other.dtype.kind == "f":
            words = f"{step.name(other)} in place of {step.name(partner)}"
            yield step.fault("wrong-partner", partial(_with_partner, index=index), words)
    for quantity in step.facts.quantities:
        if quantity.by and quantity.of == step.of and step.reference.value(quantity.by) is partner:
            words = f"the gradient {quantity.name} in place of {step.name(partner)}"
            yield step.fault("wrong-partner", partial(_with_gradient, quantity=quantity), words)


def _with_partner(edge: Edge, reference: Reference, index: int) -> Node:
    return redone(edge, exchanged={1 - edge.position: reference.nodes[index]})


def _with_gradient(edge: Edge, reference: Reference, quantity: Quantity) -> Node:
    gradient = constant(reference.quantities([quantity])[quantity.name])
    return redone(edge, exchanged={1 - edge.position: gradient})


def factor_missing(step: Step) -> Iterator[Fault]:
    """A product gone back through without its other factor, or with a value of the forward pass in its place."""
    edge, partner = step.edge, _partner(step.edge)
    if partner is None or not partner.shape or edge.operand.op is INPUT:
        return
    yield step.fault("factor-missing", _with_ones, step.name(partner))
    for index, other in enumerate(step.reference.nodes):
        if other.name and other.op is not INPUT and other.dtype.kind == "f" and _broadcast_to_operand(edge, other):
            words = f"{step.name(other)} in place of {step.name(partner)}"
            yield step.fault("wrong-partner", partial(_times_node, index=index), words)


def _with_ones(edge: Edge, reference: Reference) -> Node:
    partner = edge.user.args[1 - edge.position]
    return redone(edge, exchanged={1 - edge.position: constant(np.ones(partner.shape))})


def _broadcast_to_operand(edge: Edge, other: Node) -> bool:
    """Whether what arrives, times another value entry by entry, has the shape of the operand."""
    if edge.upstream.shape == edge.operand.shape:
        return False
    try:
        return np.broadcast_shapes(edge.upstream.shape, other.shape) == edge.operand.shape
    except ValueError:
        return False


def _times_node(edge: Edge, reference: Reference, index: int) -> Node:
    return times(edge, reference.nodes[index])


def turned(step: Step) -> Iterator[Fault]:
    """The gradient of a weight transposed, or multiplied entry by entry."""
    edge, partner = step.edge, _partner(step.edge)
    if edge.operand.op is not INPUT:
        return
    if edge.operand.ndim > 1 and edge.share.shape == edge.operand.shape:
        yield step.fault("transposed", lambda e, _: make(np.transpose, (e.share,)))
    if partner is None:
        return
    for turn_g, turn_p in ((False, False), (False, True), (True, False), (True, True)):
        change = partial(_entrywise, turn_g=turn_g, turn_p=turn_p)
        yield step.fault("elementwise-for-matmul", change, step.name(partner))


def _entrywise(edge: Edge, reference: Reference, turn_g: bool, turn_p: bool) -> Node:
    g, p = edge.upstream, edge.user.args[1 - edge.position]
    g = make(np.transpose, (g,)) if turn_g else g
    return make(np.multiply, (g, make(np.transpose, (p,)) if turn_p else p))

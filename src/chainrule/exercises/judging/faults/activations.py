"""Mistakes in going back through an activation, or another function of one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ....graph import functions as fn
from ....graph.derive import Edge
from ....graph.node import Node, constant, make
from ....graph.stable import is_number
from ..forward_faults import ACTIVATIONS
from ..reference import Fault, Reference
from .step import Step, before_bias, redone, times

__all__ = ["derivative_at_another_value", "left_out", "other_difference", "other_slope", "relu_mask"]

PASSING = {np.add, np.subtract, np.negative, np.reshape, np.ravel, np.transpose, np.sum, np.mean, np.broadcast_to,
           np.expand_dims, np.squeeze, np.copy, np.astype, np.matmul, np.dot}  # fmt: skip


SCALING = {np.multiply, np.true_divide}


def _is_relu(node: Node) -> bool:
    return node.op is np.maximum and any(is_number(arg, 0) for arg in node.args)


def _is_function(edge: Edge) -> bool:
    """Whether a step goes through a function of one value, entry by entry (softmax: row by row)."""
    user = edge.user
    one = len(user.parents) == 1 or _is_relu(user)
    return one and user.op not in PASSING and edge.share.shape == edge.upstream.shape == edge.operand.shape


def left_out(step: Step) -> Iterator[Fault]:
    """An operation passed as if its derivative were 1."""
    edge = step.edge
    if edge.upstream.shape != edge.share.shape or edge.user.op in PASSING:
        return
    names = {fn.sigmoid: "sigmoid-derivative-missing", fn.softmax: "softmax-derivative-missing"}
    mistake = "relu-derivative-missing" if _is_relu(edge.user) else names.get(edge.user.op)
    if mistake is None and _divides_by(edge, step.facts.n):
        mistake = "missing-mean"
    elif mistake is None and edge.user.op in SCALING and edge.operand.shape:
        mistake = "factor-missing"
    elif mistake is None:
        outermost = edge.user is step.reference.value(step.of)
        mistake = "outer-derivative-missing" if outermost else "inner-derivative-missing"
    yield step.fault(mistake, lambda edge, _: edge.upstream, step.name(edge.user))


def _divides_by(edge: Edge, n: int) -> bool:
    """Whether a step goes through a division by the number of samples."""
    divisor = edge.user.args[1] if edge.user.op is np.true_divide else 0
    return bool(n) and np.ndim(getattr(divisor, "value", divisor)) == 0 and getattr(divisor, "value", divisor) == n


def derivative_at_another_value(step: Step) -> Iterator[Fault]:
    """A derivative taken at the function's value in place of its argument, or multiplied in twice."""
    edge = step.edge
    if not _is_function(edge) or _is_relu(edge.user) or edge.user.op in SCALING:
        return
    sigmoid = edge.user.op is fn.sigmoid
    if edge.user.op not in (fn.softmax, np.power):  # 2 e² is a power that was not lowered
        mistake = "sigmoid-of-activated" if sigmoid else "derivative-at-output"
        yield step.fault(mistake, lambda e, _: redone(e, exchanged={e.position: e.user}), step.name(edge.user))
    twice = "sigmoid-derivative-twice" if sigmoid else "derivative-twice"
    yield step.fault(twice, lambda e, _: redone(e, upstream=e.share), step.name(edge.user))


def _one_minus(node: Node) -> Node:
    return make(np.subtract, (1, node))


def _product(*nodes: Node) -> Node:
    found = nodes[0]
    for node in nodes[1:]:
        found = make(np.multiply, (found, node))
    return found


SLOPES: dict[Any, tuple[tuple[str, Callable[[Node, Node], Node], str], ...]] = {
    # mistake, the slope as function of z and a = f(z), what to say
    fn.sigmoid: (
        ("sigmoid-unactivated", lambda z, a: _product(z, _one_minus(z)), "z (1 − z)"),
        ("wrong-derivative", lambda z, a: a, "a alone"),
        ("wrong-derivative", lambda z, a: _one_minus(a), "1 − a alone"),
        ("wrong-derivative", lambda z, a: _product(a, a), "a²"),
        ("wrong-derivative", lambda z, a: _one_minus(_product(a, a)), "1 − a², which is the derivative of tanh"),
        ("wrong-derivative", lambda z, a: _product(a, make(np.add, (1, a))), "a (1 + a)"),
    ),
    np.tanh: (
        ("wrong-derivative", lambda z, a: _one_minus(a), "1 − a without the square"),
        ("wrong-derivative", lambda z, a: _product(a, _one_minus(a)), "a (1 − a), which is the sigmoid's derivative"),
        ("wrong-derivative", lambda z, a: _one_minus(_product(z, z)), "1 − z²"),
        ("wrong-derivative", lambda z, a: make(np.add, (1, _product(a, a))), "1 + a²"),
    ),
    fn.softmax: (("softmax-diagonal-only", lambda z, a: _product(a, _one_minus(a)), "p (1 − p)"),),
    np.sin: (("wrong-derivative", lambda z, a: make(np.negative, (make(np.cos, (z,)),)), "−cos"),),
    np.cos: (("wrong-derivative", lambda z, a: make(np.sin, (z,)), "sin"),),
}


def other_slope(step: Step) -> Iterator[Fault]:
    """A slope that is often mistaken for the right one."""
    for mistake, slope, words in SLOPES.get(step.edge.user.op, ()):
        told = f"{words} (a is {step.name(step.edge.user)})" if words.startswith(("a", "1 − a", "1 + a")) else words
        yield step.fault(mistake, partial(_with_slope, slope=slope), told)


def _with_slope(edge: Edge, reference: Reference, slope: Callable[[Node, Node], Node]) -> Node:
    return times(edge, slope(edge.operand, edge.user))


def other_difference(step: Step) -> Iterator[Fault]:
    """Where activation and loss together leave ``a - y``: another activated value in that formula."""
    edge = step.edge
    if edge.user.op not in (fn.sigmoid, fn.softmax):
        return
    for name, label in step.reference.inputs.items():
        if label in step.facts.labelled and _is_difference(edge, label):
            z = step.name(edge.operand)
            yield step.fault("activation-missing", partial(_other_difference, label=name, activated=_unchanged), z)
            for other, activated in ACTIVATIONS.items():
                if other != edge.user.op.__name__:
                    words = f"{other} in place of {edge.user.op.__name__} of {z}"
                    change = partial(_other_difference, label=name, activated=activated)
                    yield step.fault("wrong-activation", change, words)
            if edge.user.op is fn.softmax:
                yield step.fault("softmax-wrong-axis", partial(_other_difference, label=name, activated=_other_axis))


def _is_difference(edge: Edge, label: Node) -> bool:
    if label.shape != edge.user.shape:
        return False
    difference, share = edge.user.value - label.value, edge.share.value
    factor = np.sum(share * difference) / np.sum(difference * difference)
    return bool(np.allclose(share, factor * difference))


def _other_difference(edge: Edge, reference: Reference, label: str, activated: Callable[[Node], Node]) -> Node:
    y = reference.inputs[label].value
    difference = edge.user.value - y
    factor = np.sum(edge.share.value * difference) / np.sum(difference * difference)
    return make(np.multiply, (float(factor), make(np.subtract, (activated(edge.operand), constant(y)))))


def _unchanged(z: Node) -> Node:
    return z


def _other_axis(z: Node) -> Node:
    return make(fn.softmax, (z,), {"axis": 0})


# --- relu ---


def _mask(node: Node) -> Node:
    return make(np.greater, (node, 0))


def relu_mask(step: Step) -> Iterator[Fault]:
    """Something else than whether relu's argument is positive."""
    edge = step.edge
    if not _is_relu(edge.user):
        return
    product = before_bias(edge.operand)
    if product is not None:
        yield step.fault(
            "relu-mask-without-bias",
            partial(_mask_of_part, part=product),
            step.name(edge.operand.args[product]),
        )
    yield step.fault("relu-mask-from-gradient", lambda e, _: times(e, _mask(e.upstream)))
    yield step.fault("relu-activation-for-mask", lambda e, _: times(e, e.user), step.name(edge.user))
    yield step.fault("relu-times-z", lambda e, _: times(e, e.operand), step.name(edge.operand))
    yield step.fault("relu-mask-inverted", lambda e, _: times(e, make(np.less, (e.operand, 0))))
    own = {edge.operand, edge.user}
    for index, other in enumerate(step.reference.nodes):
        if other.name and other not in own and _spreads(other, edge.operand) and other not in step.facts.labelled:
            yield step.fault("relu-wrong-layer", partial(_other_mask, index=index), step.name(other))


def _mask_of_part(edge: Edge, reference: Reference, part: int) -> Node:
    return times(edge, _mask(edge.operand.args[part]))


def _spreads(node: Node, over: Node) -> bool:
    """Whether an array of numbers is broadcast to the shape of another."""
    try:
        return node.shape != () and np.broadcast_shapes(node.shape, over.shape) == over.shape
    except ValueError:
        return False


def _other_mask(edge: Edge, reference: Reference, index: int) -> Node:
    return times(edge, _mask(reference.nodes[index]))

"""The mistakes that a derivation can have, found in its graph.

Every step of a derivation goes through one operation to one of its operands. What can be done wrong there depends on
the operation: an activation's derivative can be left out or taken at the wrong value, a matrix product can be given
another partner, a bias can be left unsummed. Each function here looks at one step and lists what can go wrong in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...graph import functions as fn
from ...graph.derive import Edge, derive, shares
from ...graph.node import INPUT, Node, constant, make
from ...graph.stable import is_number
from ..exercise import Quantity
from .forward_faults import ACTIVATIONS
from .reference import Fault, Place, Reference
from .words import called

__all__ = ["faults_of"]

PRODUCTS = {np.matmul, np.dot}
PASSING = {np.add, np.subtract, np.negative, np.reshape, np.ravel, np.transpose, np.sum, np.mean, np.broadcast_to,
           np.expand_dims, np.squeeze, np.copy, np.astype, np.matmul, np.dot}  # fmt: skip

Finder = Callable[["Step"], Iterator[Fault]]


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
        return called(node, self.reference)


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
        self.labelled: set[Node] = {reference.inputs[name] for name in labels}
        for node in reference.nodes:
            if self.labelled.intersection(node.parents):
                self.labelled.add(node)
        self.users: dict[tuple[str | None, Node], int] = {}
        self.branches: dict[tuple[str | None, Node], int] = {}
        for of, edge in self.edges:
            self.users[of, edge.operand] = self.users.get((of, edge.operand), 0) + 1
            self.branches[of, edge.user] = self.branches.get((of, edge.user), 0) + (edge.operand.op is not INPUT)


def faults_of(reference: Reference, quantities: Sequence[Quantity], labels: Sequence[str]) -> list[Fault]:
    """Return all mistakes that the derivation of the quantities can have, on one case."""
    facts = Facts(reference, quantities, labels)
    found: list[Fault] = []
    for of, edge in facts.edges:
        if edge.user not in reference.nodes:  # the sum over the entries of a result, which is not the learner's
            continue
        step = Step(reference, of, edge, facts)
        for finder in FINDERS:
            found += finder(step)
    return found


# --- activations and other functions of one value ---


def _is_relu(node: Node) -> bool:
    return node.op is np.maximum and any(is_number(arg, 0) for arg in node.args)


def _is_function(edge: Edge) -> bool:
    """Whether a step goes through a function of one value, entry by entry (softmax: row by row)."""
    user = edge.user
    one = len(user.parents) == 1 or _is_relu(user)
    return one and user.op not in PASSING and edge.share.shape == edge.upstream.shape == edge.operand.shape


def redone(edge: Edge, upstream: Node | None = None, exchanged: Mapping[int, Node] | None = None) -> Node:
    """Return the share of a step with another derivative from above, or with other operands."""
    user, operand = edge.user, edge.operand
    if exchanged:
        args = tuple(exchanged.get(i, arg) for i, arg in enumerate(user.args))
        user = make(user.op, args, user.kwargs)
        operand = args[edge.position]
    found = shares(user, upstream or edge.upstream, {operand})
    return next(share for position, _, share in found if position == edge.position)


def _times(edge: Edge, factor: Node) -> Node:
    return make(np.multiply, (edge.upstream, factor))


def _left_out(step: Step) -> Iterator[Fault]:
    edge = step.edge
    if edge.upstream.shape != edge.share.shape or edge.user.op in PASSING:
        return
    names = {fn.sigmoid: "sigmoid-derivative-missing", fn.softmax: "softmax-derivative-missing"}
    mistake = "relu-derivative-missing" if _is_relu(edge.user) else names.get(edge.user.op)
    if mistake is None:
        outermost = edge.user is step.reference.value(step.of)
        mistake = "outer-derivative-missing" if outermost else "inner-derivative-missing"
    yield step.fault(mistake, lambda edge, _: edge.upstream, step.name(edge.user))


def _function(step: Step) -> Iterator[Fault]:
    edge = step.edge
    if not _is_function(edge) or _is_relu(edge.user):
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


def _slope(step: Step) -> Iterator[Fault]:
    for mistake, slope, words in SLOPES.get(step.edge.user.op, ()):
        yield step.fault(mistake, partial(_with_slope, slope=slope), words)


def _with_slope(edge: Edge, reference: Reference, slope: Callable[[Node, Node], Node]) -> Node:
    return _times(edge, slope(edge.operand, edge.user))


def _fused(step: Step) -> Iterator[Fault]:
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


def _before_bias(z: Node) -> int | None:
    """Return which operand of ``z = w·x + b`` is the product."""
    if z.op is not np.add:
        return None
    return next((i for i, arg in enumerate(z.args) if isinstance(arg, Node) and arg.op in PRODUCTS), None)


def _relu(step: Step) -> Iterator[Fault]:
    edge = step.edge
    if not _is_relu(edge.user):
        return
    product = _before_bias(edge.operand)
    if product is not None:
        yield step.fault(
            "relu-mask-without-bias",
            partial(_mask_of_part, part=product),
            step.name(edge.operand.args[product]),
        )
    yield step.fault("relu-mask-from-gradient", lambda e, _: _times(e, _mask(e.upstream)))
    yield step.fault("relu-activation-for-mask", lambda e, _: _times(e, e.user), step.name(edge.user))
    yield step.fault("relu-times-z", lambda e, _: _times(e, e.operand), step.name(edge.operand))
    yield step.fault("relu-mask-inverted", lambda e, _: _times(e, make(np.less, (e.operand, 0))))
    own = {edge.operand, edge.user}
    for index, other in enumerate(step.reference.nodes):
        if other.name and other not in own and _spreads(other, edge.operand) and other not in step.facts.labelled:
            yield step.fault("relu-wrong-layer", partial(_other_mask, index=index), step.name(other))


def _mask_of_part(edge: Edge, reference: Reference, part: int) -> Node:
    return _times(edge, _mask(edge.operand.args[part]))


def _spreads(node: Node, over: Node) -> bool:
    """Whether an array of numbers is broadcast to the shape of another."""
    try:
        return node.shape != () and np.broadcast_shapes(node.shape, over.shape) == over.shape
    except ValueError:
        return False


def _other_mask(edge: Edge, reference: Reference, index: int) -> Node:
    return _times(edge, _mask(reference.nodes[index]))


# --- products ---


def _partner(edge: Edge) -> Node | None:
    other = edge.user.args[1 - edge.position] if edge.user.op in PRODUCTS else None
    return other if isinstance(other, Node) else None


def _wrong_partner(step: Step) -> Iterator[Fault]:
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


def _turned(step: Step) -> Iterator[Fault]:
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


# --- sums over samples ---


def _bias(step: Step) -> Iterator[Fault]:
    edge = step.edge
    if edge.unsummed.ndim < 1 or edge.unsummed.shape == edge.operand.shape or edge.operand.op is not INPUT:
        return
    yield step.fault("bias-not-summed", lambda e, _: e.unsummed)
    axes: list[Any] = [None] if edge.unsummed.ndim == 1 else [None, *range(edge.unsummed.ndim)]
    for axis in axes:
        for keepdims in (False, True):
            summed = partial(_summed, axis=axis, keepdims=keepdims)
            found = np.asarray(summed(edge, step.reference).value)
            if not np.array_equal(found.ravel(), np.ravel(edge.share.value)):  # the right sum in another shape
                yield step.fault("bias-wrong-axis", summed)
    yield from _times_input(step)


def _summed(edge: Edge, reference: Reference, axis: Any, keepdims: bool) -> Node:
    return make(np.sum, (edge.unsummed,), {"axis": axis, "keepdims": keepdims})


def _times_input(step: Step) -> Iterator[Fault]:
    """The gradient of the weights beside a bias, summed to the shape of the bias."""
    edge = step.edge
    product = _before_bias(edge.user)
    if product is None:
        return
    weight = next((i for i, arg in enumerate(edge.user.args[product].args) if arg.op is INPUT and arg.name), None)
    for position in (0, 1) if weight is not None else ():
        for axis in (None, 0, 1):
            for keepdims in (False, True):
                yield step.fault(
                    "bias-times-input",
                    partial(_weights_summed, product=product, position=position, axis=axis, keepdims=keepdims),
                )


def _weights_summed(
    edge: Edge, reference: Reference, product: int, position: int, axis: int | None, keepdims: bool
) -> Node:
    user = edge.user.args[product]
    operand = user.args[position]
    share = next(share for place, _, share in shares(user, edge.upstream, {operand}) if place == position)
    total = make(np.sum, (share,), {"axis": axis, "keepdims": keepdims})
    if total.shape != edge.operand.shape:
        raise ValueError("another shape than the bias")
    return total


MASKS: tuple[tuple[str, Callable[[int], np.ndarray[Any, Any]]], ...] = (
    ("last-sample-only", lambda n: np.arange(n) == n - 1),
    ("first-sample-only", lambda n: np.arange(n) == 0),
    ("sample-left-out", lambda n: np.arange(n) < n - 1),
    ("sample-left-out", lambda n: np.arange(n) > 0),
)


def _samples(step: Step) -> Iterator[Fault]:
    """Some samples only, in a step that sums over samples."""
    edge, n = step.edge, step.facts.n
    before, after = n in edge.upstream.shape, n in edge.operand.shape
    if not n or before == after:
        return
    for mistake, mask in MASKS:
        yield step.fault(mistake, partial(_masked, mask=mask, above=before))


def _masked(edge: Edge, reference: Reference, mask: Callable[[int], Any], above: bool) -> Node:
    n = reference.case.sizes["n"]
    node = edge.upstream if above else edge.share
    axis = node.shape.index(n)
    chosen = constant(mask(n).astype(float).reshape([-1 if a == axis else 1 for a in range(node.ndim)]))
    masked = make(np.multiply, (node, chosen))
    return redone(edge, upstream=masked) if above else masked


# --- paths ---


def _paths(step: Step) -> Iterator[Fault]:
    """A path left out of the sum, or taken with the opposite sign, where there are several."""
    edge, facts = step.edge, step.facts
    if facts.users[step.of, edge.operand] < 2 and (edge.operand.op is INPUT or facts.branches[step.of, edge.user] < 2):
        return
    kind = "loss-term" if edge.operand in facts.labelled or edge.user in facts.labelled else "path"
    words = f"{step.name(edge.operand)} → {step.name(edge.user)}"
    if kind == "loss-term":
        words = step.name(edge.operand if edge.operand in facts.labelled else edge.user)
    yield step.fault(f"{kind}-missing", lambda e, _: make(np.multiply, (0.0, e.share)), words)
    yield step.fault(f"{kind}-sign", lambda e, _: make(np.negative, (e.share,)), words)
    if facts.users[step.of, edge.operand] == 2 and edge.user is not edge.operand and kind == "path":
        yield step.fault("paths-multiplied", partial(_multiplied, of=step.of), words)


def _multiplied(edge: Edge, reference: Reference, of: str | None) -> Node:
    """What makes the sum of this share and the other the product of both."""
    quantity = Quantity("", of=of, by=edge.operand.name)
    others = [e for _, e in reference.edges([quantity]) if e.operand is edge.operand]
    other = next(e.share for e in others if (e.user, e.position) != (edge.user, edge.position))
    return make(np.subtract, (make(np.multiply, (edge.share, other)), other))


def _derivatives_multiplied(step: Step) -> Iterator[Fault]:
    """A product derived as the product of the derivatives, of numbers by one variable."""
    edge = step.edge
    by = [q.by for q in step.facts.quantities if q.of == step.of and q.by]
    if edge.user.op is not np.multiply or edge.user.shape or len(by) != 1 or edge.position != 1:
        return
    if step.facts.branches[step.of, edge.user] == 2:
        yield step.fault("paths-multiplied", partial(_product_of_derivatives, by=by[0]), step.name(edge.user))


def _product_of_derivatives(edge: Edge, reference: Reference, by: str) -> Node:
    """What makes the sum of both shares, further down, the product of the two derivatives."""
    x = reference.value(by)
    first, second = (derive(arg, [x])[0] for arg in edge.user.args)
    rest = make(np.multiply, (edge.upstream, make(np.multiply, (first, second))))
    other = make(np.multiply, (make(np.multiply, (edge.upstream, edge.user.args[1])), first))
    return make(np.true_divide, (make(np.subtract, (rest, other)), second))


FINDERS: tuple[Finder, ...] = (
    _left_out, _function, _slope, _fused, _relu, _wrong_partner, _turned, _bias, _samples, _paths,
    _derivatives_multiplied,
)  # fmt: skip

"""Mistakes in adding up paths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from ....graph.derive import Edge, derive
from ....graph.node import CONSTANT, INPUT, Node, make
from ...exercise import Quantity
from ..reference import Fault, Reference
from .step import Step

__all__ = ["derivatives_multiplied", "path"]


def path(step: Step) -> Iterator[Fault]:
    """A path left out of the sum, or taken with the opposite sign, where there are several."""
    edge, facts = step.edge, step.facts
    if facts.users[step.of, edge.operand] < 2 and (edge.operand.op is INPUT or facts.branches[step.of, edge.user] < 2):
        return
    terms = [parent for parent in edge.user.parents if parent.op not in (INPUT, CONSTANT)]
    kind = (
        "loss-term" if len(terms) > 1 and facts.labelled.issuperset(terms) else "path"
    )  # each term has labels of its own
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


def derivatives_multiplied(step: Step) -> Iterator[Fault]:
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

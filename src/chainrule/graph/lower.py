"""Write the named functions in plain NumPy: the last step before a program is written. No algebra after this."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from . import functions as fn
from .node import Node, make, rebuild, topological
from .stable import negated, share

__all__ = ["lower"]


def lower(outputs: Iterable[Node]) -> list[Node]:
    """Return the outputs in NumPy's own functions, equal steps shared as they were before."""
    outputs = list(outputs)
    if not any(node.op in LOWERED for node in topological(outputs)):
        return outputs

    def replace(node: Node) -> Node:
        spelled = LOWERED.get(node.op)
        return spelled(*node.args, **node.kwargs) if spelled else node

    return share(rebuild(outputs, replace))


def _sigmoid(x: Node) -> Node:
    falling = make(np.exp, (negated(x),))
    return make(np.true_divide, (1, make(np.add, (1, falling))))


def _softplus(x: Node) -> Node:
    return make(np.logaddexp, (0, x))


def _shifted_exp(x: Node, axis: Any) -> tuple[Node, Node]:
    top = make(np.max, (x,), {"axis": axis, "keepdims": True})
    return make(np.exp, (make(np.subtract, (x, top)),)), top


def _softmax(x: Node, axis: Any = -1) -> Node:
    e, _ = _shifted_exp(x, axis)
    return make(np.true_divide, (e, make(np.sum, (e,), {"axis": axis, "keepdims": True})))


def _logsumexp(x: Node, axis: Any = None, keepdims: bool = False) -> Node:
    e, top = _shifted_exp(x, axis)
    total = make(np.log, (make(np.sum, (e,), {"axis": axis, "keepdims": True}),))
    whole = make(np.add, (total, top))
    return whole if keepdims else make(np.squeeze, (whole,), {} if axis is None else {"axis": axis})


def _probability(p: Node) -> Node:
    return make(np.clip, (p, fn.SMALLEST_PROBABILITY, 1 - fn.SMALLEST_PROBABILITY))


LOWERED: dict[Callable[..., Any], Callable[..., Node]] = {
    fn.sigmoid: _sigmoid,
    fn.softplus: _softplus,
    fn.softmax: _softmax,
    fn.logsumexp: _logsumexp,
    fn.probability: _probability,
}

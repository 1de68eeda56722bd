"""Mistakes in summing over the samples: biases, and loops that lose some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ....graph.derive import Edge, shares
from ....graph.node import INPUT, Node, constant, make
from ..reference import Fault, Reference
from .step import Step, before_bias, redone

__all__ = ["bias_sum", "some_samples"]


def bias_sum(step: Step) -> Iterator[Fault]:
    """The gradient of a bias not summed, summed over another axis, or multiplied by the layer's input."""
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
    product = before_bias(edge.user)
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


def some_samples(step: Step) -> Iterator[Fault]:
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

"""What may have gone wrong: mistakes that behave differently, the more telling name first where two behave alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ...graph.derive import Edge
from ...graph.node import Node, make, topological
from ..exercise import Quantity
from .faults import faults_of
from .forward_faults import forward_faults
from .reference import Fault, Place, Reference

__all__ = ["Hypothesis", "hypotheses_of", "rank"]

LAST_CHOICE = (  # names that say less; of two mistakes that behave alike the other name is taken
    "path-missing", "path-sign", "paths-multiplied", "factor-missing", "wrong-partner", "relu-wrong-layer",
    "inner-derivative-missing", "outer-derivative-missing", "derivative-twice", "derivative-at-output",
    "value-for-derivative", "wrong-derivative", "transposed",
)  # fmt: skip
EPSILONS = tuple(10.0**-k for k in range(1, 11))


class Hypothesis(NamedTuple):
    """A mistake, made in one place or in several at once.

    Attributes:
        mistake: its identifier.
        faults: what it changes in the graph.
        words: which array or operation it concerns.
    """

    mistake: str
    faults: tuple[Fault, ...]
    words: str = ""


def hypotheses_of(reference: Reference, quantities: Sequence[Quantity], labels: Sequence[str]) -> list[Hypothesis]:
    """Return what may go wrong with some quantities; those with telling names first."""
    faults = [*faults_of(reference, quantities, labels), *forward_faults(reference, quantities, labels)]
    found = [Hypothesis(fault.mistake, (fault,), fault.words) for fault in faults]
    found += [*_insides(reference, quantities), *_epsilons(reference)]
    return sorted(found, key=lambda one: rank(one.mistake))


def rank(mistake: str) -> int:
    """Return how little a name says: 0 for most."""
    return LAST_CHOICE.index(mistake) + 1 if mistake in LAST_CHOICE else 0


def _insides(reference: Reference, quantities: Sequence[Quantity]) -> Iterable[Hypothesis]:
    """A function of a number derived as if what is inside it were the variable: all inner factors left out at once."""
    steps = [(of, edge) for of, edge in reference.edges(quantities) if not edge.operand.shape]
    for of, outer in steps:
        inner = [edge for other, edge in steps if other == of and _is_inside(edge.user, outer.operand)]
        if len(inner) > 1 and len({edge.user for edge in inner}) == len(inner):
            places = [Place(reference.index(edge.user), edge.position, of) for edge in inner]
            faults = tuple(Fault("inner-derivative-missing", place, _passed_on) for place in places)
            yield Hypothesis("inner-derivative-missing", faults, reference.called(outer.operand))


def _is_inside(node: Node, whole: Node) -> bool:
    return node in topological([whole])


def _passed_on(edge: Edge, reference: Reference) -> Node:
    return edge.upstream


def _epsilons(reference: Reference) -> Iterable[Hypothesis]:
    """A small number inside one logarithm, or inside each."""
    places = [Place(i) for i, node in enumerate(reference.nodes) if node.op is np.log]
    for chosen in [(place,) for place in places] + ([tuple(places)] if len(places) > 1 else []):
        for epsilon in EPSILONS:
            change = partial(_with_epsilon, epsilon)
            faults = tuple(Fault("misplaced-epsilon", place, change) for place in chosen)
            yield Hypothesis("misplaced-epsilon", faults, f"{epsilon:g}")


def _with_epsilon(epsilon: float, node: Node, reference: Reference) -> Node:
    return make(np.log, (make(np.add, (node.args[0], epsilon)),))

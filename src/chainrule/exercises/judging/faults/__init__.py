"""The mistakes that a derivation can have, found in its graph.

Every step of a derivation goes through one operation to one of its operands. What can be done wrong there depends on
the operation: an activation's derivative can be left out or taken at the wrong value, a matrix product can be given
another partner, a bias can be left unsummed. Each function here looks at one step and lists what can go wrong in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...exercise import Quantity
from ..reference import Fault, Reference
from .activations import derivative_at_another_value, left_out, other_difference, other_slope, relu_mask
from .paths import derivatives_multiplied, path
from .products import factor_missing, turned, wrong_partner
from .step import Facts, Step
from .sums import bias_sum, some_samples

__all__ = ["faults_of"]

Finder = Callable[[Step], Iterator[Fault]]

FINDERS: tuple[Finder, ...] = (
    left_out, derivative_at_another_value, other_slope, other_difference, relu_mask,
    wrong_partner, factor_missing, turned, bias_sum, some_samples, path, derivatives_multiplied,
)  # fmt: skip


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

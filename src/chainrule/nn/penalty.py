"""What a model's weights themselves add to its loss: the penalties of their regularizers, summed."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..errors import DataError, ShapeError
from ..graph.emit import Emission, emit
from ..graph.lower import lower
from ..graph.node import INPUT, Node, make
from ..graph.simplify import simplify
from ..graph.trace import Tracer, explaining_assignments, unwrap, wrap
from .layers.weights import WeightSlot
from .tracing import fixed_slots, weights

__all__ = ["model_penalty", "penalty_text", "trace_penalty"]


def model_penalty(model: Any) -> float:
    """Return the penalty of a model's weights as they are; 0.0 if none that is trained has a regularizer.

    Raises:
        ShapeError, DataError: a regularizer does not return one number.

    >>> from chainrule.nn.layers import Dense
    >>> layer = Dense(2, kernel_initializer="ones", kernel_regularizer="l2")
    >>> layer.build((None, 3))
    >>> round(model_penalty(layer), 6)
    0.06
    """
    slots = _regularized(model.trainable_slots)
    with np.errstate(all="ignore"):
        return float(sum(_penalty(slot, slot.value) for slot in slots))


def trace_penalty(slots: Sequence[WeightSlot], weights: Sequence[Node]) -> Node | None:
    """Return the node of the penalty of all weights together, None if there is none.

    Args:
        slots: the places of the weights that are trained.
        weights: their input nodes.

    Raises:
        ShapeError, DataError: a regularizer does not return one number that it computes from the weight.
    """
    nodes = dict(zip(slots, weights, strict=True))
    with explaining_assignments():
        penalties = [_penalty(slot, wrap(nodes[slot])) for slot in _regularized(slots)]
        terms = [penalty for penalty in penalties if isinstance(penalty, Tracer)]
    if not terms:
        return None
    node = unwrap(reduce(operator.add, terms))
    return make(np.copy, (node,)) if node.op is INPUT else node  # a weight of one number may be its own penalty


def penalty_text(model: Any) -> Emission | None:
    """Write the penalty as a plain program of the weights that are trained and the others; None if there is none."""
    nodes, fixed = weights(model.trainable_slots), weights(fixed_slots(model))
    penalty = trace_penalty(model.trainable_slots, nodes)
    return None if penalty is None else emit("penalty", [*nodes, *fixed], lower(simplify([penalty])), comments=False)


def _regularized(slots: Sequence[WeightSlot]) -> list[WeightSlot]:
    return [slot for slot in slots if slot.regularizer is not None]


def _penalty(slot: WeightSlot, weight: Any) -> Any:
    """Return the penalty of one weight, an array or traced; of a traced one, 0 where there is none.

    Raises:
        ShapeError, DataError: see ``trace_penalty``.
    """
    try:
        penalty = slot.regularizer(weight)  # type: ignore[misc]  # asked for only where there is one
    except Exception as error:
        error.add_note(f"in the regularizer of {slot.path}")
        raise
    shape = penalty.node.shape if isinstance(penalty, Tracer) else np.shape(penalty)
    if shape != ():
        raise ShapeError(
            f"expected the regularizer of {slot.path} to return one number. Received: shape {shape}. Sum it up: "
            f"np.sum(...)."
        )
    numbers = (int, float, np.number, np.ndarray)
    computed = isinstance(penalty, Tracer if isinstance(weight, Tracer) else numbers)
    if not computed and not (isinstance(penalty, numbers) and penalty == 0):
        raise DataError(
            f"expected the regularizer of {slot.path} to return a number that it computes from the weight. Received: "
            f"{penalty!r}. Write it with NumPy's functions of its argument, and return their result."
        )
    return penalty

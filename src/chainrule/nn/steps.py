"""From a network, a loss and an optimizer to the graphs of a training step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engines.graphs import StepGraph, UpdateGraph
from ..errors import DataError
from ..graph.batch import fold_sizes, same_program
from ..graph.derive import derive
from ..graph.emit import Emission, emit
from ..graph.lower import lower
from ..graph.node import Node, placeholder, topological
from ..graph.rowwise import sums_over_rows
from ..graph.simplify import simplify
from ..graph.sizes import watching_comparisons
from ..graph.stable import Table, stabilise
from ..graph.trace import Tracer, unwrap, wrap
from .losses import Loss
from .optimizers import Optimizer
from .penalty import trace_penalty
from .tracing import Head, TracedMode, TracedNetwork, example, two_numbers_of_rows

__all__ = ["TracedStep", "checked_losses", "trace_step", "trace_update", "whole_loss"]


class TracedStep:
    """A training step as a graph.

    Attributes:
        graph: the nodes of its program.
        training: the pass that was traced: its masks, and which layer made which value.
        output: the network's output as it was traced, before anything was rewritten.
        head: how the scored values become outputs.
        any_batch: whether the program serves every batch size.
    """

    def __init__(self, graph: StepGraph, training: TracedMode, output: Node, head: Head) -> None:
        self.graph, self.training, self.output, self.head = graph, training, output, head
        self.any_batch = False


def trace_step(model: Any, loss: Loss, x: Sequence[np.ndarray], y: np.ndarray, rows: int) -> TracedStep:
    """Trace forward pass, loss and derivative.

    Args:
        model: a built model.
        loss: its loss.
        x, y: the data, checked; a few rows serve as example.
        rows: the batch size, used if the program turns out to be for one size only.
    """
    try:
        step = _trace_for_any_batch(model, loss, x, y)
    except Exception:  # the user's function may want an even number of rows, say; if not, it fails again below
        step = None
    return step or _trace_rows(model, loss, x, y, rows, for_one_size=True)


def _trace_for_any_batch(model: Any, loss: Loss, x: Sequence[np.ndarray], y: np.ndarray) -> TracedStep | None:
    """Trace on two numbers of rows; None if that gives two programs, or code asks how many rows there are."""
    few, more = two_numbers_of_rows(model, x, y)
    with watching_comparisons() as compared:
        step, other = _trace_rows(model, loss, x, y, few), _trace_rows(model, loss, x, y, more)
    if {few, more} & compared or not same_program(_plain(step.graph), _plain(other.graph)):
        return None
    step.any_batch = True
    graph = step.graph
    graph.pair_with(other.graph)
    graph.splits = not graph.returned and sums_over_rows(graph.gradients, graph.data, graph.shapes)
    return step


def _trace_rows(
    model: Any, loss: Loss, x: Sequence[np.ndarray], y: np.ndarray, rows: int, for_one_size: bool = False
) -> TracedStep:
    network = TracedNetwork(model, x, rows, TracedMode())
    labels, count = placeholder(example(y, rows), "y"), placeholder(rows, "n")
    data, trained, (output,) = network.data, network.trained, network.outputs
    with np.errstate(all="ignore"):
        losses, *numbers = whole_loss(network, loss, labels, count)
        table = Table()
        final, *numbers = stabilise(fold_sizes([output, *numbers], rows, data[0]), table=table)
        head = Head(final)
        given = topological([head.scored, numbers[0]])
        in_step = losses.ndim == 0 or for_one_size  # a loss that cannot be computed row by row afterwards
        wanted = numbers[:1] if in_step else numbers[1:]
        results = fold_sizes([head.scored, *derive(numbers[0], trained), *wanted], rows, data[0])
        scored, *gradients = lower(simplify(results, given, table))
        returned = gradients.pop() if wanted else None
    scored.name = scored.name or "outputs"
    for node, weight in zip(gradients, trained, strict=True):
        node.name = node.name or f"d{weight.name}"
    batch_loss, penalty = (returned, None) if in_step else (None, returned)
    if penalty is not None:
        penalty.name = penalty.name or "penalty"
    rowwise = [*data, labels, *(mask.node for mask in network.mode.masks)]
    graph = StepGraph(rowwise, count, trained, network.fixed, scored, gradients, batch_loss, penalty)
    return TracedStep(graph, network.mode, output, head)


def whole_loss(network: TracedNetwork, loss: Loss, labels: Node, count: Node) -> list[Node]:
    """Return what training makes small, and its parts.

    Args:
        network: a traced model with one output.
        loss: its loss.
        labels, count: the input nodes of the labels and of the number of rows.

    Returns:
        The losses, one per row or one for the batch; the whole loss, which is their mean over ``count`` rows and the
        penalty of the weights; and the penalty by itself, if there is one.
    """
    (output,) = network.outputs
    losses = checked_losses(loss, loss.call(wrap(labels), wrap(output)), len(labels.value))
    mean = losses.sum() / (wrap(count) * int(np.prod(losses.node.shape[1:]))) if losses.ndim else losses
    penalty = trace_penalty(network.slots[: len(network.trained)], network.trained)
    if penalty is None:
        return [unwrap(losses), unwrap(mean)]
    return [unwrap(losses), unwrap(wrap(penalty) + mean), penalty]


def checked_losses(loss: Loss, losses: Any, rows: int) -> Any:
    """Return what a loss function returned if it is one number per row, else its mean.

    Raises:
        DataError: it is not computed from the network's outputs.
    """
    if not isinstance(losses, Tracer):
        raise DataError(
            f"the loss {loss.name} should return what it computes from y_pred. Received: {type(losses).__name__}. "
            f"Write it with NumPy's functions of y_true and y_pred, and return their result"
        )
    return losses if losses.node.shape[:1] in ((), (rows,)) else losses.mean()


def _plain(graph: StepGraph) -> Emission:
    return emit("step", graph.inputs, graph.results, comments=False)


def trace_update(optimizer: Optimizer, dtype: Any) -> UpdateGraph:
    """Trace the optimizer's update on one vector of all weights."""
    graph, other = (_trace_update(optimizer, dtype, length) for length in (3, 5))
    if not same_program(_plain_update(graph), _plain_update(other)):
        raise DataError(
            f"the update of {type(optimizer).__name__} should do the same for each weight, whatever their number. It "
            f"is called with all weights as one vector, so sums over it or its length have no meaning"
        )
    graph.pair_with(other)
    return graph


def _trace_update(optimizer: Optimizer, dtype: Any, length: int) -> UpdateGraph:
    vector = np.linspace(0.1, 0.7, length, dtype=dtype)
    long, gradients = placeholder(vector, "weights"), placeholder(vector.copy(), "gradients")
    slots = [placeholder(np.zeros_like(vector), name) for name in optimizer.slots]
    settings = [placeholder(optimizer.learning_rate, "learning_rate"), placeholder(1.0, "step")]
    state = {name: wrap(node) for name, node in zip(optimizer.slots, slots, strict=True)}
    new, after = optimizer.update(wrap(long), wrap(gradients), state, *(wrap(node) for node in settings))
    values = [
        _updated(optimizer, "the weight", new),
        *(_updated(optimizer, name, after.get(name)) for name in optimizer.slots),
    ]
    values = simplify(values, topological(values))
    return UpdateGraph(long, gradients, slots, settings, values)


def _updated(optimizer: Optimizer, name: str, value: Any) -> Node:
    if not isinstance(value, Tracer):
        raise DataError(
            f"expected the update of {type(optimizer).__name__} to return a new weight and a dictionary with a new "
            f"array for each of its slots {tuple(optimizer.slots)}, computed from its arguments with NumPy's "
            f"functions. Received for {name}: {value!r}. To start an array anew, return 0 * w"
        )
    return unwrap(value)


def _plain_update(graph: UpdateGraph) -> Emission:
    return emit("update", graph.inputs, graph.new, comments=False)

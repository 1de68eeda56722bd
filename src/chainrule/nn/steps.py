"""From a network, a loss and an optimizer to the graphs of a training step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engines.numpy_engine import StepGraph, UpdateGraph
from ..errors import DataError
from ..graph.batch import Shapes, fold_sizes, same_program
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
from .tracing import Head, TracedMode, TracedNetwork, example, two_numbers_of_rows

__all__ = ["TracedStep", "checked_losses", "mean_loss", "trace_step", "trace_update"]


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
    step.graph.shapes = Shapes(step.graph.results, few, other.graph.results, more)
    graph = step.graph
    graph.splits = graph.batch_loss is None and sums_over_rows(graph.gradients, graph.data, graph.shapes)
    return step


def _trace_rows(
    model: Any, loss: Loss, x: Sequence[np.ndarray], y: np.ndarray, rows: int, for_one_size: bool = False
) -> TracedStep:
    network = TracedNetwork(model, x, rows, TracedMode())
    labels, count = placeholder(example(y, rows), "y"), placeholder(rows, "n")
    data, trained, (output,) = network.data, network.trained, network.outputs
    with np.errstate(all="ignore"):
        losses, total = mean_loss(loss, labels, output, count)
        whole = losses.ndim == 0
        table = Table()
        final, summed = stabilise(fold_sizes([output, total], rows, data[0]), table=table)
        head = Head(final)
        given = topological([head.scored, summed])
        wanted = [summed] if whole or for_one_size else []  # a loss that cannot be computed row by row afterwards
        results = fold_sizes([head.scored, *derive(summed, trained), *wanted], rows, data[0])
        scored, *gradients = lower(simplify(results, given, table))
        batch_loss = gradients.pop() if wanted else None
    scored.name = scored.name or "outputs"
    for node, weight in zip(gradients, trained, strict=True):
        node.name = node.name or f"d{weight.name}"
    rowwise = [*data, labels, *(mask.node for mask in network.mode.masks)]
    graph = StepGraph(rowwise, count, trained, network.fixed, scored, gradients, batch_loss)
    return TracedStep(graph, network.mode, output, head)


def mean_loss(loss: Loss, labels: Node, output: Node, count: Node) -> tuple[Node, Node]:
    """Return the losses, one per row or one for the batch, and their mean over ``count`` rows."""
    losses = checked_losses(loss, loss.call(wrap(labels), wrap(output)), len(labels.value))
    total = losses.sum() / (wrap(count) * int(np.prod(losses.node.shape[1:]))) if losses.ndim else losses
    return unwrap(losses), unwrap(total)


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
    (few, graph), (more, other) = ((length, _trace_update(optimizer, dtype, length)) for length in (3, 5))
    if not same_program(_plain_update(graph), _plain_update(other)):
        raise DataError(
            f"the update of {type(optimizer).__name__} should do the same for each weight, whatever their number. It "
            f"is called with all weights as one vector, so sums over it or its length have no meaning"
        )
    graph.shapes = Shapes(graph.new, few, other.new, more)
    return graph


def _trace_update(optimizer: Optimizer, dtype: Any, length: int) -> UpdateGraph:
    vector = np.linspace(0.1, 0.7, length, dtype=dtype)
    long, gradients = placeholder(vector, "weights"), placeholder(vector.copy(), "gradients")
    slots = [placeholder(np.zeros_like(vector), name) for name in optimizer.slots]
    settings = [placeholder(optimizer.learning_rate, "learning_rate"), placeholder(1.0, "step")]
    state = {name: wrap(node) for name, node in zip(optimizer.slots, slots, strict=True)}
    new, after = optimizer.update(wrap(long), wrap(gradients), state, *(wrap(node) for node in settings))
    values = [unwrap(new), *(unwrap(after[name]) for name in optimizer.slots)]
    values = simplify(values, topological(values))
    return UpdateGraph(long, gradients, slots, settings, values, Shapes(values, length))


def _plain_update(graph: UpdateGraph) -> Emission:
    return emit("update", graph.inputs, graph.new, comments=False)

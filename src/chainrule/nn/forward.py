"""A network in use: its outputs on any number of rows, and how far they are from the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engines.jax_engine.text import with_numpy_dtypes
from ..engines.numpy_engine import Forward
from ..errors import DataError
from ..graph.batch import Shapes, fold_sizes, same_program, unmistakable_rows
from ..graph.emit import Emission, emit
from ..graph.lower import lower
from ..graph.node import Node, placeholder, topological
from ..graph.program import run_text
from ..graph.rowwise import rows_are_independent
from ..graph.simplify import simplify
from ..graph.sizes import watching_comparisons
from ..graph.stable import stabilise
from ..graph.trace import label, unwrap, wrap
from .losses import Loss
from .steps import checked_losses
from .tracing import Head, TracedMode, TracedNetwork, example, fixed_slots, two_numbers_of_rows

__all__ = ["ForwardProgram", "Scores", "UseGraph", "trace_forward", "trace_scores", "trace_use"]


class ForwardProgram:
    """The network as it is used: no masks, no loss. Its weights are read from the model at each call.

    Attributes:
        source: the text that runs.
        heads: what makes each output of its scored values.
    """

    def __init__(self, model: Any, forward: Forward, heads: list[Head]) -> None:
        self._slots, self._forward, self.heads = model.weight_slots, forward, heads
        self.source = forward.source

    def __call__(self, x: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Run the text on all rows."""
        return self._forward(x, [slot.value for slot in self._slots])


class UseGraph:
    """The network in use as a graph, on one number of rows.

    Attributes:
        data: the input nodes of the data.
        trained, fixed: those of the weights that are trained and of the others.
        heads: what makes each output of its scored values.
        results: the outputs, or the scored values.
        other: the same on another number of rows, if it is one program for any.
        shapes: the shapes of the values on any number of rows.
    """

    def __init__(
        self, data: list[Node], trained: list[Node], fixed: list[Node], heads: list[Head], results: list[Node]
    ) -> None:
        self.data, self.trained, self.fixed, self.heads, self.results = data, trained, fixed, heads, results
        self.other: UseGraph | None = None
        self.shapes = Shapes(results, len(data[0].value))

    def pair_with(self, other: UseGraph) -> None:
        """Learn from the same network on another number of rows how each value grows with them."""
        self.other = other
        self.shapes = Shapes(self.results, len(self.data[0].value), other.results, len(other.data[0].value))

    @property
    def inputs(self) -> list[Node]:
        """The data, the weights that are trained, and the others: the parameters of its program."""
        return [*self.data, *self.trained, *self.fixed]

    def text(self) -> Emission:
        """Write it as a plain program."""
        return emit("forward", self.inputs, with_numpy_dtypes(self.results), comments=False)


def _use(model: Any, x: Sequence[np.ndarray], rows: int, scored: bool) -> UseGraph:
    network = TracedNetwork(model, x, rows, TracedMode(in_training=False))
    with np.errstate(all="ignore"):
        final = stabilise(fold_sizes(network.outputs, rows, network.data[0]))
        heads = [Head(node) for node in final]
        wanted = [head.scored for head in heads] if scored else final
        results = lower(simplify(wanted, topological(network.outputs)))
    return UseGraph(network.data, network.trained, network.fixed, heads, results)


def trace_use(model: Any, x: Sequence[np.ndarray], scored: bool = False) -> UseGraph:
    """Trace the network in use, for any number of rows if that is one program, else for those of ``x``.

    Args:
        model: a built model.
        x: the data, checked; a few rows serve as example.
        scored: whether the program gives what the outputs are made of, before a final sigmoid or softmax.
    """
    few, more = two_numbers_of_rows(model, x)
    try:
        with watching_comparisons() as compared:
            graph, other = (_use(model, x, number, scored) for number in (few, more))
        if not {few, more} & compared and same_program(graph.text(), other.text()):
            graph.pair_with(other)
            return graph
    except Exception:  # the user's function may want an even number of rows, say; if not, it fails again below
        pass
    return _use(model, x, len(x[0]), scored)


def trace_forward(model: Any, x: Sequence[np.ndarray], scored: bool = False) -> ForwardProgram:
    """Trace the network in use, for blocks of rows if each row is computed by itself, else for all of ``x``.

    Args:
        model: a built model.
        x: the data, checked; a few rows serve as example.
        scored: whether the program gives what the outputs are made of, before a final sigmoid or softmax.
    """
    graph, rows = trace_use(model, x, scored), None
    if graph.other is None or not rows_are_independent(graph.results, graph.data, graph.shapes):
        graph, rows = _use(model, x, len(x[0]), scored), len(x[0])
    slots = [*model.trainable_slots, *fixed_slots(model)]
    nodes = dict(zip(slots, [*graph.trained, *graph.fixed], strict=True))
    weights = [nodes[slot] for slot in model.weight_slots]  # in the model's own order
    return ForwardProgram(model, Forward(graph.data, weights, graph.results, graph.shapes, rows), graph.heads)


class Scores:
    """The loss of many rows from their scored values, and the network's outputs.

    Attributes:
        source: the text of its program; empty where the loss depends on the number of rows in a way no text says, and
            is called as it is.
    """

    def __init__(self, loss: Loss, head: Head, program: Emission | None = None, per_row: int = 1) -> None:
        self._loss, self._head, self._per_row = loss, head, per_row
        self.source = program.source if program else ""
        self._function: Any = run_text(program, "loss_sum") if program else None

    def loss(self, scored: np.ndarray, y: np.ndarray) -> float:
        """Return the mean loss over the rows."""
        with np.errstate(all="ignore"):
            if self._function is None:
                return float(np.mean(self._loss.call(y, self.outputs(scored))))
            return float(self._function(scored, y)) / (len(scored) * self._per_row)

    def outputs(self, scored: np.ndarray) -> np.ndarray:
        """Return the network's outputs."""
        with np.errstate(all="ignore"):
            return self._head(scored)


def trace_scores(loss: Loss, head: Head, y: np.ndarray) -> Scores:
    """Trace the sum of the loss over rows; where the loss is one number for a batch, that number times the rows."""
    value = head.scored.value
    rows = unmistakable_rows([*value.shape[1:], *y.shape[1:]])
    more = unmistakable_rows([*value.shape[1:], *y.shape[1:], rows], rows + 1)
    try:
        emissions = [_loss_sum(loss, head, np.resize(value, (n, *value.shape[1:])), y) for n in (rows, more)]
    except DataError:
        raise
    except Exception:  # for such numbers of rows the user's function may make no sense
        return Scores(loss, head)
    (emission, per_row), (other, _) = emissions
    return Scores(loss, head, emission, per_row) if same_program(emission, other) else Scores(loss, head)


def _loss_sum(loss: Loss, head: Head, scored: np.ndarray, y: np.ndarray) -> tuple[Emission, int]:
    rows = len(scored)
    values, labels = placeholder(scored, "z"), placeholder(example(y, rows), "y")
    with np.errstate(all="ignore"):
        losses = checked_losses(loss, loss.call(wrap(labels), head(wrap(values))), rows)
        total = losses.sum() if losses.ndim else losses * np.size(wrap(values), 0)
        (output,) = lower(simplify(stabilise(fold_sizes([unwrap(label(total, "loss"))], rows, values))))
    return emit("loss_sum", [values, labels], [output], comments=False), int(np.prod(losses.node.shape[1:]))

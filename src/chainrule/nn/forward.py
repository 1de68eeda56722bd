"""A network in use: its outputs on any number of rows, and how far they are from the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engines.numpy_engine import Forward
from ..errors import DataError
from ..graph.batch import Shapes, fold_sizes, same_program, unmistakable_rows
from ..graph.emit import Emission, emit
from ..graph.lower import lower
from ..graph.node import placeholder, topological
from ..graph.program import run_text
from ..graph.rowwise import rows_are_independent
from ..graph.simplify import simplify
from ..graph.sizes import watching_comparisons
from ..graph.stable import stabilise
from ..graph.trace import label, unwrap, wrap
from .losses import Loss
from .steps import checked_losses
from .tracing import Head, example, inputs, run, two_numbers_of_rows, weights

__all__ = ["ForwardProgram", "Scores", "trace_forward", "trace_scores"]


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


class _Traced:
    """The forward graph on one number of rows."""

    def __init__(self, model: Any, x: Sequence[np.ndarray], rows: int, scored: bool) -> None:
        model.number_layers()
        self.data, self.weights = inputs(x, rows), weights(model.weight_slots)
        with np.errstate(all="ignore"):
            outputs = run(model, self.data, model.weight_slots, self.weights, False)
            nodes = [unwrap(out) for out in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
            final = stabilise(fold_sizes(nodes, rows, self.data[0]))
            self.heads = [Head(node) for node in final]
            wanted = [head.scored for head in self.heads] if scored else final
            self.results = lower(simplify(wanted, topological(nodes)))

    def plain(self) -> Emission:
        return emit("forward", [*self.data, *self.weights], self.results, comments=False)


def trace_forward(model: Any, x: Sequence[np.ndarray], scored: bool = False) -> ForwardProgram:
    """Trace the network in use, for blocks of rows if each row is computed by itself, else for all of ``x``.

    Args:
        model: a built model.
        x: the data, checked; a few rows serve as example.
        scored: whether the program gives what the outputs are made of, before a final sigmoid or softmax.
    """
    few, more = two_numbers_of_rows(model, x)
    rows: int | None = None
    try:
        with watching_comparisons() as compared:
            traced, other = (_Traced(model, x, number, scored) for number in (few, more))
        shapes = Shapes(traced.results, few, other.results, more)
        if (
            {few, more} & compared
            or not same_program(traced.plain(), other.plain())
            or not rows_are_independent(traced.results, traced.data, shapes)
        ):
            rows = len(x[0])
    except Exception:  # the user's function may want an even number of rows, say; if not, it fails again below
        rows = len(x[0])
    if rows is not None:
        traced = _Traced(model, x, rows, scored)
        shapes = Shapes(traced.results, rows)
    return ForwardProgram(model, Forward(traced.data, traced.weights, traced.results, shapes, rows), traced.heads)


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

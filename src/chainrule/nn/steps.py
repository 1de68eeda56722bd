"""From a network, a loss and an optimizer to the graphs of its programs.

Everything is traced on a few rows of the data whose number occurs nowhere else, and traced again on another number:
where both give the same text, one program serves every batch size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engines.numpy_engine import Forward, StepGraph, UpdateGraph
from ..errors import DataError, ShapeError
from ..graph.batch import fold_sizes, unmistakable_rows
from ..graph.derive import derive
from ..graph.emit import emit
from ..graph.functions import sigmoid, softmax
from ..graph.interpret import steps
from ..graph.lower import lower
from ..graph.node import Node, placeholder, topological
from ..graph.program import run_text
from ..graph.simplify import simplify
from ..graph.stable import Table, stabilise
from ..graph.trace import Tracer, label, unwrap, wrap
from .layers import Pass
from .layers.weights import WeightSlot, substitute
from .losses import Loss
from .optimizers import Optimizer

__all__ = [
    "ForwardProgram",
    "Head",
    "Mask",
    "Scores",
    "TracedStep",
    "trace_forward",
    "trace_scores",
    "trace_step",
    "trace_update",
]


class Mask:
    """A random mask that a layer asked for: which layer, what shape per row, and how much it keeps."""

    def __init__(self, layer: Any, node: Node, keep_probability: float) -> None:
        self.layer, self.node, self.keep_probability = layer, node, keep_probability


class _TracedPass(Pass):
    """A training pass whose masks are inputs of the program."""

    def __init__(self) -> None:
        self.masks: list[Mask] = []

    def mask(self, layer: Any, like: Any, keep_probability: float) -> Any:
        shape = tuple(int(n) for n in like.shape)
        node = placeholder(np.ones(shape, like.dtype), f"mask{len(self.masks) + 1}")
        self.masks.append(Mask(layer, node, keep_probability))
        return wrap(node)


class Head:
    """What turns the scored values into the network's outputs: a sigmoid or softmax at its end, or nothing.

    Scoring from the values before it keeps the loss exact when the network is very sure.
    """

    def __init__(self, output: Node) -> None:
        named = output.op in (sigmoid, softmax)
        self.scored: Node = output.args[0] if named else output
        self._op: Any = output.op if named else None
        self._kwargs = output.kwargs if named else {}

    def __call__(self, scored: Any) -> Any:
        """Return the network's outputs."""
        return scored if self._op is None else self._op(scored, **self._kwargs)


class TracedStep:
    """A training step as a graph, the masks it needs and how its outputs are scored."""

    def __init__(self, graph: StepGraph, masks: list[Mask], head: Head, any_batch: bool) -> None:
        self.graph, self.masks, self.head, self.any_batch = graph, masks, head, any_batch


def trace_step(model: Any, loss: Loss, x: Sequence[np.ndarray], y: np.ndarray, rows: int) -> TracedStep:
    """Trace forward pass, loss and derivative.

    Args:
        model: a built model.
        loss: its loss.
        x, y: the data, checked; a few rows serve as example.
        rows: the batch size, used if the program turns out to be for one size only.
    """
    example = unmistakable_rows(_sizes(model, x, y))
    other = unmistakable_rows(_sizes(model, x, y), example + 1)
    step = _trace_rows(model, loss, x, y, example)
    second = _trace_rows(model, loss, x, y, other)
    if _text(step.graph) == _text(second.graph):
        step.graph.splits = step.graph.batch_loss is None and _adds_up(step.graph, second.graph)
        return step
    step = _trace_rows(model, loss, x, y, rows)
    step.any_batch = False
    return step


def _sizes(model: Any, x: Sequence[np.ndarray], y: np.ndarray) -> list[int]:
    shapes = [slot.shape for slot in model.weight_slots] + [a.shape[1:] for a in [*x, y]]
    shapes += [layer.output.shape[1:] for layer in model.layers if layer.calls and hasattr(layer.output, "shape")]
    return [1, 2, *(int(n) for shape in shapes for n in shape)]


def _example(array: np.ndarray, rows: int) -> np.ndarray:
    return array[:rows] if len(array) >= rows else np.resize(array, (rows, *array.shape[1:]))


def _inputs(x: Sequence[np.ndarray], rows: int) -> list[Node]:
    names = ["x"] if len(x) == 1 else [f"x{i + 1}" for i in range(len(x))]
    return [placeholder(_example(part, rows), name) for part, name in zip(x, names, strict=True)]


def _weights(slots: Sequence[WeightSlot]) -> list[Node]:
    return [placeholder(slot.value, slot.symbol) for slot in slots]


def _fixed_slots(model: Any) -> list[WeightSlot]:
    trainable = set(model.trainable_slots)
    return [slot for slot in model.weight_slots if slot not in trainable]


def _run(model: Any, data: list[Node], slots: Sequence[WeightSlot], weights: list[Node], training: Any) -> Any:
    """Run the model's layers on traced values."""
    traced = [wrap(node) for node in data]
    with substitute(slots, [wrap(node) for node in weights]):
        return model.forward(traced[0] if len(traced) == 1 else traced, training)


def _trace_rows(model: Any, loss: Loss, x: Sequence[np.ndarray], y: np.ndarray, rows: int) -> TracedStep:
    model.number_layers()
    data, labels, count = _inputs(x, rows), placeholder(_example(y, rows), "y"), placeholder(rows, "n")
    weights, fixed = _weights(model.trainable_slots), _weights(_fixed_slots(model))
    training = _TracedPass()
    with np.errstate(all="ignore"):
        slots = [*model.trainable_slots, *_fixed_slots(model)]
        output = _run(model, data, slots, [*weights, *fixed], training)
        losses = _checked_losses(loss, loss.call(wrap(labels), output), rows)
        per_batch = losses.ndim == 0
        total = losses if per_batch else losses.sum() / (wrap(count) * int(np.prod(losses.node.shape[1:])))
        table = Table()
        nodes = stabilise(fold_sizes([unwrap(output), unwrap(total)], rows, data[0]), table=table)
        head = Head(nodes[0])
        given = topological([head.scored, nodes[1]])
        results = [head.scored, nodes[1], *derive(nodes[1], weights)]
        scored, total, *gradients = simplify(fold_sizes(results, rows, data[0]), given, table)
        lowered = lower([scored, *gradients, *([total] if per_batch else [])])
    batch_loss = lowered.pop() if per_batch else None
    lowered[0].name = lowered[0].name or "outputs"
    for node, weight in zip(lowered[1:], weights, strict=True):
        node.name = node.name or f"d{weight.name}"
    inputs = [*data, labels, *(mask.node for mask in training.masks)]
    graph = StepGraph(inputs, count, weights, fixed, lowered[0], lowered[1:], batch_loss, rows, False)
    return TracedStep(graph, training.masks, head, True)


def _checked_losses(loss: Loss, losses: Any, rows: int) -> Any:
    """Check what a loss function returned: traced, and one number for the batch or one or more per row."""
    if not isinstance(losses, Tracer):
        raise DataError(
            f"the loss {loss.name} should return what it computes from y_pred. Received: {type(losses).__name__}. "
            f"Write it with NumPy's functions of y_true and y_pred"
        )
    shape = losses.node.shape
    if shape and shape[0] != rows:
        raise ShapeError(
            f"the loss {loss.name} should return one number per sample, or one for the batch. Received, for {rows} "
            f"samples: shape {shape}. Take the mean over the last axis, as in np.mean(..., axis=-1)"
        )
    return losses


def _text(graph: StepGraph) -> str:
    """The plain text of a step, to tell whether it depends on the number of rows."""
    outputs = [graph.scored, *graph.gradients]
    emission = emit("step", graph.inputs, outputs, comments=False)
    shapes = [np.shape(value) for value in emission.constants.values()]
    return emission.source + str(shapes)


def _adds_up(small: StepGraph, large: StepGraph) -> bool:
    """Whether the gradients of two parts of a batch add up to the whole's: whether rows do not see each other."""
    values = {node: node.value for node in [*large.weights, *large.fixed]}
    whole = [node.value for node in large.gradients]
    n = large.rows
    halves = []
    for rows in (slice(0, n // 2), slice(n // 2, n)):
        inputs = {node: node.value[rows] for node in large.data} | {large.count: n} | values
        found = dict(steps(large.gradients, inputs)) | inputs
        halves.append([found[node] for node in large.gradients])
    return all(
        np.allclose(a + b, c, rtol=1e-3, atol=1e-5 * (1 + np.abs(c).max(initial=0)), equal_nan=True)
        for a, b, c in zip(*halves, whole, strict=True)
    )


def trace_update(optimizer: Optimizer, dtype: Any) -> UpdateGraph:
    """Trace the optimizer's update on one vector of all weights."""
    example = np.linspace(0.1, 0.7, 7, dtype=dtype)
    weights, gradients = placeholder(example, "weights"), placeholder(example.copy(), "gradients")
    slots = [placeholder(np.zeros_like(example), name) for name in optimizer.slots]
    settings = [placeholder(optimizer.learning_rate, "learning_rate"), placeholder(1.0, "step")]
    state = {name: wrap(node) for name, node in zip(optimizer.slots, slots, strict=True)}
    new, after = optimizer.update(wrap(weights), wrap(gradients), state, *(wrap(node) for node in settings))
    values = [unwrap(new), *(unwrap(after[name]) for name in optimizer.slots)]
    return UpdateGraph(weights, gradients, slots, settings, simplify(values, topological(values)))


class ForwardProgram:
    """The network as it is used: no masks, no loss. Its weights are read from the model at each call.

    Attributes:
        source: the text that runs.
        heads: what makes each output of its scored values.
    """

    def __init__(self, model: Any, forward: Forward, heads: list[Head]) -> None:
        self._slots, self._forward, self.heads = model.weight_slots, forward, heads
        self.source = forward.source

    def scored(self, x: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return what each output is made of, before a final sigmoid or softmax."""
        return self._forward(x, [slot.value for slot in self._slots])

    def outputs(self, x: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the network's outputs for all rows."""
        with np.errstate(all="ignore"):
            return [head(scored) for head, scored in zip(self.heads, self.scored(x), strict=True)]


def trace_forward(model: Any, x: Sequence[np.ndarray]) -> ForwardProgram:
    """Trace the network's outputs on any number of rows."""
    model.number_layers()
    rows = unmistakable_rows(_sizes(model, x, x[0]))
    data, weights = _inputs(x, rows), _weights(model.weight_slots)
    with np.errstate(all="ignore"):
        outputs = _run(model, data, model.weight_slots, weights, False)
        nodes = [unwrap(out) for out in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
        heads = [Head(node) for node in stabilise(fold_sizes(nodes, rows, data[0]))]
        scored = lower(simplify([head.scored for head in heads], topological(nodes)))
    return ForwardProgram(model, Forward(data, weights, scored, rows), heads)


class Scores:
    """The program that computes the loss of many rows from their scored values, and the network's outputs.

    Attributes:
        source: its text.
        per_row: how many loss values a row has, usually one.
    """

    def __init__(self, source: str, function: Any, head: Head, per_row: int) -> None:
        self.source, self._function, self._head, self.per_row = source, function, head, per_row

    def loss(self, scored: np.ndarray, y: np.ndarray) -> float:
        """Return the mean loss over the rows."""
        with np.errstate(all="ignore"):
            return float(self._function(scored, y)) / (len(scored) * self.per_row)

    def outputs(self, scored: np.ndarray) -> np.ndarray:
        """Return the network's outputs."""
        with np.errstate(all="ignore"):
            return self._head(scored)


def trace_scores(loss: Loss, head: Head, y: np.ndarray) -> Scores:
    """Trace the sum of the loss over rows; where the loss is one number for a batch, that number times the rows."""
    rows = len(head.scored.value)
    values, labels = placeholder(head.scored.value, "z"), placeholder(_example(y, rows), "y")
    with np.errstate(all="ignore"):
        losses = loss.call(wrap(labels), head(wrap(values)))
        total = losses.sum() if np.ndim(losses) else losses * np.size(wrap(labels), 0)
        per_row = int(np.prod(losses.node.shape[1:]))
        (output,) = lower(simplify(stabilise(fold_sizes([unwrap(label(total, "loss"))], rows, values))))
    emission = emit("loss_sum", [values, labels], [output], comments=False)
    return Scores(emission.source, run_text(emission, "loss_sum"), head, per_row)

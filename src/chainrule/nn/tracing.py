"""Run a model on traced values: what the programs of training and of use have in common.

Everything is traced on a few rows of the data, twice, on numbers of rows that divide no size of the network. Where both
give the same text, one program serves every batch size; else there is a program for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import DataError
from ..graph.batch import unmistakable_rows
from ..graph.functions import sigmoid, softmax
from ..graph.node import Node, placeholder
from ..graph.trace import Tracer, explaining_assignments, unwrap, wrap
from .layers import Mode
from .layers.modes import draw_mask
from .layers.weights import WeightSlot, substitute
from .symbolic import listed

__all__ = [
    "Head",
    "Mask",
    "TracedMode",
    "TracedNetwork",
    "example",
    "fixed_slots",
    "inputs",
    "run",
    "two_numbers_of_rows",
    "weights",
]


class Mask:
    """A random mask that a layer asked for.

    Attributes:
        node: the input of the program; its shape is that of the mask.
        keep_probability: how much of the entries it keeps.
        source: the layer's own source of random draws, or None.
    """

    def __init__(self, node: Node, keep_probability: float, source: np.random.Generator | None) -> None:
        self.node, self.keep_probability, self.source = node, keep_probability, source

    def draw(self, rows: int, rng: np.random.Generator) -> np.ndarray:
        """Draw it for so many rows, from its own source of random draws or else from ``rng``."""
        shape = (rows, *self.node.shape[1:])
        return draw_mask(self.source or rng, shape, self.node.dtype, self.keep_probability)


class TracedMode(Mode):
    """The mode of a model that is traced: masks are inputs of the program, and what each layer returned is noted.

    Attributes:
        masks: the masks asked for, in order.
        made: each layer with a node it returned, inner layers before outer ones.
    """

    def __init__(self, in_training: bool = True) -> None:
        self.in_training = in_training
        self.masks: list[Mask] = []
        self.made: list[tuple[Any, Node]] = []

    def mask(self, layer: Any, like: Any, keep_probability: float) -> Any:
        """Return a new input of the program, of the shape and dtype of ``like``."""
        shape = tuple(int(n) for n in like.shape)
        node = placeholder(np.ones(shape, like.dtype), f"mask{len(self.masks) + 1}")
        self.masks.append(Mask(node, keep_probability, layer.rng))
        return wrap(node)

    def seen(self, layer: Any, outputs: Any) -> None:
        """Remember which layer made which values."""
        self.made += [(layer, value.node) for value in listed(outputs) if isinstance(value, Tracer)]


class TracedNetwork:
    """A model run on traced values.

    Args:
        model: a built model.
        x: the data, checked; ``rows`` of them serve as example.
        rows: how many rows the example has.
        mode: the mode to run it in.

    Attributes:
        data, trained, fixed: the input nodes of the data, of the weights that are trained and of the others.
        slots: the places of these weights, those that are trained first.
        mode: which layer made which value, and the masks.
        outputs: what it returns, as it was traced.
    """

    def __init__(self, model: Any, x: Sequence[np.ndarray], rows: int, mode: TracedMode) -> None:
        model.number_layers()
        self.data, self.mode = inputs(x, rows), mode
        self.trained, self.fixed = weights(model.trainable_slots), weights(fixed_slots(model))
        self.slots = [*model.trainable_slots, *fixed_slots(model)]
        with np.errstate(all="ignore"):
            outputs = run(model, self.data, self.slots, [*self.trained, *self.fixed], mode)
        self.outputs: list[Node] = [unwrap(output) for output in listed(outputs)]


class Head:
    """What turns the scored values into the network's outputs: a sigmoid or softmax at its end, or nothing.

    Scoring from the values before it keeps the loss exact when the network is very sure.
    """

    def __init__(self, output: Node) -> None:
        last = (-1, output.ndim - 1)
        named = output.op is sigmoid or (output.op is softmax and output.kwargs.get("axis", -1) in last)
        self.scored: Node = output.args[0] if named else output
        self._op: Any = output.op if named else None
        self._kwargs = output.kwargs if named else {}

    def __call__(self, scored: Any) -> Any:
        """Return the network's outputs."""
        return scored if self._op is None else self._op(scored, **self._kwargs)


def two_numbers_of_rows(model: Any, x: Sequence[np.ndarray], y: np.ndarray | None = None) -> tuple[int, int]:
    """Return two numbers of example rows that divide no size of the network or of a row of the data."""
    shapes = [slot.shape for slot in model.weight_slots]
    shapes += [array.shape[1:] for array in (*x, *([] if y is None else [y]))]
    shapes += [tensor.shape[1:] for layer in model.layers for call in layer.calls for tensor in listed(call.outputs)]
    sizes = [int(size) for shape in shapes for size in shape]
    first = unmistakable_rows(sizes)
    return first, unmistakable_rows([*sizes, first], first + 1)


def example(array: np.ndarray, rows: int) -> np.ndarray:
    """Return the first rows, repeated if there are too few."""
    return array[:rows] if len(array) >= rows else np.resize(array, (rows, *array.shape[1:]))


def inputs(x: Sequence[np.ndarray], rows: int) -> list[Node]:
    """Return input nodes for the data: ``x``, or ``x1``, ``x2`` … for several inputs."""
    names = ["x"] if len(x) == 1 else [f"x{i + 1}" for i in range(len(x))]
    return [placeholder(example(part, rows), name) for part, name in zip(x, names, strict=True)]


def weights(slots: Sequence[WeightSlot]) -> list[Node]:
    """Return input nodes for weights, named as in the program."""
    return [placeholder(slot.value, slot.symbol) for slot in slots]


def fixed_slots(model: Any) -> list[WeightSlot]:
    """Return the places of the weights that training leaves alone."""
    trainable = set(model.trainable_slots)
    return [slot for slot in model.weight_slots if slot not in trainable]


def run(model: Any, data: list[Node], slots: Sequence[WeightSlot], values: list[Node], training: Any) -> Any:
    """Run the model's layers on traced values, with ``values`` in the places of its weights.

    Raises:
        DataError: a layer's ``call`` put something else in the place of a weight.
    """
    traced, stand_ins = [wrap(node) for node in data], [wrap(node) for node in values]
    with substitute(slots, stand_ins), explaining_assignments():
        outputs = model.forward(traced[0] if len(traced) == 1 else traced, training)
        for slot, stand_in in zip(slots, stand_ins, strict=True):
            if slot.value is not stand_in:
                raise DataError(
                    f"call of {slot.layer.described} assigns to its weight {slot.attribute}, which a program cannot "
                    f"do: weights change by training alone. Compute with a new name instead"
                )
    return outputs

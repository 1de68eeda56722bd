"""What a compiled model is, written down: equal for models that differ in nothing but weights and learning rates.

It is written as pickling would write it, so nothing is left out that a layer, a loss or an optimizer holds. What must
not count is replaced on the way: a weight by its shape, a layer by its place in the model, whatever its name; a
function that is made anew with each model by its code and what this closes over.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from . import optimizers
from .layers import Layer
from .optimizers import Optimizer
from .symbolic import SymbolicTensor

__all__ = ["Likeness", "Likenesses"]

# Attributes of layers that tell them apart only, that are looked at elsewhere, or that training leaves behind.
SKIPPED = {"name", "number", "calls", "_graph", "_training", "history", "stop_training", "_source"}
PLAIN = {bool, int, float, str, bytes, type(None), tuple, list, dict}  # the most of what is written, as it is


class Likeness(NamedTuple):
    """What a model is, in parts that can be compared. What cannot be written down is equal to nothing.

    Attributes:
        network: its layers with their settings, and how they are connected.
        scoring: loss, metrics, and the engine.
        optimizer: the optimizer; the learning rate counts only where an optimizer of one's own might use it otherwise.
    """

    network: object
    scoring: object
    optimizer: object


class Likenesses:
    """Writes models down, in a way in which they can be compared with one another."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}

    def of(self, model: Any) -> Likeness:
        """Write down a compiled and built model."""
        training, layers = model._compiled(), model.walk()
        weights = {id(slot.value): slot for slot in model.weight_slots}
        settings = [
            (layer, type(layer), {key: value for key, value in vars(layer).items() if key not in SKIPPED})
            for layer in layers
        ]
        inner = [layer for layer in layers if hasattr(layer, "calls_inside")]  # models
        calls = [(call.layer, call.inputs, call.outputs) for one in inner for call in one.calls_inside()]
        return Likeness(
            self._written([settings, calls], weights),
            self._written([training.loss, training.metrics, training.engine]),
            self._written(_settings(training.optimizer)),
        )

    def _written(self, part: Any, weights: Mapping[int, Any] | None = None) -> object:
        file = BytesIO()
        try:
            _Writer(file, self._known, weights).dump(part)
        except Exception:  # whatever stands against it, it does no harm: such a model is traced for itself
            return object()
        return sha256(file.getvalue()).digest()


def _settings(optimizer: Optimizer) -> tuple[type, dict[str, Any]]:
    """The library's own optimizers use the learning rate as it is handed to ``update``, and not otherwise."""
    own = type(optimizer).__module__ == optimizers.__name__
    return type(optimizer), {
        key: value for key, value in vars(optimizer).items() if not (own and key == "_learning_rate")
    }


class _Writer(pickle.Pickler):
    """Pickles for comparison alone.

    Args:
        file: what to write into.
        known: classes and code met so far, in any model.
        weights: of a network, its weights by the identity of their arrays. A loss or a metric may look into a network,
            too; then that is written as it is, weights and all.
    """

    def __init__(self, file: BytesIO, known: dict[Any, int], weights: Mapping[int, Any] | None) -> None:
        super().__init__(file)
        self._known, self._weights = known, weights
        self._places: dict[int, int] = {}

    def persistent_id(self, value: Any) -> Any:
        """Return what to write in the place of ``value``; None to write it as it is."""
        if type(value) in PLAIN:
            return None
        if isinstance(value, (type, CodeType)):
            return "known", self._known.setdefault(value, len(self._known))
        return None if self._weights is None else self._part_of_network(value, self._weights)

    def _part_of_network(self, value: Any, weights: Mapping[int, Any]) -> Any:
        if isinstance(value, Layer):
            return "layer", self._place(value)
        if isinstance(value, SymbolicTensor):
            return "tensor", self._place(value), value.shape, value.dtype.str
        if isinstance(value, np.ndarray) and id(value) in weights:
            return "weight", self._place(value), value.shape, value.dtype.str
        return None

    def _place(self, value: Any) -> int:
        """The number of something that is told apart by where it occurs."""
        return self._places.setdefault(id(value), len(self._places))

    def reducer_override(self, value: Any) -> Any:
        """Say what a function consists of if it has no name by which another module could find it."""
        if isinstance(value, FunctionType) and "<" in value.__qualname__:
            inside = [cell.cell_contents for cell in value.__closure__ or ()]
            return FunctionType, (value.__code__, inside, value.__defaults__, value.__kwdefaults__, value.__module__)
        return NotImplemented

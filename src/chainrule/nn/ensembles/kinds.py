"""Which members are of one kind: networks that differ in nothing but their weights and learning rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from ..model import Model
from ..sequential import Sequential
from .programs import Data, TracedKind

__all__ = ["Kind", "kind_of"]

# What tells two networks of one kind apart, or follows from the rest.
DEEPEST = 4  # levels of attributes within attributes that are looked at
IGNORED = {"name", "number", "calls", "build_shape", "_learning_rate"}


class Kind:
    """Members of one kind.

    Attributes:
        model: one of them, compiled and built; their program is traced from it.
        members: their numbers.
        weights: for each of them its starting weights, in the order of ``get_weights``.
        rates: for each of them its learning rate.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.members: list[int] = []
        self.weights: list[list[np.ndarray]] = []
        self.rates: list[float] = []
        self._traced: TracedKind | None = None

    def add(self, member: int, model: Model) -> None:
        """Add a member; its weights are copied."""
        self.members.append(member)
        self.weights.append([np.array(slot.value) for slot in model.weight_slots])
        self.rates.append(model.optimizer.learning_rate)

    def traced(self, x: Sequence[np.ndarray], y: np.ndarray, held_out: Data | None, rows: int) -> TracedKind:
        """Return the graphs of one of them, traced once."""
        if self._traced is None:
            self._traced = TracedKind(self.model, x, y, held_out, rows)
        return self._traced


def kind_of(model: Model, point: str) -> Any:
    """Return what says of which kind a compiled model is: equal for models of one kind.

    Layers, loss, optimizer and metrics are compared by their classes and settings; the learning rate and the values of
    weights do not count. What cannot be compared counts as different, which costs time and is never wrong. How layers
    are connected is taken to be the same for one point of the grid, whatever the seed.

    Args:
        model: the model.
        point: its point of the grid, written down.
    """
    training = model._compiled()
    weights = tuple((slot.shape, slot.dtype.str, slot in model.trainable_slots) for slot in model.weight_slots)
    layers = tuple(_described(layer, 0) for layer in model.walk() if layer is not model)
    others = [training.loss, training.optimizer, *training.metrics, training.engine]
    connected = None if type(model) is Sequential else point
    return (type(model), connected, weights, layers, *(_described(one, 0) for one in others))


def _described(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, (bool, int, float, str, np.generic, np.dtype, type)):
        return (type(value), value)
    if depth > DEEPEST:
        return id(value)
    if isinstance(value, (tuple, list)):
        return (type(value), *(_described(one, depth + 1) for one in value))
    if isinstance(value, Mapping):
        return tuple((str(key), _described(one, depth + 1)) for key, one in value.items())
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str)
    if isinstance(value, np.random.Generator):
        return str(value.bit_generator.state)
    if isinstance(value, FunctionType):
        return _described_function(value, depth)
    return (type(value), _settings(value, depth))


def _described_function(function: FunctionType, depth: int) -> Any:
    """A function that is made anew with each network is the same if its code is, and what that closes over."""
    if "<locals>" not in function.__qualname__ and "<lambda>" not in function.__qualname__:
        return id(function)
    cells = (cell.cell_contents for cell in function.__closure__ or ())
    inside = tuple(_described(contents, depth + 1) for contents in cells)
    return (function.__code__, inside, _described(function.__defaults__, depth + 1))


def _settings(value: Any, depth: int) -> Any:
    """The attributes of an object, without names, weights, and what ties it to others."""
    held = getattr(value, "__dict__", {})
    own_name = getattr(value, "name", None)
    return tuple(
        (key, _described(one, depth + 1))
        for key, one in held.items()
        if key not in IGNORED and one is not own_name and _is_setting(key, one)
    )


def _is_setting(key: str, value: Any) -> bool:
    """Private attributes count where they are plain: a layer's ties to others are private, too."""
    return not key.startswith("_") or isinstance(value, (bool, int, float, str, tuple))

"""What is given to ``fit_many``: the data, as arrays that fit the networks, and the options that all share."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...data import split_validation
from ...model import Model

__all__ = ["Data", "Given", "Options", "single"]


class Options(NamedTuple):
    """How all networks are trained.

    Attributes:
        batch_size, shuffle, epochs: as for ``fit``.
        seed: of the order of the rows and of the masks, the same for all.
        bootstrap: whether each network gets a sample of the rows of its own.
        engine: which engine is asked for; None for the one that a model was compiled with.
        memory: how many bytes networks that are trained at the same time may take.
    """

    batch_size: int
    shuffle: bool
    epochs: int
    seed: int
    bootstrap: bool
    engine: str | None
    memory: float


class Data(NamedTuple):
    """Checked data.

    Attributes:
        x: an array for each input.
        y: the labels.
        held_out: likewise what to validate with, or None.
    """

    x: list[np.ndarray]
    y: np.ndarray
    held_out: tuple[list[np.ndarray], np.ndarray] | None


class Given:
    """The user's data, made into arrays once for all models that take the same.

    Args:
        x, y, validation_data, validation_split: as for ``fit``.
    """

    def __init__(self, x: Any, y: Any, validation_data: Any, validation_split: float) -> None:
        self._x, self._y, self._validation, self._split = x, y, validation_data, validation_split
        self._row: Any = None
        self._arrays: dict[str, tuple[Any, Any]] = {}

    def build(self, model: Model) -> None:
        """Let a model know the shape of its inputs, if it waits for that."""
        if self._row is None:
            self._row = single([part[:1] for part in model._checked_x(self._x)])
        elif not model.built:
            model._checked_x(self._row)

    def for_model(self, model: Model) -> Data:
        """Return the data as a built model takes them.

        Raises:
            ShapeError, DataError: they do not fit.
        """
        names = [tensor.name for tensor in model.inputs] if isinstance(self._x, dict) else []
        x, validation = self._arrays.get(str((model.dtype, names)), (self._x, self._validation))
        data, labels = model._checked(x, self._y)
        x, held_out = single(data), None
        if validation is not None:
            held_out = model._checked_validation(validation)
            validation = single(held_out[0]), self._validation[1]
        elif self._split:
            (data, labels), held_out = split_validation(data, labels, self._split)
        self._arrays[str((model.dtype, names))] = x, validation
        model._try_metrics(data, labels)
        return Data(data, labels, held_out)


def single(parts: list[np.ndarray]) -> Any:
    """Return a single array by itself, several as the list they are: as ``fit`` takes them."""
    return parts[0] if len(parts) == 1 else parts

"""Where data enter a model: ``Input`` and the layer behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import DataError, ShapeError
from ..symbolic import Call, SymbolicTensor
from .base import Layer

__all__ = ["Input", "InputLayer"]


class InputLayer(Layer):
    """The layer behind ``Input``. It computes nothing; its ``output`` is the symbolic tensor.

    Args:
        shape: the shape of one row, such as ``(784,)``.
        batch_size: how many rows a batch has; None for any number.
        dtype: ``"float32"`` or ``"float64"``. Layers called on it take it on unless they were given one.
        name: its name; by default ``input_layer``, counted.
        batch_shape: ``(batch_size, *shape)``, instead of the two.

    Raises:
        ShapeError: ``shape`` is not a tuple of positive whole numbers.
    """

    def __init__(
        self,
        shape: Sequence[int] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        name: str | None = None,
        batch_shape: Sequence[int | None] | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if batch_shape is not None:
            batch_size, *shape = batch_shape  # type: ignore[assignment]
        rows = () if batch_size is None else (batch_size,)
        if not isinstance(shape, (tuple, list)) or not all(map(_is_size, (*shape, *rows))):
            raise ShapeError(
                f"Input expects the shape of one row as a tuple of positive whole numbers, such as shape=(784,); the "
                f"number of rows is left out. Received: shape={shape!r}, batch_size={batch_size!r}"
            )
        self.build_shape = (batch_size, *map(int, shape))
        Call(self, [], self.build_shape)

    def call(self, inputs: Any) -> Any:
        """Return the inputs."""
        return inputs

    @property
    def batch_shape(self) -> tuple[int | None, ...]:
        """The shape with the number of rows: ``(None, 784)``."""
        return self.build_shape


def Input(  # noqa: N802  # Keras's name: it reads as the start of a model
    shape: Sequence[int] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> SymbolicTensor:
    """Return the symbolic tensor that a model starts from. The arguments are those of ``InputLayer``.

    Raises:
        ShapeError: ``shape`` is not a tuple of positive whole numbers.

    >>> Input((784,)).shape
    (None, 784)
    """
    if shape is None and batch_shape is None:
        raise DataError("Input expects the shape of one row, such as shape=(784,). Received: none")
    return InputLayer(shape, batch_size, dtype, name, batch_shape).output


def _is_size(size: Any) -> bool:
    return isinstance(size, (int, np.integer)) and not isinstance(size, bool) and bool(size > 0)

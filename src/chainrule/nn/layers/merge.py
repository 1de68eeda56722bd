"""Layers of several inputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ...errors import DataError, ShapeError
from .base import Layer

__all__ = ["Add", "Concatenate"]


class _Merge(Layer, ABC):
    """What layers of several inputs have in common."""

    expected = advice = ""

    def check(self, shapes: Any) -> None:
        """Raise ShapeError unless there is a list of inputs that fit together."""
        name = type(self).__name__
        if not isinstance(shapes, list) or not shapes:
            raise ShapeError(f"{self.described} expects a list of inputs. Write {name}()([a, b]). Received: one input")
        if len({len(shape) for shape in shapes}) > 1 or not self.fit(shapes):
            raise ShapeError(
                f"{self.described} expects inputs {self.expected}. Received: "
                f"{' and '.join(map(str, shapes))}. {self.advice}"
            )

    @abstractmethod
    def fit(self, shapes: list[tuple[int | None, ...]]) -> bool:
        """Whether inputs of these shapes, with equally many axes, fit together."""


class Add(_Merge):
    """The sum of its inputs. An axis of length 1 is repeated to fit the others, as NumPy does.

    >>> Add()([np.ones((2, 3)), np.ones((2, 3))])[0]
    array([2., 2., 2.], dtype=float32)
    """

    expected = "of one shape"
    advice = "Bring them to the same number of features first, for instance with a Dense layer."

    def call(self, inputs: Any) -> Any:
        """Return the sum."""
        return sum(inputs[1:], start=inputs[0])

    def fit(self, shapes: list[tuple[int | None, ...]]) -> bool:
        """Whether each axis has one length, or 1."""
        return all(len(set(sizes) - {1}) <= 1 for sizes in list(zip(*shapes, strict=True))[1:])


class Concatenate(_Merge):
    """Its inputs side by side: (n, 3) and (n, 2) give (n, 5).

    Args:
        axis: along which they are joined; not 0, the axis of the rows.
        **options: name, dtype; see ``Layer``.

    Raises:
        DataError: ``axis`` is 0 or not a whole number.

    >>> Concatenate()([np.zeros((4, 3)), np.zeros((4, 2))]).shape
    (4, 5)
    """

    expected = "whose shapes agree but for the axis they are joined along"
    advice = "Bring the other axes to one length, or choose another axis=."

    def __init__(self, axis: int = -1, **options: Any) -> None:
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)) or axis == 0:
            raise DataError(
                f"Concatenate expects axis to be a whole number other than 0, the axis of the samples. "
                f"Received: {axis!r}"
            )
        super().__init__(**options)
        self.axis = int(axis)

    def call(self, inputs: Any) -> Any:
        """Return the inputs joined along the axis."""
        return np.concatenate(inputs, axis=self.axis)

    def fit(self, shapes: list[tuple[int | None, ...]]) -> bool:
        """Whether the axis exists, is not that of the rows, and the others agree."""
        axes = len(shapes[0])
        if self.axis % axes == 0 or not -axes <= self.axis < axes:
            return False
        rest = [[size for i, size in enumerate(shape) if i not in (0, self.axis % axes)] for shape in shapes]
        return all(sizes == rest[0] for sizes in rest)

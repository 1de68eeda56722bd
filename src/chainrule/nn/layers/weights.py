"""Where a layer keeps its weights, and how to put others in their place.

Weights are ordinary arrays held by ordinary attributes of a layer (``self.kernel = self.add_weight(...)``). A
``WeightSlot`` is one such place: it finds the attribute that holds the array and reads and writes through it. So
training can move all weights into one long vector, and tracing can put traced values where the arrays are, without a
layer noticing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import DataError, ShapeError

if TYPE_CHECKING:
    from ..regularizers import Penalty
    from .owner import Owner

__all__ = ["WeightSlot", "substitute"]


class WeightSlot:
    """One weight of one layer.

    Attributes:
        layer: the layer that holds it.
        shape, dtype: of the array, and of whatever is put in its place.
        trainable: whether the layer lets training change it, as long as the layer itself is not frozen.
        regularizer: what computes its penalty, a function of the array; None if there is none.
    """

    def __init__(
        self, layer: Owner, array: np.ndarray, name: str | None, trainable: bool, regularizer: Penalty | None = None
    ) -> None:
        self.layer, self.shape, self.dtype = layer, array.shape, array.dtype
        self._array: np.ndarray | None = array  # until the attribute that holds it is known
        self._attributes: tuple[str, ...] = ()
        self._name, self.trainable, self.regularizer = name, trainable, regularizer

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of the layer's attributes that hold the array; nearly always one.

        Raises:
            DataError: none does, or one holds a view of the array, such as ``self.w.T``, which would not follow when
                another array takes its place.
        """
        if self._array is not None:
            self._attributes = self._find(self._array)
            self._array = None
        return self._attributes

    def _find(self, array: np.ndarray) -> tuple[str, ...]:
        held = vars(self.layer)
        names = tuple(name for name, value in held.items() if value is array)
        what = f"the weight {self._name or 'of shape ' + str(self.shape)} of {self.layer.described}"
        if not names:
            raise DataError(
                f"{what} is in no attribute, so training cannot reach it. Keep the very array that add_weight "
                f"returns, each in an attribute of its own: self.w = self.add_weight(...), without lists and further "
                f"arithmetic."
            )
        for name, value in held.items():
            if isinstance(value, np.ndarray) and value.base is array:
                raise DataError(
                    f"{what} has a view in the attribute {name!r}, which would not follow training. Compute it from "
                    f"self.{names[0]} in call instead of in build."
                )
        return names

    @property
    def attribute(self) -> str:
        """The name of the attribute that holds the array."""
        return self.attributes[0]

    @property
    def name(self) -> str:
        """What ``add_weight`` was told to call it, or the attribute's name."""
        return self._name or self.attribute

    @property
    def path(self) -> str:
        """The layer's name and its own, as ``dense/kernel``."""
        return f"{self.layer.name}/{self.name}"

    @property
    def symbol(self) -> str:
        """Its name in a program: ``W1`` for the kernel of the first dense layer."""
        return self.layer.numbered(self.layer.symbols.get(self.attribute, self.attribute))

    @property
    def value(self) -> Any:
        """The array; setting it puts another array, or a traced value, of the same shape in its place."""
        return getattr(self.layer, self.attribute)

    @value.setter
    def value(self, value: Any) -> None:
        if tuple(value.shape) != self.shape:
            raise ShapeError(f"{self.path} holds an array of shape {self.shape}. Received: {tuple(value.shape)}")
        for name in self.attributes:
            setattr(self.layer, name, value)

    def __repr__(self) -> str:
        regularizer = "" if self.regularizer is None else f", regularizer={self.regularizer!r}"
        return f"<WeightSlot {self.path}, shape={self.shape}{regularizer}>"


@contextmanager
def substitute(slots: Sequence[WeightSlot], values: Sequence[Any]) -> Iterator[None]:
    """Put ``values`` in the place of the weights while the ``with`` block runs, then put the weights back.

    Raises:
        ShapeError: a value has another shape than the weight it stands for.

    >>> from chainrule.nn.layers import Dense
    >>> layer = Dense(1, use_bias=False)
    >>> layer.build((None, 2))
    >>> with substitute(layer.weight_slots, [np.array([[2.0], [3.0]])]):
    ...     layer.forward(np.array([[1.0, 1.0]]))
    array([[5.]])
    """
    before = [slot.value for slot in slots]
    try:
        for slot, value in zip(slots, values, strict=True):
            slot.value = value
        yield
    finally:
        for slot, value in zip(slots, before, strict=True):
            slot.value = value

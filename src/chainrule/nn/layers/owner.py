"""What a layer owns: a name, a dtype, weights, and the layers inside it. How it is called is in ``base``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...errors import DataError, ShapeError
from ...graph.trace import label
from .. import initializers, regularizers
from ..config import standard_dtype
from ..data import as_array
from ..names import auto_name
from ..random import generator
from .weights import WeightSlot

__all__ = ["Owner"]


class Owner:
    """The part of a layer that holds weights and other layers.

    Attributes:
        name: unique among the layers of a model.
        number: the layer's place among those with weights; names in a program end in it.
        build_shape: the shape of the inputs that the weights were made for, None before that.
        symbols: the names in a program of weights whose attribute is called otherwise.
    """

    symbols: ClassVar[dict[str, str]] = {}
    number: int | None = None

    def __init__(self, name: str | None, dtype: Any, trainable: bool) -> None:
        self.name = auto_name(type(self).__name__) if name is None else str(name)
        self._dtype, self._dtype_given = standard_dtype(dtype), dtype is not None
        self._trainable = bool(trainable)
        self.build_shape: Any = None
        self._slots: list[WeightSlot] = []

    # --- what it is ---

    @property
    def described(self) -> str:
        """The layer's name and class, as messages call it: ``layer 'dense_1' (Dense)``."""
        return f"layer {self.name!r} ({type(self).__name__})"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of its weights and outputs."""
        return self._dtype

    @property
    def built(self) -> bool:
        """Whether the weights exist. Setting it in ``build``, as Keras's own layers do, changes nothing."""
        return self.build_shape is not None

    @built.setter
    def built(self, value: bool) -> None:
        pass  # every build is marked when it returns

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. Setting it sets it for the layers inside, too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self.walk():
            layer._trainable = bool(value)

    # --- layers inside it ---

    def inner_layers(self) -> Sequence[Owner]:
        """Return the layers held by attributes of this one, directly or in a list, tuple or dict."""
        found: list[Owner] = []
        for value in vars(self).values():
            held = value.values() if isinstance(value, dict) else value
            found += [x for x in (held if isinstance(value, (list, tuple, dict)) else [value]) if isinstance(x, Owner)]
        return found

    def walk(self, *, frozen: bool = True) -> list[Owner]:
        """Return this layer and all layers inside it, each once, outer before inner; frozen ones only if asked."""
        found: dict[Owner, None] = {}
        stack: list[Owner] = [self]
        while stack:
            layer = stack.pop()
            if layer not in found and (frozen or layer.trainable):
                found[layer] = None
                stack += reversed(layer.inner_layers())
        return list(found)

    def numbered(self, name: str) -> str:
        """Append the layer's number to a name, once it has one: ``z`` becomes ``z1``."""
        if self.number is None:
            return name
        return f"{name}_{self.number}" if name[-1:].isdigit() else f"{name}{self.number}"

    def label(self, value: Any, name: str) -> Any:
        """Give a value its name in the program, with the layer's number: ``self.label(z, "z")``. Returns the value."""
        return label(value, self.numbered(name))

    def number_layers(self) -> None:
        """Number the layers with weights 1, 2, 3 … in order; those without bear the number of the last one before."""
        count = 0
        for layer in self.walk():
            count += bool(layer._slots)
            layer.number = count or None

    # --- weights ---

    def add_weight(
        self,
        shape: Sequence[int] | int,
        initializer: Any = "glorot_uniform",
        dtype: Any = None,
        trainable: bool = True,
        name: str | None = None,
        regularizer: Any = None,
    ) -> np.ndarray:
        """Make one array of weights; keep it in an attribute: ``self.w = self.add_weight((3, 2))``.

        Args:
            shape: its shape, whole numbers.
            initializer: its first values: a name, an initializer, a function ``f(shape, dtype)`` or an array.
            dtype: only the layer's own.
            trainable: whether training changes it.
            name: its name in messages and files; by default that of the attribute.
            regularizer: what it adds to the loss while it is trained: a name, a regularizer, or a function of the
                weight in plain NumPy that returns one number.

        Raises:
            ShapeError: ``shape`` is not made of whole numbers.
            DataError: ``dtype`` is not the layer's.
            UnknownNameError: no initializer or regularizer has this name.
        """
        sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
        if not all(isinstance(size, (int, np.integer)) and size >= 0 for size in sizes):
            raise ShapeError(
                f"a weight of {self.described} needs a shape of whole numbers. Received: {shape}. The number of rows "
                f"is not known in build and weights do not depend on it; use input_shape[-1]."
            )
        if dtype is not None and np.dtype(dtype) != self.dtype:
            raise DataError(
                f"the weights of {self.described} have its dtype {self.dtype.name}. Received: {dtype!r}. Give the "
                f"dtype to the layer: {type(self).__name__}(..., dtype={str(dtype)!r})."
            )
        sizes = tuple(map(int, sizes))
        array = np.array(initializers.get(initializer)(sizes, self.dtype, generator()), dtype=self.dtype, order="C")
        if array.shape != sizes:
            raise ShapeError(f"expected an initializer to return shape {sizes}. Received: {array.shape}")
        self._slots.append(WeightSlot(self, array, name, bool(trainable), regularizers.get(regularizer)))
        return array

    @property
    def weight_slots(self) -> list[WeightSlot]:
        """The places of all weights, those of inner layers included, in order of creation, each once.

        Raises:
            DataError: a weight was added but is in no attribute of its layer.
        """
        slots = [slot for layer in self.walk() for slot in layer._slots]
        for slot in slots:
            slot.attributes  # noqa: B018  # found now, so a mistake in build shows at once
        return slots

    @property
    def trainable_slots(self) -> list[WeightSlot]:
        """The places of the weights that training changes: neither the weight is frozen nor a layer it is in."""
        reached = set(self.walk(frozen=False))
        return [slot for slot in self.weight_slots if slot.trainable and slot.layer in reached]

    @property
    def weights(self) -> list[np.ndarray]:
        """The arrays themselves, in order of creation."""
        return [slot.value for slot in self.weight_slots]

    @property
    def trainable_weights(self) -> list[np.ndarray]:
        """The arrays that training changes."""
        return [slot.value for slot in self.trainable_slots]

    @property
    def non_trainable_weights(self) -> list[np.ndarray]:
        """The arrays that training leaves alone."""
        trainable = set(self.trainable_slots)
        return [slot.value for slot in self.weight_slots if slot not in trainable]

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the arrays, in order of creation."""
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Copy ``weights`` into the arrays; the order is that of ``get_weights``.

        Raises:
            DataError: the layer has not been built, or a weight is not numbers.
            ShapeError: there are too few or too many, or one has another shape. No weight is changed then.
        """
        self._require_built("set_weights")
        slots = self.weight_slots
        if len(weights) != len(slots):
            raise ShapeError(
                f"{self.described} has {len(slots)} weights: {', '.join(f'{s.path} {s.shape}' for s in slots)}. "
                f"Received: {len(weights)}. Give them all, in the order of get_weights()."
            )
        arrays = [as_array(w, slot.dtype, f"the weight {slot.path}") for slot, w in zip(slots, weights, strict=True)]
        for slot, array in zip(slots, arrays, strict=True):
            if array.shape != slot.shape:
                hint = " It may be transposed; try .T." if array.shape == slot.shape[::-1] else ""
                raise ShapeError(f"the weight {slot.path} has shape {slot.shape}. Received: {array.shape}.{hint}")
        for slot, array in zip(slots, arrays, strict=True):
            slot.value[...] = array

    def count_params(self) -> int:
        """Return how many numbers the weights hold.

        Raises:
            DataError: the layer has not been built.
        """
        self._require_built("count_params")
        return sum(weight.size for weight in self.weights)

    def _require_built(self, what: str) -> None:
        if not self.built:
            raise DataError(
                f"{what} was called, but {self.described} has no weights yet: they are made when the shape of its "
                f"inputs is known. Call it on data first, or {self.name}.build((None, features))."
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

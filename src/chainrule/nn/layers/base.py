"""The layer: a function with weights. Everything a network is made of, models included, is one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar, TypeAlias

import numpy as np

from ...errors import ChainruleError, DataError, ShapeError
from ...graph.trace import Tracer, label
from .. import initializers
from ..config import standard_dtype
from ..data import as_array
from ..names import auto_name
from ..random import generator
from ..symbolic import Call, SymbolicTensor, each, listed
from .passes import Pass, as_pass, surrounding
from .weights import WeightSlot

__all__ = ["Layer"]

Shape: TypeAlias = "tuple[int | None, ...]"


class Layer:
    """A function with weights, written in plain NumPy.

    A layer of your own is a subclass. Its ``build`` makes the weights, once the shape of the inputs is known; each is
    kept in an attribute. Its ``call`` computes the outputs, one row for each row of the inputs. Nothing else is
    needed: output shapes are found by running ``call``, and derivatives are those of what ``call`` computes.

    Args:
        name: the layer's name; by default that of its class, counted: ``dense``, ``dense_1``.
        dtype: ``"float32"`` or ``"float64"``; by default that of the ``Input`` it is called on, else
            ``config.floatx()``.
        trainable: whether training changes the weights.
        input_shape: for the first layer of a ``Sequential``: the shape of one row, instead of an ``Input``.
        input_dim: ``input_dim=8`` is ``input_shape=(8,)``.

    Attributes:
        calls: the layer's uses on symbolic tensors, in order.
        number: the layer's place among those with weights; names in a program end in it.
        rng: the layer's own source of random draws, or None for the library's.
        symbols: the names in a program of weights whose attribute is called otherwise.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.s = self.add_weight((input_shape[-1],), initializer="ones")
    ...     def call(self, inputs):
    ...         return inputs * self.s
    >>> Scale()([[1.0, 2.0]])
    array([[1., 2.]], dtype=float32)
    """

    symbols: ClassVar[dict[str, str]] = {}
    rng: np.random.Generator | None = None
    number: int | None = None

    def __init__(
        self,
        *,
        name: str | None = None,
        dtype: Any = None,
        trainable: bool = True,
        input_shape: Sequence[int] | None = None,
        input_dim: int | None = None,
    ) -> None:
        self.name = auto_name(type(self).__name__) if name is None else str(name)
        self.calls: list[Call] = []
        self._dtype, self._dtype_given = standard_dtype(dtype), dtype is not None
        self._trainable = bool(trainable)
        self._first_shape = (input_dim,) if input_dim is not None else input_shape
        self._build_shape: Any = None  # that of the inputs that the weights were made for
        self._slots: list[WeightSlot] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _built_once(cls.build)  # type: ignore[method-assign]
        cls._takes_training = "training" in inspect.signature(cls.call).parameters

    # --- what a subclass writes ---

    def build(self, input_shape: Any) -> None:
        """Make the weights. Override it in a layer that has some.

        Args:
            input_shape: ``(None, features)``, or a list of such shapes for a layer of several inputs.
        """

    def call(self, inputs: Any) -> Any:
        """Compute the outputs from the inputs, in plain NumPy. Every layer overrides it.

        A layer that behaves otherwise in training takes a second argument, ``training=False``. It is False, or the
        ``Pass`` to ask for random masks.
        """
        raise NotImplementedError(f"{self.described} has no call(self, inputs) method. Define it.")

    _takes_training = False

    def check(self, shapes: Any) -> None:
        """Raise ShapeError if the layer cannot be called on inputs of these shapes. Here: never."""

    def add_weight(
        self,
        shape: Sequence[int] | int,
        initializer: Any = "glorot_uniform",
        dtype: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> np.ndarray:
        """Make one array of weights; keep it in an attribute: ``self.w = self.add_weight((3, 2))``.

        Args:
            shape: its shape, whole numbers.
            initializer: its first values: a name, an initializer, a function ``f(shape, dtype)`` or an array.
            dtype: only the layer's own.
            trainable: whether training changes it.
            name: its name in messages and files; by default that of the attribute.

        Raises:
            ShapeError: ``shape`` is not made of whole numbers.
            DataError: ``dtype`` is not the layer's.
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
        self._slots.append(WeightSlot(self, array, name, bool(trainable)))
        return array

    def label(self, value: Any, name: str) -> Any:
        """Give a value its name in the program, with the layer's number: ``self.label(z, "z")``. Returns the value."""
        return label(value, self.numbered(name))

    # --- using it ---

    def __call__(self, inputs: Any, training: Pass | bool | None = None) -> Any:
        """Connect the layer to symbolic tensors, or compute its outputs.

        Args:
            inputs: a symbolic tensor, or an array of one sample a row; a list of them for a layer of several inputs.
            training: whether to behave as in training; by default as the call around this one, or not.

        Returns:
            symbolic tensors for symbolic tensors, else an array of the layer's dtype (a list, if there are several).

        Raises:
            ShapeError: the inputs do not fit the layer.
            DataError: the inputs are not numbers.
        """
        if "_slots" not in vars(self):
            name = type(self).__name__
            raise DataError(f"{name}.__init__ must begin with super().__init__(), with name= and such handed on")
        inputs = _as_tensors(inputs)
        if any(isinstance(tensor, SymbolicTensor) for tensor in listed(inputs)):
            return self._connect(inputs, training)
        outputs = self.forward(self._prepare(inputs), as_pass(training))
        return each(self._as_result, outputs)

    def forward(self, inputs: Any, training: Pass | bool = False) -> Any:
        """Run ``call`` on arrays or traced values just as they are, without converting or checking them.

        Args:
            inputs: one value, or a list of them for a layer of several inputs.
            training: False, or the training pass.
        """
        before = surrounding.set(training)
        try:
            return self.call(inputs, training=training) if self._takes_training else self.call(inputs)  # type: ignore[call-arg]
        except Exception as error:
            if not isinstance(error, ChainruleError):  # the library's own say where
                error.add_note(f"in {self.described}, called on {_shapes_text(inputs)}")
            raise
        finally:
            surrounding.reset(before)

    def _prepare(self, inputs: Any) -> Any:
        """Turn inputs into arrays of the layer's dtype (traced values stay), check them, and build the layer."""
        what = f"the input of {self.described}"
        values = each(lambda x: x if isinstance(x, Tracer) else as_array(x, self.dtype, what), inputs)
        self._fit_to(each(lambda x: (None, *map(int, x.shape[1:])) if x.ndim else (), values))
        return values

    def _fit_to(self, shapes: Any) -> None:
        self.check(shapes)
        if not self.built:
            self.build(shapes)
            self._build_shape = shapes

    def _as_result(self, value: Any) -> Any:
        if isinstance(value, Tracer):
            return value
        if value is None:
            raise DataError(f"call of {self.described} returned None. Return the outputs, one row for each input row.")
        return np.asarray(value, dtype=self.dtype)

    def _connect(self, inputs: Any, training: Pass | bool | None) -> Any:
        tensors = listed(inputs)
        if not all(isinstance(tensor, SymbolicTensor) for tensor in tensors):
            raise DataError(
                f"{self.described} was called on symbolic tensors and arrays together. Give the data an Input of their "
                f"own, or compute with arrays alone."
            )
        if training:
            raise DataError(
                f"{self.described} was called on a symbolic tensor with training=True. Training switches dropout on by "
                f"itself; to keep it on in use, call the model on data with training=True."
            )
        self._adopt(tensors[0].dtype)
        self._fit_to(each(lambda tensor: tensor.shape, inputs))
        with np.errstate(all="ignore"):  # zeros are no data: log(0) says nothing
            outputs = self.forward(each(SymbolicTensor.example, inputs))
        rows = len(tensors[0].example())
        shapes = each(lambda out: self._symbolic_shape(self._as_result(out), rows, tensors[0].shape[0]), outputs)
        return Call(self, inputs, shapes).outputs

    def _adopt(self, dtype: np.dtype[Any]) -> None:
        for layer in self.walk():
            if not layer.built and not layer._dtype_given:
                layer._dtype = dtype

    def _symbolic_shape(self, output: np.ndarray, rows: int, known_rows: int | None) -> Shape:
        if output.shape[:1] != (rows,):
            raise ShapeError(
                f"{self.described} must return one row for each row of its inputs. For {rows} rows it returned shape "
                f"{output.shape}. Reduce along axis=-1, not along axis 0 or all axes."
            )
        return (known_rows, *output.shape[1:])

    # --- looking at it ---

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
        """Whether the weights exist. Setting it in ``build``, as Keras's own layers do, does no harm."""
        return self._build_shape is not None

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

    @property
    def input(self) -> Any:
        """The symbolic tensor, or list of tensors, that the layer was first called on."""
        return self._first_call().inputs

    @property
    def output(self) -> Any:
        """The symbolic tensor, or list of tensors, that the layer first returned."""
        return self._first_call().outputs

    def _first_call(self) -> Call:
        if not self.calls:
            raise AttributeError(f"{self.described} has not been called on a symbolic tensor yet")
        return self.calls[0]

    def inner_layers(self) -> list[Layer]:
        """Return the layers held by attributes of this one, directly or in a list, tuple or dict."""
        found: list[Layer] = []
        for value in vars(self).values():
            held = value.values() if isinstance(value, dict) else value
            found += [x for x in (held if isinstance(value, (list, tuple, dict)) else [value]) if isinstance(x, Layer)]
        return found

    def walk(self) -> list[Layer]:
        """Return this layer and all layers inside it, each once, outer before inner."""
        found: dict[Layer, None] = {}
        stack: list[Layer] = [self]
        while stack:
            layer = stack.pop()
            if layer not in found:
                found[layer] = None
                stack += reversed(layer.inner_layers())
        return list(found)

    def numbered(self, name: str) -> str:
        """Append the layer's number to a name, once it has one: ``z`` becomes ``z1``."""
        if self.number is None:
            return name
        return f"{name}_{self.number}" if name[-1:].isdigit() else f"{name}{self.number}"

    def number_layers(self) -> None:
        """Number the layers with weights 1, 2, 3 … in order; those without bear the number of the last one before."""
        count = 0
        for layer in self.walk():
            count += bool(layer._slots)
            layer.number = count or None

    # --- weights ---

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
    def weights(self) -> list[np.ndarray]:
        """The arrays themselves, in order of creation."""
        return [slot.value for slot in self.weight_slots]

    @property
    def trainable_weights(self) -> list[np.ndarray]:
        """The arrays that training changes."""
        return [slot.value for slot in self.weight_slots if slot.trainable]

    @property
    def non_trainable_weights(self) -> list[np.ndarray]:
        """The arrays that training leaves alone."""
        return [slot.value for slot in self.weight_slots if not slot.trainable]

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


def _built_once(build: Callable[..., None]) -> Callable[..., None]:
    """Wrap a ``build`` so that the layer knows it has been built, and a build that fails leaves no weights behind."""

    @wraps(build)
    def build_once(self: Layer, input_shape: Any) -> None:
        if self._build_shape is not None:
            if _inner(self._build_shape) != _inner(input_shape):
                raise ShapeError(
                    f"{self.described} was built for inputs of shape {self._build_shape}. Received: {input_shape}. "
                    f"Make another layer for inputs of another shape."
                )
            return
        weights_before = len(self._slots)
        try:
            build(self, input_shape)
        except BaseException:
            self._build_shape = None
            del self._slots[weights_before:]
            raise
        self._build_shape = input_shape

    return build_once


def _inner(shape: Any) -> Any:
    """A shape, or a list of them, without the number of rows."""
    if shape and isinstance(shape[0], (tuple, list)):
        return [tuple(one[1:]) for one in shape]
    return tuple(shape[1:])


def _as_tensors(inputs: Any) -> Any:
    """Tell a list of tensors from an array that is written as a list of numbers."""
    if isinstance(inputs, (list, tuple)) and not (inputs and all(getattr(x, "shape", ()) != () for x in inputs)):
        return np.asarray(inputs) if False else [inputs][0]
    return inputs


def _shapes_text(inputs: Any) -> str:
    return " and ".join(f"shape {tuple(getattr(x, 'shape', ()))}" for x in listed(inputs))

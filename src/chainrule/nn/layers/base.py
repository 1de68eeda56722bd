"""The layer: a function with weights. Everything a network is made of, models included, is one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeAlias

import numpy as np

from ...errors import ChainruleError, DataError, ShapeError, TraceError
from ...graph.node import placeholder
from ...graph.trace import Tracer, explaining_assignments, wrap
from ..data import as_array
from ..symbolic import Call, SymbolicTensor, each, listed, several
from .modes import Mode, as_mode, surrounding
from .owner import Owner

__all__ = ["Layer"]

Shape: TypeAlias = "tuple[int | None, ...]"
EXAMPLE_ROWS = 3  # rows of the zeros that find out a layer's output shape


def _built_once(build: Callable[..., None]) -> Callable[..., None]:
    """Wrap a ``build`` so that the layer knows it has been built, and a build that fails leaves no weights behind."""

    @wraps(build)
    def build_once(self: Layer, input_shape: Any) -> None:
        input_shape = _standard(input_shape)
        if self.build_shape is not None:
            if _inner(self.build_shape) != _inner(input_shape):
                raise ShapeError(
                    f"{self.described} was built for inputs of shape {self.build_shape}. Received: {input_shape}. "
                    f"Make another layer for inputs of another shape."
                )
            return
        weights_before = len(self._slots)
        try:
            build(self, input_shape)
        except BaseException:
            self.build_shape = None
            del self._slots[weights_before:]
            raise
        self.build_shape = input_shape

    return build_once


class Layer(Owner):
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
        rng: the layer's own source of random draws, or None for the library's.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.s = self.add_weight((input_shape[-1],), initializer="ones")
    ...     def call(self, inputs):
    ...         return inputs * self.s
    >>> Scale()([[1.0, 2.0]])
    array([[1., 2.]], dtype=float32)
    """

    rng: np.random.Generator | None = None
    _takes_training = False  # whether call has an argument of this name

    def __init__(
        self,
        *,
        name: str | None = None,
        dtype: Any = None,
        trainable: bool = True,
        input_shape: Sequence[int] | None = None,
        input_dim: int | None = None,
    ) -> None:
        super().__init__(name, dtype, trainable)
        self.calls: list[Call] = []
        self._first_shape = input_shape if input_dim is None else (input_dim,)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _built_once(cls.build)  # type: ignore[method-assign]
        cls._takes_training = "training" in inspect.signature(cls.call).parameters

    # --- what a subclass writes ---

    @_built_once
    def build(self, input_shape: Any) -> None:
        """Make the weights. Override it in a layer that has some.

        Args:
            input_shape: ``(None, features)``, or a list of such shapes for a layer of several inputs.
        """

    def call(self, inputs: Any) -> Any:
        """Compute the outputs from the inputs, in plain NumPy. Every layer overrides it.

        A layer that behaves otherwise in training takes a second argument, ``training=False``. It is false, or the
        ``Mode`` to ask for random masks: a layer that drew them itself would have one frozen into the program.
        """
        raise DataError(f"{self.described} has no method call(self, inputs). Define it.")

    def check(self, shapes: Any) -> None:
        """Raise ShapeError if the layer cannot be called on inputs of these shapes. Here: never."""

    # --- using it ---

    def __call__(self, inputs: Any, training: Mode | bool | None = None) -> Any:
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
            raise DataError(f"{name}.__init__ must begin with super().__init__(), handing on name= and the like.")
        inputs = several(inputs)
        if any(isinstance(tensor, SymbolicTensor) for tensor in listed(inputs)):
            return self._connect(inputs, training)
        return each(self._as_result, self.forward(self._prepare(inputs), training))

    def forward(self, inputs: Any, training: Mode | bool | None = False) -> Any:
        """Run ``call`` on arrays or traced values just as they are, without converting or checking them.

        Args:
            inputs: one value, or a list of them for a layer of several inputs.
            training: False, or the mode; True draws masks on the spot.
        """
        training = as_mode(training)
        before = surrounding.set(training)
        options = {"training": training} if self._takes_training else {}
        try:
            outputs = several(self.call(inputs, **options))
            if isinstance(training, Mode):
                training.seen(self, outputs)
            return outputs
        except Exception as error:
            if not isinstance(error, ChainruleError):  # the library's own messages say where
                shapes = " and ".join(str(tuple(getattr(x, "shape", ()))) for x in listed(inputs))
                error.add_note(f"in {self.described}, called on shape {shapes}")
            raise
        finally:
            surrounding.reset(before)

    def _prepare(self, inputs: Any) -> Any:
        """Turn inputs into arrays of the layer's dtype (traced values stay), check them, and build the layer."""
        what = f"the input of {self.described}"
        inputs = inputs if _are_tensors(inputs) else as_array(inputs, self.dtype, what)
        values = each(lambda x: x if isinstance(x, Tracer) else as_array(x, self.dtype, what), inputs)
        self._fit_to(each(_shape_of_rows, values))
        return values

    def _fit_to(self, shapes: Any) -> None:
        self.check(shapes)
        if not self.built:
            self.build(shapes)

    def _as_result(self, value: Any) -> Any:
        if isinstance(value, Tracer):
            return value
        if value is None:
            raise DataError(f"call of {self.described} returned None. Return the outputs, a row for each input row.")
        return np.asarray(value, dtype=self.dtype)

    def _connect(self, inputs: Any, training: Mode | bool | None) -> Any:
        """Record a call on symbolic tensors; a few rows of zeros show the shape of what comes out."""
        tensors = listed(inputs)
        if not all(isinstance(tensor, SymbolicTensor) for tensor in tensors):
            raise DataError(
                f"{self.described} was called on symbolic tensors and arrays together. Give the data an Input of "
                f"their own, or compute with arrays alone."
            )
        if training:
            raise DataError(
                f"{self.described} was called on a symbolic tensor with training=True. Training switches dropout on "
                f"by itself; to have it on in use, too, call the model on data with training=True."
            )
        self._adopt(tensors[0].dtype)
        shapes = each(lambda tensor: tensor.shape, inputs)
        self._fit_to(shapes)
        return Call(self, inputs, self._run_on_zeros(shapes)).outputs

    def _adopt(self, dtype: np.dtype[Any]) -> None:
        for layer in self.walk():
            if not layer.built and not layer._dtype_given:
                layer._dtype = dtype

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the outputs, or a list of several. Builds the layer if need be.

        Args:
            input_shape: ``(None, features)``, or a list of such shapes for a layer of several inputs.

        Raises:
            ShapeError: the outputs do not have one row for each row of the inputs.

        >>> from chainrule.nn.layers import Dense
        >>> Dense(5).compute_output_shape((None, 3))
        (None, 5)
        """
        shapes = _standard(input_shape)
        self._fit_to(shapes)
        return self._run_on_zeros(shapes)

    def _run_on_zeros(self, shapes: Any) -> Any:
        """Find the shapes of the outputs by running ``call`` on a few rows of zeros."""
        known_rows = listed(shapes)[0][0]
        rows = known_rows or EXAMPLE_ROWS
        zeros = each(lambda shape: np.zeros((rows, *shape[1:]), dtype=self.dtype), shapes)
        with np.errstate(all="ignore"):  # zeros are no data: that log(0) is -inf says nothing
            try:
                outputs = each(self._as_result, self.forward(zeros))
            except (TypeError, ValueError) as error:
                self._say_what_to_write(zeros, error)
                raise
        if any(output.shape[:1] != (rows,) for output in listed(outputs)):
            raise ShapeError(
                f"{self.described} must return one row for each row of its inputs. For {rows} rows it returned shape "
                f"{each(np.shape, outputs)}. Keep the first axis: reduce along axis=-1, not along axis 0 or all axes."
            )
        return each(lambda output: (known_rows, *output.shape[1:]), outputs)

    def _say_what_to_write(self, inputs: Any, error: Exception) -> None:
        """Where NumPy refused, raise what the library says of the same code on traced values, if it says anything."""
        if isinstance(error, ChainruleError):
            return
        try:
            with explaining_assignments():
                self.forward(each(lambda x: wrap(placeholder(x, "x")), inputs))
        except TraceError as better:
            raise type(better)(f"in {self.described}, {better}") from error
        except Exception:  # nothing better is known
            return

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


def _standard(shape: Any) -> Any:
    """A shape as a tuple, several as a list of tuples, however they were written."""
    if any(isinstance(part, (tuple, list)) for part in shape):
        return [tuple(part) for part in shape]
    return tuple(shape)


def _inner(shapes: Any) -> Any:
    """A shape, or a list of them, without the number of rows."""
    return each(lambda shape: shape[1:], shapes)


def _are_tensors(inputs: Any) -> bool:
    """Tell a list of tensors from an array that is written as a list of numbers."""
    return not isinstance(inputs, list) or (bool(inputs) and all(getattr(x, "shape", ()) != () for x in inputs))


def _shape_of_rows(x: Any) -> Shape:
    """The shape with None for the number of rows. Sizes of a traced value become plain numbers."""
    return (None, *map(int, x.shape[1:])) if x.ndim else ()

"""Models: networks of layers, put together as Keras users do. How they are trained is in ``training``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError, ShapeError, UnknownNameError
from ..graph.trace import Tracer
from .data import as_array, check_x
from .layers import Input, Layer, Mode
from .names import auto_name
from .symbolic import Call, CallGraph, SymbolicTensor, each, listed, several
from .training import Trainer
from .views import Views

__all__ = ["Model"]

Shape: TypeAlias = "tuple[int | None, ...]"


class Model(Trainer, Views, Layer):
    """A network of layers, from inputs to outputs. A model is a layer, too, so models may hold models.

    There are three ways to make one: ``Model(inputs, outputs)`` from symbolic tensors, ``Sequential`` for layers in a
    row, or a subclass whose ``call`` uses layers held in attributes.

    Args:
        inputs: the symbolic tensor it starts from, or a list of them.
        outputs: the symbolic tensor it ends in, or a list of them.
        name: its name; by default that of its class, counted.
        trainable: whether training changes its weights.
        dtype: of a subclass's layers; those of the other models take on their ``Input``'s.

    Raises:
        DataError: an output depends on an input that is not given, two layers share a name, or the inputs are not
            symbolic tensors.

    >>> from chainrule.nn.layers import Dense
    >>> x = Input((30,))
    >>> hidden = Dense(10, activation="relu")(x)
    >>> model = Model(x, Dense(1, activation="sigmoid")(hidden))
    >>> model.count_params(), model.output_shape
    (321, (None, 1))
    """

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
    ) -> None:
        functional = outputs is not None
        if name is None and type(self) is Model:
            name = auto_name("Functional" if functional else "Model")
        super().__init__(name=name, dtype=dtype)
        self._graph: CallGraph | None = None
        self._inputs: list[SymbolicTensor] = []
        self._outputs: list[SymbolicTensor] = []
        if functional or inputs is not None:
            self._inputs, self._outputs = _checked(inputs, "inputs"), _checked(outputs, "outputs")
            self._graph = CallGraph(self._inputs, self._outputs, self.name)
            self.build_shape = _one_or_list([tensor.shape for tensor in self._inputs])
        if not trainable:
            self.trainable = False

    # --- its structure ---

    @property
    def described(self) -> str:
        """The model's name and class, as messages call it: ``model 'mnist_17' (Sequential)``."""
        return f"model {self.name!r} ({type(self).__name__})"

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order; those of a functional model from the inputs on, ``InputLayer`` included."""
        if self._graph:
            return list(self._graph.layers)
        return [layer for layer in super().inner_layers() if isinstance(layer, Layer)]

    def inner_layers(self) -> list[Layer]:
        """Return ``layers``."""
        return self.layers

    def calls_inside(self) -> list[Call]:
        """Return the calls that make up a functional model, in an order in which they run; of others, none."""
        return list(self._graph.calls) if self._graph else []

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return the layer of this name, or at this place of ``layers``.

        Raises:
            UnknownNameError: no layer has this name.
            DataError: there is no such place, or neither was given.
        """
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise DataError(f"{self.described} has layers 0 to {len(layers) - 1}. Received: index={index}")
            return layers[index]
        if name is None:
            raise DataError("get_layer expects a name or an index. Received: neither")
        for layer in layers:
            if layer.name == name:
                return layer
        raise UnknownNameError("layer", name, [layer.name for layer in layers])

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The symbolic tensors it starts from."""
        return list(self._known(self._inputs))

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The symbolic tensors it ends in."""
        return list(self._known(self._outputs))

    @property
    def input(self) -> Any:
        """The symbolic tensor it starts from, or a list of several."""
        return _one_or_list(self.inputs)

    @property
    def output(self) -> Any:
        """The symbolic tensor it ends in, or a list of several."""
        return _one_or_list(self.outputs)

    @property
    def input_shape(self) -> Any:
        """The shape of its input, ``(None, features)``, or a list of several."""
        return _one_or_list([tensor.shape for tensor in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of its output, ``(None, units)``, or a list of several."""
        return _one_or_list([tensor.shape for tensor in self.outputs])

    def _known(self, tensors: list[SymbolicTensor]) -> list[SymbolicTensor]:
        if not tensors:
            raise AttributeError(
                f"{self.described} has no shape yet: it is built when it first sees data. Begin it with "
                f"keras.Input(shape=...), call it on data, or call {self.name}.build((None, features))."
            )
        return tensors

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of its weights, inputs and outputs.

        Raises:
            DataError: its layers have weights of different dtypes.
        """
        layers = [layer for layer in self.walk() if layer._slots]
        dtypes = {layer._dtype for layer in layers}
        if len(dtypes) > 1:
            received = ", ".join(f"{layer.name} {layer._dtype.name}" for layer in layers)
            raise DataError(
                f"{self.described} needs layers of one dtype. Received: {received}. Leave their dtype out and give it "
                f"to the Input: keras.Input(shape=..., dtype='float64')."
            )
        return dtypes.pop() if dtypes else self._inputs[0].dtype if self._inputs else self._dtype

    # --- running it ---

    def call(self, inputs: Any, training: Mode | bool = False) -> Any:
        """Compute the outputs from the inputs. A subclass that is neither functional nor sequential overrides it."""
        if self._graph is None:
            return super().call(inputs)
        return self._graph.run(inputs, training)

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of this shape: ``(None, features)``, or a list of shapes.

        Raises:
            ShapeError: the model was built for another shape, or its layers do not fit.
        """
        self._meet(input_shape)

    def _meet(self, input_shape: Any) -> None:
        """Find out the outputs of a subclass for inputs of this shape."""
        self._adopt(self._dtype)
        tensors = each(self._input_of, input_shape)
        self._inputs = listed(tensors)
        self._outputs = listed(Call(self, tensors, self._run_on_zeros(input_shape)).outputs)

    def _input_of(self, shape: Shape) -> SymbolicTensor:
        return Input(batch_shape=shape, dtype=self._dtype)

    def check(self, shapes: Any) -> None:
        """Raise ShapeError unless these are the shapes the model was built for."""
        if not self.built:
            return
        expected = [tensor.shape for tensor in self._inputs]
        if [shape[1:] for shape in expected] != [shape[1:] for shape in listed(shapes)]:
            raise ShapeError(
                f"{self.described} expects inputs of shape {_one_or_list(expected)}. Received: {shapes}. Give it "
                f"inputs of that shape, or make a new model."
            )

    def _fit_to(self, shapes: Any) -> None:
        super()._fit_to(shapes)
        if not self._inputs:  # a subclass with a build of its own
            self._meet(shapes)

    def _prepare(self, inputs: Any) -> Any:
        if any(isinstance(value, Tracer) for value in listed(inputs)):
            return super()._prepare(inputs)
        return _one_or_list(self.as_inputs(inputs, finite=False))

    def as_inputs(self, x: Any, *, finite: bool = True) -> list[np.ndarray]:
        """Return data as arrays that fit the inputs, one for each; see ``check_x``. Builds the model if need be.

        Args:
            x: an array, list or table; for several inputs a list of them, or a dict by the inputs' names.
            finite: whether to refuse NaN and infinity.

        Raises:
            ShapeError: the data do not fit the inputs.
            DataError: they are not numbers, there are no rows, or there is NaN or infinity.
        """
        x = several(x)
        if not self.built or not self._inputs:
            several_arrays = isinstance(x, list) and x and all(len(getattr(part, "shape", ())) > 1 for part in x)
            parts = _one_or_list(x) if several_arrays else as_array(x, None, "x")
            self._fit_to(each(lambda part: (None, *np.shape(part)[1:]) if np.ndim(part) > 1 else (None, 1), parts))
        names = [tensor.name for tensor in self._inputs]
        return check_x(x, [tensor.shape for tensor in self._inputs], self.dtype, names=names, finite=finite)

    def summary(
        self,
        line_length: int | None = None,
        *,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
    ) -> None:
        """Print a table of the layers, their output shapes and their numbers of parameters.

        Args:
            line_length: the width in characters; by default that of the terminal, at most 88 (108 with connections).
            print_fn: what is called with the whole text instead of ``print``.
            expand_nested: whether to list the layers inside models inside.
            show_trainable: whether to say which layers are trained.
        """
        from .summary import summary_text  # only needed for printing

        text = summary_text(self, line_length, expand_nested=expand_nested, show_trainable=show_trainable)
        (print_fn or print)(text)


def _checked(tensors: Any, what: str) -> list[SymbolicTensor]:
    found = listed(several(tensors))
    for tensor in found:
        if not isinstance(tensor, SymbolicTensor):
            raise DataError(
                f"Model expects {what} made of symbolic tensors. Received: {tensor!r}. Begin with "
                f"x = keras.Input((8,)) and call layers on it: y = keras.layers.Dense(1)(x); Model(x, y)."
            )
    return list(found)


def _one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values

"""Sequential: the model of layers in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import DataError
from .layers import Input, InputLayer, Layer, Mode
from .model import Model
from .symbolic import Call, SymbolicTensor

__all__ = ["Sequential"]


class Sequential(Model):
    """Layers in a row, each fed by the one before.

    With an ``Input`` at its beginning it is built as layers are added; without one, when it first sees data.

    Args:
        layers: the layers, if they are not added one by one.
        trainable: whether training changes the weights.
        name: its name; by default ``sequential``, counted.

    Raises:
        DataError: something is not a layer, an ``Input`` is not at the beginning, or two layers share a name.
        ShapeError: a layer does not fit the one before.

    >>> from chainrule.nn.layers import Dense
    >>> model = Sequential([Input((784,)), Dense(256, activation="tanh"), Dense(1, activation="sigmoid")])
    >>> model.count_params()
    201217
    """

    def __init__(self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name)
        self._layers: list[Layer] = []
        self._tensors: list[SymbolicTensor] = []  # before the first layer and after each, once the shape is known
        for layer in layers or ():
            self.add(layer)
        if not trainable:
            self.trainable = False

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the ``InputLayer``."""
        return list(self._layers)

    def calls_inside(self) -> list[Call]:
        """Return the calls of its layers, once it is built."""
        return [tensor.call for tensor in self._tensors[1:]]

    def add(self, layer: Any) -> None:
        """Put a layer, or at the beginning an ``Input``, at the end."""
        if isinstance(layer, SymbolicTensor) and isinstance(layer.call.layer, InputLayer):
            layer = layer.call.layer
        self._check_addition(layer)
        if isinstance(layer, InputLayer):
            self._tensors = [layer.output]
            return
        if not self._layers and not self._tensors:
            self._begin_with(layer)
        if self._tensors:
            self._tensors.append(layer(self._tensors[-1]))
        self._layers.append(layer)
        self._update()

    def _check_addition(self, layer: Any) -> None:
        if not isinstance(layer, Layer):
            hint = " Write it with brackets: Dense(10)." if isinstance(layer, type) else ""
            raise DataError(f"{self.described} is made of layers. Received: {layer!r}.{hint}")
        if isinstance(layer, InputLayer) and (self._layers or self._tensors):
            raise DataError(f"{self.described} takes one Input, before its layers. Received: {layer!r} after them.")
        if any(layer.name == other.name for other in self._layers):
            raise DataError(
                f"the layers of {self.described} need different names. Received: {layer.name!r} twice. Give each layer "
                f"a name of its own with name=, or leave the names out."
            )

    def _begin_with(self, layer: Layer) -> None:
        """Take the shape of the inputs from the first layer, if it tells."""
        dtype = layer.dtype if layer._dtype_given else None
        if layer._first_shape is not None:
            self._tensors = [Input(layer._first_shape, dtype=dtype)]
        elif isinstance(layer, Model) and layer.built:
            self._tensors = [Input(batch_shape=layer.input_shape, dtype=layer.dtype)]

    def pop(self) -> Layer:
        """Take the last layer away and return it.

        Raises:
            DataError: there is none.
        """
        if not self._layers:
            raise DataError(f"{self.described} has no layer to take away.")
        if len(self._tensors) > 1:
            self._tensors.pop()
        layer = self._layers.pop()
        self._update()
        return layer

    def _update(self) -> None:
        known = len(self._tensors) > 1
        self.build_shape = self._tensors[0].shape if known else None
        self._inputs, self._outputs = (self._tensors[:1], self._tensors[-1:]) if known else ([], [])

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of this shape, ``(None, features)``.

        Raises:
            DataError: there are no layers.
            ShapeError: the model was built for another shape, or its layers do not fit.
        """
        if not self._layers:
            raise DataError(f"{self.described} has no layers yet. Add some: model.add(keras.layers.Dense(1)).")
        self._adopt(self._dtype)
        tensors = [self._input_of(input_shape)]
        for layer in self._layers:
            tensors.append(layer(tensors[-1]))
        self._tensors = tensors
        self._update()

    def call(self, inputs: Any, training: Mode | bool = False) -> Any:
        """Run the layers one after the other."""
        for layer in self._layers:
            inputs = layer.forward(inputs, training)
        return inputs

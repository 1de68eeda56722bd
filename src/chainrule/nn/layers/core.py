"""The layers that dense networks are made of, with one input each."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from ...errors import DataError, ShapeError
from .. import activations, regularizers
from .base import Layer
from .modes import Mode

__all__ = ["Activation", "Dense", "Dropout", "Flatten"]


class Dense(Layer):
    """A fully connected layer: ``Z = X @ W + b``, then an activation ``A = g(Z)``.

    Rows are samples: inputs (n, features) give outputs (n, units). Inputs with more axes are taken along the last.

    Args:
        units: the number of outputs.
        activation: a name, or any function of an array in plain NumPy; None leaves ``Z`` as it is.
        use_bias: whether to add ``b``.
        kernel_initializer: the first values of ``W``, (features, units).
        bias_initializer: the first values of ``b``, (units,).
        kernel_regularizer, bias_regularizer: what ``W`` and ``b`` add to the loss in training: a name (``"l2"``), a
            regularizer (``regularizers.L2(0.001)``), or any function of an array in plain NumPy that returns one
            number.
        **options: name, dtype, trainable, input_shape, input_dim; see ``Layer``.

    Raises:
        DataError: ``units`` is not a positive whole number.
        UnknownNameError: no activation, initializer or regularizer has this name.

    Attributes:
        kernel, bias: the arrays of weights, called ``W1`` and ``b1`` in a program; its values are ``z1`` and ``a1``.

    >>> layer = Dense(2, activation="relu", kernel_initializer="ones")
    >>> layer([[1.0, 2.0, 3.0]])
    array([[6., 6.]], dtype=float32)
    """

    symbols: ClassVar[dict[str, str]] = {"kernel": "W", "bias": "b"}

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **options: Any,
    ) -> None:
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units < 1:
            raise DataError(
                f"Dense expects units, its number of outputs, as a positive whole number. Received: {units!r}"
            )
        super().__init__(**options)
        self.units, self.use_bias = int(units), bool(use_bias)
        self.activation = activations.get(activation)
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias: Any = None

    def build(self, input_shape: Any) -> None:
        """Make ``kernel`` and ``bias`` for inputs of shape (None, features)."""
        self.check(input_shape)
        kernel_shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(
            kernel_shape, self.kernel_initializer, name="kernel", regularizer=self.kernel_regularizer
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,), self.bias_initializer, name="bias", regularizer=self.bias_regularizer
            )

    def call(self, inputs: Any) -> Any:
        """Return ``g(inputs @ W + b)``."""
        z = np.matmul(inputs, self.kernel)
        if self.use_bias:
            z = z + self.bias
        z = self.label(z, "z")
        return z if self.activation is activations.linear else self.label(self.activation(z), "a")

    def check(self, shapes: Any) -> None:
        """Raise ShapeError unless there is one input, with rows and the features the layer was built for."""
        if isinstance(shapes, list):
            raise ShapeError(
                f"{self.described} takes one input. Received: {len(shapes)}, of shapes {shapes}. Join them with "
                f"Concatenate()([...]) first."
            )
        if len(shapes) < 2:
            raise ShapeError(
                f"{self.described} expects inputs of shape (n, features), one sample a row. Received: shape "
                f"{_rows_as_n(shapes)}. Write x[np.newaxis, :] for a single sample, x[:, np.newaxis] for a single "
                f"feature."
            )
        if self.built and shapes[-1] != self.kernel.shape[0]:
            features = self.kernel.shape[0]
            raise ShapeError(
                f"{self.described} expects inputs with {features} features: shape (n, {features}), as it was built "
                f"with. Received: shape {_rows_as_n(shapes)}. Give it inputs of that width, or make a new layer."
            )


class Activation(Layer):
    """A function applied to each entry, or to each row: ``A = g(X)``. Also the way to put any function in a model.

    Args:
        activation: a name, or any function of an array in plain NumPy that keeps the rows.
        **options: name, dtype; see ``Layer``.

    >>> Activation("relu")([[-1.0, 2.0]])
    array([[0., 2.]], dtype=float32)
    """

    def __init__(self, activation: Any, **options: Any) -> None:
        super().__init__(**options)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """Return ``g(inputs)``."""
        return self.label(self.activation(inputs), "a")


class Flatten(Layer):
    """Each sample as one row of numbers: (n, 28, 28) becomes (n, 784).

    >>> Flatten()(np.zeros((5, 28, 28))).shape
    (5, 784)
    """

    def call(self, inputs: Any) -> Any:
        """Return the inputs as (n, features)."""
        features = math.prod(int(size) for size in inputs.shape[1:])  # plain numbers: only the rows may vary
        return np.reshape(inputs, (-1, features))


class Dropout(Layer):
    """In training, set a random part of the entries to 0 and scale the others up; otherwise change nothing.

    The mask is drawn by the mode of the call (see ``Mode``), anew for each batch. Source: Srivastava et al.,
    "Dropout: a simple way to prevent neural networks from overfitting" (2014).

    Args:
        rate: the probability that an entry is dropped, from 0 to 1.
        seed: a seed of the layer's own; by default masks come from the library's source.
        **options: name, dtype; see ``Layer``.

    Raises:
        DataError: ``rate`` is not between 0 and 1.

    >>> Dropout(0.5)([[1.0, 2.0]])
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, rate: float, seed: int | None = None, **options: Any) -> None:
        if isinstance(rate, str) or not 0 <= rate <= 1:
            raise DataError(f"Dropout expects rate, the part to drop, from 0 to 1. Received: {rate!r}")
        super().__init__(**options)
        self.rate, self.seed = float(rate), seed
        self.rng = None if seed is None else np.random.default_rng(seed)

    def call(self, inputs: Any, training: Mode | bool = False) -> Any:
        """Return ``inputs * mask`` in training, else the inputs."""
        if not isinstance(training, Mode) or not training or self.rate == 0:
            return inputs
        return inputs * training.mask(self, inputs, 1 - self.rate)


def _rows_as_n(shape: tuple[int | None, ...]) -> str:
    """Spell a shape for a message.

    >>> _rows_as_n((None, 784))
    '(n, 784)'
    """
    sizes = ["n" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"

"""Losses: how wrong a network's outputs are, one number a sample.

Written the textbook way. Where the outputs come from a sigmoid or a softmax, the graph sees it and writes the
logarithm in its stable form, so the loss is exact however sure the network is: there is no cap, as there is
in Keras. For any other outputs, ``probability`` keeps the logarithm finite, as Keras does. Names, arguments
and numbers are those of ``keras.losses``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError, ShapeError, UnknownNameError
from ..graph.functions import logsumexp, probability, softplus

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "align",
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "sparse_categorical_crossentropy",
]

Shape = tuple[Any, ...]  # of sizes; the first, which counts the samples, may be None


def align(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return both with the same number of axes, if all that is missing is a last axis of length 1.

    So (n,) labels fit (n, 1) outputs, and the reverse, and are never broadcast to n×n. Labels of another
    dtype take on the outputs' floating dtype where the two have the same shape.

    >>> y, p = align([0, 1], np.array([[0.2], [0.7]], dtype="float32"))
    >>> y.shape, y.dtype
    ((2, 1), dtype('float32'))
    """
    y_true, y_pred = _array(y_true), _array(y_pred)
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        y_true = np.squeeze(y_true, axis=-1)
    elif y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        y_true = np.expand_dims(y_true, -1)
    if y_true.shape == y_pred.shape and y_true.dtype != y_pred.dtype and y_pred.dtype.kind == "f":
        y_true = y_true.astype(y_pred.dtype)
    return y_true, y_pred


def _array(values: Any) -> Any:
    return values if hasattr(values, "dtype") else np.asarray(values)


def _matched(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true, y_pred = align(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(f"expected labels of the outputs' shape {y_pred.shape}. Received: labels {y_true.shape}")
    return y_true, y_pred


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((y_pred - y_true)**2)`` over the last axis: shape (n, …, k) gives (n, …).

    >>> mean_squared_error(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]))
    array([2.])
    """
    y_true, y_pred = _matched(y_true, y_pred)
    return np.mean(np.square(y_pred - y_true), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """``mean(|y_pred - y_true|)`` over the last axis: shape (n, …, k) gives (n, …). Slope 0 at 0.

    >>> mean_absolute_error(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]))
    array([1.])
    """
    y_true, y_pred = _matched(y_true, y_pred)
    return np.mean(np.abs(y_pred - y_true), axis=-1)


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """``-(y log p + (1 - y) log(1 - p))``, averaged over the last axis: shape (n, …, k) gives (n, …).

    Args:
        y_true: labels within [0, 1], of the outputs' shape or lacking its last axis of length 1.
        y_pred: probabilities; with ``from_logits``, the ``z`` of ``p = sigmoid(z)``.
        from_logits: whether the outputs have had no sigmoid yet.

    Raises:
        ShapeError: labels and outputs do not have one shape.

    >>> binary_crossentropy(np.array([1.0, 0.0]), np.array([[0.5], [0.9]])).round(4)
    array([0.6931, 2.3026])
    """
    y_true, y_pred = _matched(y_true, y_pred)
    if from_logits:
        terms = y_true * softplus(-y_pred) + (1 - y_true) * softplus(y_pred)
        return np.mean(terms, axis=-1)
    p = probability(y_pred)
    return np.mean(-(y_true * np.log(p) + (1 - y_true) * np.log(1 - p)), axis=-1)


def categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """``-Σ y log p`` over the classes, the last axis: shape (n, …, k) gives (n, …).

    Args:
        y_true: one-hot labels, or other probabilities, of the outputs' shape.
        y_pred: probabilities (divided by their sum first, which changes nothing after a softmax); with
            ``from_logits``, the ``z`` of ``p = softmax(z)``.
        from_logits: whether the outputs have had no softmax yet.

    Raises:
        ShapeError: labels and outputs do not have one shape.

    >>> categorical_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.2, 0.8]])).round(4)
    array([0.2231])
    """
    y_true, y_pred = _matched(y_true, y_pred)
    return -np.sum(y_true * _log_probabilities(y_pred, from_logits), axis=-1)


def sparse_categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """``-log p[y]``: as ``categorical_crossentropy``, with each label the number of its class.

    Args:
        y_true: whole numbers from 0 to k - 1, of shape (n, …) or (n, …, 1).
        y_pred: probabilities of the k classes, shape (n, …, k); or logits.
        from_logits: whether the outputs have had no softmax yet.

    >>> sparse_categorical_crossentropy(np.array([1]), np.array([[0.2, 0.8]])).round(4)
    array([0.2231])
    """
    y_true, y_pred = _array(y_true), _array(y_pred)
    labels = np.expand_dims(y_true, -1) if y_true.ndim < y_pred.ndim else y_true
    if labels.shape != (*y_pred.shape[:-1], 1):
        raise ShapeError(
            f"expected one class number a sample, shape {y_pred.shape[:-1]}. Received: labels {y_true.shape}"
        )
    chosen = (labels == np.arange(int(y_pred.shape[-1]))).astype(y_pred.dtype)
    return -np.sum(chosen * _log_probabilities(y_pred, from_logits), axis=-1)


def _log_probabilities(y_pred: Any, from_logits: bool) -> Any:
    if from_logits:
        return y_pred - logsumexp(y_pred, axis=-1, keepdims=True)
    return np.log(probability(y_pred / np.sum(y_pred, axis=-1, keepdims=True)))


class Loss(ABC):
    """What every loss is.

    A custom one is a subclass with its own ``call``, or any function ``f(y_true, y_pred)``.

    Attributes:
        name: what the loss is called in messages.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or type(self).__name__

    @abstractmethod
    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one loss a sample. Plain NumPy: it is traced into the training program."""

    def __call__(self, y_true: Any, y_pred: Any) -> Any:
        """Return the mean of ``call`` over the batch: the number that training makes smaller."""
        return np.mean(self.call(*align(y_true, y_pred)))

    def check(self, y_true: Any, y_pred_shape: Shape) -> None:  # noqa: B027  # any labels may be meant
        """Raise if these labels cannot be meant for outputs of this shape, (n, …) or (None, …)."""


class _Elementwise(Loss):
    """What holds an output against a label entry by entry: the two have one shape."""

    def check(self, y_true: Any, y_pred_shape: Shape) -> None:
        """Raise ShapeError unless labels and outputs have one shape, but for a last axis of length 1."""
        shape = np.shape(y_true)
        if _inner(shape) != _inner(y_pred_shape):
            raise ShapeError(self._wrong_shape(shape, y_pred_shape))

    def _wrong_shape(self, shape: Shape, y_pred_shape: Shape) -> str:
        expected = ", ".join(["n", *map(str, y_pred_shape[1:])])
        return f"{self.name} expected labels of the outputs' shape ({expected}). Received: labels {shape}."


def _inner(shape: Shape) -> Shape:
    """The shape of one sample, without a last axis of length 1."""
    return shape[1:-1] if len(shape) > 1 and shape[-1] == 1 else shape[1:]


class MeanSquaredError(_Elementwise):
    """Squared difference, averaged over the outputs of a sample; see ``mean_squared_error``.

    >>> MeanSquaredError()([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """

    def __init__(self, *, name: str = "mean_squared_error") -> None:
        super().__init__(name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one loss a sample."""
        return mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(_Elementwise):
    """Absolute difference, averaged over the outputs of a sample; see ``mean_absolute_error``."""

    def __init__(self, *, name: str = "mean_absolute_error") -> None:
        super().__init__(name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one loss a sample."""
        return mean_absolute_error(y_true, y_pred)


class BinaryCrossentropy(_Elementwise):
    """For labels 0 and 1, one sigmoid each; see ``binary_crossentropy``.

    >>> round(BinaryCrossentropy()([1.0, 0.0], [[0.5], [0.5]]).item(), 4)
    0.6931
    """

    def __init__(self, from_logits: bool = False, *, name: str = "binary_crossentropy") -> None:
        super().__init__(name)
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one loss a sample."""
        return binary_crossentropy(y_true, y_pred, self.from_logits)

    def check(self, y_true: Any, y_pred_shape: Shape) -> None:
        """Raise ShapeError for labels of another shape, DataError for labels outside [0, 1]."""
        super().check(y_true, y_pred_shape)
        _check_within(self.name, y_true, "Recode them, for instance y = (y == {high}).astype('float32')")


class CategoricalCrossentropy(_Elementwise):
    """For one-hot labels; see ``categorical_crossentropy``."""

    def __init__(self, from_logits: bool = False, *, name: str = "categorical_crossentropy") -> None:
        super().__init__(name)
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one loss a sample."""
        return categorical_crossentropy(y_true, y_pred, self.from_logits)

    def check(self, y_true: Any, y_pred_shape: Shape) -> None:
        """Raise ShapeError for labels of another shape or a single class, DataError outside [0, 1]."""
        _check_classes(self.name, y_pred_shape)
        super().check(y_true, y_pred_shape)
        _check_within(self.name, y_true, "One-hot rows hold a single 1")

    def _wrong_shape(self, shape: Shape, y_pred_shape: Shape) -> str:
        advice = " For labels that are class numbers, use sparse_categorical_crossentropy."
        return super()._wrong_shape(shape, y_pred_shape) + advice


class SparseCategoricalCrossentropy(Loss):
    """For labels that are class numbers; see ``sparse_categorical_crossentropy``."""

    def __init__(self, from_logits: bool = False, *, name: str = "sparse_categorical_crossentropy") -> None:
        super().__init__(name)
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one loss a sample."""
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits)

    def check(self, y_true: Any, y_pred_shape: Shape) -> None:
        """Raise ShapeError unless there is one label a sample, DataError unless it is a class number."""
        _check_classes(self.name, y_pred_shape)
        labels, classes, inner = np.asarray(y_true), y_pred_shape[-1], tuple(y_pred_shape[1:-1])
        if labels.shape[1:] not in (inner, (*inner, 1)):
            raise ShapeError(
                f"{self.name} expected one class number a sample. Received: labels {labels.shape} for "
                f"outputs {tuple(y_pred_shape)}. For one-hot labels, use categorical_crossentropy."
            )
        if not labels.size:
            return
        low, high = labels.min(), labels.max()
        whole = labels.dtype.kind in "biu" or not np.any(labels % 1)
        if not whole or low < 0 or high >= classes:
            raise DataError(
                f"{self.name} expected whole numbers from 0 to {classes - 1}, one for each unit of the last "
                f"layer. Received: {'labels' if whole else 'fractions'} from {low} to {high}. Give the last "
                f"layer a unit for each class, and number the classes from 0, for instance by "
                f"y = np.unique(y, return_inverse=True)[1]."
            )


def _check_within(name: str, y_true: Any, advice: str) -> None:
    labels = np.asarray(y_true)
    if not labels.size:
        return
    low, high = labels.min(), labels.max()
    if not (low >= 0 and high <= 1):
        advice = advice.format(high=high)
        raise DataError(f"{name} expected labels within [0, 1]. Received: labels from {low} to {high}. {advice}.")


def _check_classes(name: str, y_pred_shape: Shape) -> None:
    if y_pred_shape[-1] == 1:
        raise ShapeError(
            f"{name} expected an output for each class, two or more. Received: 1 output, whose softmax is "
            f"always 1. Use binary_crossentropy with a sigmoid, or give the last layer more units."
        )


class FunctionLoss(Loss):
    """The user's own function ``f(y_true, y_pred)``, of one loss a sample or their mean."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(getattr(function, "__name__", None))
        self.function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return what the function returns."""
        return self.function(y_true, y_pred)


LOSSES: dict[str, type[Loss]] = {
    "bce": BinaryCrossentropy,
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}
_SPELLINGS = LOSSES | {cls.__name__: cls for cls in LOSSES.values()}
_SPELLINGS |= {"BCE": BinaryCrossentropy, "MAE": MeanAbsoluteError, "MSE": MeanSquaredError}
# The library's own functions know what labels they accept, as their classes do.
_CLASSES: dict[Any, type[Loss]] = {
    function: LOSSES[function.__name__]
    for function in (
        binary_crossentropy,
        categorical_crossentropy,
        mean_absolute_error,
        mean_squared_error,
        sparse_categorical_crossentropy,
    )
}


def get(identifier: Any) -> Loss:
    """Return the loss that ``identifier`` means.

    Args:
        identifier: a name in any of Keras's spellings, a loss or its class, or a function
            ``f(y_true, y_pred)``.

    Raises:
        UnknownNameError: no loss has this name.
        DataError: ``identifier`` is none of the above.

    >>> get("mse").name
    'mean_squared_error'
    """
    if isinstance(identifier, str):
        if identifier not in _SPELLINGS:
            raise UnknownNameError("loss", identifier, LOSSES)
        return _SPELLINGS[identifier]()
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    if isinstance(identifier, Loss):
        return identifier
    if callable(identifier):
        return _CLASSES[identifier]() if identifier in _CLASSES else FunctionLoss(identifier)
    raise DataError(f"expected a loss: a name, a loss, or a function f(y_true, y_pred). Received: {identifier!r}")

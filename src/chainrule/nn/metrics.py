"""Metrics: numbers to judge a network by, which training does not follow.

They are computed with plain NumPy on whole arrays, once an epoch; JAX compiles those of the library. Names and
numbers are those of ``keras.metrics``, but for ``AUC``, which is exact here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError, ShapeError, UnknownNameError
from . import losses

__all__ = [
    "AUC",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "get",
    "resolve_accuracy",
]


class Metric(ABC):
    """What every metric is.

    A custom one is a subclass with its own ``call``, or any function ``f(y_true, y_pred)``.

    Attributes:
        name: what it is called in ``History``.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or type(self).__name__

    @abstractmethod
    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the metric, or one number a sample, of which the mean is taken."""

    def __call__(self, y_true: Any, y_pred: Any) -> float:
        """Return the metric of these labels and outputs. (n,) labels fit (n, 1) outputs."""
        return float(np.mean(self.call(*losses.align(y_true, y_pred))))


class BinaryAccuracy(Metric):
    """The share of outputs on their label's side: 1 strictly above ``threshold``, 0 else.

    >>> BinaryAccuracy()([1, 1, 0, 0], [[0.98], [1.0], [0.0], [0.6]])
    0.75
    """

    def __init__(self, name: str = "binary_accuracy", threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = threshold

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the share of outputs on their label's side."""
        _same_shape(self.name, y_true, y_pred)
        return _share((y_pred > self.threshold) == y_true)


class CategoricalAccuracy(Metric):
    """The share of samples whose largest output is where their one-hot label has its 1.

    >>> CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    0.5
    """

    def __init__(self, name: str = "categorical_accuracy") -> None:
        super().__init__(name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the share of samples whose largest output is where their label's is."""
        _same_shape(self.name, y_true, y_pred)
        return _share(np.argmax(y_pred, axis=-1) == np.argmax(y_true, axis=-1))


class SparseCategoricalAccuracy(Metric):
    """The share of samples whose largest output is the one their label numbers.

    >>> SparseCategoricalAccuracy()([2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]])
    0.5
    """

    def __init__(self, name: str = "sparse_categorical_accuracy") -> None:
        super().__init__(name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the share of samples whose largest output is the one their label numbers."""
        labels = np.squeeze(y_true, axis=-1) if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true
        if labels.shape != y_pred.shape[:-1]:
            raise ShapeError(
                f"{self.name} expected one class number a sample, shape {y_pred.shape[:-1]}. "
                f"Received: labels {labels.shape}"
            )
        return _share(np.argmax(y_pred, axis=-1) == labels)


def _share(hits: Any) -> float:
    return np.count_nonzero(hits) / hits.size if hits.size else float("nan")


def _same_shape(name: str, y_true: Any, y_pred: Any) -> None:
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            f"{name} expected labels of the outputs' shape {y_pred.shape}. Received: labels {y_true.shape}"
        )


def resolve_accuracy(
    y_true_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...], name: str = "accuracy"
) -> Metric:
    """Return the accuracy that ``"accuracy"`` means for labels and outputs of these shapes.

    As in Keras: binary for one output, sparse categorical for several outputs and one label a sample,
    categorical else.

    >>> type(resolve_accuracy((None,), (None, 10))).__name__
    'SparseCategoricalAccuracy'
    """
    if len(output_shape) == 1 or output_shape[-1] == 1:
        return BinaryAccuracy(name)
    if len(y_true_shape) < len(output_shape) or y_true_shape[-1] == 1:
        return SparseCategoricalAccuracy(name)
    return CategoricalAccuracy(name)


class ResolvedAccuracy(Metric):
    """What ``"accuracy"`` names: the accuracy that fits the labels and outputs it is called with."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the accuracy that ``resolve_accuracy`` finds for these shapes."""
        return resolve_accuracy(y_true.shape, y_pred.shape, self.name).call(y_true, y_pred)


class AUC(Metric):
    """The area under the ROC curve: the chance that a positive sample scores above a negative one, ties half.

    Exact, from ranks (Hanley and McNeil, "The meaning and use of the area under a receiver operating
    characteristic curve", 1982), where Keras approximates it with 200 thresholds and so may differ in the
    third decimal. Several outputs a sample are pooled, as in Keras. NaN when one of the two classes is
    missing.

    >>> AUC()([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])
    0.75
    """

    def __init__(self, name: str = "auc") -> None:
        super().__init__(name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the area."""
        _same_shape(self.name, y_true, y_pred)
        scores, place = np.unique(y_pred, return_inverse=True)
        is_positive = np.ravel(y_true) > 0.5
        positive = np.bincount(np.ravel(place)[is_positive], minlength=len(scores))
        negative = np.bincount(np.ravel(place)[~is_positive], minlength=len(scores))
        pairs = int(positive.sum()) * int(negative.sum())
        if not pairs or np.isnan(scores[-1]):
            return float("nan")
        below = np.cumsum(negative) - negative
        return np.sum(positive * (below + negative / 2)) / pairs


class FunctionMetric(Metric):
    """A function ``f(y_true, y_pred)``, such as a loss, as a metric."""

    def __init__(self, function: Callable[..., Any], name: str | None = None) -> None:
        super().__init__(name or _name_of(function))
        self.function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return what the function returns."""
        return self.function(y_true, y_pred)


def _name_of(function: Any) -> str:
    name = getattr(function, "name", None) or getattr(function, "__name__", type(function).__name__)
    return str(name).strip("<>")  # <lambda>


class MeanSquaredError(FunctionMetric):
    """The mean squared difference; see ``losses.mean_squared_error``.

    >>> MeanSquaredError()([1.0, 2.0], [1.0, 4.0])
    2.0
    """

    def __init__(self, name: str = "mean_squared_error") -> None:
        super().__init__(losses.mean_squared_error, name)


class MeanAbsoluteError(FunctionMetric):
    """The mean absolute difference; see ``losses.mean_absolute_error``."""

    def __init__(self, name: str = "mean_absolute_error") -> None:
        super().__init__(losses.mean_absolute_error, name)


METRICS: dict[str, Callable[..., Metric]] = {
    "acc": ResolvedAccuracy,
    "accuracy": ResolvedAccuracy,
    "auc": AUC,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
}
_SPELLINGS: dict[str, Callable[..., Metric]] = METRICS | {
    cls.__name__: cls
    for cls in (
        AUC,
        BinaryAccuracy,
        CategoricalAccuracy,
        MeanAbsoluteError,
        MeanSquaredError,
        SparseCategoricalAccuracy,
    )
}
_SPELLINGS |= {
    "Accuracy": ResolvedAccuracy,
    "ACC": ResolvedAccuracy,
    "MAE": MeanAbsoluteError,
    "MSE": MeanSquaredError,
}


def get(identifier: Any) -> Metric:
    """Return the metric that ``identifier`` means, under the name by which Keras would log it.

    ``"accuracy"`` gives the accuracy that fits the shapes it meets; ``resolve_accuracy`` says which that is.

    Args:
        identifier: a name in any of Keras's spellings, which it is then logged under (``"mse"`` as ``mse``);
            the name of a loss; a metric or its class; a loss or its class; or a function
            ``f(y_true, y_pred)``.

    Raises:
        UnknownNameError: no metric or loss has this name.
        DataError: ``identifier`` is none of the above.

    >>> get("acc").name, get("auc").name, get(AUC).name
    ('acc', 'auc', 'auc')
    """
    if isinstance(identifier, str):
        return _named(identifier)
    if isinstance(identifier, type) and issubclass(identifier, (Metric, losses.Loss)):
        identifier = identifier()
    if isinstance(identifier, Metric):
        return identifier
    if callable(identifier):
        return FunctionMetric(identifier)
    raise DataError(f"expected a metric: a name, a metric, or a function f(y_true, y_pred). Received: {identifier!r}")


def _named(name: str) -> Metric:
    if name in _SPELLINGS:
        return _SPELLINGS[name](name=name)
    try:
        return FunctionMetric(losses.get(name), name)
    except UnknownNameError:
        raise UnknownNameError("metric", name, [*METRICS, *losses.LOSSES]) from None

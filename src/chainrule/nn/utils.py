"""Small helpers under Keras's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DataError
from .random import set_random_seed

__all__ = ["set_random_seed", "to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Return class numbers as one-hot rows: shape (n,) or (n, 1) becomes (n, num_classes), float64 as in Keras.

    Raises:
        DataError: a label is not a whole number from 0 to ``num_classes - 1``.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = np.asarray(x)
    if labels.size == 0 or labels.dtype.kind not in "biuf" or np.any(labels != np.floor(labels)) or labels.min() < 0:
        raise DataError(f"expected class numbers 0, 1, 2 …. Received: {x!r}")
    labels = labels.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    classes = int(labels.max()) + 1 if num_classes is None else num_classes
    if labels.max() >= classes:
        raise DataError(f"expected labels below num_classes={classes}. Received: {labels.max()}")
    return (labels[..., np.newaxis] == np.arange(classes)).astype(np.float64)

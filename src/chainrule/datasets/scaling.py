"""Features brought to a common scale, with nothing learned from the test set."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, ShapeError

__all__ = ["standardise"]


def standardise(x_train: ArrayLike, *others: ArrayLike) -> tuple[NDArray[Any], ...]:
    """``(x - mean) / std`` of each feature, where mean and std are those of ``x_train`` alone.

    Using the test set's own mean would let the test leak into the training; that is why all sets are given in
    one call and only the first is measured. A feature that is the same in every training row tells nothing
    apart and has no spread to divide by: it is only shifted, to 0 in the training set.

    Args:
        x_train: (n, ...) numbers; each position after the first axis is a feature.
        *others: further sets with the same features, such as validation and test.

    Returns:
        A tuple with as many arrays as were given, in the same order: float32 where ``x_train`` is float32,
        else float64. The arguments are left as they were.

    Raises:
        DataError: a set is empty or holds something other than finite numbers.
        ShapeError: another set has other features than ``x_train``.

    >>> x_train, x_test = standardise([[1.0, 5.0], [3.0, 5.0]], [[2.0, 6.0]])
    >>> x_train
    array([[-1.,  0.],
           [ 1.,  0.]])
    >>> x_test
    array([[0., 1.]])
    """
    train = _numbers(x_train, "x_train")
    if not train.size:
        raise DataError(f"x_train has no rows to take mean and std of. Received shape: {train.shape}.")
    sets = [train, *(_numbers(x, f"set {i}") for i, x in enumerate(others, start=2))]
    for i, x in enumerate(sets[1:], start=2):
        if x.shape[1:] != train.shape[1:]:
            raise ShapeError(
                f"every set needs the features of x_train, {train.shape[1:]}. Received in set {i}: {x.shape[1:]}."
            )
    mean = train.mean(axis=0, dtype=np.float64)
    std = train.std(axis=0, dtype=np.float64)
    # Compared exactly: rounding can leave a constant feature with a tiny std that would blow it up.
    std = np.where(train.min(axis=0) == train.max(axis=0), 1.0, std)
    dtype = np.float32 if train.dtype == np.float32 else np.float64
    return tuple(((x - mean) / std).astype(dtype) for x in sets)


def _numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim == 0 or array.dtype.kind not in "biuf":
        raise DataError(
            f"{name} must be an array of numbers with one row per sample. "
            f"Received: shape {array.shape}, dtype {array.dtype}."
        )
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds NaN or infinity; drop or fill those rows first.")
    return array

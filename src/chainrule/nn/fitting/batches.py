"""Rows of an array, for each member of an ensemble its own if need be."""

from __future__ import annotations

import numpy as np

__all__ = ["rows_of"]


def rows_of(part: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Take rows. Numbers (n, members) give every member rows of its own, on a last axis.

    >>> rows_of(np.array([[1, 2], [3, 4]]), np.array([1, 0])).tolist()
    [[3, 4], [1, 2]]
    >>> rows_of(np.array([[1, 2], [3, 4]]), np.array([[1, 0]])).tolist()
    [[[3, 1], [4, 2]]]
    """
    taken = np.take(part, numbers, axis=0)
    return taken if numbers.ndim == 1 else np.moveaxis(taken, 1, -1)

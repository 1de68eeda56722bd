"""Breast Cancer Wisconsin (Diagnostic): 569 tumours, 30 measurements of their cell nuclei, one diagnosis.

William Wolberg, Olvi Mangasarian, Nick Street and W. Street, UCI Machine Learning Repository (1993),
https://doi.org/10.24432/C5DW2B. Licence: CC BY 4.0, see ``NOTICE``.

Ten quantities are measured on every nucleus in an image; of each the mean over the nuclei, the standard error
and the worst (the mean of the three largest) are given. Lengths and areas are in pixels of the image.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

__all__ = ["feature_names", "load_data", "target_names"]

FILE = Path(__file__).parent / "data" / "breast_cancer.csv"

_QUANTITIES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)

feature_names: tuple[str, ...] = (
    *(f"mean {quantity}" for quantity in _QUANTITIES),
    *(f"{quantity} error" for quantity in _QUANTITIES),
    *(f"worst {quantity}" for quantity in _QUANTITIES),
)
"""The 30 columns of ``x``, in order."""

target_names: tuple[str, str] = ("malignant", "benign")
"""What the labels mean: ``target_names[0]`` is malignant, ``target_names[1]`` benign."""

Features = NDArray[np.float64]
Labels = NDArray[np.int64]


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[tuple[Features, Labels], tuple[Features, Labels]]:
    """The set, shuffled and split in two.

    Args:
        test_split: share of the 569 rows that is kept for the test, at least 0 and below 1.
        seed: seed of the shuffle; the same seed gives the same split.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``. ``x`` is float64 (n, 30) in the units of the measurements,
        not standardised (see :func:`chainrule.datasets.standardise`); its columns are ``feature_names``.
        ``y`` is int64 (n,): 0 is malignant (212 rows), 1 is benign (357 rows).

    Raises:
        DataError: ``test_split`` is not in [0, 1).

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((455, 30), (455,), (114, 30), (114,))
    """
    if not 0 <= test_split < 1:
        raise DataError(f"test_split must be at least 0 and below 1, such as 0.2. Received: {test_split!r}.")
    table = np.loadtxt(FILE, delimiter=",", skiprows=1)
    table = np.random.default_rng(seed).permutation(table)
    x, y = np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(np.int64)
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])

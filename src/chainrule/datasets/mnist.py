"""MNIST: handwritten digits, 60 000 to train on and 10 000 to test on.

Yann LeCun, Corinna Cortes and Christopher J. C. Burges. Licence: CC BY-SA 3.0, see ``NOTICE``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["load_data"]

FILE = Path(__file__).parent / "data" / "mnist.npz"

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


def load_data() -> tuple[tuple[Images, Labels], tuple[Images, Labels]]:
    """The whole set, as Keras's function of the same name gives it, read from the package itself.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``, all uint8. ``x_train`` is (60000, 28, 28) and ``x_test``
        (10000, 28, 28): grey values from 0 (paper) to 255 (ink). ``y_train`` (60000,) and ``y_test`` (10000,)
        hold the digits 0 to 9.

    Every call reads the file anew, so the arrays are yours to change.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, y_train[:5]
    ((60000, 28, 28), (10000, 28, 28), array([5, 0, 4, 1, 9], dtype=uint8))
    """
    with np.load(FILE, allow_pickle=False) as data:
        return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])

"""The course as Python that runs.

``recitation``
    A network for the breast-cancer data, its gradients written by loops, by matrices, and not at all.
``lecture``
    A network that tells handwritten 1s from 7s; activation functions with weight and bias.
``approximation``
    Any continuous function by one hidden layer: the error against the number of units, and what each unit adds.

>>> import chainrule as cr
>>> result = cr.course.recitation.run(epochs=5, verbose=0)
>>> result.confusion_matrix.sum()
np.int64(114)
"""

from __future__ import annotations

from . import approximation, lecture, recitation
from .result import Result, Split

__all__ = ["Result", "Split", "approximation", "lecture", "recitation"]

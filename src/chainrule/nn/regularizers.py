"""Regularizers: what the weights themselves add to the loss.

Each is called with an array of weights and returns one number, the penalty. It is plain NumPy and is traced into the
training step, where it is added to the mean loss and derived with it. Names, arguments and numbers are those of
``keras.regularizers``; as there, weights that are not trained add nothing.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import reduce
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError, UnknownNameError
from .numbers import as_number

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2"]

Penalty: TypeAlias = Callable[[Any], Any]  # of an array of weights; one number


class Regularizer(ABC):
    """What every regularizer is: ``regularizer(x)`` returns the penalty of an array of weights, one number.

    A custom one is a subclass with its own ``__call__`` in plain NumPy, or any such function ``f(x)``.
    """

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weights ``x``."""


class L1(Regularizer):
    """``l1 * Σ|x|``: pulls each weight to 0 with the same force, so that many become 0. Slope 0 at 0.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso" (1996).

    Raises:
        DataError: ``l1`` is negative or no finite number.

    >>> L1(0.5)(np.array([3.0, -4.0])).item()
    3.5
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = _factor("l1", l1)

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weights ``x``."""
        return self.l1 * np.sum(np.abs(x))

    def __repr__(self) -> str:
        return f"L1({self.l1})"


class L2(Regularizer):
    """``l2 * Σx²``: pulls each weight to 0 by ``2 * l2`` times what it is. There is no factor 1/2.

    Source: Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems" (1970).

    Raises:
        DataError: ``l2`` is negative or no finite number.

    >>> L2(0.5)(np.array([3.0, -4.0])).item()
    12.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = _factor("l2", l2)

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weights ``x``."""
        return self.l2 * np.sum(np.square(x))

    def __repr__(self) -> str:
        return f"L2({self.l2})"


class L1L2(Regularizer):
    """``l1 * Σ|x| + l2 * Σx²``. Both factors are 0 unless given.

    Source: Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).

    Raises:
        DataError: a factor is negative or no finite number.

    >>> L1L2(l1=0.5, l2=0.5)(np.array([3.0, -4.0])).item()
    16.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = _factor("l1", l1), _factor("l2", l2)

    def __call__(self, x: Any) -> Any:
        """Return the penalty of the weights ``x``."""
        terms = [term(x) for term, factor in ((L1(self.l1), self.l1), (L2(self.l2), self.l2)) if factor]
        return reduce(operator.add, terms) if terms else 0.0

    def __repr__(self) -> str:
        return f"L1L2(l1={self.l1}, l2={self.l2})"


l1, l2, l1_l2 = L1, L2, L1L2  # Keras's other spellings


def _factor(name: str, value: Any) -> float:
    return as_number(name, value, lambda v: 0 <= v < np.inf, "at least 0 and finite")


REGULARIZERS: dict[str, Callable[[], Regularizer]] = {
    "l1": L1,
    "l1_l2": lambda: L1L2(l1=0.01, l2=0.01),  # what Keras's documentation promises; L1L2() would do nothing
    "l2": L2,
}
_SPELLINGS = REGULARIZERS | {"L1": L1, "L2": L2, "L1L2": REGULARIZERS["l1_l2"], "l1l2": REGULARIZERS["l1_l2"]}


def get(identifier: Any) -> Penalty | None:
    """Return the regularizer that ``identifier`` means.

    Args:
        identifier: a name in any of Keras's spellings, a regularizer or its class, a function ``f(x)`` of an array of
            weights in plain NumPy, or None for none. By name, the factors are 0.01.

    Raises:
        UnknownNameError: no regularizer has this name.
        DataError: ``identifier`` is none of the above.

    >>> get("l2"), get(L1(0.1)), get(None)
    (L2(0.01), L1(0.1), None)
    """
    if isinstance(identifier, str):
        if identifier not in _SPELLINGS:
            raise UnknownNameError("regularizer", identifier, REGULARIZERS)
        return _SPELLINGS[identifier]()
    if isinstance(identifier, type) and issubclass(identifier, Regularizer):
        return identifier()
    if identifier is None or callable(identifier):
        return identifier
    raise DataError(
        f"expected a regularizer: a name, a regularizer such as L2(0.01), or a function f(x) of an array of weights. "
        f"Received: {identifier!r}"
    )

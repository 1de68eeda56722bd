"""Options that are numbers, checked when they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError

__all__ = ["as_number"]


def as_number(name: str, value: Any, accepts: Callable[[float], bool], expected: str) -> float:
    """Return ``value`` as a Python float, which takes on the dtype of the arrays it meets.

    Args:
        name: what the option is called.
        value: what it was given.
        accepts: whether a number is allowed.
        expected: which numbers are, for the message.

    Raises:
        DataError: ``value`` is no such number.

    >>> as_number("momentum", 1, lambda v: 0 <= v <= 1, "between 0 and 1")
    1.0
    """
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not is_number or not accepts(float(value)):
        raise DataError(f"expected {name} to be a number {expected}. Received: {name}={value!r}")
    return float(value)

"""The library's source of random numbers: one generator for weights, dropout masks and the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import DataError

__all__ = ["generator", "preserved", "set_random_seed"]

_source: np.random.Generator | None = None  # made when first needed: importing numpy.random takes time


def generator() -> np.random.Generator:
    """Return the generator that every draw without a seed of its own comes from."""
    global _source
    if _source is None:
        _source = np.random.default_rng()
    return _source


def set_random_seed(seed: int) -> None:
    """Make what follows repeatable: weights, masks and shuffles, and Python's and NumPy's own generators.

    Raises:
        DataError: ``seed`` is not a whole number from 0 to 2³² - 1.

    >>> set_random_seed(1)
    >>> first = generator().random()
    >>> set_random_seed(1)
    >>> generator().random() == first
    True
    """
    import random as python_random  # here, since it would slow down importing the library

    global _source
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise DataError(f"expected seed to be a whole number from 0 to 2**32 - 1. Received: {seed!r}")
    python_random.seed(int(seed))
    np.random.seed(int(seed))
    _source = np.random.default_rng(int(seed))


@contextmanager
def preserved() -> Iterator[None]:
    """Whatever is drawn or seeded inside, random draws go on afterwards as if it had not been.

    >>> set_random_seed(1)
    >>> with preserved():
    ...     set_random_seed(2)
    >>> after = generator().random()
    >>> set_random_seed(1)
    >>> generator().random() == after
    True
    """
    import random as python_random

    global _source
    source = _source
    state: Any = None if source is None else source.bit_generator.state
    of_python, of_numpy = python_random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        _source = source
        if source is not None:
            source.bit_generator.state = state
        python_random.setstate(of_python)
        np.random.set_state(of_numpy)

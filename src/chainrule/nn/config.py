"""The dtype that networks compute in unless told otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DataError

__all__ = ["floatx", "set_floatx", "standard_dtype"]

_floatx = np.dtype("float32")


def standard_dtype(dtype: Any) -> np.dtype[Any]:
    """Return ``dtype`` as a NumPy dtype; None means ``floatx()``.

    Raises:
        DataError: it is neither float32 nor float64.
    """
    if dtype is None:
        return _floatx
    try:
        known = np.dtype(dtype)
    except TypeError:
        known = None
    if known not in (np.dtype("float32"), np.dtype("float64")):
        raise DataError(
            f"expected dtype 'float32' or 'float64': layers compute in floating point. Received: {dtype!r}. "
            f"Leave dtype out; integer data are converted."
        )
    return np.dtype(known)


def floatx() -> str:
    """Return the name of the dtype that new layers compute in.

    >>> floatx()
    'float32'
    """
    return _floatx.name


def set_floatx(dtype: Any) -> None:
    """Let layers made from now on compute in ``dtype``: ``"float32"`` or ``"float64"``.

    >>> set_floatx("float64")
    >>> floatx()
    'float64'
    >>> set_floatx("float32")
    """
    global _floatx
    _floatx = standard_dtype(dtype if dtype is not None else "float32")

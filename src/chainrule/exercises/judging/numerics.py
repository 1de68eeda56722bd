"""Results that are nearly right: rounded, computed with few digits, or by a finite difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exercise import Quantity
from .matching import SMALLEST
from .reference import Reference

__all__ = ["finite_difference", "has_few_digits", "rounded_to"]

Array = NDArray[Any]
STEPS = tuple(10.0**-k for k in range(1, 8))
ENOUGH = 0.02  # a step explains an error if it leaves no more of it than this share


def rounded_to(found: Sequence[Array], right: Sequence[Array]) -> int | None:
    """Return the number of decimals to which the right results were rounded or cut off, if they were.

    >>> rounded_to([np.array([0.3333, 0.25])], [np.array([1 / 3, 0.25])])
    4
    """
    for decimals in range(8):
        if all(_is_rounded(f, r, decimals) for f, r in zip(found, right, strict=True)):
            return decimals
    return None


def _is_rounded(found: Array, right: Array, decimals: int) -> bool:
    power = 10.0**decimals
    return any(np.abs(found - form).max() < 1e-12 for form in (right.round(decimals), np.trunc(right * power) / power))


def has_few_digits(found: Sequence[Array], right: Sequence[Array]) -> bool:
    """Whether every result is one of float16 and right to as many digits as that has."""

    def one(found: Array, right: Array) -> bool:
        with np.errstate(over="ignore"):
            coarse = found.astype(np.float16).astype(float)
        return bool(np.array_equal(coarse, found)) and bool(np.abs(found - right).max() <= 0.1 * np.abs(right).max())

    return all(one(f, r) for f, r in zip(found, right, strict=True) if f.shape == r.shape)


def finite_difference(
    quantity: Quantity, found: Sequence[Array], references: Sequence[Reference], right: Sequence[Array]
) -> str | None:
    """Return the formula of the finite difference that gave every result, if one did.

    What is compared is the error: that of a finite difference is known, to the leading term and beyond.
    """
    if quantity.by is None or not all(quantity.by in reference.inputs for reference in references):
        return None
    for step in STEPS:
        for formula, difference in FORMULAS.items():
            if _explains(quantity, step, difference, found, references, right):
                return formula.format(w=quantity.by, h=f"{step:g}")
    return None


Difference = Callable[[Callable[[float], float], float], float]
FORMULAS: Mapping[str, Difference] = {
    "(f({w} + {h}) − f({w})) / {h}": lambda f, h: (f(h) - f(0.0)) / h,
    "(f({w} + {h}) − f({w} − {h})) / (2·{h})": lambda f, h: (f(h) - f(-h)) / (2 * h),
    "(f({w}) − f({w} − {h})) / {h}": lambda f, h: (f(0.0) - f(-h)) / h,
}


def _explains(
    quantity: Quantity,
    step: float,
    difference: Difference,
    found: Sequence[Array],
    references: Sequence[Reference],
    right: Sequence[Array],
) -> bool:
    for one, reference, true in zip(found, references, right, strict=True):
        error = one - true
        largest = float(np.abs(error).max())
        if (
            not 1e-9 < largest / max(float(np.abs(true).max()), SMALLEST) < 0.5
        ):  # lost in rounding, or something else altogether
            return False
        predicted = _entry_by_entry(quantity, step, difference, reference, true.shape) - true
        if not np.abs(error - predicted).max() <= ENOUGH * largest:
            return False
    return True


def _entry_by_entry(
    quantity: Quantity, step: float, difference: Difference, reference: Reference, shape: tuple[int, ...]
) -> Array:
    """Return the finite difference for each entry of an argument."""
    assert quantity.by is not None
    found = np.zeros(shape)
    for index in np.ndindex(shape):

        def moved(h: float, index: tuple[int, ...] = index) -> float:
            value = np.array(reference.inputs[quantity.by or ""].value, dtype=float)
            value[index] += h
            return reference.total(quantity.of, {quantity.by or "": value})

        found[index] = difference(moved, step)
    return found

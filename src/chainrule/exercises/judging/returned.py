"""What an answer returned, sorted into the quantities that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..report import Finding
from ..running.outcome import Call
from .matching import same

__all__ = ["arrays_of", "exchanged", "form_problem", "missing"]


def form_problem(call: Call, names: Sequence[str]) -> Finding | None:
    """Return what is wrong with what a call returned as a whole, if anything is."""
    wanted = names[0] if len(names) == 1 else "a dictionary with " + ", ".join(names)
    if call.form == "NoneType":
        return Finding(
            "", False, None, "returned-none",
            f"The function returned nothing (None); expected {wanted}. Is there a return statement, and is it reached?",
        )  # fmt: skip
    if call.form not in ("dict", "tuple", "array"):
        return Finding("", False, None, "not-numbers", f"Expected {wanted}, got an object of type {call.form}.")
    if len(names) == 1 and (call.form == "tuple" or (call.form == "dict" and len(call.values) == 1)):
        return None
    count = len(call.values) + len(call.left_out)
    if call.form == "tuple" and count != len(names):
        return Finding(
            "", False, None, "missing-quantity",
            f"Expected {len(names)} results ({', '.join(names)}), got a tuple of {count}.",
        )  # fmt: skip
    if call.form == "array" and len(names) > 1:
        return Finding("", False, None, "missing-quantity", f"Expected {wanted}, got a single array or number.")
    return None


def exchanged(found: Sequence[NDArray[Any]], right: Sequence[NDArray[Any]]) -> list[int] | None:
    """Return which entry of a tuple is which quantity, if all are right but in another order."""
    order = [next((i for i, value in enumerate(found) if same(value, one)), -1) for one in right]
    return order if sorted(order) == list(range(len(right))) and order != sorted(order) else None


def arrays_of(call: Call, names: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[Any]]:
    """Return the quantities that a call returned, in float64; an array of one entry gets the shape asked for.

    Args:
        call: a call that returned numbers in a form that ``form_problem`` finds right.
        names: the quantities that were asked for, in order.
        shapes: the shape of each.
    """
    given: dict[str, Any] = dict(call.values)
    if call.form == "array" or (call.form == "dict" and len(names) == len(call.values) == 1):
        given = {names[0]: next(iter(call.values.values()))}
    elif call.form == "tuple" and len(names) == 1:
        given = {names[0]: _stacked(list(call.values.values()), shapes[names[0]])}
    elif call.form == "tuple":
        given = {name: call.values[str(i)] for i, name in enumerate(names) if str(i) in call.values}
    found = {name: np.asarray(given[name], dtype=float) for name in names if name in given}
    return {name: _harmless(value, shapes[name]) for name, value in found.items()}


def _stacked(values: Sequence[NDArray[Any]], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return what a tuple of one holds, or the array that a list of numbers or rows is."""
    if len(values) == 1 and (1, *values[0].shape) != shape:
        return values[0]
    alike = len({value.shape for value in values}) == 1
    return np.stack(values) if alike else np.full(len(values), np.nan)


def _harmless(value: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return a single number in the shape asked for: whatever its shape, it does what it should in an update."""
    return value.reshape(shape) if value.size == 1 and int(np.prod(shape)) == 1 else value


def missing(name: str, call: Call, names: Sequence[str]) -> Finding:
    """Return the finding that a quantity is not among what a call returned."""
    key = str(names.index(name)) if call.form == "tuple" else name
    if key in call.left_out:
        what = call.left_out[key]
        if what == "...":
            return Finding(name, False, None, "unfinished", f"{name} is still ..., to be written.")
        return Finding(name, False, None, "not-numbers", f"{name} is {what}.")
    given = list(call.values)
    near = [one for one in given if one.lower() == name.lower()] or get_close_matches(name, given, n=1)
    hint = f" Did you mean it by {near[0]!r}?" if near and near[0] not in names else ""
    there = ", ".join(map(repr, given)) or "nothing"
    return Finding(name, False, None, "missing-quantity", f"{name} is missing: the dictionary has {there}.{hint}")

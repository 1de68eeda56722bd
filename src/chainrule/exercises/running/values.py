"""What an answer returned, as plain arrays of numbers. It may have returned anything at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .outcome import Call, Problem

__all__ = ["LARGEST_RESULT", "LONGEST_NAME", "NotNumbersError", "returned"]

LARGEST_RESULT = 64 * 2**20  # bytes, of one call
MOST_RESULTS = 100
LONGEST_NAME = 100
_BLANK = "The answer still has ... where something is to be written."


class NotNumbersError(Exception):
    """A returned value is not made of numbers; the message says what it is."""


class TooLargeError(Exception):
    """A returned value holds too many numbers."""


def returned(result: Any) -> Call:
    """Read what an answer returned.

    Arrays, numbers and nested lists of numbers become plain arrays, of their own dtype where it is bool, int or float
    of up to eight bytes. A dictionary's other entries are left out; if nothing is left, there is a problem.

    >>> returned({"dw": [1, 2], "db": 0.5}).values
    {'dw': array([1, 2]), 'db': array(0.5)}
    >>> returned(None).problem.mistake
    'returned-none'
    """
    form = _form(result)
    if result is None:
        return Call(form, problem=Problem("returned-none", "The function returned nothing. Does it end in `return`?"))
    if result is Ellipsis:
        return Call(form, problem=Problem("unfinished", _BLANK))
    values: dict[str, NDArray[Any]] = {}
    complaints = []
    try:
        for name, value in _entries(form, result):
            try:
                values[name] = _plain(value, LARGEST_RESULT - sum(one.nbytes for one in values.values()))
            except NotNumbersError as error:
                complaints.append((name, value, str(error)))
    except TooLargeError as error:
        return Call(form, problem=Problem("memory", f"{_label(form, name)} is too large: {error}"))
    except NotNumbersError as error:
        return Call(form, problem=Problem("not-numbers", str(error)))
    if not values:
        return Call(form, problem=_nothing(form, complaints))
    return Call(form, values, left_out={name: "..." if value is ... else said for name, value, said in complaints})


def _form(result: Any) -> str:
    kind = type(result)
    if isinstance(result, Mapping):
        return "dict"
    if isinstance(result, tuple) or (isinstance(result, list) and len(result) <= MOST_RESULTS):
        return "tuple"
    if isinstance(result, bool | int | float | np.generic | np.ndarray | list) or hasattr(kind, "__array__"):
        return "array"
    return kind.__name__[:50]


def _entries(form: str, result: Any) -> Iterator[tuple[str, Any]]:
    """Yield names and values, each name once."""
    if form == "dict":
        entries = list(islice(result.items(), MOST_RESULTS + 1))
    elif form == "tuple":
        entries = [(str(place), value) for place, value in enumerate(islice(result, MOST_RESULTS + 1))]
    else:
        entries = [("", result)]
    if len(entries) > MOST_RESULTS:
        raise NotNumbersError(f"The function returned more than {MOST_RESULTS} things; return only what is asked for.")
    for name, value in entries:
        if isinstance(name, str) and len(name) <= LONGEST_NAME:
            yield str(name), value


def _plain(value: Any, room: int) -> NDArray[Any]:
    """Return a plain array of numbers, a copy."""
    if value is None or value is Ellipsis or isinstance(value, str | bytes):
        raise NotNumbersError(_said(value))
    if isinstance(value, np.ndarray):
        _check_size(value, room)
    try:
        array = np.array(value, subok=False)
    except MemoryError:
        raise TooLargeError("it does not fit into memory") from None
    except (ValueError, TypeError) as error:
        rows = "its rows have different lengths" if "inhomogeneous" in str(error) else "NumPy makes no array of it"
        raise NotNumbersError(f"{_said(value)}: {rows}") from None
    if not isinstance(array, np.ndarray):
        raise NotNumbersError(_said(value))
    _check_size(array, room)
    if array.dtype == object and array.size and all(isinstance(one, Real) for one in array.flat):
        array = array.astype(np.float64)
    if array.dtype.kind not in "biuf":
        raise NotNumbersError(_said(value))
    small = array.dtype.itemsize <= 8
    return array.astype(array.dtype.newbyteorder("=") if small else np.float64, copy=False)


def _check_size(array: NDArray[Any], room: int) -> None:
    if array.nbytes > room:
        raise TooLargeError(f"shape {array.shape}. What a call returns may have {LARGEST_RESULT >> 20} MB in all.")


def _said(value: Any) -> str:
    """What a value is, in a few words."""
    if value is None:
        return "None"
    if value is Ellipsis:
        return "still ..., to be written"
    if isinstance(value, str | bytes):
        return f"the text {value[:40]!r}"
    if isinstance(value, complex | np.complexfloating) or getattr(value, "dtype", None) in (
        np.complex64,
        np.complex128,
    ):
        return "made of complex numbers"
    kind = type(value).__name__[:50]
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}, not numbers"


def _label(form: str, name: str) -> str:
    if form == "tuple":
        return f"Entry {name} of what the function returned"
    return f"What the function returned as {name!r}" if name else "What the function returned"


def _nothing(form: str, complaints: list[tuple[str, Any, str]]) -> Problem:
    """Say why no numbers came out."""
    if complaints and all(value is Ellipsis for _, value, _ in complaints):
        return Problem("unfinished", _BLANK)
    if not complaints:
        of = (
            "an empty dictionary, or one whose keys are not names" if form == "dict" else "nothing but an empty " + form
        )
        return Problem("not-numbers", f"The function returned {of}.")
    name, _, said = complaints[0]
    if form not in ("dict", "tuple", "array"):
        return Problem("not-numbers", f"The function returned {said}. Return arrays or numbers.")
    return Problem("not-numbers", f"{_label(form, name)} is {said}. Return arrays or numbers.")

"""NumPy's calls brought into one form: operands by position, everything else by name, defaults dropped.

What a graph cannot hold, such as writing into an array, is refused here with what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..errors import TraceError, UnsupportedError
from .rules import RULES, Variadic
from .spellings import SPELLINGS

if TYPE_CHECKING:
    import inspect

__all__ = ["advice_on", "canonical", "check_spelling", "unsupported"]

# What may be left at its default only: it writes into arrays, skips entries or changes the order of memory.
_REFUSED = {
    "out": "assign the result to a name instead of passing out=",
    "where": "select with np.where(condition, a, b) instead of passing where=",
    "initial": "combine with the start value afterwards instead of passing initial=",
    "casting": "use .astype(...)",
    "mean": "leave mean= out",
    "correction": "use ddof=",
    "order": "only the order 'C' is supported",
}
_HARMLESS = {"optimize", "copy", "subok", "device", "kind", "stable"}


# The parameters of functions written in C, which tell their signature from NumPy 2.4 on only.
_WRITTEN_IN_C: dict[Callable[..., Any], dict[str, Any]] = {
    np.concatenate: {"arrays": None, "axis": 0, "out": None, "dtype": None, "casting": "same_kind"},
    np.dot: {"a": None, "b": None, "out": None},
    np.inner: {"a": None, "b": None},
    np.where: {"condition": None, "x": None, "y": None},
}


@cache
def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    """The names of a function's parameters, in order, with their defaults."""
    import inspect

    if function in _WRITTEN_IN_C:
        return _WRITTEN_IN_C[function]
    return {p.name: p.default for p in inspect.signature(function).parameters.values()}


def advice_on(setting: str) -> str:
    """What to write instead of a keyword argument that cannot be traced."""
    return _REFUSED.get(setting, "leave it out")


def canonical(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
    """Return a call's operands, its other settings by name, and the dtype it asks for, if any.

    Raises:
        TraceError: a setting cannot be traced.
    """
    defaults = _parameters(function)
    names = list(defaults)
    row = RULES[function]
    operands = 1 if isinstance(row, Variadic) or not row else len(row)
    given = dict(zip(names, args, strict=False)) | kwargs
    settings = {
        name: value
        for name, value in given.items()
        if name not in names[:operands] and not _is_default(name, value, defaults.get(name))
    }
    for name in settings:
        if name in _REFUSED:
            raise TraceError(f"np.{function.__name__}(..., {name}=...) cannot be traced: {_REFUSED[name]}")
    dtype = settings.pop("dtype", None) if function is not np.astype else None
    return tuple(given[name] for name in names[:operands] if name in given), settings, dtype


def _is_default(name: str, value: Any, default: Any) -> bool:
    """Whether a setting changes nothing."""
    if value is default or (type(value) is type(default) and value == default):
        return True
    return name in _HARMLESS or (name == "keepdims" and not value) or (name == "order" and value in "CKA")


def check_spelling(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise TraceError if the function's spelled-out form does not take these arguments."""
    try:
        _signature(SPELLINGS[function]).bind(None, *args, **kwargs)
    except TypeError as error:
        raise TraceError(f"np.{function.__name__} cannot be traced with these arguments: {error}") from error


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    import inspect

    return inspect.signature(function)


def unsupported(function: Callable[..., Any]) -> NoReturn:
    """Raise UnsupportedError for a function that the derivative table does not know."""
    from difflib import get_close_matches

    module = getattr(function, "__module__", None) or "numpy"
    known = {op.__name__ for op in (*RULES, *SPELLINGS)}
    near = get_close_matches(function.__name__, sorted(known), n=2, cutoff=0.75)
    hint = f" Near it in the table: {', '.join(near)}." if near else ""
    raise UnsupportedError(
        f"{module}.{function.__name__} has no derivative rule, so it cannot be traced. Write it with functions that "
        f"have one.{hint} Singular value decompositions, Fourier transforms and complex numbers are not supported."
    )

"""Containers of arrays: tuples, lists and dictionaries that a function takes or returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["leaves", "map_leaves"]


def leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each array or number inside ``value`` with a name made of its place.

    >>> list(leaves({"W": 1.0, "b": (2.0, 3.0)}, "p"))
    [('p_W', 1.0), ('p_b_0', 2.0), ('p_b_1', 3.0)]
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}_{key}")
    elif isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from leaves(item, f"{name}_{i}")
    else:
        yield name, value


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """Return ``value`` with ``function`` applied to each array or number inside it."""
    if isinstance(value, dict):
        return {key: map_leaves(function, item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(map_leaves(function, item) for item in value))
    if isinstance(value, (tuple, list)):
        return type(value)(map_leaves(function, item) for item in value)
    return function(value)

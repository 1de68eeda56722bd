"""Sizes: Python numbers that remember which axis they count.

``x.shape[0]`` of a traced value is a plain ``int`` to everyone, but the graph knows where it came from, and so does
``1 / x.shape[0]``. So a program says ``len(x)`` rather than the number of rows of the example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .node import Node, make

__all__ = ["Counted", "Ratio", "Size", "counted", "watching_comparisons"]


compared: ContextVar[set[int] | None] = ContextVar("compared", default=None)


@contextmanager
def watching_comparisons() -> Iterator[set[int]]:
    """Collect the sizes that code compares with plain numbers: what it then does may not hold for other sizes.

    >>> with watching_comparisons() as seen:
    ...     Size(3) > 2, Size(4) == Size(4)
    (True, True)
    >>> seen
    {3}
    """
    seen: set[int] = set()
    token = compared.set(seen)
    try:
        yield seen
    finally:
        compared.reset(token)


class Counted:
    """A number computed from sizes. Plain Python to everyone else, a node to the graph."""

    node: Node


class Size(Counted, int):
    """An axis length."""


class Ratio(Counted, float):
    """A number such as ``1 / len(x)`` that depends on sizes."""


def counted(node: Node) -> Any:
    """Return the number a node of sizes stands for, with the node."""
    number: Any = (Ratio if isinstance(node.value, float) else Size)(node.value)
    number.node = node
    return number


def _counting(ufunc: np.ufunc, name: str, swap: bool = False) -> Callable[..., Any]:
    def operate(self: Any, other: Any) -> Any:
        if not isinstance(other, (int, float)) or isinstance(other, np.generic):
            return NotImplemented  # arrays and traced values know what to do
        pair = (other, self) if swap else (self, other)
        return counted(make(ufunc, tuple(n.node if isinstance(n, Counted) else n for n in pair)))

    operate.__name__ = name
    return operate


def _comparing(name: str) -> Callable[..., Any]:
    plain = getattr(int, name)

    def compare(self: Any, other: Any) -> Any:
        seen = compared.get()
        if seen is not None and not isinstance(other, Counted):
            seen.add(int(self))
        return plain(self, other)

    compare.__name__ = name
    return compare


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(Size, _name, _comparing(_name))
Size.__hash__ = int.__hash__  # type: ignore[method-assign]

for _name, _ufunc in {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "floordiv": np.floor_divide,
    "pow": np.power,
    "mod": np.remainder,
}.items():
    for _class in (Size, Ratio):
        setattr(_class, f"__{_name}__", _counting(_ufunc, f"__{_name}__"))
        setattr(_class, f"__r{_name}__", _counting(_ufunc, f"__r{_name}__", swap=True))

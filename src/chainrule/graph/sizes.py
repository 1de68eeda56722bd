"""Sizes: Python numbers that remember which axis they count.

``x.shape[0]`` of a traced value is a plain ``int`` to everyone, but the graph knows where it came from, and so does
``1 / x.shape[0]``. So a program says ``len(x)`` rather than the number of rows of the example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .node import Node, make

__all__ = ["Counted", "Ratio", "Size", "counted"]


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

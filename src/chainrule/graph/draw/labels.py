"""What the boxes say: operations as mathematics, values in few characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..mathematics import tables
from ..mathematics.notation import Notation
from ..node import Node

__all__ = [
    "DELTA",
    "SLOT",
    "cut",
    "formula_text",
    "number_text",
    "operation_text",
    "printable",
    "shape_of",
    "value_text",
]

SLOT = "□"
"""Stands for a value without a name that comes in."""

DELTA = "δ"
"""Stands for the derivative that arrives at an operation on arrays."""

SIGNS: dict[Callable[..., Any], str] = {
    np.add: "+", np.subtract: "−", np.multiply: "×", np.true_divide: "÷", np.matmul: "·", np.power: "power",
    np.maximum: "max", np.minimum: "min", np.greater: ">", np.greater_equal: "≥", np.less: "<", np.less_equal: "≤",
    np.equal: "=", np.not_equal: "≠",
}  # fmt: skip
ARITHMETIC = {np.add, np.subtract, np.multiply, np.true_divide}
LONGEST = 30  # characters of an operation
FEW = 4  # entries of a vector that are all shown


def operation_text(node: Node, names: Mapping[Node, str], notation: Notation) -> str:
    """The operation of a node in a few characters: ``x²``, ``+``, ``× 5``, ``tanh``, ``X · W1``, ``□ + b1``.

    Args:
        node: an operation.
        names: of the values that have one.
        notation: writes those by name and all others as ``SLOT``.
    """
    unnamed = sum(parent not in names for parent in node.parents)
    if node.op in SIGNS and unnamed == 2:
        return _sign(node)
    if node.op in SIGNS and unnamed == len(node.parents) == 1:
        first, second = node.args
        if not isinstance(second, Node) and node.op in ARITHMETIC:
            return f"{_sign(node)} {number_text(second)}"
        if isinstance(second, Node) and node.op in (np.add, np.multiply):
            return f"{_sign(node)} {number_text(first)}"
    text = formula_text(node, notation)
    if text in [names.get(parent, SLOT) for parent in node.parents]:
        return node.op.__name__  # only the shape or the dtype changes
    return re.sub(rf"(?<=\w)\({SLOT}\)$|(?<=[√ΣΠ]) ?{SLOT}$", "", text)


def _sign(node: Node) -> str:
    return (
        "⊙"
        if node.op is np.multiply and len(node.parents) == 2 and all(parent.ndim for parent in node.parents)
        else SIGNS[node.op]
    )


def formula_text(node: Node, notation: Notation) -> str:
    """The node's formula, or where that is too long its function alone."""
    text = notation.definition(node)
    return text if len(text) <= LONGEST else f"{node.op.__name__}(…)"


def number_text(value: Any, digits: int = 4) -> str:
    """A number in a few characters.

    >>> number_text(-12.34567), number_text(123456.7), number_text(1e-9)
    ('−12.35', '123457', '1e−9')
    """
    longer = 10**digits <= abs(value) < 10**6
    return tables.number_text(value, 6 if longer else digits)


def value_text(value: Any) -> str:
    """A number, the entries of a short vector, or the smallest and the largest entry of an array.

    >>> value_text(np.array([1.0, 2.5])), value_text(np.arange(100.0))
    ('[1, 2.5]', '0 … 99')
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return number_text(array[()])
    if 0 < array.size <= FEW and array.ndim == 1:
        return f"[{', '.join(number_text(entry, 2) for entry in array)}]"
    return tables.range_text(array, lambda entry: number_text(entry, 2))


def shape_of(value: Any) -> str:
    """The shape of an array, nothing for a number.

    >>> shape_of(np.ones((2, 3))), shape_of(1.0)
    ('2×3', '')
    """
    shape = np.shape(value)
    return f"({shape[0]})" if len(shape) == 1 else "×".join(map(str, shape))


def printable(text: str, longest: int) -> str:
    """Text on one line, without what has no sign, such as a control character in the key of a dictionary.

    >>> printable("a\\nb\\x00", 9), printable("a name much too long", 9)
    ('a b', 'a name m…')
    """
    line = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def cut(names: Sequence[str], longest: int) -> str:
    """As many names as fit, and the last one.

    >>> cut(["W1", "b1", "z1", "a1"], 20), cut(["W1", "b1", "z1", "a1"], 12)
    ('W1, b1, z1, a1', 'W1, …, a1')
    """
    text = ", ".join(names)
    if len(text) <= longest:
        return text
    first = 1
    while len(", ".join(names[: first + 1])) + len(names[-1]) + 5 <= longest:
        first += 1
    return ", ".join([*names[:first], "…", names[-1]])

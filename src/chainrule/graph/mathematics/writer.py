"""What phrases are written with: operands as they are written, numbers, and whatever else a call holds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from ..node import Node
from .typeset import Plain, Term

__all__ = ["Phrase", "Writer", "simple_fraction"]


class Writer:
    """Writes what an operation is applied to.

    Args:
        style: how it is set, ``PLAIN`` or ``LATEX``.
        operand: gives each operand as it is written.
        rows: the size that is written n, if any.
    """

    def __init__(self, style: Plain, operand: Callable[[Node], Term], rows: int | None = None) -> None:
        self.style, self.operand, self.rows = style, operand, rows

    def term(self, arg: Any) -> Term:
        """Write an operand: a node or a plain number."""
        return self.operand(arg) if isinstance(arg, Node) else self.number(arg)

    def terms(self, node: Node) -> list[Term]:
        """Write all operands given by position."""
        return [self.term(arg) for arg in node.args]

    def number(self, value: Any) -> Term:
        """Write a number in few digits: whole ones without a point, thirds as fractions, others to six digits."""
        if value != value:
            return Term(self.style.word("nan"))
        if abs(value) == np.inf:
            infinite = Term(self.style.infinity, literal=True)
            return infinite if value > 0 else self.style.negated(infinite)
        if value == int(value) and abs(float(value)) < 1e15:  # more than a half-precision number can be
            return self.style.number(str(int(value)))
        near = simple_fraction(value)
        if near is not None and len(str(value)) > 8:
            return self.style.quotient(self.number(near.numerator), self.number(near.denominator), "number")
        return self.style.number(str(value) if len(str(value)) <= 10 else f"{value:.6g}")

    def call(self, node: Node) -> Term:
        """Write a call of the function by its NumPy name."""
        settings = [f"{self.style.word(key)}={self.argument(value)}" for key, value in node.kwargs.items()]
        return self.style.call(node.op.__name__, [*map(self.argument, node.args), *settings])

    def argument(self, arg: Any) -> str:
        """Write an argument between commas, whatever it is."""
        if isinstance(arg, Node):
            return self.style.standing(self.operand(arg))
        if isinstance(arg, slice):
            parts = [arg.start, arg.stop] + ([arg.step] if arg.step is not None else [])
            return ":".join("" if part is None else self.argument(part) for part in parts)
        if isinstance(arg, list):
            return self.style.bracketed(", ".join(map(self.argument, arg)))
        if isinstance(arg, tuple):
            return self.style.parenthesised(", ".join(map(self.argument, arg)) + "," * (len(arg) == 1))
        if isinstance(arg, (int, float)) and not isinstance(arg, bool):
            return self.number(arg).text
        if arg is Ellipsis:
            return "..."
        text = f'"{arg}"' if isinstance(arg, str) else arg.__name__ if isinstance(arg, type) else str(arg)
        return self.style.word(text)


def simple_fraction(value: Any) -> Fraction | None:
    """Return the fraction of small whole numbers that a float stands for, if it does.

    >>> simple_fraction(1 / 3 - 1), simple_fraction(0.1), simple_fraction(2**0.5)
    (Fraction(-2, 3), Fraction(1, 10), None)
    """
    near = Fraction(float(value)).limit_denominator(1000)
    rounding = 4 * np.finfo(np.float64 if isinstance(value, (int, float)) else value.dtype).eps
    return near if abs(near - Fraction(float(value))) <= rounding * abs(near) else None


Phrase = Callable[[Writer, Node], Term]

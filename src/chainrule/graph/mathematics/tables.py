"""Text for people: numbers in few characters, columns that line up, long things shortened in the middle."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

__all__ = [
    "aligned",
    "count_text",
    "markdown_table",
    "number_text",
    "range_text",
    "shortened",
    "superscript",
    "value_text",
]

T = TypeVar("T")
FEW = 4  # entries of an array that are all shown


def number_text(value: Any, digits: int = 6) -> str:
    """Return a number in a few characters, as it stands in a formula.

    >>> number_text(-2.5), number_text(3.0), number_text(1.25e-9)
    ('−2.5', '3', '1.25e−9')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    mantissa, e, exponent = f"{value + 0:.{digits}g}".partition("e")  # + 0: no minus before a zero
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", "−")


def value_text(value: Any) -> str:
    """Return a number, the entries of a small array, or the shape and the range of a large one.

    >>> value_text(2.0), value_text(np.array([[1.0, -2.0]])), value_text(np.arange(6.0).reshape(2, 3))
    ('2', '[[1, −2]]', '2×3: 0 … 5')
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return number_text(array[()])
    if 0 < array.size <= FEW:
        return _nested(array)
    shape = "×".join(map(str, array.shape))
    return f"{shape}: {range_text(array, lambda entry: number_text(entry, 3))}"


def range_text(array: np.ndarray, write: Callable[[Any], str]) -> str:
    """Return the smallest and the largest entry of an array; ``write`` writes a number.

    >>> range_text(np.arange(9.0), str), range_text(np.ones(9), str), range_text(np.array([np.nan]), str)
    ('0.0 … 8.0', 'all 1.0', 'NaN among them')
    """
    if array.size == 0:
        return "no entries"
    if array.dtype.kind == "f" and np.isnan(array).any():
        return "NaN among them"
    low, high = write(array.min()), write(array.max())
    return f"all {low}" if low == high else f"{low} … {high}"


def _nested(array: np.ndarray) -> str:
    return f"[{', '.join(map(_nested, array))}]" if array.ndim else number_text(array[()], 4)


def count_text(count: int) -> str:
    """Return a whole number of any size in a few characters. Its text in Python ends at 4300 digits.

    >>> count_text(1024), count_text(1234567), count_text(2**20000)
    ('1024', '1 234 567', '3.98 · 10⁶⁰²⁰')
    """
    if count < 10_000:
        return str(count)
    if count < 10**12:
        return f"{count:,}".replace(",", " ")
    import math

    exponent, rest = divmod(math.log10(count), 1)
    return f"{10**rest:.2f} · 10{superscript(int(exponent))}"


def superscript(number: int) -> str:
    """Return a whole number as an exponent."""
    return str(number).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))


def shortened(parts: Sequence[T], most: int, gap: T) -> list[T]:
    """Return ``parts``, or where there are more than ``most``, the first and the last of them around ``gap``.

    >>> shortened("abcdefg", 5, "…")
    ['a', 'b', '…', 'f', 'g']
    """
    if len(parts) <= most:
        return list(parts)
    kept = most - 1
    return [*parts[: kept - kept // 2], gap, *parts[len(parts) - kept // 2 :]]


def aligned(rows: Iterable[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Return rows of cells as lines whose columns line up; the columns of ``right`` to the right.

    >>> aligned([("x", "1"), ("xy", "10")], right={1})
    ['x    1', 'xy  10']
    """
    rows = list(rows)
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]

    def cell(text: str, place: int) -> str:
        return text.rjust(widths[place]) if place in right else text.ljust(widths[place])

    return ["  ".join(cell(text, place) for place, text in enumerate(row)).rstrip() for row in rows]


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()) -> str:
    r"""Return a table in Markdown. A bar inside a cell would end it, so it is written otherwise.

    >>> print(markdown_table(["a", "b"], [["1", "|x| is $|x|$"]], right={0}))
    | a | b |
    |---:|---|
    | 1 | \|x\| is $\vert{}x\vert{}$ |
    """
    rule = "".join("---:|" if place in right else "---|" for place in range(len(header)))
    lines = [f"| {' | '.join(map(_without_bars, row))} |" for row in (header, *rows)]
    return "\n".join([lines[0], f"|{rule}", *lines[1:]])


def _without_bars(cell: str) -> str:
    """Escape bars: between dollar signs as LaTeX does, elsewhere as Markdown does."""
    parts = cell.split("$")
    parts[::2] = [text.replace("|", r"\|") for text in parts[::2]]
    parts[1::2] = [math.replace(r"\|", r"\Vert{}").replace("|", r"\vert{}") for math in parts[1::2]]
    return "$".join(parts)

"""The product along a path as people write it: ``1·5·3x²``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..mathematics.notation import Notation
from ..mathematics.tables import number_text, superscript
from ..node import Node
from .factors import Factor, Factors
from .local import one_like

__all__ = ["as_factor", "numbers_text", "product_text", "sum_text"]

MOST_ONES = 3  # factors 1 in a row that are written out
LOOSE = {np.add, np.subtract, np.multiply, np.negative, np.true_divide, np.reciprocal, np.where}
FRACTIONS = {np.true_divide, np.reciprocal}


def product_text(factors: Factors, uses: Sequence[Factor], latex: bool = False) -> str:
    """Return the product along a path as formulas: ``1·5·3x²``, or for arrays nested as the maps are applied."""
    if factors.numbers_only:
        return _times(latex).join(_formulas(factors, uses, latex)) or "1"
    node = one_like(factors.output)
    for use in uses:
        node = use.applied_to(node)
    return factors.notation.latex(node) if latex else factors.notation.text(node)


def numbers_text(factors: Factors, uses: Sequence[Factor], latex: bool = False) -> str:
    """Return the product along a path of numbers as numbers: ``1·5·12``."""
    parts: list[str] = []
    for use in uses:
        number = number_text(use.value).replace("−", "-" if latex else "−")
        is_loose = number.startswith(("−", "-"))
        parts += [_enclosed(number, latex) if is_loose else number, *_ones(factors.skipped(use), latex)]
    return _times(latex).join(parts) or "1"


def sum_text(terms: Iterable[str], latex: bool = False) -> str:
    """Return a sum of terms; what begins with a minus is taken away.

    >>> sum_text(["2x", "−y", "1"])
    '2x − y + 1'
    """
    minus = "-" if latex else "−"
    return " + ".join(terms).replace(f"+ {minus}", f"{minus} ")


def _times(latex: bool) -> str:
    return r" \cdot " if latex else "·"


def _formulas(factors: Factors, uses: Sequence[Factor], latex: bool) -> list[str]:
    """Return what to write for each factor, those of the layers between included."""
    alone = len(uses) == 1 and not factors.skipped(uses[0])
    parts: list[str] = []
    for use in uses:
        parts += [as_factor(use.form, factors.notation, latex, alone), *_ones(factors.skipped(use), latex)]
    return parts


def as_factor(node: Node, notation: Notation, latex: bool, alone: bool = False) -> str:
    """Return how a number is written in a product: in parentheses if need be; ``alone`` only before a minus."""
    text = notation.latex(node) if latex else notation.text(node)
    while node.op is np.astype:
        node = node.args[0]
    is_loose = node not in notation.names and node.op in (LOOSE - FRACTIONS if latex else LOOSE)
    if node.op is np.multiply:
        is_loose = is_loose and _times(latex).strip() in text  # 3x² needs none, x · y does
    return _enclosed(text, latex) if text.startswith(("−", "-")) or (is_loose and not alone) else text


def _ones(count: int, latex: bool) -> list[str]:
    """Return factors 1; a long row of them as a power of one."""
    if count <= MOST_ONES:
        return ["1"] * count
    return [f"1^{{{count}}}" if latex else f"1{superscript(count)}"]


def _enclosed(text: str, latex: bool) -> str:
    return rf"\left({text}\right)" if latex else f"({text})"

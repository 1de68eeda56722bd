"""Local derivatives as formulas for one unit: ``a2 − y``, ``W2[7, 0]``, ``[z1[7] > 0]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from ...graph.functions import is_entrywise
from ...graph.mathematics.latex import LATEX
from ...graph.mathematics.notation import Notation
from ...graph.node import CONSTANT, Node, constant, make, map_nodes, placeholder, topological
from ...graph.simplify import simplify
from ...graph.stable import RESHAPES

__all__ = ["Formula", "Unit", "Words", "label", "of_entries", "of_entry", "of_weight", "unit_words"]

SPREADING = RESHAPES | {np.broadcast_to}
LONGEST = 64

Unit = int | str
"""The place of an entry among those of a sample; a letter stands for every one."""


class Words:
    """A formula as plain text and as LaTeX; ``is_sum`` says whether it needs parentheses in a product."""

    def __init__(self, text: str, latex: str, is_sum: bool = False) -> None:
        self.text, self.latex, self.is_sum = text, latex, is_sum


Formula = Callable[[Unit, Unit], Words | None]  # for a unit of the user and one of the source; None if it is too long


def label(name: str, shape: Sequence[int], unit: Unit) -> str:
    """Return the name of one unit of a value; ``shape`` is that of a sample.

    >>> label("a1", (10,), 7), label("a2", (1,), 0), label("image", (28, 28), 30), label("a1", (10,), "j")
    ('a1[7]', 'a2', 'image[1, 2]', 'a1[j]')
    """
    if prod(shape) == 1:
        return name
    place = [unit] if isinstance(unit, str) else np.unravel_index(unit, shape)
    return f"{name}[{', '.join(map(str, place))}]"


def unit_words(name: str, shape: Sequence[int], unit: Unit) -> Words:
    """Return the name of one unit of a value, as plain text and as LaTeX."""
    text = label(name, shape, unit)
    return Words(text, LATEX.name(name).text + text.removeprefix(name))


def of_weight(name: str, transposed: bool) -> Formula:
    """Return the formula of a link whose matrix is a weight, or its transpose."""

    def formula(user: Unit, source: Unit) -> Words:
        entry = f"[{source}, {user}]" if transposed else f"[{user}, {source}]"
        return Words(name + entry, LATEX.name(name).text + entry)

    return formula


def of_entries(node: Node, names: Mapping[Node, str], weights: set[Node], numbers: Mapping[Node, float]) -> Formula:
    """Return the formula of a derivative that is computed entry by entry.

    Args:
        node: the derivative, an array with a row for each sample.
        names: what its leaves are called.
        weights: which of them are weights, which have no rows.
        numbers: nodes that are one number in all rows, to be written as that number.
    """
    return lambda user, source: _Entry(node.shape[1:], source, names, weights, numbers).words(node)


def of_entry(node: Node, index: tuple[int, ...], weight: Node) -> Words | None:
    """Return the formula of one entry of an array of a weight's shape that is computed from it entry by entry.

    Args:
        node: the array.
        index: the entry.
        weight: the input node of the weight.
    """
    unit = int(np.ravel_multi_index(index, node.shape)) if index else 0
    return _Entry(node.shape, unit, {weight: str(weight.name)}, {weight}, {}).words(node)


class _Entry:
    """One entry of a derivative: the same operations on numbers."""

    def __init__(
        self,
        shape: tuple[int, ...],
        unit: Unit,
        names: Mapping[Node, str],
        weights: set[Node],
        numbers: Mapping[Node, float],
    ) -> None:
        self.shape, self.unit, self.names, self.weights, self.numbers = shape, unit, names, weights, numbers
        self.labels: dict[str, str] = {}  # of leaves, with the names they are made from

    def words(self, node: Node) -> Words | None:
        """Write it; None where an operation mixes entries, or the formula is too long to read."""
        with np.errstate(all="ignore"):
            scalar = self._scalar(node)
            if scalar is None:
                return None
            (scalar,) = simplify([scalar], topological([scalar]))
        notation = Notation({step: str(step.name) for step in topological([scalar]) if step.name in self.labels})
        text, latex = notation.text(scalar), notation.latex(scalar)
        for entry, name in self.labels.items():
            latex = latex.replace(LATEX.name(entry).text, LATEX.name(name).text + entry.removeprefix(name))
        while scalar.op is np.astype:
            scalar = scalar.args[0]
        is_sum = scalar.op in (np.add, np.subtract) or text.startswith("−")
        return Words(text, latex, is_sum) if len(text) <= LONGEST else None

    def _scalar(self, node: Node) -> Node | None:
        found: dict[Node, Node] = {}
        leaves = self.names.keys() | self.numbers.keys()
        for step in [*leaves, *topological([node], stop=leaves)]:
            made = self._leaf(step) if step in leaves or step.op is CONSTANT else self._step(step, found)
            if made is not None:
                found[step] = made
        return found.get(node)

    def _leaf(self, node: Node) -> Node | None:
        if node in self.numbers:
            return constant(self.numbers[node])
        shape = node.shape if node in self.weights or node.op is CONSTANT else node.shape[1:]
        if prod(shape) > 1 and shape != self.shape:
            return None
        if node.op is not CONSTANT:
            entry = label(self.names[node], shape, self.unit)
            self.labels[entry] = self.names[node]
            return placeholder(1 if node.dtype.kind in "iu" else 0.5, entry)
        entries = np.ravel(node.value)
        if isinstance(self.unit, int) or len(entries) == 1:
            return constant(entries[self.unit if isinstance(self.unit, int) and len(entries) > 1 else 0].item())
        if not np.array_equal(entries, np.arange(len(entries))):
            return None
        self.labels[self.unit] = self.unit  # the entries are the numbers of the units, such as those of classes
        return placeholder(1, self.unit)

    def _step(self, node: Node, found: Mapping[Node, Node]) -> Node | None:
        if any(parent not in found for parent in node.parents):
            return None
        if node.op in SPREADING:
            return found[node.args[0]]
        if not is_entrywise(node.op):
            return None
        if node.op is np.multiply and node.args[0] is node.args[1]:
            return make(np.power, (found[node.args[0]], 2))
        kwargs: dict[str, Any] = {key: map_nodes(found.__getitem__, value) for key, value in node.kwargs.items()}
        return make(node.op, map_nodes(found.__getitem__, node.args), kwargs)

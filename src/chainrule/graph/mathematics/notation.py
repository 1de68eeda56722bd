"""Nodes written as mathematics, as a textbook would: ``3x²``, ``Xᵀ · dz1``, ``(a2 − y) / n``.

How to read it:

- Products: ``2x`` and ``x · y`` of numbers, ``A · B`` of matrices, ``a ⊙ b`` of arrays entry by entry, ``a ⊗ b`` of
  each entry of a with each of b: the outer product. Powers, fractions and functions of arrays are taken entry by entry
  too; ``Aᵀ`` is the transpose and ``A⁻¹`` the inverse.
- Sums: ``Σ x`` over all entries; ``Σᵢ x`` over rows (one sum for each column), ``Σⱼ x`` over columns (one for each
  row), then k, l, m, n for further axes. So are ``maxⱼ(z)`` and ``meanᵢ(x)``. ``softmax(z)`` runs along the last axis.
  A Σ takes what stands next to it, no more: ``Σ (a ⊙ b)``.
- ``[z > 0]`` is 1 where the condition holds and 0 elsewhere.
- ``n`` is the number of rows; other sizes are the numbers of the example.
- Broadcasting, casts and axes of length one are not written where they do not matter. Where they do, one reads
  ``X · broadcast(1, 3×2)`` and ``reshape(v, 3×1) − v``. ``…`` stands for a part too deep to be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..node import CONSTANT, INPUT, Node, topological
from .array_phrases import shape_text
from .latex import LATEX
from .phrases import operands, write
from .typeset import PLAIN, Plain, Term
from .writer import Writer

__all__ = ["Names", "Notation", "names_of", "rows_of", "shape_text"]

MOST_PARTS = 1000  # in one formula


class Names:
    """Hands out names, each once: ``z``, ``z_2``, ``z_3``; numbered ones ``t1``, ``t2``.

    Args:
        taken: names that are in use already.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.counts: Counter[str] = Counter()

    def take(self, wish: str) -> str:
        """Take ``wish``, or the first of ``wish_2``, ``wish_3`` that is free."""
        name = wish
        while name in self.taken:
            self.counts[wish] += 1
            name = f"{wish}_{self.counts[wish] + 1}"
        self.taken.add(name)
        return name

    def numbered(self, wish: str) -> str:
        """Take the first of ``wish1``, ``wish2`` that is free."""
        self.counts[wish] += 1
        while f"{wish}{self.counts[wish]}" in self.taken:
            self.counts[wish] += 1
        return self.take(f"{wish}{self.counts[wish]}")


def names_of(graph_or_nodes: Any) -> dict[Node, str]:
    """Return a unique name for every node that deserves one: inputs, nodes with a name, and arrays of constants.

    A second ``z`` is ``z_2``; arrays of constants without a name are ``c1``, ``c2``.

    Args:
        graph_or_nodes: a graph, or nodes; what the nodes need is named too.

    >>> import numpy as np
    >>> from chainrule.graph import trace
    >>> list(names_of(trace(lambda x: x * np.ones(3) + 1, x=np.zeros(3))).values())
    ['x', 'c1']
    """
    nodes = getattr(graph_or_nodes, "nodes", None) or topological(graph_or_nodes)
    names, given = Names(), {}
    for node in sorted(nodes, key=lambda node: node.op is not INPUT):  # an input keeps its name, whoever shares it
        if (node.name and (node.op is not CONSTANT or node.ndim)) or node.op is INPUT:
            given[node] = names.take(node.name or "x")
    for node in nodes:
        if node.op is CONSTANT and node.ndim and node not in given:
            given[node] = names.numbered("c")
    return given


class Notation:
    """Writes nodes as mathematics. See the head of this file for how to read it.

    Args:
        names: nodes that are written by name where they are used, such as ``names_of(graph)``.

    >>> from chainrule.graph import trace
    >>> graph = trace(lambda x: x**2 + 5 * x**3, x=2.0)
    >>> notation = Notation(names_of(graph))
    >>> notation.text(graph.outputs[0]), notation.latex(graph.outputs[0])
    ('x² + 5x³', 'x^{2} + 5 x^{3}')
    """

    def __init__(self, names: Mapping[Node, str]) -> None:
        self.names, self.rows = names, rows_of(names)

    def text(self, node: Node) -> str:
        """Return the node as one line of Unicode: its name, or else its formula."""
        return PLAIN.name(self.names[node]).text if node in self.names else self.definition(node)

    def latex(self, node: Node) -> str:
        """Return the node as LaTeX, without dollar signs."""
        return LATEX.name(self.names[node]).text if node in self.names else self.definition_latex(node)

    def definition(self, node: Node) -> str:
        """Return the operation of the node on its operands, though the node itself may have a name."""
        return self._written(node, PLAIN)

    def definition_latex(self, node: Node) -> str:
        """Return the operation of the node on its operands as LaTeX."""
        return self._written(node, LATEX)

    def _written(self, root: Node, style: Plain) -> str:
        """Write the deepest operands first. Iterative: depth is no limit."""
        below: dict[Node, Term] = {}
        levels = self._levels(root)
        for depth in range(len(levels) - 1, -1, -1):
            writer, here = Writer(style, below.__getitem__, self.rows), {}
            for node in levels[depth]:
                if node in self.names and depth:
                    here[node] = style.name(self.names[node])
                elif depth == MOST_PARTS or any(operand not in below for operand in operands(node)):
                    here[node] = Term(style.ellipsis)
                else:
                    here[node] = write(writer, node)
            below = here
        return style.standing(below[root])

    def _levels(self, root: Node) -> list[list[Node]]:
        """Return the nodes at each depth below ``root``, down to named ones or until there are too many to read."""
        levels, level, parts = [[root]], Counter([root]), 1
        while True:
            below: Counter[Node] = Counter()
            for node, times in level.items():
                if node not in self.names or node is root:
                    for operand in operands(node):
                        below[operand] += times
            parts += below.total()
            if not below or parts > MOST_PARTS:
                return levels
            levels.append(list(below))
            level = below


def rows_of(names: Mapping[Node, str]) -> int | None:
    """Return the number that is written n: the length that most named arrays begin with, if it is none of columns."""
    if "n" in names.values():
        return None
    shapes = [node.shape for node in names if node.op is not CONSTANT and node.ndim]
    columns = {1, *(n for shape in shapes for n in shape[1:])}
    lengths = Counter(shape[0] for shape in shapes if shape[0] not in columns)
    return max(lengths, key=lengths.__getitem__, default=None)

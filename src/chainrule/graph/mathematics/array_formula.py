"""A computation on arrays in matrix notation: one line a value, with its shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ..node import CONSTANT, INPUT, Node, topological
from .latex import LATEX
from .notation import Names, Notation, names_of, shape_text
from .phrases import operands, write
from .typeset import PLAIN, Term
from .writer import Writer

__all__ = ["ArrayFormula", "Line"]

WIDEST = 72  # of what stands behind the equals sign; longer formulas are taken apart
WORTH_A_NAME = 16  # a value used several times is written out each time if it is shorter


class Line:
    """One line: the name of a value, its formula as text and as LaTeX, and its shape, such as ``784×256``."""

    def __init__(self, name: str, text: str, latex: str, shape: str) -> None:
        self.name, self.text, self.latex, self.shape = name, text, latex, shape


class ArrayFormula:
    """A computation in matrix notation, as ``str`` in a terminal and as LaTeX in a notebook.

    Every value with a name has a line; long formulas are taken apart, with ``t1``, ``t2`` for what has no name. How to
    read the notation stands at the head of ``chainrule.graph.notation``.

    Attributes:
        lines: the lines, each value before those that use it; the outputs have lines too.

    >>> import numpy as np
    >>> from chainrule.graph import trace
    >>> graph = trace(lambda X, w, y: ((X @ w - y) ** 2).mean(), np.ones((30, 2)), np.ones(2), np.ones(30))
    >>> print(graph.derivative("w").formula())
    n  = 30
    dw = 2Xᵀ · (X · w − y) / n   (2)
    """

    def __init__(self, outputs: Iterable[Node], name: str) -> None:
        outputs = list(outputs)
        names = names_of(outputs)
        spare = Names(names.values())
        plain = [node for node in outputs if node.op in (INPUT, CONSTANT)]  # they have no operation to write
        names |= {node: spare.take(name) for node in dict.fromkeys(outputs) if node not in names and node not in plain}
        notation = Notation(names)
        self.lines = [
            Line(names[node], text, notation.definition_latex(node), shape_text(node))
            for node, text in _taken_apart(outputs, names, spare, notation.rows)
        ]
        self.lines += [
            Line(spare.take(name), notation.text(node), notation.latex(node), shape_text(node)) for node in plain
        ]
        if any(re.search(r"\bn\b", line.text) for line in self.lines) and notation.rows:
            self.lines.insert(0, Line("n", str(notation.rows), str(notation.rows), ""))

    def __str__(self) -> str:
        width = max(len(line.name) for line in self.lines)
        widest = min(max(len(line.text) for line in self.lines), WIDEST)
        return "\n".join(
            f"{line.name:{width}} = {line.text:{widest}}   {line.shape and f'({line.shape})'}".rstrip()
            for line in self.lines
        )

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        rows = [
            rf"{LATEX.name(line.name).text} &= {line.latex}" + (f" && ({line.shape})" if line.shape else "")
            for line in self.lines
        ]
        return "$$\\begin{aligned}\n" + " \\\\\n".join(rows).replace("×", r" \times ") + "\n\\end{aligned}$$"


def _taken_apart(outputs: list[Node], names: dict[Node, str], spare: Names, rows: int | None) -> list[tuple[Node, str]]:
    """Return the nodes that get a line each, in order, with their formulas; name those that have no name yet."""
    order = topological(outputs)
    uses = Counter(operand for node in order for operand in operands(node))
    written: dict[Node, Term] = {}
    texts: dict[Node, str] = {}
    writer = Writer(PLAIN, written.__getitem__, rows)

    def give_a_line(node: Node) -> None:
        names[node] = names.get(node) or spare.numbered("t")
        texts[node], written[node] = PLAIN.standing(written[node]), PLAIN.name(names[node])

    def shorten(node: Node) -> None:
        """Give the longest operands of ``node`` lines of their own until it fits into one."""
        while len(written[node].text) > WIDEST:
            longest = max(operands(node), key=lambda x: len(written[x].text), default=node)
            if longest is node or len(written[longest].text) < WORTH_A_NAME:
                return
            give_a_line(longest)
            written[node] = write(writer, node)

    for node in order:
        written[node] = write(writer, node)
        if node.op is INPUT:
            written[node] = PLAIN.name(names[node])
            continue
        shorten(node)
        if node in names or (uses[node] > 1 and len(written[node].text) > WORTH_A_NAME):
            give_a_line(node)
    return [(node, texts[node]) for node in order if node in texts]

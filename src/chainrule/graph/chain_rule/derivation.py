"""The chain rule step by step: numbered lines of mathematics, each with its rule and its shape.

First the function, forwards: one line for each value that depends on what the derivative is by, in the stable forms
that it is derived in. Then backwards from the output: the derivative by each value is the sum, over its uses, of what
arrives at the use times the local derivative there. Last the result as ``simplify`` collects it, which is what
``graph.derivative`` computes.

These are the steps of ``derive`` itself, told one by one; nothing is derived a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from ...errors import TraceError
from ..mathematics.tables import aligned, markdown_table, shortened
from ..node import Node
from .retelling import Line, Retelling

__all__ = ["Derivation", "Line", "derivation"]

MOST = 200  # lines that are printed of many
MOST_FORMS = 8  # stable forms that are told of many
HEADINGS = {
    "forwards": "Forwards",
    "backwards": "Backwards: what arrives at each use, times the local derivative there",
    "collected": "Collected",
}


def derivation(graph: Any, wrt: str | Sequence[str]) -> Derivation:
    """Return the derivative of a graph step by step, with the numbers of the example behind each step.

    Args:
        graph: a ``Graph`` whose function returns one floating-point number.
        wrt: the name of an argument, or several.

    Raises:
        ShapeError: if the function does not return one number.
        UnknownNameError: if there is no such argument.
        TraceError: if the argument or the result is not floating-point.

    >>> from chainrule.graph import trace
    >>> def loss(w):
    ...     a = np.tanh(w)
    ...     return a * a
    >>> print(derivation(trace(loss, w=2.0), "w"))
    The derivative of loss by w, step by step (dw is short for ∂loss/∂w)
    <BLANKLINE>
    Forwards
      1  a     = tanh(w)
      2  loss  = a · a
    <BLANKLINE>
    Backwards: what arrives at each use, times the local derivative there
      3  ∂loss/∂loss  = 1                by itself
      4  ∂loss/∂a     = a + a            sum over 2 uses: product rule: times the other factor
      5  ∂loss/∂w     = da · (1 − a²)    derivative of tanh: 1 − tanh²
    <BLANKLINE>
    Collected
      6  da  = a + a
      7  dw  = (1 − a · a) · da
    """
    names = [wrt] if isinstance(wrt, str) else list(wrt)
    variables = [node for name in names for node in graph.inputs_of(name)]
    if not variables:
        raise TraceError(f"expected the name of an argument: {', '.join(node.name or 'x' for node in graph.inputs)}")
    return Derivation(graph, variables)


class Derivation:
    """The chain rule applied step by step. ``str`` shows it as text, a notebook as Markdown with LaTeX."""

    def __init__(self, graph: Any, variables: Sequence[Node]) -> None:
        self._told = Retelling(graph, variables)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in order. The last ones say what the derivative is that was asked for."""
        return tuple(self._told.lines())

    @property
    def forms(self) -> list[str]:
        """The stable forms that took the place of what the user wrote, each with its reason."""
        return [f"{before} is taken as {after}: {why}" for before, after, why in self._told.forms()]

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def text(self, most: int | None = MOST) -> str:
        """Return the derivation as text.

        Args:
            most: how many lines to show, leaving out some in the middle; ``None`` for all.
        """
        forms = shortened(self.forms, MOST_FORMS, "…")
        parts = [self._title(latex=False)]
        if forms:
            parts.append("\n".join(["Stable forms", *(f"    {form}" for form in forms)]))
        for section, rows in self._sections(most):
            lines = aligned([self._cells(line) for line in rows], right={0})
            parts.append("\n".join([HEADINGS[section], *(f"  {line}" for line in lines)]))
        return "\n\n".join(parts)

    def markdown(self, most: int | None = MOST) -> str:
        """Return the derivation as Markdown with LaTeX. ``most`` as for ``text``."""
        parts = [f"**{self._title(latex=True)}**"]
        forms = [f"- ${before}$ is taken as ${after}$: {why}" for before, after, why in self._told.forms(latex=True)]
        if forms:
            parts.append("\n".join(["**Stable forms**", "", *shortened(forms, MOST_FORMS, "- …")]))
        for section, rows in self._sections(most):
            cells = [self._latex_cells(line) for line in rows]
            parts.append(f"**{HEADINGS[section]}**\n\n" + markdown_table(["", "", "shape", "rule"], cells, right={0}))
        return "\n\n".join(parts)

    def _title(self, latex: bool) -> str:
        told, math = self._told, "${}$" if latex else "{}"
        by = ", ".join(math.format(told.label(variable, latex)) for variable in told.variables)
        title = f"The derivative of {math.format(told.label(told.output, latex))} by {by}, step by step"
        variable = told.variables[0]
        short, long = (math.format(text) for text in (told.d(variable, latex), told.by(variable, latex)))
        return f"{title} ({short} is short for {long})"

    def _sections(self, most: int | None) -> list[tuple[str, list[Line | None]]]:
        """Return the lines to show, by section; ``None`` stands for those left out."""
        shown = shortened(self.lines, len(self.lines) if most is None else most, None)
        sections: dict[str, list[Line | None]] = {}
        for line in shown:
            section = line.section if line else next(reversed(sections))
            sections.setdefault(section, []).append(line)
        return list(sections.items())

    def _cells(self, line: Line | None) -> list[str]:
        if line is None:
            return ["", "…", "", "", ""]
        return [str(line.number), line.left, f"= {line.right}", line.shape, line.rule]

    def _latex_cells(self, line: Line | None) -> list[str]:
        if line is None:
            return ["", "…", "", ""]
        return [str(line.number), f"${line.left_latex} = {line.right_latex}$", line.shape, line.rule]

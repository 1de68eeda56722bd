"""The steps of a derivative as lines: the function, the steps of ``derive``, and what ``simplify`` makes of them.

A line knows its nodes; it is written only when it is read, so a graph of a hundred thousand nodes costs no more than
its derivative does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np

from ..derive import Edge, EdgeList, derive, only_number
from ..mathematics.notation import Names, Notation, names_of, shape_text
from ..node import CONSTANT, INPUT, Node, make, topological
from ..simplify import simplify
from ..stable import Fired, Table, is_number, stabilise
from .local import labelled, local_form, one_like, readable, shares_at
from .path_text import as_factor, sum_text
from .rule_words import form_words, rule_words

__all__ = ["Line", "Retelling"]

Text = Callable[[bool], str]
"""Writes something, as LaTeX or not."""

MOST_PARTS = 12  # of a formula in the collected derivative
FORWARDS, BACKWARDS, COLLECTED = "forwards", "backwards", "collected"


class Line:
    """One line: what is on its left and right, by which rule, and of which shape.

    Attributes:
        number: counted from 1.
        section: ``"forwards"``, ``"backwards"`` or ``"collected"``.
        subject: the value that the line is about; backwards, the one that the output is derived by.
        rule: how the right side was found, in words.
    """

    def __init__(
        self,
        section: str,
        subject: Node,
        left: Text,
        right: Text,
        node: Node | Callable[[], Node],
        rule: str = "",
    ) -> None:
        self.number, self.section, self.subject, self.rule = 0, section, subject, rule
        self._left, self._right, self._node = left, right, node

    @cached_property
    def node(self) -> Node:
        """The right side as a node. Its ``value`` is the number on the example."""
        return self._node if isinstance(self._node, Node) else self._node()

    @property
    def left(self) -> str:
        """What the line is about: ``z``, ``∂L/∂z``, ``dz``."""
        return self._left(False)

    @property
    def left_latex(self) -> str:
        """The left side as LaTeX, without dollar signs."""
        return self._left(True)

    @property
    def right(self) -> str:
        """The right side as one line of text."""
        return self._right(False)

    @property
    def right_latex(self) -> str:
        """The right side as LaTeX, without dollar signs."""
        return self._right(True)

    @property
    def shape(self) -> str:
        """The shape: ``784×256``, ``256`` for a vector, nothing for a number."""
        return shape_text(self.node)

    def __str__(self) -> str:
        return f"{self.left} = {self.right}" + (f"   ({self.rule})" if self.rule else "")

    __repr__ = __str__


class Retelling:
    """A derivative, ready to be told.

    Args:
        graph: a ``Graph``.
        variables: the inputs to derive by.
    """

    def __init__(self, graph: Any, variables: Sequence[Node]) -> None:
        self.variables, self._given = variables, set(graph.nodes)
        self._table, self._fired, uses = Table(), list[Fired](), EdgeList()
        with np.errstate(all="ignore"):
            (self.output,) = stabilise([only_number(graph.outputs)], table=self._table, fired=self._fired)
            self._gradients = derive(self.output, variables, visitor=uses)
        self._edges = uses.edges
        self._order = topological([self.output])
        self._arrived = self._stand_ins()
        self._names = self._name_values(graph.name)
        free = _beside(self._names)
        d_names = {stand_in: free.take(f"d{self._names[node]}") for node, stand_in in self._arrived.items()}
        self._notation = Notation({**self._names, **d_names})

    def _stand_ins(self) -> dict[Node, Node]:
        """Return what is written for the derivative by each value."""
        found = {edge.user: edge.upstream for edge in self._edges}
        found |= dict(zip(self.variables, self._gradients, strict=True))
        return {node: Node(INPUT, value=gradient.value) for node, gradient in found.items()}

    def _name_values(self, title: str) -> dict[Node, str]:
        """Name each value that gets a line; the output as the function, unless it has a name."""
        names = names_of([*self.variables, self.output])
        own = {} if self.output in names else {self.output: _beside(names).take(title)}
        return labelled(self._order, {**names, **own}, always=self._arrived)

    @cached_property
    def _names_of_long(self) -> dict[Node, str]:
        """The names of the user's, and of values too long to be written out."""
        return {node: self._names[node] for node in labelled(self._order, names_of([*self.variables, self.output]))}

    def label(self, node: Node, latex: bool = False) -> str:
        """Return the name of a value."""
        return self._notation.latex(node) if latex else self._notation.text(node)

    def by(self, node: Node, latex: bool = False) -> str:
        """Return the derivative by a value as a fraction: ``∂L/∂z``."""
        above, below = self.label(self.output, latex), self.label(node, latex)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}" if latex else f"∂{above}/∂{below}"

    def d(self, node: Node, latex: bool = False) -> str:
        """Return the short name of the derivative by a value: ``dz``."""
        return self.label(self._arrived[node], latex)

    # --- what there is to tell ---

    def forms(self, latex: bool = False) -> list[tuple[str, str, str]]:
        """Return each stable form once: what was written, what took its place, and why."""
        notation = Notation(self._names_of_long)
        write = notation.definition_latex if latex else notation.definition
        told = {
            (write(fired.before), write(fired.after), form_words(fired.form)): None
            for fired in self._fired
            if fired.form != "passed_on"
        }
        return list(told)

    def lines(self) -> list[Line]:
        """Return all lines in order."""
        lines = [*self._forwards(), *self._backwards(), *self._collected()]
        for number, line in enumerate(lines, 1):
            line.number = number
        return lines

    def _forwards(self) -> Iterator[Line]:
        stable = {fired.after for fired in self._fired}
        for node in self._order:
            if node in self._names and node.op not in (INPUT, CONSTANT):
                yield _definition(FORWARDS, node, self._notation, "stable form" if node in stable else "")

    def _backwards(self) -> Iterator[Line]:
        """Yield one line for each value, after those of all its users."""
        uses: dict[Node, list[Edge]] = {}
        for edge in self._edges:
            uses.setdefault(edge.operand, []).append(edge)
        one = one_like(self.output)
        yield Line(BACKWARDS, self.output, partial(self.by, self.output), lambda latex: "1", one, "by itself")
        for node in reversed(self._order):
            if node in self._arrived and node in uses:
                total = SumOfUses(uses[node], self.output, self._arrived, self._notation)
                rule = self._rule(uses[node])
                yield Line(BACKWARDS, node, partial(self.by, node), total.text, partial(getattr, total, "node"), rule)

    def _rule(self, edges: Sequence[Edge]) -> str:
        name = self.label(edges[0].operand)
        rules = dict.fromkeys(rule_words(edge.user, edge.position, edge.operand, name) for edge in edges)
        uses = f"sum over {len(edges)} uses: " if len(edges) > 1 else ""
        return uses + "; ".join(rules)

    def _collected(self) -> Iterator[Line]:
        """Yield the lines of the simplified derivative, ending with what was asked for."""
        with np.errstate(all="ignore"):
            found = simplify(self._gradients, {*self._order, *self._given}, self._table)
            found = readable(found, stop=self._order)
        order = topological(found, stop=self._order)
        own_steps = set(order)
        names, free = dict(self._names_of_long), _beside(self._names)
        own = [node for node in order if node.name and node.op is not CONSTANT and node not in names]
        names |= {node: free.take(node.name) for node in own if node.name}
        for node, variable in zip(found, self.variables, strict=True):
            if node in own_steps and node not in names and node.op not in (INPUT, CONSTANT):
                names[node] = free.take(f"d{self._names[variable]}")
        names = labelled(order, names, taken=self._names.values(), most=MOST_PARTS)
        notation = Notation(names)
        for node in order:
            if node in names and node.op not in (INPUT, CONSTANT):
                yield _definition(COLLECTED, node, notation)
        for node, variable in zip(found, self.variables, strict=True):
            if names.get(node) != self.d(variable):
                yield Line(COLLECTED, node, partial(self.d, variable), partial(_written, notation, node), node)


class SumOfUses:
    """The derivative by a value: over its uses, the sum of what arrives there times the local derivative.

    Args:
        edges: the uses.
        output: the node that is derived.
        arrived: what is written for the derivative by each value.
        notation: how it is written.
    """

    def __init__(self, edges: Sequence[Edge], output: Node, arrived: Mapping[Node, Node], notation: Notation) -> None:
        self.edges, self.output, self.arrived, self.notation = edges, output, arrived, notation

    @cached_property
    def node(self) -> Node:
        """The sum as a node."""
        with np.errstate(all="ignore"):
            return reduce(lambda total, share: make(np.add, (total, share)), map(self._share, self.edges))

    def text(self, latex: bool = False) -> str:
        """Return the sum as it is written."""
        if any(edge.user.shape or edge.operand.shape for edge in self.edges):
            return _written(self.notation, self.node, latex)
        return sum_text((self._product(edge, latex) for edge in self.edges), latex)

    def _share(self, edge: Edge) -> Node:
        arrived = edge.upstream if edge.user is self.output else self.arrived[edge.user]
        return local_form(edge.share, edge.user, edge.upstream, arrived)

    def _product(self, edge: Edge, latex: bool) -> str:
        """Return what one use of a number by a number adds: ``du · 2x``."""
        one = one_like(edge.user)
        share = shares_at(edge.user, one, {edge.operand})[edge.position]
        slope = local_form(share, edge.user, one, one)
        if edge.user is self.output:
            return _written(self.notation, slope, latex)
        arrived = _written(self.notation, self.arrived[edge.user], latex)
        if is_number(slope, 1) or is_number(slope, -1):
            return arrived if is_number(slope, 1) else ("-" if latex else "−") + arrived
        return arrived + (r" \cdot " if latex else " · ") + as_factor(slope, self.notation, latex)


def _written(notation: Notation, node: Node, latex: bool) -> str:
    return notation.latex(node) if latex else notation.text(node)


def _definition(section: str, node: Node, notation: Notation, rule: str = "") -> Line:
    """Return the line that says what the name of a node stands for."""

    def right(latex: bool) -> str:
        return notation.definition_latex(node) if latex else notation.definition(node)

    return Line(section, node, partial(_written, notation, node), right, node, rule)


def _beside(names: Mapping[Node, str]) -> Names:
    """Return a source of further names."""
    free = Names()
    free.taken.update(names.values())
    return free

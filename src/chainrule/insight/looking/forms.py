"""Ways to compute a loss: as it is written, and in the stable form that is differentiated.

A stable form may pass a value by: ``log σ(z)`` is computed from ``z``, not from ``a = σ(z)``, so the graph of ``fit``
holds no derivative by ``a``. The written form goes through every value that has a name. It has the named functions and
drops the caps of the library's losses, as the stable one does, but leaves the logarithms of a sigmoid or softmax.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...graph import functions as fn
from ...graph.chain_rule.local import replaced
from ...graph.node import Node, make, placeholder, rebuild, topological
from ...graph.stable import applied, is_number, negated, stabilise

__all__ = ["LOSS", "PENALTY", "Form", "complements", "keeping_rests", "written"]

LOSS = "loss"
PENALTY = "penalty"
REST = "the rest to one"


class Form:
    """A graph of named values that ends in a loss.

    Attributes:
        values: the node of each named value, in an order in which they can be computed.
        total: the node of the loss: the mean over the rows, and the penalty of the weights if they have one.
        summed: that of the sum over the rows, of which the mean is the n-th part.
    """

    def __init__(self, values: dict[str, Node], total: Node, summed: Node) -> None:
        self.values, self.total, self.summed = values, total, summed
        self._names = {node: name for name, node in reversed(values.items())}

    def node(self, name: str) -> Node:
        """Return the node of a named value or of the loss."""
        return self.total if name == LOSS else self.values[name]

    def segment(self, name: str) -> list[Node]:
        """Return the nodes between a named value, or the loss, and the named values it is computed from."""
        node = self.node(name)
        return topological([node], stop=self._names.keys() - {node})

    def sources(self, name: str) -> list[str]:
        """Return the named values that one of them, or the loss, is directly computed from; earlier ones first."""
        found = {parent for step in self.segment(name) for parent in step.parents} & self._names.keys()
        return [name for name, node in self.values.items() if node in found and self._names[node] == name]

    def reached(self) -> list[str]:
        """Return the named values that the loss depends on, in order; of two that are one node, the first."""
        needed = set(topological([self.total]))
        return [name for name, node in self.values.items() if node in needed and self._names[node] == name]

    def passes_by(self, other: Form) -> set[str]:
        """Return the values of ``other`` that this form does not go through, or not in the same way."""
        missed: set[str] = set()
        for name, node in self.values.items():
            if self._names[node] != name:  # two values became one
                missed.update([name, self._names[node]])
        for name in [*self.values, LOSS]:
            expected = other.sources(name)
            if self.sources(name) != expected:
                missed.update(expected)
        return missed


def written(form: Form) -> Form:
    """Return a form as it was traced with its named functions raised, each value by itself."""
    values: dict[str, Node] = {}
    for name, node in form.values.items():
        (values[name],) = _raised([node], form, form.sources(name), values)
    total, summed = _raised([form.total, form.summed], form, form.sources(LOSS), values)
    return Form(values, total, summed)


def _raised(nodes: list[Node], form: Form, sources: list[str], values: dict[str, Node]) -> list[Node]:
    """Raise named functions between values, which are hidden meanwhile so that nothing passes them by."""
    hidden = {source: _hidden(values[source]) for source in sources}
    cut = {form.values[source]: node for source, node in hidden.items()}
    parts = [replaced(node, cut) for node in nodes]
    if any(node.op in (fn.sigmoid, fn.softmax) for node in hidden.values()):
        parts = rebuild(stabilise(rebuild(parts, _hide_logarithm)), _show_logarithm)
    else:
        parts = stabilise(parts)
    back = {node: values[source] for source, node in hidden.items()}
    return [replaced(node, back) for node in parts]


def _hidden(value: Node) -> Node:
    """Return a node that shows no more of a value than whether it is a sigmoid or softmax."""
    stand_in = placeholder(value.value, value.name or "")
    named = value.op in (fn.sigmoid, fn.softmax)
    return Node(value.op, (stand_in,), value.kwargs, value.value, value.name) if named else stand_in


def _hide_logarithm(node: Node) -> Node:
    return make(_logarithm, node.args) if node.op is np.log else node


def _show_logarithm(node: Node) -> Node:
    return make(np.log, node.args) if node.op is _logarithm else node


def _logarithm(x: Any) -> Any:
    """A logarithm that no stable form knows."""
    return np.log(x)


# --- the derivative of the written form ---


def keeping_rests(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes anew, each ``1 - u`` with a name, so that ``(1 - y) / (1 - a)`` is not multiplied out.

    Multiplied out it would be ``1 / (1 - a) - y / (1 - a)``, a difference of two huge numbers where a is close to 1.
    """

    def replace(node: Node) -> Node:
        if node.op is np.subtract and is_number(node.args[0], 1) and not node.name:
            return Node(node.op, node.args, node.kwargs, node.value, REST, node.line)
        return node

    return rebuild(nodes, replace)


def complements(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes with ``σ(-z)`` for ``1 - σ(z)``, which stays exact where σ(z) is as good as 1.

    What ``keeping_rests`` named loses its name.
    """

    def replace(node: Node) -> Node:
        if node.op is np.subtract and is_number(node.args[0], 1) and applied(node.args[1], fn.sigmoid):
            return make(fn.sigmoid, (negated(node.args[1].args[0]),))
        return node

    found = rebuild(nodes, replace)
    for node in topological(found):
        if node.name == REST:
            node.name = None
    return found

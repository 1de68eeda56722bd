"""What is known of a graph when it is drawn: names, formulas, derivatives, the path to show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..mathematics.notation import Notation, names_of
from ..node import CONSTANT, INPUT, Node
from .labels import SLOT, printable
from .slopes import Slope, gradients_of, has_derivative
from .trail import Trail

if TYPE_CHECKING:
    from ..graph import Graph

__all__ = ["Facts"]

FEW = 12  # nodes of a graph with a local derivative on every link
LONGEST_NAME = 32


class Facts:
    """A graph with what its picture tells about it.

    Args:
        graph: the graph.
        wrt: inputs; derivatives are shown on what depends on them only. All inputs if ``None``.
        path: the path to show.

    Attributes:
        names: of the nodes that have one.
        notation: writes these by name and other values as ``SLOT``.
        gradients: the derivative of the output by each node, where there is one.
    """

    def __init__(self, graph: Graph, wrt: Collection[Node] | None, path: Trail) -> None:
        self.graph, self.wrt, self.path = graph, wrt, path
        self.names = {node: printable(name, LONGEST_NAME) for node, name in names_of(graph).items()}
        self._rows = Notation(self.names).rows
        self.notation = self.writing(graph.nodes)
        self.users: dict[Node, list[Node]] = {}
        for node in graph.nodes:
            for parent in node.parents:
                self.users.setdefault(parent, []).append(node)
        self.gradients: dict[Node, Any] = {}
        if has_derivative(graph.outputs):
            self.gradients = gradients_of(graph.outputs[0], wrt)

    def writing(self, nodes: Iterable[Node], names: Mapping[Node, str] | None = None) -> Notation:
        """A notation that writes some nodes by name, or as ``SLOT``, and looks behind others.

        Args:
            nodes: these nodes.
            names: of nodes that are not of the graph.
        """
        notation = Notation({node: self.names.get(node, SLOT) for node in nodes} | dict(names or {}))
        notation.rows = self._rows
        return notation

    def slope(self, user: Node, position: int, operand: Node) -> Slope | None:
        """The local derivative to show on a link, if one is: of numbers in small graphs, and along the path."""
        of_numbers = len(self.graph.nodes) <= FEW and user.shape == operand.shape == ()
        is_shown = of_numbers or self.path.takes(user, position, operand)
        return Slope(user, position, operand) if is_shown and {user, operand} <= self.gradients.keys() else None

    def kind(self, node: Node) -> str:
        """Of the box that shows ``node`` alone."""
        if node.op is INPUT:
            return "input"
        if node in self.graph.outputs:
            return "output"
        return "constant" if node.op is CONSTANT else "step"

    def name(self, node: Node) -> str:
        """The name of a node, of an output without one that of the function; nothing for others."""
        if node not in self.names and len(self.graph.outputs) == 1 and node is self.graph.outputs[0]:
            return self.graph.name
        return self.names.get(node, "")

    def is_pale(self, node: Node) -> bool:
        """Whether the picture is about a derivative that does not go through ``node``."""
        return self.wrt is not None and bool(self.gradients) and node not in self.gradients

    def leaving(self, members: Sequence[Node]) -> list[Node]:
        """Those of some nodes that other nodes use, or the caller."""
        inside, outputs = set(members), set(self.graph.outputs)
        return [n for n in members if n in outputs or any(user not in inside for user in self.users.get(n, ()))]

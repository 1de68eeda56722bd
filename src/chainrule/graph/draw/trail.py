"""The path that a picture highlights."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...errors import DataError
from ..node import Node

if TYPE_CHECKING:
    from ..graph import Graph

__all__ = ["Trail"]


class Trail:
    """Nodes one after the other, each used by the next.

    Args:
        path: nodes from an input to the output, or what has them as ``nodes``, as one of ``graph.paths("x")``, which
            also knows which of several uses it takes. ``None`` for no path.
        graph: the graph they are of.

    Raises:
        DataError: ``path`` is not a path of the graph.
    """

    def __init__(self, path: Any, graph: Graph) -> None:
        self.nodes: tuple[Node, ...] = () if path is None else tuple(_nodes(path))
        known = set(graph.nodes)
        for node in self.nodes:
            if node not in known:
                raise DataError(f"path goes through {node!r}, which is not a node of this graph; expected graph.nodes")
        for node, user in pairwise(self.nodes):
            if node not in user.parents:
                raise DataError(f"path goes from {node!r} to {user!r}, which does not use it")
        self._steps = set(pairwise(self.nodes))
        self._places = {(use.user, use.position) for use in getattr(path, "uses", ())}

    def takes(self, user: Node, position: int | None, operand: Node) -> bool:
        """Whether the path goes through this use of ``operand`` by ``user``."""
        return (operand, user) in self._steps and (not self._places or (user, position) in self._places)

    def joins(self, operands: Iterable[Node], users: Iterable[Node]) -> bool:
        """Whether the path goes from one of some nodes straight to one of others."""
        before, after = set(operands), set(users)
        return any(a in before and b in after for a, b in self._steps)


def _nodes(path: Any) -> Iterable[Node]:
    nodes = getattr(path, "nodes", path)
    if isinstance(nodes, Iterable) and not isinstance(nodes, str):
        nodes = list(nodes)
        if nodes and all(isinstance(node, Node) for node in nodes):
            return nodes
    raise DataError(f"path expects nodes of the graph, or one of graph.paths(...). Received: {path!r}.")

"""Evaluate a graph node by node on other values than its example's, to look at each on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from .node import CONSTANT, INPUT, Node, evaluate, map_nodes, topological

__all__ = ["steps"]


def steps(outputs: Iterable[Node], inputs: Mapping[Node, Any]) -> Iterator[tuple[Node, Any]]:
    """Yield each computed node with its value, arguments before the nodes that use them.

    Args:
        outputs: the nodes wanted.
        inputs: a value for each input node.
    """
    values: dict[Node, Any] = dict(inputs)
    with np.errstate(all="ignore"):
        for node in topological(outputs):
            if node.op is CONSTANT:
                values[node] = node.value
            elif node.op is not INPUT:
                args = map_nodes(values.__getitem__, node.args)
                kwargs = {key: map_nodes(values.__getitem__, value) for key, value in node.kwargs.items()}
                values[node] = evaluate(node.op, args, kwargs)
                yield node, values[node]

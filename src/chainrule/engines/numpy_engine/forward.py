"""Run a network's forward program over any number of rows, block by block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...graph.batch import Shapes
from ...graph.buffers import Plan
from ...graph.emit import emit
from ...graph.node import Node, topological
from ...graph.program import run_text
from .blocks import rows_in_cache
from .stepper import Worker
from .text import named_stores

__all__ = ["Forward"]


class Forward:
    """Runs a network's forward program over any number of rows, in blocks.

    Args:
        inputs: input nodes with one row per sample.
        weights: input nodes of the weights.
        outputs: the nodes wanted; one row per sample each.
        shapes: the shapes of the values on any number of rows.
        rows: the number of rows to run at once, if it must be that number; else chosen to fit the cache.
    """

    def __init__(
        self, inputs: list[Node], weights: list[Node], outputs: list[Node], shapes: Shapes, rows: int | None
    ) -> None:
        stores = named_stores(outputs, {node.name for node in [*inputs, *weights]})
        outputs = list(stores)
        order = topological(outputs)
        self.block = rows or max(64, min(8192, rows_in_cache(order, shapes)))
        plan = Plan(order, shapes, self.block, stores=stores)
        emission = emit("forward", [*inputs, *weights], [], first=outputs, plan=plan, shapes=shapes)
        self.source = emission.source
        self._function = run_text(emission, "forward")
        self._worker = Worker(plan, [])
        self._outputs = [(node.shape[1:], node.dtype) for node in outputs]

    def __call__(self, data: Sequence[np.ndarray], weights: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the outputs for all rows of ``data``."""
        n = len(data[0])
        results = [np.empty((n, *shape), dtype) for shape, dtype in self._outputs]
        with np.errstate(all="ignore"):
            for start in range(0, n, self.block):
                rows = slice(start, min(start + self.block, n))
                parts = [result[rows] for result in results]
                block = [array[rows] for array in data]
                self._function(*block, *weights, *parts, *self._worker.arrays(len(parts[0])))
        return results

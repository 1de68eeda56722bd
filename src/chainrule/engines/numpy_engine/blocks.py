"""Blocks of rows that stay in a core's cache, and the threads that share them."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

from ...graph.batch import Shapes
from ...graph.node import CONSTANT, INPUT, Node
from ..graphs import StepGraph

__all__ = ["cores", "one_blas_thread", "rows_in_cache", "runs_in_blocks"]

BLOCK_BYTES = 1 << 20  # the large values of one block should fit a core's own cache
THREADED_WORK = 20_000_000  # multiplications in a batch below which threads cost more than they bring


def runs_in_blocks(step: StepGraph, rows: int, weights: int) -> bool:
    """Whether batches of so many rows are worth cutting into blocks that threads share."""
    return step.splits and rows * weights > THREADED_WORK


def rows_in_cache(order: Sequence[Node], shapes: Shapes) -> int:
    """How many rows the widest value that is computed may have to stay in a core's cache."""

    def row_bytes(node: Node) -> float:
        wide, wider = (math.prod(shapes.at(node, rows) or ()) for rows in (1000, 2000))
        return (wider - wide) / 1000 * node.dtype.itemsize

    widest = max((row_bytes(node) for node in order if node.op not in (INPUT, CONSTANT)), default=1)
    return int(BLOCK_BYTES // max(widest, 1))


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def one_blas_thread() -> Callable[[], Any]:
    """Return a maker of context managers that hold matrix products to one thread each, for row blocks on threads."""
    from threadpoolctl import ThreadpoolController

    controller = ThreadpoolController()  # looking for the libraries takes a while, so it is done once
    return lambda: controller.limit(limits=1, user_api="blas")

"""The NumPy engine: runs a training step's program line by line, on row blocks where that is faster.

A step has two programs. ``gradients`` goes forward and back over a batch and writes each ``dW1`` into its part of one
long vector; ``update`` changes all weights at once, for ``W1, b1, …`` are views of one long vector too. Gradients are
sums over rows and the number of rows ``n`` is an input, so a large batch may be cut into row blocks that stay in the
processor's cache, shared among threads, and their gradients added: the text is the same.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph.batch import Shapes
from ..graph.buffers import Plan
from ..graph.emit import Emission, Update, emit
from ..graph.node import CONSTANT, INPUT, Node, make, topological
from ..graph.program import run_text

__all__ = ["Forward", "StepGraph", "Stepper", "UpdateGraph", "one_blas_thread", "vector_with_views"]

BLOCK_BYTES = 1 << 20  # the large values of one block should fit a core's own cache
THREADED_WORK = 20_000_000  # multiplications in a batch below which threads cost more than they bring


class StepGraph:
    """The nodes of one training step.

    Attributes:
        data: input nodes that hold one row per sample: the features, the labels, random masks.
        count: the input node of the number of rows the loss is averaged over.
        weights: input nodes of the trainable weights.
        fixed: input nodes of weights that are not trained.
        scored: the node from which loss and metrics are computed after the epoch.
        gradients: one node per trainable weight.
        batch_loss: the batch's loss, where it must be computed with the step; else ``None``.
        shapes: the shapes of the values on any number of rows.
        splits: whether the gradients of two halves of a batch add up to that of the batch.
    """

    def __init__(
        self,
        data: list[Node],
        count: Node,
        weights: list[Node],
        fixed: list[Node],
        scored: Node,
        gradients: list[Node],
        batch_loss: Node | None,
    ) -> None:
        self.data, self.count, self.weights, self.fixed = data, count, weights, fixed
        self.scored, self.gradients, self.batch_loss = scored, gradients, batch_loss
        self.shapes = Shapes(self.results, len(data[0].value))
        self.splits = False

    @property
    def inputs(self) -> list[Node]:
        """Every input, in the order of the program's parameters."""
        return [*self.data, self.count, *self.weights, *self.fixed]

    @property
    def results(self) -> list[Node]:
        """Everything it computes."""
        return [self.scored, *self.gradients, *([] if self.batch_loss is None else [self.batch_loss])]


class UpdateGraph:
    """The nodes of the optimizer's update, on all weights as one vector.

    Attributes:
        weights, gradients: input nodes of the long vectors.
        slots: input nodes of the optimizer's state, each as long.
        settings: input nodes of numbers that change: the learning rate, the count of steps.
        new: the new value of ``weights`` and then of each slot.
        shapes: the shapes of the values on vectors of any length.
    """

    def __init__(
        self,
        weights: Node,
        gradients: Node,
        slots: list[Node],
        settings: list[Node],
        new: list[Node],
        shapes: Shapes,
    ) -> None:
        self.weights, self.gradients, self.slots, self.settings = weights, gradients, slots, settings
        self.new, self.shapes = new, shapes

    @property
    def inputs(self) -> list[Node]:
        """Every input, in the order of the program's parameters."""
        return [self.weights, self.gradients, *self.slots, *self.settings]


class Stepper:
    """Runs training steps of one graph on batches of at most ``rows`` rows.

    Args:
        step: the step's graph.
        update: the optimizer's graph.
        rows: the batch size.
        values: the long vector of the trainable weights, changed in place.
        views: the trainable weights as views of ``values``.
        fixed: the other weights.
        slots: the optimizer's state, each as long as ``values``, changed in place.

    Attributes:
        source: the text that runs.
        threads: how many threads share a full batch.
    """

    def __init__(
        self,
        step: StepGraph,
        update: UpdateGraph,
        rows: int,
        values: np.ndarray,
        views: Sequence[np.ndarray],
        fixed: Sequence[np.ndarray],
        slots: Sequence[np.ndarray],
    ) -> None:
        self.values, self.weights, self.slots = values, [*views, *fixed], list(slots)
        self.returns_loss = step.batch_loss is not None
        self.block = rows
        if step.splits and rows * values.size > THREADED_WORK:
            order = topological([step.scored, *step.gradients])
            self.block = max(256, min(rows, _rows_in_cache(order, step.shapes)))
        self.threads = min(_cores(), -(-rows // self.block))
        emission, plan = _emit_gradients(step, self.block)
        self._gradients = run_text(emission, "gradients")
        self._workers = [_Worker(plan, views) for _ in range(self.threads)]
        update_emission, update_plan = _emit_update(update, len(values))
        self._update = run_text(update_emission, "update")
        self._update_buffers = [buffer.allocate(len(values)) for buffer in update_plan.buffers]
        self.source = f"{emission.source}\n\n{update_emission.source}"
        self._pool: Any = None

    def __enter__(self) -> Stepper:
        if self.threads > 1:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(self.threads - 1)
        return self

    def __exit__(self, *error: Any) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def step(self, data: Sequence[np.ndarray], scored: np.ndarray, settings: Sequence[float]) -> Any:
        """Do one step on a batch; its scored values are written into ``scored``.

        Returns:
            The batch's loss if the loss function gives one number per batch, else ``None``.
        """
        rows = len(scored)
        if rows <= self.block:
            worker = self._workers[0]
            loss = self._gradients(*data, rows, *self.weights, scored, *worker.arrays(rows))
            total = worker.flat
        else:
            loss, total = None, self._in_blocks(data, scored)
        self._update(self.values, total, *self.slots, *settings, *self._update_buffers)
        return loss

    def _in_blocks(self, data: Sequence[np.ndarray], scored: np.ndarray) -> np.ndarray:
        """Add up the gradients of row blocks, each thread its share."""
        starts = range(0, len(scored), self.block)
        threads = min(self.threads, len(starts))
        shares = [list(starts[i::threads]) for i in range(threads)]
        others = [
            self._pool.submit(self._share, worker, share, data, scored)
            for worker, share in zip(self._workers[1:threads], shares[1:], strict=True)
        ]
        self._share(self._workers[0], shares[0], data, scored)
        total = self._workers[0].total
        for other, worker in zip(others, self._workers[1:threads], strict=True):
            other.result()
            total += worker.total
        return total

    def _share(self, worker: _Worker, starts: list[int], data: Sequence[np.ndarray], scored: np.ndarray) -> None:
        n = len(scored)
        with np.errstate(all="ignore"):
            for i, start in enumerate(starts):
                rows = slice(start, min(start + self.block, n))
                part = scored[rows]
                block = [array[rows] for array in data]
                self._gradients(*block, n, *self.weights, part, *worker.arrays(len(part)))
                if i:
                    worker.total += worker.flat
                else:
                    worker.total[...] = worker.flat


class _Worker:
    """One thread's own arrays: gradients as one vector with views, their running total, and buffers."""

    def __init__(self, plan: Plan, views: Sequence[np.ndarray]) -> None:
        self.flat, self._gradients = vector_with_views(views)
        self.total = np.empty_like(self.flat)
        self._buffers = [(buffer, buffer.allocate(plan.rows)) for buffer in plan.buffers]
        self._arrays: dict[int, list[np.ndarray]] = {}

    def arrays(self, rows: int) -> list[np.ndarray]:
        """Return what a program writes into on a batch of ``rows`` rows: the gradients, then the buffers."""
        if rows not in self._arrays:
            buffers = [buffer.fitted(array, rows) for buffer, array in self._buffers]
            self._arrays[rows] = [*self._gradients, *buffers]
        return self._arrays[rows]


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
        stores = _stores(outputs, {node.name for node in [*inputs, *weights]})
        outputs = list(stores)
        order = topological(outputs)
        self.block = rows or max(64, min(8192, _rows_in_cache(order, shapes)))
        plan = Plan(order, shapes, self.block, stores=stores)
        emission = emit("forward", [*inputs, *weights], [], first=outputs, plan=plan, shapes=shapes)
        self.source = emission.source
        self._function = run_text(emission, "forward")
        self._worker = _Worker(plan, [])
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


def _emit_gradients(step: StepGraph, rows: int) -> tuple[Emission, Plan]:
    taken = {node.name for node in step.inputs}
    stores = _stores([step.scored, *step.gradients], taken)
    first = list(stores)
    outputs = [] if step.batch_loss is None else [step.batch_loss]
    plan = Plan(topological([*outputs, *first]), step.shapes, rows, kept=outputs, stores=stores)
    return emit("gradients", step.inputs, outputs, first=first, plan=plan, shapes=step.shapes), plan


def _emit_update(update: UpdateGraph, length: int) -> tuple[Emission, Plan]:
    """Emit the update for vectors of this length. State changes first, so that the weights see the new state."""
    variables = [*update.slots, update.weights]
    values = [*update.new[1:], update.new[0]]
    values = [make(np.copy, (value,)) if value.op is INPUT and value in variables else value for value in values]
    pairs = list(zip(variables, values, strict=True))
    early = values if _reads_replaced(pairs) else []
    plan = Plan(topological(values), update.shapes, length, elsewhere=[] if early else values)
    plan.own_line.update(early)
    updates = [Update(variable, value) for variable, value in pairs]
    return emit("update", update.inputs, [], first=early, updates=updates, plan=plan), plan


def _reads_replaced(pairs: Sequence[tuple[Node, Node]]) -> bool:
    """Whether a new value is made of a variable that an earlier line has replaced; then all are computed first."""
    done: set[Node] = set()
    ready: set[Node] = set()
    for variable, value in pairs:
        needed = topological([value], ready)
        if any(parent in done for node in needed for parent in node.parents):
            return True
        ready.update(needed)
        done.add(variable)
    return False


def _stores(nodes: Sequence[Node], taken: set[str | None]) -> dict[Node, str]:
    """Name the arrays that results are written into. Each needs a node of its own, made by an operation."""
    stores: dict[Node, str] = {}
    for node in nodes:
        if node in stores or node.op in (INPUT, CONSTANT):
            node = make(np.copy, (node,), name=None if node.op is INPUT else node.name)
        name, count = node.name or "result", 1
        while name in taken or name in stores.values():
            count += 1
            name = f"{node.name or 'result'}_{count}"
        stores[node] = name
    return stores


def vector_with_views(shapes: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a vector that holds arrays of these shapes one after the other, and the arrays."""
    dtype = shapes[0].dtype if shapes else np.float32
    flat = np.empty(sum(array.size for array in shapes), dtype)
    views, start = [], 0
    for array in shapes:
        views.append(flat[start : start + array.size].reshape(array.shape))
        start += array.size
    return flat, views


def _rows_in_cache(order: Sequence[Node], shapes: Shapes) -> int:
    """How many rows the widest value that is computed may have to stay in a core's cache."""

    def row_bytes(node: Node) -> float:
        wide, wider = (math.prod(shapes.at(node, rows) or ()) for rows in (1000, 2000))
        return (wider - wide) / 1000 * node.dtype.itemsize

    widest = max((row_bytes(node) for node in order if node.op not in (INPUT, CONSTANT)), default=1)
    return int(BLOCK_BYTES // max(widest, 1))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def one_blas_thread() -> Callable[[], Any]:
    """Return a maker of context managers that hold matrix products to one thread each, for row blocks on threads."""
    from threadpoolctl import ThreadpoolController

    controller = ThreadpoolController()  # looking for the libraries takes a while, so it is done once
    return lambda: controller.limit(limits=1, user_api="blas")

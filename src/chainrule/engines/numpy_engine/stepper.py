"""Run training steps on NumPy, in row blocks where that is faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...graph.buffers import Plan
from ...graph.node import topological
from ...graph.program import run_text
from ..graphs import StepGraph, UpdateGraph
from .blocks import cores, rows_in_cache, runs_in_blocks
from .text import gradients_text, update_text
from .zeros import LitBlock, lit_blocks, weight_of_first_product

__all__ = ["Stepper", "Worker", "vector_with_views"]


class Stepper:
    """Runs training steps of one graph on batches of at most ``rows`` rows.

    Args:
        step: the step's graph.
        update: the optimizer's graph.
        rows: the batch size.
        values: the long vector of the trainable weights, (length,) or (length, members), changed in place.
        views: the trainable weights as views of ``values``.
        fixed: the other weights.
        slots: the optimizer's state, each like ``values``, changed in place.

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
        self.block = rows
        if runs_in_blocks(step, rows, values.size):
            order = topological([step.scored, *step.gradients])
            self.block = max(256, min(rows, rows_in_cache(order, step.shapes)))
        self.threads = min(cores(), -(-rows // self.block))
        emission, plan = gradients_text(step, self.block)
        self._gradients = run_text(emission, "gradients")
        members = values.shape[1] if values.ndim == 2 else None
        self._workers = [Worker(plan, views, members) for _ in range(self.threads)]
        update_emission, update_plan = update_text(update, len(values))
        self._update = run_text(update_emission, "update")
        self._update_buffers = [buffer.allocate(len(values)) for buffer in update_plan.buffers]
        self.source = f"{emission.source}\n\n{update_emission.source}"
        self._pool: Any = None
        self._narrowed = weight_of_first_product(step) if self.block < rows else None
        self._lit: list[LitBlock] = []

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
            The batch's loss if the loss function gives one number per batch, else the penalty of the weights before
            the step if they have one, else ``None``.
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

    def keep_rows(self, x: np.ndarray) -> None:
        """Prepare for steps that all see these rows of the first input: what is zero in them can be left out."""
        if self._narrowed is not None:
            self._lit = lit_blocks(x, self.block)

    def _in_blocks(self, data: Sequence[np.ndarray], scored: np.ndarray) -> np.ndarray:
        """Add up the gradients of row blocks, each thread its share."""
        starts = range(0, len(scored), self.block)
        plain = [slice(start, min(start + self.block, len(scored))) for start in starts]
        blocks: Sequence[slice | LitBlock] = self._lit or plain
        threads = min(self.threads, len(blocks))
        shares = [blocks[i::threads] for i in range(threads)]
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

    def _share(
        self, worker: Worker, blocks: Sequence[slice | LitBlock], data: Sequence[np.ndarray], scored: np.ndarray
    ) -> None:
        worker.total[...] = 0
        with np.errstate(all="ignore"):
            for block in blocks:
                if isinstance(block, slice):
                    self._run_rows(worker, block, data, scored)
                else:
                    self._run_lit(worker, block, data, scored)

    def _run_rows(self, worker: Worker, rows: slice, data: Sequence[np.ndarray], scored: np.ndarray) -> None:
        part = scored[rows]
        block = [array[rows] for array in data]
        self._gradients(*block, len(scored), *self.weights, part, *worker.arrays(len(part)))
        worker.total += worker.flat

    def _run_lit(self, worker: Worker, block: LitBlock, data: Sequence[np.ndarray], scored: np.ndarray) -> None:
        """Run a block on the columns it needs, with as many rows of the first weight and of its gradient."""
        number = self._narrowed
        assert number is not None
        weights, arrays = list(self.weights), list(worker.arrays(len(block.rows)))
        weights[number] = weights[number][block.columns]
        arrays[number] = np.empty_like(weights[number])
        part = scored[block.rows]
        others = [array[block.rows] for array in data[1:]]
        self._gradients(block.x, *others, len(scored), *weights, part, *arrays)
        scored[block.rows] = part
        worker.add_rows(number, block.columns, arrays[number])


class Worker:
    """One thread's own arrays: gradients as one vector with views, their running total, and buffers."""

    def __init__(self, plan: Plan, views: Sequence[np.ndarray], members: int | None = None) -> None:
        self.flat, self._gradients = vector_with_views(views, members)
        self.total, self._totals = vector_with_views(views, members)
        self._buffers = [(buffer, buffer.allocate(plan.rows)) for buffer in plan.buffers]
        self._arrays: dict[int, list[np.ndarray]] = {}

    def arrays(self, rows: int) -> list[np.ndarray]:
        """Return what a program writes into on a batch of ``rows`` rows: the gradients, then the buffers."""
        if rows not in self._arrays:
            buffers = [buffer.fitted(array, rows) for buffer, array in self._buffers]
            self._arrays[rows] = [*self._gradients, *buffers]
        return self._arrays[rows]

    def add_rows(self, number: int, rows: np.ndarray, gradient: np.ndarray) -> None:
        """Add to the total all gradients but one, and of that one these rows."""
        for i, (total, part) in enumerate(zip(self._totals, self._gradients, strict=True)):
            if i == number:
                total[rows] += gradient
            else:
                total += part


def vector_with_views(arrays: Sequence[np.ndarray], members: int | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a vector that can hold these arrays one after the other, and views of it in their shapes.

    With ``members``, which are then the arrays' last axis, it is a matrix, (length, members).
    """
    dtype, width = arrays[0].dtype if arrays else np.float32, members or 1
    lengths = [array.size // width for array in arrays]
    flat = np.empty((sum(lengths), members) if members else sum(lengths), dtype)
    ends = np.cumsum(lengths)
    pairs = zip(arrays, lengths, ends, strict=True)
    return flat, [flat[end - length : end].reshape(array.shape) for array, length, end in pairs]

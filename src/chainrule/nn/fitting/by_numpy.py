"""Epochs on NumPy: batch by batch, line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, NamedTuple

import numpy as np

from ...engines.numpy_engine import Stepper, one_blas_thread
from .task import Task

__all__ = ["NumpyEpochs", "Seen"]


class Seen(NamedTuple):
    """What went through the network in an epoch.

    Attributes:
        scored: what loss and outputs are made of, in the order in which the rows came.
        labels: the labels in that order.
        returned: the mean of what the steps returned, if they do: the loss of the batches, or the penalty.
    """

    scored: np.ndarray
    labels: np.ndarray
    returned: Any


class NumpyEpochs:
    """Runs the steps of a task on NumPy, in the task's own arrays."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._steppers: dict[int, Stepper] = {}
        self._runs: dict[int, tuple[Any, bool]] = {}  # what a batch of so many rows needs, looked up once
        self._stack = ExitStack()
        self._one_thread: Callable[[], Any] = nullcontext  # one thread a matrix product, while blocks share cores
        scored = task.step_for(task.batch).graph.scored
        self._scored = np.empty((task.rows, *scored.shape[1:]), scored.dtype)

    def __enter__(self) -> NumpyEpochs:
        if self._stepper(self.task.batch).threads > 1:
            self._one_thread = one_blas_thread()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.close()
        self._steppers.clear()  # their threads are gone
        self._runs.clear()

    @property
    def source(self) -> str:
        """The text of the programs that run: gradients and update."""
        return self._stepper(self.task.batch).source

    def epoch(self) -> Seen:
        """Go through the data once."""
        order = self.task.order()
        labels = self.task.labels(order)
        returned = 0.0
        with np.errstate(all="ignore"), self._one_thread():
            for start, stop, data in self.task.batches(order, labels):
                value = self.step(data, start, stop)
                if value is not None:
                    returned = returned + value * (stop - start)
        return Seen(self._scored, labels, returned / self.task.rows)

    def step(self, data: Sequence[np.ndarray], start: int, stop: int) -> Any:
        """Do one step on a batch, drawing its masks; return what the program returns."""
        rows = stop - start
        if rows not in self._runs:
            self._runs[rows] = self._stepper(rows).step, bool(self.task.step_for(rows).training.masks)
        step, masked = self._runs[rows]
        if masked:
            data = [*data, *self.task.masks(rows)]
        self.task.step += 1
        rate, *more = self.task.settings()
        return step(data, self._scored[start:stop], (rate, float(self.task.step), *more))

    def scored(self, start: int, stop: int) -> np.ndarray:
        """Return the scored values of the batch that has just been done."""
        return self._scored[start:stop]

    def _stepper(self, rows: int) -> Stepper:
        """The engine's step for batches of ``rows`` rows; a full batch's serves shorter ones too, if it can."""
        task, traced = self.task, self.task.step_for(rows)
        size = task.batch if traced.any_batch else rows
        if size not in self._steppers:
            stepper = Stepper(traced.graph, task.update, size, task.values, task.views, task.fixed, task.slots)
            if task.same_rows:
                stepper.keep_rows(task.x[0])
            self._steppers[size] = self._stack.enter_context(stepper)
        return self._steppers[size]

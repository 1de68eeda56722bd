"""Loss and metrics of each of many networks, on NumPy: by a program with members, or from arrays one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....engines.numpy_engine import Forward
from ....graph.program import run_text
from ...fitting.task import Task
from ...judging import JudgeGraph
from ...tracing import Head
from .given import Data
from .programs import Programs

__all__ = ["Logs", "Measuring", "Validation", "from_arrays"]

Logs = dict[str, np.ndarray]  # name → (members,)


class Measuring:
    """Judges scored values, members last.

    Args:
        judge: the programs, and what is computed from arrays.
        head: what makes outputs of scored values.
        own_rows: whether the labels, too, have members.
    """

    def __init__(self, judge: JudgeGraph, head: Head, own_rows: bool) -> None:
        self._judge, self._head, self._own_rows = judge, head, own_rows
        self._function: Any = run_text(judge.text(), "judge") if judge.results else None

    def __call__(self, scored: np.ndarray, labels: np.ndarray) -> Logs:
        """Return the loss, if the judge gives it, and all metrics."""
        logs: Logs = {}
        if self._function is not None:
            with np.errstate(all="ignore"):
                numbers = self._function(scored, labels)
            logs = dict(zip(self._judge.names, numbers if isinstance(numbers, tuple) else (numbers,), strict=True))
        return logs | from_arrays(self._judge, self._head, scored, labels, self._own_rows)


class Validation:
    """Loss and metrics on the data held out, with the weights of the moment."""

    def __init__(self, task: Task, programs: Programs, data: Data) -> None:
        assert programs.validating is not None
        assert data.held_out is not None
        use, judge, penalty, in_blocks = programs.validating
        self._x, self._y = data.held_out
        self._weights = [*task.views, *task.fixed]
        rows = None if in_blocks else len(self._y)
        self._forward = Forward(use.data, [*use.trained, *use.fixed], use.results, use.shapes, rows)
        self._measure = Measuring(judge, programs.step.head, own_rows=False)
        self._penalty: Any = None if penalty is None else run_text(penalty, "penalty")

    def __call__(self) -> Logs:
        """Return them."""
        (scored,) = self._forward(self._x, self._weights)
        logs = self._measure(scored, self._y)
        if self._penalty is not None:
            with np.errstate(all="ignore"):
                logs["loss"] = logs["loss"] + self._penalty(*self._weights)
        return logs


def from_arrays(judge: JudgeGraph, head: Head, scored: np.ndarray, labels: np.ndarray, own_rows: bool) -> Logs:
    """The metrics that no program computes, one network after the other."""
    logs = {}
    for metric in judge.others:
        with np.errstate(all="ignore"):
            values = [
                metric(labels[..., member] if own_rows else labels, head(scored[..., member]))
                for member in range(scored.shape[-1])
            ]
        logs[metric.name] = np.array(values)
    return logs

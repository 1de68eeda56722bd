"""Epochs on JAX: data and weights on the device, some epochs to a call where nobody watches each."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engines.jax_engine.training import CompiledEpochs, Judged, State, Texts, gradients_text, update_text
from ...graph.emit import Emission
from ..judging import JudgeGraph
from .task import Task

__all__ = ["JaxEpochs", "Report", "Validation"]

MOST_TOGETHER = 64  # epochs to a call
SECONDS_TOGETHER = 0.1  # that many epochs may take: progress moves on, an interrupt is heard
MOST_NUMBERS = 1 << 22  # row numbers to a call
SECONDS_PER_STEP, OPERATIONS_PER_SECOND = 6e-6, 3e10


class Validation(NamedTuple):
    """What is validated after each epoch.

    Attributes:
        x, y: the data.
        forward: the program of the scored values.
        judge: what judges them.
        penalty: the program of what the trained weights add to the loss, or None.
    """

    x: Sequence[np.ndarray]
    y: np.ndarray
    forward: Emission
    judge: JudgeGraph
    penalty: Emission | None


class Report(NamedTuple):
    """What came of an epoch.

    Attributes:
        returned: the mean of what the steps returned, or None.
        training, validation: the judges' numbers by name; the penalty is part of the validation's loss.
        seen, validated: scored values and labels, where a metric needs them; else None.
        finite: whether all weights are.
    """

    returned: Any
    training: dict[str, Any]
    validation: dict[str, Any]
    seen: tuple[np.ndarray, np.ndarray] | None
    validated: tuple[np.ndarray, np.ndarray] | None
    finite: Any


class JaxEpochs:
    """Runs the epochs of a task on a device.

    Args:
        task: what to train; its arrays are brought up to date by ``pull``.
        judge: what judges the training.
        validation: what to validate with, or None.
        watched: whether somebody may look at the weights after each epoch, or change them. Where a metric is called
            with arrays, its function may.
        device: where to run; None for JAX's own choice.
    """

    def __init__(
        self, task: Task, judge: JudgeGraph, validation: Validation | None, watched: bool, device: Any
    ) -> None:
        self.task, self._judge, self._validation = task, judge, validation
        self._masked = bool(task.step_for(task.batch).training.masks)
        self._texts = _texts(task, judge, validation)
        self._watched = watched or self._texts.training.keep or self._texts.validation.keep
        together = 1 if self._watched or self._masked else _together(task)
        held_out = None if validation is None else [*validation.x, validation.y]
        shuffled = task.shuffle or task.samples is not None
        self._run = CompiledEpochs(
            self._texts, [*task.x, task.y], task.batch, held_out, together, shuffled,
            task.members is not None, device,
        )  # fmt: skip
        self._state: State | None = None
        self._fixed: list[Any] = []
        self._pulled = True  # whether the task's arrays are up to date
        self._known: list[np.ndarray] = []  # the weights as the device has them, if somebody may change them
        self._ahead: deque[Report] = deque()

    @property
    def source(self) -> str:
        """The text of the programs that run: gradients and update."""
        return f"{self._texts.gradients[self.task.batch].source}\n\n{self._texts.update.source}"

    def __enter__(self) -> JaxEpochs:
        self._push()
        return self

    def __exit__(self, *error: Any) -> None:
        self.pull()

    def epoch(self, left: int) -> Report:
        """Return the report of the next epoch, of ``left`` that are still wanted. Some may be run ahead."""
        if not self._ahead:
            if self._watched and not self._is_known():
                self._push()
            self._advance(min(left, self._run.together))
        return self._ahead.popleft()

    def pull(self) -> None:
        """Bring weights and optimizer's state to the task's arrays."""
        if self._state is None or self._pulled:  # what a callback has written since stays
            return
        for view, weight in zip(self.task.views, self._state.weights, strict=True):
            view[...] = np.asarray(weight)
        for vector, slot in zip(self.task.slots, self._state.slots, strict=True):
            for part, value in zip(_parts(vector, self.task.views), slot, strict=True):
                part[...] = np.asarray(value)
        self.task.step = int(self._state.step)
        self._pulled = True
        self._know()

    def _push(self) -> None:
        task = self.task
        slots = [_parts(vector, task.views) for vector in task.slots]
        copies = [[part.copy() for part in parts] for parts in (task.views, task.fixed, *slots)]  # the device's own
        (weights, self._fixed, *slots), step = self._run.put((copies, np.int64(task.step)))
        self._state = State(weights, slots, step)
        self._know()

    def _know(self) -> None:
        if self._watched:
            self._known = [array.copy() for array in (self.task.values, *self.task.fixed)]

    def _is_known(self) -> bool:
        pairs = zip(self._known, (self.task.values, *self.task.fixed), strict=True)
        return all(np.array_equal(known, now, equal_nan=True) for known, now in pairs)

    def _advance(self, count: int) -> None:
        """Run epochs; if one of them ends in no numbers, go back to where it began."""
        task, before, draws = self.task, self._state, self.task.draws()
        assert before is not None
        orders, masks = self._draw(count)
        numbers, kept = self._call(before, orders, masks, count)
        reports = [self._report(row, orders, kept, i) for i, row in enumerate(numbers[:count])]
        good = next((i for i, report in enumerate(reports) if not _is_good(report)), count)
        if task.members is None and good < count:
            task.restore_draws(draws)
            self._draw(good)
            self._state = before
            if good:
                self._call(before, orders, masks, good)
        self._ahead.extend(reports[: good + 1] if task.members is None else reports)
        if self._watched:
            self.pull()

    def _call(self, state: State, orders: Any, masks: Any, count: int) -> tuple[np.ndarray, list[np.ndarray]]:
        after, numbers, kept = self._run(state, self._fixed, orders, masks, self.task.settings(), count)
        found = np.asarray(numbers), [np.asarray(one) for one in kept]
        self._state, self._pulled = after, False  # only now: an interrupt until here leaves what has been reported
        return found

    def _draw(self, count: int) -> tuple[np.ndarray | None, list[list[np.ndarray]]]:
        """Draw orders and masks as the steps on NumPy would, one epoch after the other."""
        task, orders = self.task, []
        masks: list[list[np.ndarray]] = []
        for _ in range(count):
            orders.append(task.order())
            masks = self._masks_of_an_epoch() if self._masked else []
        if not orders or orders[0] is None:
            return None, masks
        together = np.zeros((self._run.together, *orders[0].shape), np.int32)
        together[:count] = orders
        return together, masks

    def _masks_of_an_epoch(self) -> list[list[np.ndarray]]:
        batches, rest = divmod(self.task.rows, self.task.batch)
        full = [self.task.masks(self.task.batch) for _ in range(batches)]
        stacked = [[np.stack(parts)] for parts in zip(*full, strict=True)]
        last = self.task.masks(rest) if rest else [np.zeros(0)] * len(stacked)
        return [[*parts, end] for parts, end in zip(stacked, last, strict=True)]

    def _report(self, row: np.ndarray, orders: np.ndarray | None, kept: list[np.ndarray], number: int) -> Report:
        numbers, arrays, held_out = iter(row), iter(kept), self._validation
        returned = next(numbers) if self._texts.returns_loss else None
        training = dict(zip(self._judge.names, numbers, strict=False))
        validation = dict(zip(held_out.judge.names, numbers, strict=False)) if held_out else {}
        seen = validated = None
        if self._texts.training.keep:
            seen = next(arrays), self.task.labels(None if orders is None else orders[number])
        if held_out and self._texts.validation.keep:
            validated = next(arrays), held_out.y
        return Report(returned, training, validation, seen, validated, next(numbers))


def _is_good(report: Report) -> bool:
    losses = [value for value in (report.returned, report.training.get("loss")) if value is not None]
    return bool(np.all(report.finite)) and all(np.isfinite(loss).all() for loss in losses)


def _texts(task: Task, judge: JudgeGraph, validation: Validation | None) -> Texts:
    steps = {rows: task.step_for(rows).graph for rows in task.sizes}
    update, by_weight = update_text(task.update)
    first = steps[task.batch]
    return Texts(
        gradients={rows: gradients_text(step) for rows, step in steps.items()},
        returns_loss=bool(first.returned),
        update=update,
        by_weight=by_weight,
        training=_judged(judge),
        forward=validation.forward if validation else None,
        validation=_judged(validation.judge) if validation else Judged(None, False),
        penalty=validation.penalty if validation else None,
    )


def _judged(judge: JudgeGraph) -> Judged:
    return Judged(judge.text() if judge.results else None, bool(judge.others))


def _together(task: Task) -> int:
    """How many epochs one call may run: a power of two, so that few programs are compiled."""
    steps = -(-task.rows // task.batch)
    seconds = steps * SECONDS_PER_STEP + 6 * task.rows * task.values.size / OPERATIONS_PER_SECOND
    most = min(MOST_TOGETHER, SECONDS_TOGETHER / seconds, MOST_NUMBERS / (task.rows * (task.members or 1)))
    return 1 << max(0, int(np.log2(max(most, 1))))


def _parts(vector: np.ndarray, like: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Views of a vector, (length,) or (length, members), in the shapes of these arrays."""
    width = vector[:1].size or 1
    ends = np.cumsum([array.size // width for array in like])
    return [vector[end - array.size // width : end].reshape(array.shape) for end, array in zip(ends, like, strict=True)]

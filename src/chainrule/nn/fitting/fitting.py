"""One call of ``fit``: a model as a task, an engine that runs its epochs, and what is logged of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import Any

import numpy as np

from ...engines.jax_engine.setup import device
from ...engines.numpy_engine import vector_with_views
from ...graph.node import Node
from ..forward import Scores, UseGraph, trace_scores, trace_use
from ..judging import JudgeGraph, trace_judge
from ..penalty import penalty_text
from ..steps import trace_step
from ..tracing import Head, fixed_slots
from .by_jax import JaxEpochs, Validation
from .by_numpy import NumpyEpochs
from .diverged import raise_diverged
from .engine import choose
from .recall import Recall
from .task import Task

__all__ = ["Fitting"]

Data = tuple[list[np.ndarray], np.ndarray]


class Fitting:
    """One call of ``fit``.

    Args:
        model: a compiled, built model; its weights become views of one vector.
        x, y: checked data.
        batch_size: rows per step.
        shuffle: whether every epoch takes the rows in another order.
        rng: the source of orders and masks.
        held_out: checked data to validate with, or None.
        validate: returns loss and metrics on them with the weights of the moment.
        epochs: how many epochs are wanted.
        watched: whether callbacks may look at the weights after each epoch, or change them.

    Attributes:
        engine: which engine runs, and why.
        task: what is trained on what.
    """

    def __init__(
        self,
        model: Any,
        x: Sequence[np.ndarray],
        y: np.ndarray,
        batch_size: int,
        shuffle: bool,
        rng: np.random.Generator | None,
        held_out: Data | None,
        validate: Callable[[], dict[str, float]] | None,
        epochs: int,
        watched: bool,
    ) -> None:
        self.model, self._training = model, model._training
        self._held_out, self._validate = held_out, validate
        self._recall = Recall(model, x, y)
        self.task, self._state = _task(model, x, y, batch_size, shuffle, rng, self._recall)
        traced = self.task.step_for(self.task.batch)
        self._whole = traced.graph.batch_loss is not None
        self.engine = choose(self._training.engine, self.task, epochs, self._judging_graphs)
        self._epochs: NumpyEpochs | JaxEpochs
        if self.engine.name == "jax":
            self._epochs = self._on_jax(watched)
        else:
            self._epochs = NumpyEpochs(self.task)

    def _on_jax(self, watched: bool) -> JaxEpochs:
        validation = None
        if self._held_out is not None:
            use, judge = self._judges_validation
            validation = Validation(*self._held_out, use.text(), judge, penalty_text(self.model))
        return JaxEpochs(self.task, self._judge, validation, watched, device(None))

    @cached_property
    def _judge(self) -> JudgeGraph:
        """What judges an epoch on JAX."""
        loss, rows = None if self._whole else self._training.loss, self.task.rows
        make = partial(trace_judge, loss, self._training.metrics, self._head, self.task.y, rows)
        return self._recall(("judge", self._whole, rows), make)

    @cached_property
    def _judges_validation(self) -> tuple[UseGraph, JudgeGraph]:
        """What makes the outputs for the validation on JAX, and judges them."""
        assert self._held_out is not None
        x, y = self._held_out
        judge = trace_judge(self._training.loss, self._training.metrics, self._head, y, len(y))
        return trace_use(self.model, x, scored=True), judge

    def _judging_graphs(self) -> list[tuple[list[Node], list[Node]]]:
        """What JAX would run besides steps, inputs and results of each."""
        judges, graphs = [self._judge], []
        if self._held_out is not None:
            use, judge = self._judges_validation
            judges.append(judge)
            graphs.append((use.inputs, use.results))
        return [*graphs, *((judge.inputs, judge.results) for judge in judges if judge.results)]

    @property
    def _head(self) -> Head:
        return self.task.step_for(self.task.batch).head

    @cached_property
    def _scores(self) -> Scores:
        """The loss of many rows on NumPy; on JAX it is needed only where the device does not do."""
        return self._recall("scores", partial(trace_scores, self._training.loss, self._head, self.task.y))

    @property
    def source(self) -> str:
        """The text of the programs that run: gradients and update."""
        return self._epochs.source

    def __enter__(self) -> Fitting:
        self._entered: AbstractContextManager[Any] = self._epochs
        self._entered.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._entered.__exit__(*error)
        self._state.step = self.task.step

    def epoch(self, number: int, left: int) -> dict[str, float]:
        """Go through the data once.

        Args:
            number: of the epoch.
            left: how many epochs are still wanted, this one included.

        Returns:
            The loss and the metrics, and those of the validation.

        Raises:
            DivergedError: the loss is NaN or infinite; the weights are those of the epoch before.
        """
        if isinstance(self._epochs, JaxEpochs):
            return self._epoch_on_jax(self._epochs, number, left)
        return self._epoch_on_numpy(self._epochs, number)

    def _epoch_on_numpy(self, epochs: NumpyEpochs, number: int) -> dict[str, float]:
        before = self.task.snapshot()
        seen = epochs.epoch()
        loss = float(seen.returned)
        if not self._whole:
            loss += self._scores.loss(seen.scored, seen.labels)
        if not np.isfinite(loss) or not np.isfinite(self.task.values).all():
            raise_diverged(self.model, self.task, self._scores, number, loss, before)
        outputs = self._scores.outputs(seen.scored)
        logs = {"loss": loss, **{one.name: one(seen.labels, outputs) for one in self._training.metrics}}
        return logs if self._validate is None else logs | _as_validation(self._validate())

    def _epoch_on_jax(self, epochs: JaxEpochs, number: int, left: int) -> dict[str, float]:
        report = epochs.epoch(left)
        loss = float(report.returned or 0.0) + float(report.training.get("loss", 0.0))
        if not np.isfinite(loss) or not report.finite:
            epochs.pull()
            raise_diverged(self.model, self.task, self._scores, number, loss, self.task.snapshot())
        logs = {"loss": loss, **self._metrics(report.training, report.seen)}
        if self._validate is None:
            return logs
        return logs | _as_validation(
            {"loss": report.validation["loss"], **self._metrics(report.validation, report.validated)}
        )

    def _metrics(self, numbers: dict[str, Any], seen: tuple[np.ndarray, np.ndarray] | None) -> dict[str, float]:
        """The metrics in their order: those the device has computed, and those that only arrays give."""
        found = {}
        for metric in self._training.metrics:
            if metric.name in numbers:
                found[metric.name] = float(numbers[metric.name])
            else:
                assert seen is not None
                found[metric.name] = metric(seen[1], self._scores.outputs(seen[0]))
        return found


def _as_validation(values: dict[str, float]) -> dict[str, float]:
    return {f"val_{name}": float(value) for name, value in values.items()}


def _task(
    model: Any,
    x: Sequence[np.ndarray],
    y: np.ndarray,
    batch_size: int,
    shuffle: bool,
    rng: np.random.Generator | None,
    recall: Recall,
) -> tuple[Task, Any]:
    """Return the task of training a model, and the optimizer's state that it goes on from."""
    training, slots = model._training, model.trainable_slots
    values, views = vector_with_views([slot.value for slot in slots])
    for slot, view in zip(slots, views, strict=True):
        view[...] = slot.value
        slot.value = view
    state = training.state(slots)
    task = Task(
        x, y, batch_size, shuffle, rng,
        trace=lambda rows: recall(("step", rows), partial(trace_step, model, training.loss, x, y, rows)),
        update=training.update_graph(values.dtype),
        values=values,
        views=views,
        fixed=[slot.value for slot in fixed_slots(model)],
        slots=state.slots,
        settings=lambda: (training.optimizer.learning_rate,),
        step=state.step,
    )  # fmt: skip
    return task, state

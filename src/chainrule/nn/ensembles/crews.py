"""Crews: members that are trained at the same time, by one program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ...engines.jax_engine.setup import device
from ...engines.numpy_engine import Forward, vector_with_views
from ...graph.program import run_text
from ..fitting.by_jax import JaxEpochs, Validation
from ..fitting.by_numpy import NumpyEpochs
from ..fitting.engine import Choice, choose
from ..fitting.task import Task
from ..judging import JudgeGraph
from ..tracing import Head, fixed_slots
from .kinds import Kind
from .programs import Data, Programs, Validating, fold_programs

__all__ = ["Crew", "Plan", "Trained", "train_crew"]

Logs = dict[str, np.ndarray]


class Plan(NamedTuple):
    """What all members have in common.

    Attributes:
        x, y: checked data.
        held_out: checked data to validate with, or None.
        batch_size, shuffle, epochs: as for ``fit``.
        seed: of the orders and masks, the same for all members.
        engine: which engine is asked for.
    """

    x: list[np.ndarray]
    y: np.ndarray
    held_out: Data | None
    batch_size: int
    shuffle: bool
    epochs: int
    seed: int
    engine: str

    @property
    def example(self) -> tuple[list[np.ndarray], np.ndarray, Data | None, int]:
        """What networks are traced on."""
        return self.x, self.y, self.held_out, self.batch_size


class Crew(NamedTuple):
    """Members that are trained at the same time.

    Attributes:
        kinds: their kinds.
        places: for each member the number of its kind and its place there.
        rows: (n, members) the rows of each, or None if all see the same.
    """

    kinds: list[Kind]
    places: list[tuple[int, int]]
    rows: np.ndarray | None

    def __len__(self) -> int:
        return len(self.places)

    @property
    def members(self) -> list[int]:
        """Their numbers in the ensemble."""
        return [self.kinds[kind].members[place] for kind, place in self.places]

    def starting_weights(self) -> list[np.ndarray]:
        """An array for each of the model's weights, members last."""
        each = [self.kinds[kind].weights[place] for kind, place in self.places]
        return [np.stack(parts, axis=-1) for parts in zip(*each, strict=True)]

    def rates(self) -> np.ndarray:
        """Their learning rates, float64."""
        return np.array([self.kinds[kind].rates[place] for kind, place in self.places])

    def spread(self, numbers: np.ndarray) -> list[np.ndarray]:
        """Give each member the numbers of its kind: from (kinds, numbers) an array (members,) for each number."""
        return list(numbers[[kind for kind, _ in self.places]].T.copy())


class Trained(NamedTuple):
    """What came of a crew.

    Attributes:
        histories: name → (members, epochs).
        weights: an array for each of the model's weights, members last.
        engine: what trained them, and why.
    """

    histories: Logs
    weights: list[np.ndarray]
    engine: Choice


def train_crew(crew: Crew, plan: Plan, tick: Callable[[], None]) -> Trained:
    """Train the members of a crew at the same time.

    Args:
        crew: the members.
        plan: what all have in common.
        tick: called after each epoch.

    Raises:
        NotFoldable: no one program trains them; nothing has happened then.
        EngineError: JAX was asked for and cannot run it.
    """
    traced = [kind.traced(plan.x, plan.y, plan.held_out, plan.batch_size) for kind in crew.kinds]
    programs = fold_programs(traced, plan.y, plan.held_out, len(crew), crew.rows is not None)
    task, arrays = _task(crew, plan, programs)
    choice = choose(plan.engine, task, plan.epochs)
    run = _epochs_on_jax if choice.name == "jax" else _epochs_on_numpy
    logs = []
    for log in run(plan, task, programs):
        logs.append(log)
        tick()
    names = logs[0] if logs else ["loss"]
    histories = {name: np.array([log[name] for log in logs]).reshape(-1, len(crew)).T for name in names}
    return Trained(histories, arrays, choice)


def _task(crew: Crew, plan: Plan, programs: Programs) -> tuple[Task, list[np.ndarray]]:
    """Return the task, and all weights; those that are trained are views of the task's values."""
    model, members = crew.kinds[0].model, len(crew)
    arrays = dict(zip(model.weight_slots, crew.starting_weights(), strict=True))
    trained = model.trainable_slots
    values, views = vector_with_views([arrays[slot] for slot in trained], members)
    for slot, view in zip(trained, views, strict=True):
        view[...] = arrays[slot]
        arrays[slot] = view
    settings = [crew.rates(), *crew.spread(programs.settings)]
    task = Task(
        plan.x, plan.y, plan.batch_size, plan.shuffle, np.random.default_rng(plan.seed),
        trace=lambda rows: programs.step,
        update=programs.update,
        values=values,
        views=views,
        fixed=[*(arrays[slot] for slot in fixed_slots(model)), *crew.spread(programs.numbers)],
        slots=[np.zeros_like(values) for _ in programs.update.slots],
        settings=lambda: settings,
        samples=crew.rows,
    )  # fmt: skip
    return task, list(arrays.values())


def _epochs_on_jax(plan: Plan, task: Task, programs: Programs) -> Iterator[Logs]:
    validation, head = None, programs.step.head
    if plan.held_out is not None and programs.validating is not None:
        use, judge, penalty = programs.validating
        validation = Validation(*plan.held_out, use.text(), judge, penalty)
    with JaxEpochs(task, programs.judge, validation, False, device(None)) as epochs:
        for left in range(plan.epochs, 0, -1):
            report = epochs.epoch(left)
            logs = dict(report.training)
            if report.returned is not None:
                logs["loss"] = logs.get("loss", 0.0) + report.returned
            if report.seen is not None:
                logs |= _others(programs.judge, head, *report.seen, own_labels=task.samples is not None)
            if validation is not None:
                found = dict(report.validation)
                if report.validated is not None:
                    found |= _others(validation.judge, head, *report.validated, own_labels=False)
                logs |= {f"val_{name}": value for name, value in found.items()}
            yield logs


def _epochs_on_numpy(plan: Plan, task: Task, programs: Programs) -> Iterator[Logs]:
    judge = _Judging(programs.judge, programs.step.head, own_labels=task.samples is not None)
    validate = None
    if plan.held_out is not None and programs.validating is not None:
        validate = _Validate(task, programs.validating, programs.step.head, plan.held_out)
    with NumpyEpochs(task) as epochs:
        for _ in range(plan.epochs):
            seen = epochs.epoch()
            logs = judge(seen.scored, seen.labels)
            logs["loss"] = logs.get("loss", 0.0) + seen.returned
            yield logs if validate is None else logs | {f"val_{name}": value for name, value in validate().items()}


class _Judging:
    """Judges scored values on NumPy, members last."""

    def __init__(self, judge: JudgeGraph, head: Head, own_labels: bool) -> None:
        self._judge, self._head, self._own_labels = judge, head, own_labels
        self._function: Any = run_text(judge.text(), "judge") if judge.results else None

    def __call__(self, scored: np.ndarray, labels: np.ndarray) -> Logs:
        logs: Logs = {}
        if self._function is not None:
            with np.errstate(all="ignore"):
                numbers = self._function(scored, labels)
            logs = dict(zip(self._judge.names, numbers if isinstance(numbers, tuple) else (numbers,), strict=True))
        return logs | _others(self._judge, self._head, scored, labels, self._own_labels)


class _Validate:
    """Loss and metrics on the validation data with the weights of the moment, on NumPy."""

    def __init__(self, task: Task, validating: Validating, head: Head, held_out: Data) -> None:
        use = validating.use
        self._x, self._y = held_out
        self._weights = [*task.views, *task.fixed]
        self._forward = Forward(use.data, [*use.trained, *use.fixed], use.results, use.shapes, None)
        self._judge = _Judging(validating.judge, head, own_labels=False)
        penalty = validating.penalty
        self._penalty: Any = None if penalty is None else run_text(penalty, "penalty")

    def __call__(self) -> Logs:
        (scored,) = self._forward(self._x, self._weights)
        logs = self._judge(scored, self._y)
        if self._penalty is not None:
            with np.errstate(all="ignore"):
                logs["loss"] = logs["loss"] + self._penalty(*self._weights)
        return logs


def _others(judge: JudgeGraph, head: Head, scored: np.ndarray, labels: np.ndarray, own_labels: bool) -> Logs:
    """The metrics that only arrays give, one network after the other."""
    logs = {}
    for metric in judge.others:
        with np.errstate(all="ignore"):
            values = [
                metric(labels[..., member] if own_labels else labels, head(scored[..., member]))
                for member in range(scored.shape[-1])
            ]
        logs[metric.name] = np.array(values)
    return logs

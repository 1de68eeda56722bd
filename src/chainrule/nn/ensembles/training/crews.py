"""Crews: as many networks of a team as are trained at the same time, by one program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy, deepcopy
from typing import Any

import numpy as np

from ....engines.jax_engine.setup import device
from ....engines.numpy_engine import vector_with_views
from ...fitting import by_jax
from ...fitting.by_numpy import NumpyEpochs
from ...fitting.task import Task
from ...steps import TracedStep
from ...tracing import Mask, fixed_slots
from ..members import Member
from .given import Options
from .measuring import Logs, Measuring, Validation, from_arrays
from .teams import Place, Team

__all__ = ["Crew"]


class Crew:
    """Networks that are trained at the same time.

    Args:
        team: the team they are part of.
        places: where they are in the team.
        members: all members of the ensemble.
        options: how they are trained.

    Attributes:
        members: their numbers in the ensemble.
        programs: what trains them.
        task: what is trained on what.

    Raises:
        NotFoldable: no one program trains them.
    """

    def __init__(self, team: Team, places: Sequence[Place], members: Sequence[Member], options: Options) -> None:
        self._team, self._places, self._options = team, places, options
        self.members = [team.kinds[kind].members[place] for kind, place in places]
        self.programs = team.programs(len(places), options.bootstrap)
        self._arrays = self._starting_weights()
        samples = [rows for rows in (members[number].rows for number in self.members) if rows is not None]
        self.task = self._task(np.stack(samples, axis=-1) if samples else None)

    def __len__(self) -> int:
        return len(self._places)

    # --- their task ---

    def _starting_weights(self) -> list[np.ndarray]:
        """An array for each of the model's weights, members last."""
        each = [self._team.kinds[kind].weights[place] for kind, place in self._places]
        return [np.stack(parts, axis=-1) for parts in zip(*each, strict=True)]

    def _task(self, samples: np.ndarray | None) -> Task:
        """Return what is to be done; of all weights those that are trained become views of one array."""
        team, programs, options = self._team, self.programs, self._options
        model = team.kinds[0].model
        arrays = dict(zip(model.weight_slots, self._arrays, strict=True))
        trained = model.trainable_slots
        values, views = vector_with_views([arrays[slot] for slot in trained], len(self))
        for slot, view in zip(trained, views, strict=True):
            view[...] = arrays[slot]
            arrays[slot] = view
        self._arrays = list(arrays.values())
        rates = np.array([team.kinds[kind].rates[place] for kind, place in self._places])
        settings, step = [rates, *self._spread(programs.settings)], _with_own_draws(programs.step)
        return Task(
            team.data.x, team.data.y, options.batch_size, options.shuffle, np.random.default_rng(options.seed),
            trace=lambda rows: step,
            update=programs.update,
            values=values,
            views=views,
            fixed=[*(arrays[slot] for slot in fixed_slots(model)), *self._spread(programs.numbers)],
            slots=[np.zeros_like(values) for _ in programs.update.slots],
            settings=lambda: settings,
            samples=samples,
        )  # fmt: skip

    def _spread(self, numbers: np.ndarray) -> list[np.ndarray]:
        """Give each member the numbers of its kind: of (kinds, numbers) make an array (members,) for each number."""
        return list(numbers[[kind for kind, _ in self._places]].T.copy())

    # --- its training ---

    def train(self, engine: str, tick: Callable[[], None]) -> dict[str, np.ndarray]:
        """Train them; their kinds get the weights that come out.

        Args:
            engine: ``"numpy"`` or ``"jax"``.
            tick: called after each epoch.

        Returns:
            name → (members, epochs), NaN from the epoch on in which a network diverged.
        """
        good, history = np.ones(len(self), bool), []
        for logs, finite in self._epochs_on_jax() if engine == "jax" else self._epochs_on_numpy():
            good = good & finite & np.isfinite(logs["loss"])
            history.append({name: np.where(good, values, np.nan) for name, values in logs.items()})
            tick()
        for i, (kind, place) in enumerate(self._places):
            self._team.kinds[kind].weights[place] = [array[..., i].copy() for array in self._arrays]
        names = history[0] if history else ["loss"]
        return {name: np.array([logs[name] for logs in history]).reshape(-1, len(self)).T for name in names}

    def _epochs_on_numpy(self) -> Iterator[tuple[Logs, np.ndarray]]:
        """Yield what was measured in each epoch, and whether the weights of each network are finite."""
        task, programs = self.task, self.programs
        measure = Measuring(programs.judge, programs.step.head, self._options.bootstrap)
        validate = Validation(task, programs, self._team.data) if programs.validating else None
        with NumpyEpochs(task) as epochs:
            for _ in range(self._options.epochs):
                seen = epochs.epoch()
                logs = self._ordered(measure(seen.scored, seen.labels), seen.returned)
                validated = _named(self._ordered(validate())) if validate else {}
                yield logs | validated, np.isfinite(task.values).all(axis=0)

    def _epochs_on_jax(self) -> Iterator[tuple[Logs, np.ndarray]]:
        """The same on JAX."""
        programs, own_rows, data = self.programs, self._options.bootstrap, self._team.data
        head, validation = programs.step.head, None
        if programs.validating and data.held_out:
            use, judge, penalty, _ = programs.validating
            validation = by_jax.Validation(*data.held_out, use.text(), judge, penalty)
        with by_jax.JaxEpochs(self.task, programs.judge, validation, False, device(None)) as epochs:
            for left in range(self._options.epochs, 0, -1):
                report = epochs.epoch(left)
                seen = from_arrays(programs.judge, head, *report.seen, own_rows) if report.seen else {}
                logs = self._ordered(report.training | seen, report.returned)
                if validation:
                    seen = from_arrays(validation.judge, head, *report.validated, False) if report.validated else {}
                    logs |= _named(self._ordered(report.validation | seen))
                yield logs, np.asarray(report.finite, bool)

    def _ordered(self, logs: Mapping[str, Any], returned: Any = None) -> Logs:
        """Put the loss first, then the metrics as they were asked for.

        Args:
            logs: the loss, unless the steps return it, and the metrics.
            returned: the mean of what the steps returned, the loss or the penalty, if they do.
        """
        metrics = [metric.name for metric in self._team.kinds[0].model._compiled().metrics]
        loss = logs.get("loss", 0.0) + (0.0 if returned is None else returned)
        return {"loss": loss, **{name: logs[name] for name in metrics}}


def _named(logs: Logs) -> Logs:
    return {f"val_{name}": values for name, values in logs.items()}


def _with_own_draws(step: TracedStep) -> TracedStep:
    """Return the step with sources of random draws of its own, for each crew draws the same from the beginning."""
    step, training = copy(step), copy(step.training)
    sources = deepcopy([mask.source for mask in training.masks])
    training.masks = [
        Mask(mask.node, mask.keep_probability, source) for mask, source in zip(training.masks, sources, strict=True)
    ]
    step.training = training
    return step

"""When the loss is no number: repeat the epoch on NumPy, value by value, to say where it began."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ...errors import DivergedError
from ...graph.interpret import steps
from ..forward import Scores
from .by_numpy import NumpyEpochs
from .task import Task

__all__ = ["raise_diverged"]


def raise_diverged(
    model: Any, task: Task, scores: Scores, epoch: int, loss: float, before: tuple[Any, ...]
) -> NoReturn:
    """Repeat an epoch step by step to find where it went wrong, then put the last good weights back.

    Args:
        model: the model in training.
        task: what was to be done.
        scores: computes the loss from scored values.
        epoch: the number of the epoch.
        loss: what its loss became.
        before: a snapshot of the task from before the epoch.

    Raises:
        DivergedError: always.
    """
    task.restore(before)
    with NumpyEpochs(task) as epochs, np.errstate(all="ignore"):
        batch, place, layer = _find_first(model, task, epochs, scores)
    task.restore(before)
    rate = model.optimizer.learning_rate
    what = "the weights grew beyond all numbers" if np.isfinite(loss) else f"the loss became {loss}"
    raise DivergedError(
        f"{what} in epoch {epoch + 1}, batch {batch + 1}; it began in {place}. The weights of the "
        f"last good epoch are back in the model, the history so far is in model.history. Try a smaller learning "
        f"rate (it is {rate:g}), standardise the inputs, or look for extreme values in the data.",
        epoch,
        batch,
        layer,
    )


def _find_first(model: Any, task: Task, epochs: NumpyEpochs, scores: Scores) -> tuple[int, str, str | None]:
    """Return the batch, a description and the layer of the first value that is not finite."""
    order = task.order()
    number = 0
    for number, (start, stop, data) in enumerate(task.batches(order, task.labels(order))):
        draws = task.draws()
        found = _not_finite(model, task, [*data, *task.masks(stop - start)], stop - start)
        if found:
            return number, *found
        task.restore_draws(draws)  # the step draws the same masks again
        loss = epochs.step(data, start, stop) or 0.0  # of the batch, or the penalty
        if task.step_for(stop - start).graph.batch_loss is None:
            loss += scores.loss(epochs.scored(start, stop), data[len(task.x)])
        if not np.isfinite(loss):
            return number, "the loss itself", None
        if not np.isfinite(task.values).all():
            return number, "the weights, which one step moved beyond all numbers", None
    return number, "the loss itself", None


def _not_finite(model: Any, task: Task, data: list[np.ndarray], rows: int) -> tuple[str, str | None] | None:
    """Look at what each layer made in one step, then at each derivative."""
    traced = task.step_for(rows)
    given = dict(zip(traced.graph.inputs, [*data, rows, *task.views, *task.fixed], strict=True))
    found: dict[Any, Any] = {**given, **dict(steps([traced.output], given))}
    for layer, node in traced.training.made:
        if node in found and not np.isfinite(found[node]).all():
            return f"the output of layer {layer.name!r}", layer.name
    for node, value in steps(traced.graph.gradients, given):
        if node.name and node.name.startswith("d") and not np.isfinite(value).all():
            name = _layer_of(model, node.name)
            return f"the derivative {node.name}" + (f" in layer {name!r}" if name else ""), name
    return None


def _layer_of(model: Any, name: str) -> str | None:
    """The layer that a value such as ``z2`` or ``dz2`` belongs to: the first that bears its number."""
    number = int(name[len(name.rstrip("0123456789")) :] or -1)
    layers = [layer for layer in model.walk() if layer is not model and layer.number == number]
    return layers[0].name if layers else None

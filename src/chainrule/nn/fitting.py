"""The training loop: batches, masks and epochs around the engine's steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, NoReturn

import numpy as np

from ..engines.numpy_engine import Stepper, one_blas_thread, vector_with_views
from ..errors import DivergedError
from ..graph.interpret import steps
from .forward import Scores, trace_scores
from .random import generator
from .steps import TracedStep, trace_step
from .tracing import fixed_slots

__all__ = ["Fitting"]

GATHER_BYTES = 32 << 20  # shuffled rows are gathered this much at a time, to keep memory bounded


class Fitting:
    """One call of ``fit``: the weights as one vector, the compiled steps, and the running of epochs.

    Args:
        model: a compiled, built model; its weights become views of one vector.
        x, y: checked data.
        batch_size: rows per step.
        shuffle: whether every epoch takes the rows in another order.
        rng: the source of orders and masks.

    Attributes:
        scores: computes the loss from the scored values of many rows.
        source: the program that runs.
    """

    def __init__(
        self,
        model: Any,
        x: Sequence[np.ndarray],
        y: np.ndarray,
        batch_size: int,
        shuffle: bool,
        rng: np.random.Generator | None,
    ) -> None:
        self.model, self.x, self.y = model, list(x), y
        self.rows, self.batch = len(y), min(batch_size, len(y))
        self.shuffle = shuffle and self.batch < self.rows
        self.rng = rng or generator()
        self.slots = model.trainable_slots
        self.values, self.views = vector_with_views([slot.value for slot in self.slots])
        for slot, view in zip(self.slots, self.views, strict=True):
            view[...] = slot.value
            slot.value = view
        self.state = model._training.state(self.slots)
        self._traced: dict[int, TracedStep] = {}
        self._steppers: dict[int, Stepper] = {}
        self._runs: dict[int, tuple[Any, bool]] = {}  # what a batch of so many rows needs, looked up once
        self._optimizer = model.optimizer
        self._stack = ExitStack()
        self._one_thread: Any = nullcontext  # holds matrix products to one thread while row blocks share the cores
        traced = self._step_for(self.batch)
        self.scores: Scores = trace_scores(model._training.loss, traced.head, y)
        self._scored = np.empty((self.rows, *traced.graph.scored.shape[1:]), traced.graph.scored.dtype)

    @property
    def source(self) -> str:
        """The text of the programs that run: gradients and update."""
        return self._steppers[self.batch].source

    def __enter__(self) -> Fitting:
        if self._stepper(self.batch).threads > 1:
            self._one_thread = one_blas_thread()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.close()
        self._steppers.clear()  # their threads are gone
        self._runs.clear()

    # --- programs ---

    def _step_for(self, rows: int) -> TracedStep:
        known = next((step for step in self._traced.values() if step.any_batch), self._traced.get(rows))
        if known is None:
            known = trace_step(self.model, self.model._training.loss, self.x, self.y, rows)
            self._traced[rows] = known
        return known

    def _stepper(self, rows: int) -> Stepper:
        """The engine's step for batches of ``rows`` rows; a full batch's serves shorter ones too, if it can."""
        traced = self._step_for(rows)
        size = self.batch if traced.any_batch else rows
        if size not in self._steppers:
            fixed = [slot.value for slot in fixed_slots(self.model)]
            update = self.model._training.update_graph(self.values.dtype)
            stepper = Stepper(traced.graph, update, size, self.values, self.views, fixed, self.state.slots)
            self._steppers[size] = self._stack.enter_context(stepper)
        return self._steppers[size]

    # --- epochs ---

    def epoch(self, number: int) -> tuple[float, np.ndarray, np.ndarray]:
        """Go through the data once.

        Returns:
            The loss, the labels in the order in which they came, and the scored values in the same order.

        Raises:
            DivergedError: the loss is NaN or infinite; the weights are those of the epoch before.
        """
        before = self._snapshot()
        with np.errstate(all="ignore"), self._one_thread():
            loss, labels = self._run()
        if not np.isfinite(loss) or not np.isfinite(self.values).all():
            self._diverged(number, loss, before)
        return loss, labels, self._scored

    def _ordered(self) -> tuple[np.ndarray | None, np.ndarray]:
        """Draw the order of an epoch's rows, None for the order they have; and the labels in it."""
        if not self.shuffle:
            return None, self.y
        order = self.rng.permutation(self.rows)
        return order, self.y[order]

    def _run(self) -> tuple[float, np.ndarray]:
        order, labels = self._ordered()
        batch_losses = 0.0
        for start, stop, data in self._batches(order, labels):
            loss = self._one(data, start, stop)
            if loss is not None:
                batch_losses += float(loss) * (stop - start)
        if self._stepper(self.batch).returns_loss:
            return batch_losses / self.rows, labels
        return self.scores.loss(self._scored, labels), labels

    def _one(self, data: Sequence[np.ndarray], start: int, stop: int) -> Any:
        rows = stop - start
        if rows not in self._runs:
            self._runs[rows] = self._stepper(rows).step, bool(self._step_for(rows).training.masks)
        step, masked = self._runs[rows]
        if masked:
            data = [*data, *self._masks(rows)]
        self.state.step += 1
        return step(data, self._scored[start:stop], (self._optimizer.learning_rate, float(self.state.step)))

    def _batches(self, order: np.ndarray | None, labels: np.ndarray) -> Iterator[tuple[int, int, list[np.ndarray]]]:
        """Yield each batch's range and rows; shuffled rows are gathered many batches at a time."""
        row_bytes = max(1, sum(part[:1].nbytes for part in self.x))
        chunk = self.batch * max(1, GATHER_BYTES // (row_bytes * self.batch)) if order is not None else self.rows
        for first in range(0, self.rows, chunk):
            last = min(first + chunk, self.rows)
            if order is None:
                parts = [part[first:last] for part in self.x]
            else:
                parts = [np.take(part, order[first:last], axis=0) for part in self.x]
            for start in range(first, last, self.batch):
                stop = min(start + self.batch, last)
                yield start, stop, [*(p[start - first : stop - first] for p in parts), labels[start:stop]]

    def _masks(self, rows: int) -> list[np.ndarray]:
        return [mask.draw(rows, self.rng) for mask in self._step_for(rows).training.masks]

    # --- when the loss is no number ---

    def _snapshot(self) -> tuple[Any, ...]:
        generators = [
            self.rng,
            *(mask.layer.rng for mask in self._step_for(self.batch).training.masks if mask.layer.rng),
        ]
        states = [(source, source.bit_generator.state) for source in generators]
        return self.values.copy(), [slot.copy() for slot in self.state.slots], self.state.step, states

    def _restore(self, snapshot: tuple[Any, ...]) -> None:
        values, slots, self.state.step, states = snapshot
        self.values[...] = values
        for slot, value in zip(self.state.slots, slots, strict=True):
            slot[...] = value
        for source, state in states:
            source.bit_generator.state = state

    def _diverged(self, epoch: int, loss: float, before: tuple[Any, ...]) -> NoReturn:
        """Repeat the epoch step by step to find where it began, then put the last good weights back."""
        self._restore(before)
        with np.errstate(all="ignore"):
            batch, place, layer = self._find_first()
        self._restore(before)
        rate = self._optimizer.learning_rate
        what = "the weights grew beyond all numbers" if np.isfinite(loss) else f"the loss became {loss}"
        raise DivergedError(
            f"{what} in epoch {epoch + 1}, batch {batch + 1}; it began in {place}. The weights of the "
            f"last good epoch are back in the model, the history so far is in model.history. Try a smaller learning "
            f"rate (it is {rate:g}), standardise the inputs, or look for extreme values in the data.",
            epoch,
            batch,
            layer,
        )

    def _find_first(self) -> tuple[int, str, str | None]:
        """Return the batch, a description and the layer of the first value that is not finite."""
        order, labels = self._ordered()
        for number, (start, stop, data) in enumerate(self._batches(order, labels)):
            sources = [mask.layer.rng or self.rng for mask in self._step_for(stop - start).training.masks]
            states = [(source, source.bit_generator.state) for source in sources]
            found = self._not_finite([*data, *self._masks(stop - start)], stop - start)
            if found:
                return number, *found
            for source, state in states:  # the step draws the same masks again
                source.bit_generator.state = state
            loss = self._one(data, start, stop)
            if loss is None:
                loss = self.scores.loss(self._scored[start:stop], labels[start:stop])
            if not np.isfinite(loss):
                return number, "the loss itself", None
            if not np.isfinite(self.values).all():
                return number, "the weights, which one step moved beyond all numbers", None
        return number, "the loss itself", None

    def _not_finite(self, data: Sequence[np.ndarray], rows: int) -> tuple[str, str | None] | None:
        """Look at what each layer made in one step, then at each derivative."""
        traced = self._step_for(rows)
        values = [*data, rows, *self.views, *(slot.value for slot in fixed_slots(self.model))]
        given = dict(zip(traced.graph.inputs, values, strict=True))
        found = given | dict(steps([traced.output], given))
        for layer, node in traced.training.made:
            if node in found and not np.isfinite(found[node]).all():
                return f"the output of layer {layer.name!r}", layer.name
        for node, value in steps(traced.graph.gradients, given):
            if node.name and node.name.startswith("d") and not np.isfinite(value).all():
                name = self._layer_of(node.name)
                return f"the derivative {node.name}" + (f" in layer {name!r}" if name else ""), name
        return None

    def _layer_of(self, name: str) -> str | None:
        """The layer that a value such as ``z2`` or ``dz2`` belongs to: the first that bears its number."""
        number = int(name[len(name.rstrip("0123456789")) :] or -1)
        layers = [layer for layer in self.model.walk() if layer is not self.model and layer.number == number]
        return layers[0].name if layers else None

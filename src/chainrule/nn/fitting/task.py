"""What a training works on: data, weights as one vector, random draws, and its programs by batch size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ...engines.graphs import UpdateGraph
from ..random import generator
from ..steps import TracedStep
from .batches import rows_of

__all__ = ["Task"]

GATHER_BYTES = 32 << 20  # shuffled rows are gathered this much at a time, to keep memory bounded


class Task:
    """One training, whichever engine runs it: of one network, or of many with members as the last axis of their arrays.

    Args:
        x: the features, checked, each with a row per sample.
        y: the labels, checked.
        batch_size: rows per step.
        shuffle: whether every epoch takes the rows in another order.
        rng: the source of orders and masks; by default the library's.
        trace: gives the graph of a step on so many rows.
        update: the graph of the optimizer's update.
        values: the trainable weights as one vector, (length,) or (length, members), changed in place.
        views: the trainable weights, views of ``values``.
        fixed: the weights that are not trained.
        slots: the optimizer's state, each like ``values``, changed in place.
        settings: returns the learning rate and further numbers that the update takes.
        step: how many steps were done before.
        samples: (n, members) row numbers, if each member has rows of its own.

    Attributes:
        rows: the number of samples.
        batch: rows per step.
        shuffle: whether orders are drawn; a single full batch needs none.
        members: the number of members, or None.
    """

    def __init__(
        self,
        x: Sequence[np.ndarray],
        y: np.ndarray,
        batch_size: int,
        shuffle: bool,
        rng: np.random.Generator | None,
        trace: Callable[[int], TracedStep],
        update: UpdateGraph,
        values: np.ndarray,
        views: Sequence[np.ndarray],
        fixed: Sequence[np.ndarray],
        slots: Sequence[np.ndarray],
        settings: Callable[[], Sequence[Any]],
        step: int = 0,
        samples: np.ndarray | None = None,
    ) -> None:
        self.x, self.y, self.samples = list(x), y, samples
        self.rows, self.batch = len(y), min(batch_size, len(y))
        self.shuffle = shuffle and self.batch < self.rows
        self.rng = rng or generator()
        self.update, self.settings, self.step = update, settings, step
        self.values, self.views, self.fixed, self.slots = values, list(views), list(fixed), list(slots)
        self.members = values.shape[1] if values.ndim == 2 else None
        self._trace = trace
        self._traced: dict[int, TracedStep] = {}

    def step_for(self, rows: int) -> TracedStep:
        """Return the step for batches of so many rows; that of a full batch serves shorter ones too, if it can."""
        known = next((step for step in self._traced.values() if step.any_batch), self._traced.get(rows))
        if known is None:
            known = self._trace(rows)
            self._traced[rows] = known
        return known

    @property
    def sizes(self) -> list[int]:
        """The sizes of batches that occur: the full one, and that of a last shorter one."""
        rest = self.rows % self.batch
        return [self.batch, rest] if rest else [self.batch]

    @property
    def same_rows(self) -> bool:
        """Whether every step sees all rows in the order they have."""
        return self.batch == self.rows and self.samples is None

    # --- random draws ---

    def order(self) -> np.ndarray | None:
        """Draw the order of an epoch's rows, a column per member where they differ; None for the order they have."""
        order = self.rng.permutation(self.rows) if self.shuffle else None
        if self.samples is None:
            return order
        return self.samples if order is None else self.samples[order]

    def labels(self, order: np.ndarray | None) -> np.ndarray:
        """Return the labels in the order of an epoch."""
        return self.y if order is None else rows_of(self.y, order)

    def masks(self, rows: int) -> list[np.ndarray]:
        """Draw the masks of a batch."""
        return [mask.draw(rows, self.rng) for mask in self.step_for(rows).training.masks]

    def batches(self, order: np.ndarray | None, labels: np.ndarray) -> Iterator[tuple[int, int, list[np.ndarray]]]:
        """Yield each batch's range and rows; shuffled rows are gathered many batches at a time."""
        width = self.members or 1 if self.samples is not None else 1
        row_bytes = max(1, width * sum(part[:1].nbytes for part in self.x))
        chunk = self.batch * max(1, GATHER_BYTES // (row_bytes * self.batch)) if order is not None else self.rows
        for first in range(0, self.rows, chunk):
            last = min(first + chunk, self.rows)
            parts = [part[first:last] if order is None else rows_of(part, order[first:last]) for part in self.x]
            for start in range(first, last, self.batch):
                stop = min(start + self.batch, last)
                yield start, stop, [*(p[start - first : stop - first] for p in parts), labels[start:stop]]

    # --- going back ---

    def snapshot(self) -> tuple[Any, ...]:
        """Remember the weights, the optimizer's state and where the random draws are."""
        return self.values.copy(), [slot.copy() for slot in self.slots], self.step, self.draws()

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        """Go back to a snapshot."""
        values, slots, self.step, draws = snapshot
        self.values[...] = values
        for slot, value in zip(self.slots, slots, strict=True):
            slot[...] = value
        self.restore_draws(draws)

    def draws(self) -> list[tuple[np.random.Generator, Any]]:
        """Remember where the random draws are."""
        masks = self.step_for(self.batch).training.masks
        sources = [self.rng, *(mask.source for mask in masks if mask.source)]
        return [(source, source.bit_generator.state) for source in sources]

    def restore_draws(self, draws: list[tuple[np.random.Generator, Any]]) -> None:
        """Let the random draws go on from where they were."""
        for source, state in draws:
            source.bit_generator.state = state

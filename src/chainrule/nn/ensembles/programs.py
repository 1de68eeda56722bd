"""The programs of a crew: those of one network, with members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...engines.graphs import StepGraph, UpdateGraph
from ...graph.emit import Emission, emit
from ...graph.lower import lower
from ...graph.members import NotFoldable
from ...graph.node import Node
from ...graph.simplify import simplify
from ..forward import UseGraph, trace_use
from ..judging import JudgeGraph, trace_judge
from ..model import Model
from ..penalty import trace_penalty
from ..steps import TracedStep, trace_step
from ..tracing import fixed_slots, weights
from .folding import fold_judge, fold_penalty, fold_step, fold_update, fold_use, lifted, other_of

__all__ = ["Programs", "TracedKind", "Validating", "fold_programs"]

Data = tuple[list[np.ndarray], np.ndarray]


class Validating(NamedTuple):
    """The programs of the validation.

    Attributes:
        use: the networks in use; their parameters are the data, then those of the step.
        judge: judges their scored values.
        penalty: what the weights add to the loss, or None; its parameters are those of the step but for the data.
    """

    use: UseGraph
    judge: JudgeGraph
    penalty: Emission | None


class Programs(NamedTuple):
    """What trains the members of several kinds.

    Attributes:
        step: the training step. Its fixed inputs are the weights that are not trained, then ``numbers``.
        numbers: (kinds, numbers): the numbers in which the programs of the kinds differ.
        update: the update. Its settings end in ``settings``.
        settings: (kinds, numbers): those in which the updates differ.
        judge: judges the scored values of an epoch.
        validating: the programs of the validation, or None.
    """

    step: TracedStep
    numbers: np.ndarray
    update: UpdateGraph
    settings: np.ndarray
    judge: JudgeGraph
    validating: Validating | None


class TracedKind:
    """The graphs of one network of a kind."""

    def __init__(self, model: Model, x: Sequence[np.ndarray], y: np.ndarray, held_out: Data | None, rows: int) -> None:
        self.model = model
        self.step = trace_step(model, model.loss, x, y, rows)
        slots = model.trainable_slots
        self.update: UpdateGraph = model._compiled().update_graph(slots[0].dtype if slots else np.float32)
        self.use = None if held_out is None else trace_use(model, held_out[0], scored=True)
        self.trained, self.fixed = weights(slots), weights(fixed_slots(model))
        penalty = trace_penalty(slots, self.trained)
        self.penalty = [] if penalty is None or held_out is None else lower(simplify([penalty]))

    def results(self, other: bool) -> list[Node]:
        """All their results in a row, on the one number of rows or the other.

        Raises:
            NotFoldable: the program holds for one number of rows.
        """
        step, use = self.step.graph, self.use
        if other:
            step, use = other_of(step), None if use is None else other_of(use)
        return [*step.results, *([] if use is None else use.results), *self.penalty]

    def goes_with(self, kind: TracedKind) -> bool:
        """Whether one program trains both: they differ in numbers alone."""
        try:
            lifted([self.results(False), kind.results(False)])
            lifted([self.update.new, kind.update.new])
        except NotFoldable:
            return False
        mine, other = (sorted(metric.name for metric in one.model._compiled().metrics) for one in (self, kind))
        return mine == other and self.model.loss.name == kind.model.loss.name


def fold_programs(
    kinds: Sequence[TracedKind], y: np.ndarray, held_out: Data | None, members: int, own_rows: bool
) -> Programs:
    """Give the programs of some kinds members.

    Args:
        kinds: the graphs of each kind.
        y: checked labels.
        held_out: checked data to validate with, or None.
        members: how many members.
        own_rows: whether each has rows of its own.

    Raises:
        NotFoldable: no one program trains them.
    """
    first, training = kinds[0], kinds[0].model._compiled()
    folded = [_fold(kinds, other, members, own_rows) for other in (False, True)]
    (graph, use, penalty, numbers), (other_graph, other_use, _, _) = folded
    graph.pair_with(other_graph)
    update, settings = fold_update([kind.update for kind in kinds], members)
    head, metrics = first.step.head, training.metrics
    loss = None if graph.batch_loss is not None else training.loss
    judge = fold_judge(trace_judge(loss, metrics, head, y, len(y)), members, own_rows)
    validating = None
    if held_out is not None and use is not None and other_use is not None:
        use.pair_with(other_use)
        labels = held_out[1]
        again = trace_judge(training.loss, metrics, head, labels, len(labels))
        validating = Validating(use, fold_judge(again, members, own_rows=False), penalty)
    step = TracedStep(graph, first.step.training, first.step.output, head)
    step.any_batch = True
    return Programs(step, numbers, update, settings, judge, validating)


def _fold(
    kinds: Sequence[TracedKind], other: bool, members: int, own_rows: bool
) -> tuple[StepGraph, UseGraph | None, Emission | None, np.ndarray]:
    """Fold step, use and penalty, on the one number of rows or the other; they share the numbers that were lifted."""
    first = kinds[0]
    whole = lifted([kind.results(other) for kind in kinds])
    step = other_of(first.step.graph) if other else first.step.graph
    masks, count = len(first.step.training.masks), len(step.results)
    graph = fold_step(step, whole.outputs[:count], whole.nodes, masks, members, own_rows)
    use = None
    if first.use is not None:
        one = other_of(first.use) if other else first.use
        use = fold_use(one, whole.outputs[count : count + len(one.results)], whole.nodes, members)
    penalty = None
    if first.penalty:
        inputs, node = fold_penalty(first.trained, first.fixed, whole.outputs[-1], whole.nodes, members)
        penalty = emit("penalty", inputs, [node], comments=False)
    return graph, use, penalty, whole.numbers

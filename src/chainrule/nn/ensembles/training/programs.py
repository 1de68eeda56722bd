"""The graphs of one network of a kind, and the programs of many that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ....engines.graphs import StepGraph, UpdateGraph
from ....graph.emit import Emission, emit
from ....graph.lower import lower
from ....graph.node import Node
from ....graph.rowwise import rows_are_independent
from ....graph.simplify import simplify
from ...forward import UseGraph, trace_use
from ...judging import JudgeGraph, trace_judge
from ...penalty import trace_penalty
from ...steps import TracedStep, trace_step
from ...tracing import fixed_slots, weights
from .folding import fold_judge, fold_penalty, fold_step, fold_update, fold_use, lifted, other_of
from .given import Data
from .kinds import Kind

__all__ = ["NetworkGraphs", "Programs", "Validating", "fold_programs"]


class NetworkGraphs:
    """The graphs of one network, but for the update.

    Attributes:
        step: the training step.
        use: the network in use, or None if nothing is to be validated.
        trained, fixed: input nodes of the weights that are trained and of the others, for ``penalty``.
        penalty: what the weights add to the loss of the validation: a node, or none.
    """

    def __init__(self, kind: Kind, batch_size: int) -> None:
        model, data = kind.model, kind.data
        slots = model.trainable_slots
        self.step = trace_step(model, model.loss, data.x, data.y, batch_size)
        self.use = None if data.held_out is None else trace_use(model, data.held_out[0], scored=True)
        self.trained, self.fixed = weights(slots), weights(fixed_slots(model))
        penalty = None if data.held_out is None else trace_penalty(slots, self.trained)
        self.penalty = [] if penalty is None else lower(simplify([penalty]))

    def results(self, other: bool = False) -> list[Node]:
        """All results in a row, on the one number of rows that was traced or the other.

        Raises:
            NotFoldable: the program holds for one number of rows.
        """
        step, use = self.step.graph, self.use
        if other:
            step, use = other_of(step), None if use is None else other_of(use)
        return [*step.results, *([] if use is None else use.results), *self.penalty]

    @property
    def draws(self) -> list[Any]:
        """What is drawn for each mask; of its own source of random draws, where that begins."""
        masks = self.step.training.masks
        return [(mask.keep_probability, str(mask.source.bit_generator.state) if mask.source else "") for mask in masks]


class Validating(NamedTuple):
    """The programs of the validation.

    Attributes:
        use: the networks in use; their parameters are the data, then those of the step.
        judge: judges their scored values.
        penalty: what the weights add to the loss, or None; its parameters are those of the step but for the data.
        in_blocks: whether the rows do not see each other, so that blocks of them may be computed one by one.
    """

    use: UseGraph
    judge: JudgeGraph
    penalty: Emission | None
    in_blocks: bool


class Programs(NamedTuple):
    """What trains many networks of several kinds at the same time.

    Attributes:
        step: the training step. Its fixed inputs are the weights that are not trained, then ``numbers``.
        numbers: (kinds, numbers): the numbers in which the steps of the kinds differ.
        update: the update. Its settings are the learning rates, the count of steps, and ``settings``.
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

    def judging(self) -> list[tuple[list[Node], list[Node]]]:
        """Return the graphs beside step and update, inputs and results of each."""
        graphs: list[JudgeGraph | UseGraph] = [self.judge]
        if self.validating is not None:
            graphs += [self.validating.use, self.validating.judge]
        return [(graph.inputs, graph.results) for graph in graphs]


def fold_programs(
    networks: Sequence[NetworkGraphs],
    updates: Sequence[UpdateGraph],
    training: Any,
    data: Data,
    members: int,
    own_rows: bool,
) -> Programs:
    """Give the programs of some kinds members.

    Args:
        networks, updates: the graphs of each kind; they differ in numbers alone.
        training: what one of the models was compiled with.
        data: what the networks are trained on.
        members: how many members.
        own_rows: whether each has rows of its own.

    Raises:
        NotFoldable: no one program trains them.
    """
    first, loss, metrics = networks[0].step, training.loss, training.metrics
    graph, use, penalty, numbers = _fold(networks, False, members, own_rows)
    other_graph, other_use, _, _ = _fold(networks, True, members, own_rows)
    graph.pair_with(other_graph)
    step = TracedStep(graph, first.training, first.output, first.head)
    step.any_batch = True
    update, settings = fold_update(updates, members)
    by_step = graph.batch_loss is not None
    judge = trace_judge(None if by_step else loss, metrics, first.head, data.y, len(data.y))
    validating, one = None, networks[0].use
    if one is not None and use is not None and other_use is not None and data.held_out is not None:
        use.pair_with(other_use)
        labels = data.held_out[1]
        again = trace_judge(loss, metrics, first.head, labels, len(labels))
        in_blocks = rows_are_independent(one.results, one.data, one.shapes)
        validating = Validating(use, fold_judge(again, metrics, members, own_rows=False), penalty, in_blocks)
    return Programs(step, numbers, update, settings, fold_judge(judge, metrics, members, own_rows), validating)


def _fold(
    networks: Sequence[NetworkGraphs], other: bool, members: int, own_rows: bool
) -> tuple[StepGraph, UseGraph | None, Emission | None, np.ndarray]:
    """Fold step, use and penalty, on the one number of rows or the other; they share the numbers that were lifted."""
    first = networks[0]
    whole = lifted([network.results(other) for network in networks])
    results = iter(whole.outputs)

    def next_of(graph: Any) -> list[Any]:
        return [next(results) for _ in graph.results]

    step = other_of(first.step.graph) if other else first.step.graph
    masks = len(first.step.training.masks)
    graph = fold_step(step, next_of(step), whole.nodes, masks, members, own_rows)
    use = penalty = None
    if first.use is not None:
        one = other_of(first.use) if other else first.use
        use = fold_use(one, next_of(one), whole.nodes, members)
    if first.penalty:
        inputs, node = fold_penalty(first.trained, first.fixed, next(results), whole.nodes, members)
        penalty = emit("penalty", inputs, [node], comments=False)
    return graph, use, penalty, whole.numbers

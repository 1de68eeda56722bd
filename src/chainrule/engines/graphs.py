"""The graphs that an engine runs: a training step, and the update of the weights.

A step has two programs. ``gradients`` goes forward and back over a batch and gives the derivative by each weight;
``update`` changes the weights. It treats all of them as one vector.
"""

from __future__ import annotations

from ..graph.batch import Shapes
from ..graph.node import Node

__all__ = ["StepGraph", "UpdateGraph"]


class StepGraph:
    """The nodes of one training step.

    Attributes:
        data: input nodes that hold one row per sample: the features, the labels, random masks.
        count: the input node of the number of rows the loss is averaged over.
        weights: input nodes of the trainable weights.
        fixed: input nodes of weights that are not trained.
        scored: the node from which loss and metrics are computed after the epoch.
        gradients: one node per trainable weight.
        batch_loss: the batch's loss, where it must be computed with the step; else ``None``.
        penalty: what the weights add to the loss, where it is not part of ``batch_loss``; else ``None``.
        other: the same step on another number of rows, if it is one program for any; else ``None``.
        shapes: the shapes of the values on any number of rows.
        splits: whether the gradients of two halves of a batch add up to that of the batch.
    """

    def __init__(
        self,
        data: list[Node],
        count: Node,
        weights: list[Node],
        fixed: list[Node],
        scored: Node,
        gradients: list[Node],
        batch_loss: Node | None,
        penalty: Node | None = None,
    ) -> None:
        self.data, self.count, self.weights, self.fixed = data, count, weights, fixed
        self.scored, self.gradients, self.batch_loss, self.penalty = scored, gradients, batch_loss, penalty
        self.shapes = Shapes(self.results, self.rows)
        self.other: StepGraph | None = None
        self.splits = False

    def pair_with(self, other: StepGraph) -> None:
        """Learn from the same step on another number of rows how each value grows with them."""
        self.other = other
        self.shapes = Shapes(self.results, self.rows, other.results, other.rows)

    @property
    def rows(self) -> int:
        """How many rows the example has."""
        return len(self.data[0].value)

    @property
    def inputs(self) -> list[Node]:
        """Every input, in the order of the program's parameters."""
        return [*self.data, self.count, *self.weights, *self.fixed]

    @property
    def results(self) -> list[Node]:
        """Everything it computes."""
        return [self.scored, *self.gradients, *self.returned]

    @property
    def returned(self) -> list[Node]:
        """The number that a step returns, if any: the batch's loss, or the penalty."""
        return [node for node in (self.batch_loss, self.penalty) if node is not None]


class UpdateGraph:
    """The nodes of the optimizer's update, on all weights as one vector.

    Attributes:
        weights, gradients: input nodes of the long vectors.
        slots: input nodes of the optimizer's state, each as long.
        settings: input nodes of numbers that change: the learning rate, the count of steps.
        new: the new value of ``weights`` and then of each slot.
        other: the same update on vectors of another length.
        shapes: the shapes of the values on vectors of any length.
    """

    def __init__(
        self, weights: Node, gradients: Node, slots: list[Node], settings: list[Node], new: list[Node]
    ) -> None:
        self.weights, self.gradients, self.slots, self.settings = weights, gradients, slots, settings
        self.new = new
        self.shapes = Shapes(new, len(weights.value))
        self.other: UpdateGraph | None = None

    def pair_with(self, other: UpdateGraph) -> None:
        """Learn from the same update on vectors of another length how each value grows with it."""
        self.other = other
        self.shapes = Shapes(self.new, len(self.weights.value), other.new, len(other.weights.value))

    @property
    def inputs(self) -> list[Node]:
        """Every input, in the order of the program's parameters."""
        return [self.weights, self.gradients, *self.slots, *self.settings]

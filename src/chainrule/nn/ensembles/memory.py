"""How many members may be trained at the same time."""

from __future__ import annotations

from math import prod

from ...graph.batch import Shapes
from ...graph.node import CONSTANT, INPUT, Node, topological
from .crews import Plan
from .programs import TracedKind

__all__ = ["bytes_per_member", "most_members"]


def most_members(kind: TracedKind, plan: Plan, memory: float) -> int:
    """Return how many members fit into so many bytes; at least one."""
    return max(1, int(memory // bytes_per_member(kind, plan)))


def bytes_per_member(kind: TracedKind, plan: Plan) -> int:
    """Return about how many bytes the training of one member takes.

    These are the weights, twice, with their gradients and the optimizer's state; every value of a step; and the scored
    values of all rows, with what the loss is computed of; and of the validation.
    """
    step, rows = kind.step.graph, len(plan.y)
    weights = sum(node.value.nbytes for node in [*step.weights, *step.fixed])
    values = _bytes(topological(step.results), step.shapes, min(plan.batch_size, rows))
    scored = 4 * _bytes([step.scored], step.shapes, rows)
    own = sum(part[:1].nbytes for part in plan.x) * plan.batch_size
    validation = 0
    if kind.use is not None and plan.held_out is not None:
        validation = 2 * _bytes(topological(kind.use.results), kind.use.shapes, len(plan.held_out[1]))
    return weights * (4 + len(kind.update.slots)) + values + scored + own + validation


def _bytes(nodes: list[Node], shapes: Shapes, rows: int) -> int:
    computed = [node for node in nodes if node.op not in (INPUT, CONSTANT)]
    return sum(prod(shapes.at(node, rows) or node.shape) * node.dtype.itemsize for node in computed)

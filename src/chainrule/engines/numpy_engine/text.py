"""Write the programs of a training step for NumPy: with buffers, and results in arrays that are there already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...graph.buffers import Plan
from ...graph.emit import Emission, Update, emit
from ...graph.node import CONSTANT, INPUT, Node, make, topological
from ..graphs import StepGraph, UpdateGraph

__all__ = ["gradients_text", "named_stores", "update_text"]


def gradients_text(step: StepGraph, rows: int) -> tuple[Emission, Plan]:
    """Emit the step for batches of at most so many rows, with the plan of its buffers."""
    taken = {node.name for node in step.inputs}
    stores = named_stores([step.scored, *step.gradients], taken)
    first = list(stores)
    outputs = step.returned
    plan = Plan(topological([*outputs, *first]), step.shapes, rows, kept=outputs, stores=stores)
    if step.penalty is not None:
        plan.own_line.add(step.penalty)  # so that its name is read
    return emit("gradients", step.inputs, outputs, first=first, plan=plan, shapes=step.shapes), plan


def update_text(update: UpdateGraph, length: int) -> tuple[Emission, Plan]:
    """Emit the update for vectors of this length. State changes first, so that the weights see the new state."""
    variables = [*update.slots, update.weights]
    values = [*update.new[1:], update.new[0]]
    values = [make(np.copy, (value,)) if value.op is INPUT and value in variables else value for value in values]
    pairs = list(zip(variables, values, strict=True))
    early = values if _reads_replaced(pairs) else []
    plan = Plan(topological(values), update.shapes, length, elsewhere=[] if early else values)
    plan.own_line.update(early)
    updates = [Update(variable, value) for variable, value in pairs]
    return emit("update", update.inputs, [], first=early, updates=updates, plan=plan), plan


def _reads_replaced(pairs: Sequence[tuple[Node, Node]]) -> bool:
    """Whether a new value is made of a variable that an earlier line has replaced; then all are computed first."""
    done: set[Node] = set()
    ready: set[Node] = set()
    for variable, value in pairs:
        needed = topological([value], ready)
        if any(parent in done for node in needed for parent in node.parents):
            return True
        ready.update(needed)
        done.add(variable)
    return False


def named_stores(nodes: Sequence[Node], taken: set[str | None]) -> dict[Node, str]:
    """Name the arrays that results are written into. Each needs a node of its own, made by an operation."""
    stores: dict[Node, str] = {}
    for node in nodes:
        if node in stores or node.op in (INPUT, CONSTANT):
            node = make(np.copy, (node,), name=None if node.op is INPUT else node.name)
        name, count = node.name or "result", 1
        while name in taken or name in stores.values():
            count += 1
            name = f"{node.name or 'result'}_{count}"
        stores[node] = name
    return stores

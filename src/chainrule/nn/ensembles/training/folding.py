"""The graphs of one network turned into those of many: see ``graph.members``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ....engines.graphs import StepGraph, UpdateGraph
from ....graph.members import NotFoldable, lift, with_members
from ....graph.node import CONSTANT, INPUT, Node, placeholder, topological
from ...forward import UseGraph
from ...judging import JudgeGraph
from ...metrics import Metric

__all__ = ["Lifted", "fold_judge", "fold_penalty", "fold_step", "fold_update", "fold_use", "lifted", "other_of"]


class Lifted(NamedTuple):
    """Graphs of several kinds as one.

    Attributes:
        outputs: the outputs of the one graph.
        nodes: its additional inputs, one for each number in which the kinds differ.
        numbers: (kinds, nodes) the numbers.
    """

    outputs: list[Node]
    nodes: list[Node]
    numbers: np.ndarray


def lifted(graphs: Sequence[Sequence[Node]]) -> Lifted:
    """Return graphs that differ in numbers alone as one graph.

    Raises:
        NotFoldable: they differ in more.
    """
    if len(graphs) == 1:
        return Lifted(list(graphs[0]), [], np.zeros((1, 0)))
    found = lift(graphs)
    if found is None:
        raise NotFoldable(graphs[0][0], "in networks that differ in more than numbers")
    numbers = np.array([number.numbers for number in found.numbers]).reshape(len(found.numbers), len(graphs))
    return Lifted(found.outputs, [number.node for number in found.numbers], numbers.T)


def other_of(graph: Any) -> Any:
    """Return the same graph on another number of rows.

    Raises:
        NotFoldable: there is none, for each number of rows has a program of its own.
    """
    if graph.other is None:
        raise NotFoldable(graph.results[0], "in a program that holds for one number of rows")
    return graph.other


def _many(nodes: Sequence[Node], members: int) -> dict[Node, Node]:
    """Return for each input one that has members; Python numbers become float64."""
    values = {node: np.asarray(node.value) for node in nodes}
    return {
        node: placeholder(np.broadcast_to(value[..., None], (*value.shape, members)), node.name or "number")
        for node, value in values.items()
    }


def _with_members(outputs: Sequence[Node], varying: Mapping[Node, Node], batch: Node | None = None) -> list[Node]:
    """Return the outputs with members. Of the example only shapes are kept: values would take as much as training does.

    Raises:
        NotFoldable: an operation has no form for many networks, or an output does not depend on the networks.
    """
    before, results = set(topological(outputs)), with_members(outputs, varying, batch)
    for old, new in zip(outputs, results, strict=True):
        if new is old:
            raise NotFoldable(old, "that is the same for all networks")
    for node in topological(results):
        if node not in before and node.op not in (INPUT, CONSTANT) and node.ndim > 1:
            node.value = np.broadcast_to(np.zeros((), node.dtype), node.shape)
    return results


def fold_step(
    step: StepGraph, results: Sequence[Node], numbers: Sequence[Node], masks: int, members: int, own_rows: bool
) -> StepGraph:
    """Return the step of many networks.

    Args:
        step: the step of one.
        results: its results, lifted.
        numbers: the inputs that were lifted; they follow the weights that are not trained.
        masks: how many of the step's data are masks, which all networks share.
        members: how many networks.
        own_rows: whether each has rows of its own.

    Raises:
        NotFoldable: an operation has no form for many networks.
    """
    own = step.data[: len(step.data) - masks] if own_rows else []
    varying = _many([*own, *step.weights, *step.fixed, *numbers], members)
    scored, *rest = _with_members(results, varying, step.data[0])
    weights = [varying[node] for node in step.weights]
    returned = rest[len(weights) :]
    by_batch, number = step.batch_loss is not None, returned[0] if returned else None
    return StepGraph(
        [varying.get(node, node) for node in step.data], step.count, weights,
        [varying[node] for node in [*step.fixed, *numbers]], scored, rest[: len(weights)],
        batch_loss=number if by_batch else None, penalty=None if by_batch else number,
    )  # fmt: skip


def fold_use(use: UseGraph, results: Sequence[Node], numbers: Sequence[Node], members: int) -> UseGraph:
    """Return the networks in use, all on the same data; arguments as for ``fold_step``."""
    varying = _many([*use.trained, *use.fixed, *numbers], members)
    trained = [varying[node] for node in use.trained]
    fixed = [varying[node] for node in [*use.fixed, *numbers]]
    return UseGraph(use.data, trained, fixed, use.heads, _with_members(results, varying, use.data[0]))


def fold_penalty(
    weights: Sequence[Node], fixed: Sequence[Node], penalty: Node, numbers: Sequence[Node], members: int
) -> tuple[list[Node], Node]:
    """Return the penalty of each of many networks, (members,), and its inputs."""
    varying = _many([*weights, *fixed, *numbers], members)
    (folded,) = _with_members([penalty], varying)
    return list(varying.values()), folded


def fold_update(graphs: Sequence[UpdateGraph], members: int) -> tuple[UpdateGraph, np.ndarray]:
    """Return the update of many networks on a matrix, (length, members), and the numbers in which the kinds differ.

    Its settings are the learning rates, the count of steps, and these numbers, which are given as (kinds, numbers).

    Raises:
        NotFoldable: the kinds differ in more than numbers, or an operation has no form for many networks.
    """
    whole, other = lifted([one.new for one in graphs]), lifted([other_of(one).new for one in graphs])
    graph = _folded_update(graphs[0], whole, members)
    graph.pair_with(_folded_update(other_of(graphs[0]), other, members))
    return graph, whole.numbers


def _folded_update(update: UpdateGraph, whole: Lifted, members: int) -> UpdateGraph:
    rate, step = update.settings
    vectors = [update.weights, update.gradients, *update.slots]
    varying = _many([*vectors, rate, *whole.nodes], members)
    new = _with_members(whole.outputs, varying)
    settings = [varying[rate], step, *(varying[node] for node in whole.nodes)]
    long, gradients, *slots = (varying[node] for node in vectors)
    return UpdateGraph(long, gradients, slots, settings, new)


def fold_judge(judge: JudgeGraph, metrics: Sequence[Metric], members: int, own_rows: bool) -> JudgeGraph:
    """Return what judges many networks: every number is (members,).

    Metrics with operations that have no form for many networks are computed from arrays then.

    Args:
        judge: what judges one.
        metrics: all metrics.
        members: how many networks.
        own_rows: whether each has rows, and so labels, of its own.

    Raises:
        NotFoldable: an operation of the loss has no form for many networks.
    """
    varying = _many([judge.scored, *([judge.labels] if own_rows else [])], members)
    pairs = list(zip(judge.names, judge.results, strict=True))
    kept = [(name, node) for name, node in pairs if name == "loss" or _folds(node, varying, judge.scored)]
    names = [name for name, _ in kept]
    results = _with_members([node for _, node in kept], varying, judge.scored)
    others = [metric for metric in metrics if metric.name not in names]
    labels = varying.get(judge.labels, judge.labels)
    return JudgeGraph(varying[judge.scored], labels, names, results, others)


def _folds(node: Node, varying: Mapping[Node, Node], batch: Node) -> bool:
    try:
        _with_members([node], varying, batch)
    except NotFoldable:
        return False
    return True

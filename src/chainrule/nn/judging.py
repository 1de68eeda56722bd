"""Judge many rows at once: the loss and the metrics, as a program where the graph can say them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..engines.jax_engine.text import with_numpy_dtypes
from ..graph.batch import fold_sizes, same_program, unmistakable_rows
from ..graph.emit import Emission, emit
from ..graph.lower import lower
from ..graph.node import Node, placeholder
from ..graph.simplify import simplify
from ..graph.stable import stabilise
from ..graph.trace import unwrap, wrap
from . import losses
from . import metrics as metric_module
from .losses import Loss
from .metrics import Metric
from .steps import checked_losses
from .tracing import Head, example

__all__ = ["JudgeGraph", "trace_judge"]


class JudgeGraph(NamedTuple):
    """The loss and the metrics of many rows as a graph.

    Attributes:
        scored, labels: the input nodes.
        names: what it gives, in order.
        results: a node for each, a number.
        others: the metrics that are computed from arrays: those that no graph can say, such as the exact AUC, and the
            user's own, which may keep count or look at what changes, such as the learning rate.
    """

    scored: Node
    labels: Node
    names: list[str]
    results: list[Node]
    others: list[Metric]

    @property
    def inputs(self) -> list[Node]:
        """The parameters of its program."""
        return [self.scored, self.labels]

    def text(self) -> Emission:
        """Write it as a plain program."""
        return emit("judge", self.inputs, with_numpy_dtypes(self.results), comments=False)


def trace_judge(loss: Loss | None, metrics: Sequence[Metric], head: Head, y: np.ndarray, rows: int) -> JudgeGraph:
    """Trace what judges outputs.

    Args:
        loss: the loss, or None if the steps return it.
        metrics: the metrics.
        head: what makes the outputs of the scored values.
        y: labels; some serve as example.
        rows: how many rows there will be, used if a few rows do not tell what holds for all.
    """
    value = head.scored.value
    few = unmistakable_rows([*value.shape[1:], *y.shape[1:]])
    more = unmistakable_rows([*value.shape[1:], *y.shape[1:], few], few + 1)
    try:
        graph, other = (_judge(loss, metrics, head, y, number) for number in (few, more))
        if graph.names == other.names and same_program(graph.text(), other.text()):
            return graph
    except Exception:  # the user's loss may want an even number of rows, say; if not, it fails again below
        pass
    return _judge(loss, metrics, head, y, rows)


def _judge(loss: Loss | None, metrics: Sequence[Metric], head: Head, y: np.ndarray, rows: int) -> JudgeGraph:
    value = head.scored.value
    scored = placeholder(np.resize(value, (rows, *value.shape[1:])), "z")
    labels = placeholder(example(y, rows), "y")
    results = [] if loss is None else [_mean_loss(loss, head, scored, labels, rows)]
    names, others = ["loss"] * len(results), []
    for metric in metrics:
        if not _is_the_librarys(metric):
            others.append(metric)
            continue
        try:
            results.append(_metric(metric, head, scored, labels))
            names.append(metric.name)
        except Exception:  # whatever stands against it, it is computed from arrays then
            others.append(metric)
    folded = fold_sizes(results, rows, scored)
    return JudgeGraph(scored, labels, names, lower(simplify(stabilise(folded))), others)


def _mean_loss(loss: Loss, head: Head, scored: Node, labels: Node, rows: int) -> Node:
    """The mean over all rows, summed in float64: some engines add one after the other."""
    with np.errstate(all="ignore"):
        each = checked_losses(loss, loss.call(wrap(labels), head(wrap(scored))), rows)
        return unwrap(np.mean(each.astype(np.float64)) if each.ndim else each)


def _is_the_librarys(metric: Metric) -> bool:
    judge = getattr(metric, "function", metric)
    return judge.__module__ in (metric_module.__name__, losses.__name__)


def _metric(metric: Metric, head: Head, scored: Node, labels: Node) -> Node:
    with np.errstate(all="ignore"):
        return unwrap(np.mean(metric.call(*losses.align(wrap(labels), head(wrap(scored))))))

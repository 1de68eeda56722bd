"""Is a network's derivative right? Its training program against central differences in float64, weight by weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engines.numpy_engine import one_blas_thread
from ..errors import DataError
from ..graph.interpret import steps
from ..graph.node import Node
from ..nn.data import check_y
from ..nn.forward import trace_scores
from ..nn.layers.weights import substitute
from ..nn.penalty import model_penalty
from ..nn.steps import TracedStep, trace_step
from ..nn.tracing import fixed_slots
from .gradient_check import GradientCheck, check_array

__all__ = ["check_model"]


def check_model(model: Any, x: Any, y: Any, tolerance: float = 1e-6, seed: int = 0) -> GradientCheck:
    """Compare the gradients that training computes with central differences of the loss; see ``check_grad``.

    Args:
        model: a compiled model. Its weights are taken to float64 for the comparison and put back afterwards.
        x, y: data as for ``fit``; a few rows are enough, and quick. Layers behave as in training, but dropout keeps
            every entry.
        tolerance: the largest relative error allowed.
        seed: which entries to look at in weights of more than 400.

    Raises:
        NotCompiledError: the model has no loss yet.
        ShapeError, DataError: the data do not fit the model, or it has no weights that are trained.
    """
    data = model.as_inputs(x)
    labels = check_y(y, model.output_shape, model.loss, model.dtype, len(data[0]))
    data = [np.asarray(part, np.float64) for part in data]
    labels = labels.astype(np.float64) if labels.dtype.kind == "f" else labels
    weights = [np.array(slot.value, np.float64) for slot in model.weight_slots]
    rng = np.random.default_rng(seed)
    if not model.trainable_slots:
        raise DataError(f"{model.described} has no weights that are trained, so there is no gradient to check")
    one_thread = one_blas_thread()  # the products are so small that sharing them among threads may cost ten times more
    with one_thread(), substitute(model.weight_slots, weights):
        step = trace_step(model, model.loss, data, labels, len(labels))
        given = _given(model, step, data, labels)
        scores = trace_scores(model.loss, step.head, labels)

        def loss() -> float:
            (scored,) = _values([step.graph.scored], given)
            return scores.loss(scored, labels) + model_penalty(model)

        gradients = _values(step.graph.gradients, given)
        checks = [
            check_array(slot.path, slot.value, gradient, loss, rng)
            for slot, gradient in zip(model.trainable_slots, gradients, strict=True)
        ]
    return GradientCheck(checks, tolerance)


def _given(model: Any, step: TracedStep, x: list[np.ndarray], y: np.ndarray) -> dict[Node, Any]:
    """What the inputs of the training program stand for: the weights themselves, and masks that keep everything."""
    masks = [np.ones((len(y), *mask.node.shape[1:])) for mask in step.training.masks]
    weights = [slot.value for slot in [*model.trainable_slots, *fixed_slots(model)]]
    return dict(zip(step.graph.inputs, [*x, y, *masks, len(y), *weights], strict=True))


def _values(nodes: Sequence[Node], given: dict[Node, Any]) -> list[np.ndarray]:
    found = given | dict(steps(nodes, given))
    return [np.asarray(found[node]) for node in nodes]

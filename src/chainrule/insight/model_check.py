"""Is a network's derivative right? Its training program against central differences in float64, weight by weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph.interpret import steps
from ..nn.data import check_y
from ..nn.forward import trace_forward, trace_scores
from ..nn.layers.weights import substitute
from ..nn.steps import trace_step
from .gradient_check import GradientCheck, check_array

__all__ = ["check_model"]


def check_model(model: Any, x: Any, y: Any, tolerance: float = 1e-6, seed: int = 0) -> GradientCheck:
    """Compare the gradients that training computes with central differences of the loss; see ``check_grad``.

    Args:
        model: a compiled model. Its weights are taken to float64 for the comparison and put back afterwards.
        x, y: data as for ``fit``; a few rows are enough, and quick. Dropout keeps every entry.
        tolerance: the largest relative error allowed.
        seed: which entries to look at in weights of more than 400.

    Raises:
        NotCompiledError: the model has no loss yet.
        ShapeError, DataError: the data do not fit the model.
    """
    data = model.as_inputs(x)
    labels = check_y(y, model.output_shape, model.loss, model.dtype, len(data[0]))
    data = [np.asarray(part, np.float64) for part in data]
    labels = labels.astype(np.float64) if labels.dtype.kind == "f" else labels
    weights = [np.array(slot.value, np.float64) for slot in model.weight_slots]
    rng = np.random.default_rng(seed)
    with substitute(model.weight_slots, weights):
        gradients = _gradients(model, data, labels)
        forward = trace_forward(model, data)
        scores = trace_scores(model.loss, forward.heads[0], labels)

        def loss() -> float:
            return scores.loss(forward.scored(data)[0], labels)

        checks = [
            check_array(slot.path, slot.value, gradient, loss, rng)
            for slot, gradient in zip(model.trainable_slots, gradients, strict=True)
        ]
    return GradientCheck(checks, tolerance)


def _gradients(model: Any, x: list[np.ndarray], y: np.ndarray) -> list[np.ndarray]:
    """The values of the training program's gradients, for masks that keep everything."""
    step = trace_step(model, model.loss, x, y, len(y))
    masks = [np.ones((len(y), *mask.node.shape[1:])) for mask in step.training.masks]
    trained = [slot.value for slot in model.trainable_slots]
    fixed = [slot.value for slot in model.weight_slots if slot not in set(model.trainable_slots)]
    given = dict(zip(step.graph.inputs, [*x, y, *masks, len(y), *trained, *fixed], strict=True))
    values = given | dict(steps(step.graph.gradients, given))
    return [np.asarray(values[node]) for node in step.graph.gradients]

"""Data as ``look`` takes them: a batch, or a single sample; what does not fit is told by the layer it does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import DataError, NotCompiledError, ShapeError
from ...nn.data import check_y
from ...nn.symbolic import listed

__all__ = ["checked"]


def checked(model: Any, x: Any, y: Any) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Return data and labels as the program takes them; a single sample as a batch of one row.

    Args:
        model: a model; compiled, if there are labels.
        x: a batch, or a sample without the axis of rows.
        y: labels, or None.

    Raises:
        NotCompiledError, ShapeError, DataError: see ``look``.
    """
    alone = _is_one_sample(model, x)
    try:
        data = model.as_inputs(_with_rows(x) if alone else x)
    except ShapeError as error:
        if not model.built:
            raise
        raise ShapeError(f"{_takers(model)}. {error}") from error
    if y is None:
        return data, None
    if len(model.outputs) != 1:
        raise DataError(f"{model.described} has several outputs and no loss: leave y out to see the forward pass")
    try:
        loss = model.loss
    except NotCompiledError as error:
        raise NotCompiledError(f"{error}; or leave y out to see the forward pass alone") from None
    if alone and np.ndim(y) < len(model.output_shape):
        y = np.asarray(y)[np.newaxis]
    try:
        return data, check_y(y, model.output_shape, loss, model.dtype, len(data[0]))
    except ShapeError as error:
        layer, shape = model.outputs[0].call.layer, model.output_shape
        raise ShapeError(f"{layer.described} returns {_as_n(shape)} and its labels should fit. {error}") from error


def _is_one_sample(model: Any, x: Any) -> bool:
    if not model.built:
        return False
    shapes = [tensor.shape[1:] for tensor in model.inputs]
    parts = list(x.values()) if isinstance(x, dict) else [x] if len(shapes) == 1 else x
    return len(parts) == len(shapes) and all(_shape(part) == shape for part, shape in zip(parts, shapes, strict=True))


def _shape(part: Any) -> tuple[int, ...] | None:
    try:
        return np.shape(part)
    except ValueError:  # a list of rows of different lengths, which is reported later
        return None


def _with_rows(x: Any) -> Any:
    if isinstance(x, dict):
        return {name: np.asarray(part)[np.newaxis] for name, part in x.items()}
    if isinstance(x, (list, tuple)) and np.ndim(x[0]):
        return [np.asarray(part)[np.newaxis] for part in x]
    return np.asarray(x)[np.newaxis]


def _takers(model: Any) -> str:
    """Say which layers take the model's inputs, and of what shape."""
    found = []
    for tensor in model.inputs:
        layers = [call.layer for call in model.calls_inside() if any(one is tensor for one in listed(call.inputs))]
        described = (layers[0] if layers else model).described
        found.append(f"{described} expects shape {_as_n(tensor.shape)}")
    return " and ".join(found)


def _as_n(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('n' if size is None else str(size) for size in shape)}{',' if len(shape) == 1 else ''})"

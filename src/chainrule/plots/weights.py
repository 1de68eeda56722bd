"""What a layer looks for: its weights as images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..errors import DataError, ShapeError
from ..nn.data import check_count
from ..nn.layers import Layer
from ..nn.model import Model
from .scales import colours_for
from .style import new_figure
from .values import heat_map

__all__ = ["weights"]

SMALLEST_IMAGE = 8  # pixels a side, below which a square number of features is chance rather than an image


def weights(
    model: Model,
    layer: str | int | Layer | None = None,
    *,
    shape: tuple[int, int] | None = None,
    count: int = 16,
    figure: Figure | None = None,
) -> Figure:
    """The weights that lead into each unit of a layer, as images if its inputs are one, else as one heat map.

    Blue is positive, red negative, white zero; all images share one scale. What is blue in a unit's image makes its
    sum grow where there is ink, what is red makes it shrink.

    Args:
        model: a built model.
        layer: the layer's name, its place in ``model.layers``, or the layer; by default the first that has a matrix of
            weights.
        shape: height and width of the inputs as an image. By default that of the model's ``Input`` if it has two axes,
            or the square root for a square number of at least 64 inputs (784 are 28×28); both for the first layer only.
            Other layers, and inputs that are no image, become a heat map with inputs as rows and units as columns.
        count: how many units to draw as images, from the first; the heat map shows all.
        figure: an empty figure to draw on; a new one if not given.

    Returns:
        The figure, with one axes for each image, or one heat map, and a colour bar.

    Raises:
        DataError: the model is not built, the layer has no matrix of weights, or ``count`` is below 1.
        UnknownNameError: no layer has this name.
        ShapeError: ``shape`` does not hold as many pixels as the layer has inputs.

    >>> from chainrule import Input, Sequential
    >>> from chainrule.layers import Dense
    >>> model = Sequential([Input((784,)), Dense(256, activation="tanh"), Dense(1)])
    >>> figure = weights(model, count=4)
    >>> [axes.get_title() for axes in figure.axes[:4]]
    ['unit 0', 'unit 1', 'unit 2', 'unit 3']
    """
    chosen = _layer(model, layer)
    matrix = _matrix(chosen)
    count = check_count("count", count, 1, "It says how many units to draw.")
    height_width = _checked_shape(shape, len(matrix)) if shape is not None else _image_shape(model, chosen, len(matrix))
    if height_width is None:
        return _table(chosen, matrix, figure)
    return _images(chosen, matrix, height_width, min(count, matrix.shape[1]), figure)


def _images(layer: Layer, matrix: NDArray[Any], shape: tuple[int, int], count: int, figure: Figure | None) -> Figure:
    columns = min(count, 4 if count <= 16 else 8)
    rows = -(-count // columns)
    tall = float(np.clip(shape[0] / shape[1], 0.25, 4))
    figure = new_figure(1.25 * columns + 1.0, (1.25 * tall + 0.25) * rows + 0.4) if figure is None else figure
    shown = matrix[:, :count].T.reshape(count, *shape)
    cmap, norm = colours_for(shown, signed=True)
    grid = figure.subplots(rows, columns, squeeze=False)
    for unit, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if unit < count:
            image = axes.imshow(shown[unit], cmap=cmap, norm=norm, interpolation="nearest")
            axes.set_title(f"unit {unit}", fontsize=9)
    for axes in grid.flat[count:]:
        axes.remove()
    figure.colorbar(image, ax=list(grid.flat[:count]), label="weight", fraction=0.04, aspect=30)
    which = f"{count} of {matrix.shape[1]}" if count < matrix.shape[1] else f"{count}"
    figure.suptitle(f"{layer.name}: weights of {which} unit{'s' * (matrix.shape[1] > 1)}")
    return figure


def _table(layer: Layer, matrix: NDArray[Any], figure: Figure | None) -> Figure:
    inputs, units = matrix.shape
    size = (float(np.clip(1.8 + 0.3 * units, 3.2, 8.0)), float(np.clip(1.2 + 0.16 * inputs, 2.4, 7.0)))
    figure = new_figure(*size) if figure is None else figure
    axes = figure.add_subplot()
    heat_map(axes, f"{layer.name}: weights", matrix)
    axes.set(xlabel="unit", ylabel="input")
    return figure


# --- which layer, which shape ---


def _layer(model: Model, layer: str | int | Layer | None) -> Layer:
    if not isinstance(model, Model) or not model.built:
        raise DataError(
            f"weights are drawn from a built model. Received: {model!r}. Begin it with Input(shape=...), or call "
            f"model.build((None, features))."
        )
    if isinstance(layer, Layer):
        return layer
    if layer is not None:
        return model.get_layer(index=layer) if isinstance(layer, int) else model.get_layer(layer)
    for candidate in _weighted(model):
        return candidate
    raise DataError(f"{model.described} has no layer with a matrix of weights.")


def _weighted(model: Model) -> list[Layer]:
    """The layers that own a matrix of weights, in order."""
    return [
        layer for layer in model.walk() if isinstance(layer, Layer) and any(len(s.shape) == 2 for s in layer._slots)
    ]


def _matrix(layer: Layer) -> NDArray[Any]:
    """The layer's matrix of weights, (inputs, units)."""
    matrices = [slot for slot in layer.weight_slots if len(slot.shape) == 2]
    if len(matrices) != 1:
        held = ", ".join(f"{slot.name} {slot.shape}" for slot in layer.weight_slots) or "none"
        raise DataError(f"{layer.described} must have one matrix of weights to be drawn. Its weights: {held}.")
    return np.asarray(matrices[0].value)


def _checked_shape(shape: Any, inputs: int) -> tuple[int, int]:
    sides = shape if isinstance(shape, (tuple, list)) and len(shape) == 2 else ()
    whole = sides and all(isinstance(side, (int, np.integer)) and side > 0 for side in sides)
    if not whole or math.prod(sides) != inputs:
        raise ShapeError(
            f"shape must be (height, width) with height times width = {inputs}, the inputs of the layer. "
            f"Received: {shape!r}."
        )
    return int(shape[0]), int(shape[1])


def _image_shape(model: Model, layer: Layer, inputs: int) -> tuple[int, int] | None:
    """The shape of the model's inputs as an image, if the layer is the first to see them and they look like one."""
    if layer is not _weighted(model)[0]:
        return None
    given = [int(size) for size in model.inputs[0].shape[1:] if size]
    if len(given) == 2 and math.prod(given) == inputs:
        return given[0], given[1]
    side = math.isqrt(inputs)
    return (side, side) if side * side == inputs and side >= SMALLEST_IMAGE else None

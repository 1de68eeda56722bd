"""A look at the data: a grid of labelled images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, ShapeError
from ..nn.scores import class_pair
from .style import RED, new_figure

__all__ = ["samples"]

LONGEST_LINE = 10  # letters that fit over an image


def samples(
    images: ArrayLike,
    labels: ArrayLike,
    predictions: ArrayLike | None = None,
    rows: int = 3,
    columns: int = 8,
    names: Sequence[str] | None = None,
    seed: int | None = 0,
    figure: Figure | None = None,
) -> Figure:
    """Random images with their labels; with predictions, wrong answers are framed and named.

    Args:
        images: (n, height, width) or (n, height, width, 1) grey values, (n, height, width, 3) colours, or
            flattened squares such as (n, 784). Grey is drawn as ink on paper: the largest value of the set is
            black.
        labels: (n,) or (n, 1), the true classes.
        predictions: (n,) or (n, 1), the classes that were answered; if given, wrong ones are marked.
        rows: rows of the grid.
        columns: columns of the grid; where there are fewer images than places, all are drawn.
        names: what to call the classes 0, 1, ...
        seed: seed of the choice; ``None`` draws anew each time.
        figure: an empty figure to draw on; a new one if not given.

    Returns:
        The figure, with one axes for each image.

    Raises:
        ShapeError: ``images`` are not images, or the lengths do not fit.
        DataError: there are no images, the grid has no place, predictions are not classes, or a class has no
            name.

    >>> figure = samples(np.zeros((10, 28, 28)), np.arange(10), rows=1, columns=4)
    >>> len(figure.axes)
    4
    """
    pictures = _images(images)
    truth, answers = _classes(labels, predictions, len(pictures))
    if rows < 1 or columns < 1:
        raise DataError(f"the grid needs at least one row and one column. Received: {rows} by {columns}.")
    count = min(rows * columns, len(pictures))
    chosen = np.random.default_rng(seed).choice(len(pictures), size=count, replace=False)
    columns = min(columns, count)
    rows = -(-count // columns)
    lightest, darkest = pictures.min(), pictures.max()
    width = max([1.05, *(0.1 * len(f"not {name}") for name in ([] if names is None else names))])
    figure = new_figure(width * columns, 1.3 * rows) if figure is None else figure
    for place, i in enumerate(chosen, start=1):
        axes = figure.add_subplot(rows, columns, place, xticks=[], yticks=[])
        axes.imshow(pictures[i], cmap="gray_r", vmin=lightest, vmax=darkest)
        _caption(axes, truth[i], answers[i], names)
    return figure


def _caption(axes: Axes, label: Any, answer: Any, names: Sequence[str] | None) -> None:
    """The label above the image; where the answer was wrong, what it was, and a frame around."""
    if answer == label:
        axes.set_title(_name(label, names), fontsize=10)
        axes.spines[:].set_visible(False)
        return
    words = f"{_name(label, names)}, not {_name(answer, names)}"
    if len(words) > LONGEST_LINE:
        words = words.replace(", not ", ",\nnot ")
    axes.set_title(words, fontsize=10, color=RED, weight="bold")
    axes.spines[:].set(color=RED, linewidth=2.5)


def _name(label: Any, names: Sequence[str] | None) -> str:
    if names is None:
        return str(label)
    if label not in range(len(names)):
        raise DataError(
            f"names has {len(names)} entries, for the classes 0 to {len(names) - 1}; class {label} has none."
        )
    return names[int(label)]


def _images(values: ArrayLike) -> NDArray[Any]:
    """``values`` as (n, height, width) or (n, height, width, 3), checked."""
    images = np.asarray(values)
    if images.ndim == 2:
        side = round(images.shape[1] ** 0.5)
        if side * side == images.shape[1]:
            images = images.reshape(-1, side, side)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] == 3):
        raise ShapeError(
            f"images must be (n, height, width), (n, height, width, 1 or 3), or flattened squares such as "
            f"(n, 784). Received: {images.shape}."
        )
    if not images.size:
        raise DataError(f"there are no images to draw. Received shape: {images.shape}.")
    if images.dtype.kind not in "biuf":
        raise DataError(f"images must hold numbers. Received: dtype {images.dtype}.")
    return images


def _classes(labels: ArrayLike, predictions: ArrayLike | None, count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """True and answered classes, (count,) each. Without predictions, every answer is as good as right."""
    if predictions is None:
        predictions = labels
    truth, answers = class_pair(labels, "labels", predictions, "predictions")
    if len(truth) != count:
        raise ShapeError(f"labels needs an entry for each of the {count} images. Received: {len(truth)}.")
    return truth, answers

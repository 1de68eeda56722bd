"""Arrays as pictures: what is in them, seen at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..graph.mathematics.tables import number_text
from .scales import colours_for
from .style import GREY, new_figure

__all__ = ["block_means", "heat_map", "heat_maps"]

MOST_CELLS = 400  # rows or columns drawn one by one; a panel is not many more pixels wide


def heat_maps(values: Mapping[str, ArrayLike], columns: int = 3, figure: Figure | None = None) -> Figure:
    """A grid of named arrays as heat maps: matrices as images, vectors as one row, single numbers as text.

    White is zero, blue is positive, red is negative; each array has a scale of its own, written beside it. What is
    not a finite number is grey and counted in the title. An array with more than 400 rows or columns is drawn as the
    means of equal blocks, and its title says so. With more than two axes, those after the first are laid out in a row.

    Args:
        values: arrays of numbers by name, of any shape; rows are samples.
        columns: panels beside each other.
        figure: an empty figure to draw on; a new one if not given.

    Returns:
        The figure. Each panel's title is the array's name and shape, such as ``z1  (10×256)``.

    Raises:
        DataError: there is nothing to draw, an array is empty or does not hold real numbers, or ``columns`` is below 1.

    >>> figure = heat_maps({"W1": np.eye(3, 2), "b1": np.zeros(2), "loss": 0.25})
    >>> [axes.get_title() for axes in figure.axes if axes.get_title()]
    ['W1  (3×2)', 'b1  (2)', 'loss']
    """
    arrays = _checked(values)
    if columns < 1:
        raise DataError(f"heat_maps needs at least one column. Received: {columns!r}.")
    columns = min(columns, len(arrays))
    rows = -(-len(arrays) // columns)
    figure = new_figure(3.6 * columns, 2.5 * rows) if figure is None else figure
    for place, (name, array) in enumerate(arrays.items(), start=1):
        axes = figure.add_subplot(rows, columns, place)
        if array.size == 1:
            _number(axes, name, array)
        else:
            heat_map(axes, name, array)
    return figure


def heat_map(axes: Axes, name: str, array: NDArray[Any]) -> None:
    """Draw one array that has at least one axis, with its title and colour bar."""
    table = np.atleast_2d(array.reshape(array.shape[0], -1) if array.ndim > 1 else array)
    shown, block = block_means(table, MOST_CELLS)
    cmap, norm = colours_for(shown, signed=bool((array < 0).any()))
    bottom, right = (size * step - 0.5 for size, step in zip(shown.shape, block, strict=True))
    extent = (-0.5, right, bottom, -0.5)
    image = axes.imshow(shown, cmap=cmap, norm=norm, aspect="auto", interpolation="nearest", extent=extent)
    axes.set(xlim=(-0.5, table.shape[1] - 0.5), ylim=(table.shape[0] - 0.5, -0.5))  # the last block may be smaller
    axes.set_title(_title(name, array, block), fontsize=10)
    axes.spines[:].set(color=GREY, linewidth=0.6)
    axes.tick_params(labelsize=8, color=GREY)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    if array.ndim == 1:
        axes.set_yticks([])
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.06, pad=0.02)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)


def block_means(table: NDArray[Any], most: int) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """A matrix as the means of its blocks, so that at most ``most`` of them lie along each axis.

    Returns:
        the means, and the rows and columns of a block; the last block along an axis may be smaller.

    >>> means, block = block_means(np.arange(10.0).reshape(2, 5), most=3)
    >>> means, block
    (array([[0.5, 2.5, 4. ],
           [5.5, 7.5, 9. ]]), (1, 2))
    """
    means = table.astype(np.float64)
    steps = tuple(-(-size // most) for size in table.shape)
    for axis, step in enumerate(steps):
        starts = np.arange(0, table.shape[axis], step)
        counts = np.diff([*starts, table.shape[axis]])
        with np.errstate(invalid="ignore"):  # opposite infinities
            means = np.add.reduceat(means, starts, axis=axis) / np.expand_dims(counts, 1 - axis)
    return means, (steps[0], steps[1])


def _title(name: str, array: NDArray[Any], block: tuple[int, int]) -> str:
    words = f"{name}  ({'×'.join(map(str, array.shape))})" if array.ndim else name
    if block != (1, 1):
        words += f"\nmeans of blocks of {block[0]}×{block[1]}"
    if bad := int(array.size - np.isfinite(array).sum()):
        words += f"\n{bad} not finite"
    return words


def _number(axes: Axes, name: str, array: NDArray[Any]) -> None:
    axes.set_axis_off()
    axes.set_title(_title(name, array, (1, 1)), fontsize=10)
    axes.text(0.5, 0.5, number_text(array.item()), ha="center", va="center", fontsize=18)


def _checked(values: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    """The arrays by name, checked."""
    if not isinstance(values, Mapping) or not values:
        raise DataError(f"heat_maps needs arrays by name, such as {{'W1': w}}. Received: {values!r}.")
    arrays = {str(name): np.asarray(array) for name, array in values.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise DataError(f"{name} must hold real numbers to be drawn. Received: dtype {array.dtype}.")
        if not array.size:
            raise DataError(f"{name} is empty, so there is nothing to draw. Received shape: {array.shape}.")
    return arrays

"""Where a classifier changes its answer, in the plane of two features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, ShapeError
from ..graph.functions import softmax
from .style import PENS, axes_for, figure_of, tidy

__all__ = ["decision_boundary"]

GRID = 250  # points along each axis at which the classifier is asked
MARGIN = 0.12  # of the range of the data, on each side
PALEST, STRONGEST = 0.12, 0.55  # how much of its colour a region has where the classifier is least and most sure


@overload
def decision_boundary(
    model: Any, x: ArrayLike, y: ArrayLike, *, names: Sequence[str] | None = ..., ax: None = ...
) -> Figure: ...
@overload
def decision_boundary(
    model: Any, x: ArrayLike, y: ArrayLike, *, names: Sequence[str] | None = ..., ax: Axes
) -> Axes: ...
def decision_boundary(
    model: Any, x: ArrayLike, y: ArrayLike, *, names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes | Figure:
    """The regions of a classifier's answers in the plane of two features, and the points it is asked about.

    The stronger the colour, the surer the answer. Black lines are where it changes: at probability one half for two
    classes, where the two largest are equal for more.

    Args:
        model: a model with ``predict``, or a function from points (m, 2) to answers. Answers are probabilities of
            class 1, shape (m,) or (m, 1); a score for each class, (m, classes); or the classes themselves, as whole
            numbers (m,). One output that leaves [0, 1] is taken for a score, positive for class 1; several that are no
            probabilities are made so by softmax.
        x: (n, 2) points.
        y: their classes 0, 1, ..., shape (n,) or (n, 1), or one-hot, (n, classes).
        names: what to call the classes.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        ShapeError: there are not exactly two features, the lengths do not fit, or the answers have another shape.
        DataError: labels are not classes the model knows, a class has no name, or a number is not finite.

    >>> x, y = np.array([[-1.0, 0.0], [2.0, 1.0]]), np.array([0, 1])
    >>> figure = decision_boundary(lambda points: 1 / (1 + np.exp(-points[:, 0])), x, y)
    >>> figure.axes[0].get_title()
    '100.0% of the points are answered right'
    """
    points = _points(x)
    across, up = (_range(points[:, feature]) for feature in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    answers = _answers(model, np.concatenate([points, grid]))
    sure = _probabilities(answers)
    count = sure.shape[1]
    classes = _classes(y, len(points), count)
    called = _names(names, count)
    axes = axes_for(ax, 5.6, 4.2)
    _regions(axes, across, up, sure[len(points) :].reshape(len(up), len(across), count))
    for k in range(count):
        _scatter(axes, points[classes == k], k, called[k])
    if count == 2 and answers.dtype.kind == "f":
        _colour_bar(axes, answers, called[1])
    right = np.mean(sure[: len(points)].argmax(axis=1) == classes)
    tidy(axes, f"{right:.1%} of the points are answered right", "feature 0", "feature 1")
    axes.grid(visible=False)
    axes.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    axes.legend(framealpha=0.85, edgecolor="none", handletextpad=0.3)
    return axes if ax is not None else figure_of(axes)


# --- what is drawn ---


def _regions(axes: Axes, across: NDArray[Any], up: NDArray[Any], sure: NDArray[np.float64]) -> None:
    """Colour each place by its class, and draw a line where a class is as likely as the likeliest other."""
    extent = (across[0], across[-1], up[0], up[-1])
    axes.imshow(_colours(sure), extent=extent, origin="lower", aspect="auto", interpolation="bilinear", zorder=0)
    classes = range(sure.shape[2])
    for k in classes[1:] if len(classes) == 2 else classes:
        ahead = sure[..., k] - np.delete(sure, k, axis=2).max(axis=2)
        if ahead.min() < 0 < ahead.max():
            axes.contour(across, up, ahead, levels=[0], colors="black", linewidths=1.2, zorder=1)


def _colours(sure: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., classes) probabilities to (..., 3) colours: that of the likeliest class, paler where it is less sure."""
    count = sure.shape[-1]
    palette = np.array([to_rgb(_pen(k)["color"]) for k in range(count)])
    certainty = (sure.max(axis=-1, keepdims=True) - 1 / count) / (1 - 1 / count)
    strength = PALEST + (STRONGEST - PALEST) * certainty
    return 1 - strength * (1 - palette[sure.argmax(axis=-1)])


def _colour_bar(axes: Axes, answers: NDArray[Any], name: str) -> None:
    """What the colours of two classes mean: the model's one output, or its second."""
    share = np.linspace(0, 1, 256)
    bar = ScalarMappable(cmap=ListedColormap(_colours(np.stack([1 - share, share], axis=1))))
    limit = _score_limit(answers)
    bar.set_clim(-limit if limit else 0, limit or 1)
    axes.figure.colorbar(bar, ax=axes, label="output" if limit else f"probability of {name}")


def _scatter(axes: Axes, points: NDArray[Any], k: int, name: str) -> None:
    style = _pen(k)
    axes.scatter(
        points[:, 0], points[:, 1], s=26, color=style["color"], marker=style["marker"], edgecolors="white",
        linewidths=0.7, label=name, zorder=2,
    )  # fmt: skip


def _pen(k: int) -> dict[str, Any]:
    return dict(PENS[k % len(PENS)])


# --- what comes in ---


def _answers(model: Any, points: NDArray[Any]) -> NDArray[Any]:
    """What the model says of each point, (m,), (m, 1) or (m, classes), checked."""
    predict = getattr(model, "predict", model)
    if not callable(predict):
        raise DataError(
            f"decision_boundary needs a model with predict, or a function of points (m, 2). "
            f"Received: {type(model).__name__}."
        )
    answers = np.asarray(predict(points))
    if answers.ndim not in (1, 2) or len(answers) != len(points) or not answers.size:
        raise ShapeError(
            f"the model must answer m points by (m,) or (m, 1) numbers, or by (m, classes). "
            f"Received: shape {answers.shape} for {len(points)} points."
        )
    if answers.dtype.kind not in "biuf" or not np.isfinite(answers).all():
        raise DataError(
            f"the model must answer by finite numbers: probabilities, scores, or classes 0, 1, ... "
            f"Received: dtype {answers.dtype}{', with NaN or infinity' if answers.dtype.kind == 'f' else ''}."
        )
    if answers.dtype.kind == "i" and answers.min() < 0:
        raise DataError(f"whole numbers are taken for classes 0, 1, ... Received: {answers.min()}.")
    return answers


def _probabilities(answers: NDArray[Any]) -> NDArray[np.float64]:
    """How likely each class is, (m, classes), as the model has it; each row adds up to 1."""
    if answers.ndim == 2 and answers.shape[1] > 1:
        rows = answers.astype(np.float64)
        proper = (rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, atol=1e-4)
        return rows if proper else np.asarray(softmax(rows))
    column = answers.reshape(-1)
    if column.dtype.kind in "biu":
        return np.eye(max(2, int(column.max()) + 1))[column.astype(int)]
    limit = _score_limit(answers)
    share = (column.astype(np.float64) / limit + 1) / 2 if limit else column.astype(np.float64)
    return np.stack([1 - share, share], axis=1)


def _score_limit(answers: NDArray[Any]) -> float:
    """The largest size of one output that is a score and no probability; 0 where it is a probability."""
    one_output = answers.ndim == 1 or answers.shape[1] == 1
    inside = ((answers >= 0) & (answers <= 1)).all()
    return 0.0 if inside or not one_output else float(np.abs(answers).max())


def _points(x: ArrayLike) -> NDArray[np.float64]:
    points = np.asarray(x)
    if points.ndim != 2 or points.shape[1] != 2:
        features = f": {points.shape[1]} features" if points.ndim == 2 else ""
        raise ShapeError(
            f"decision_boundary draws the plane of two features, so x must have shape (n, 2). Received: {points.shape}"
            f"{features}. Train a network on two of the features, x[:, [0, 1]], or give a function of two numbers that "
            f"fills in the others."
        )
    if not len(points) or points.dtype.kind not in "biuf" or not np.isfinite(points).all():
        raise DataError("x must hold finite numbers, at least one point. Received: none, text, NaN or infinity.")
    return points.astype(np.float64)


def _classes(y: ArrayLike, n: int, count: int) -> NDArray[np.int64]:
    """The class of each point, (n,), checked."""
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] > 1:
        if labels.shape[1] != count or not np.array_equal(np.sort(labels, axis=1), np.eye(count)[[-1] * len(labels)]):
            raise DataError(
                f"y of shape {labels.shape} must be one-hot, a 1 in the column of the class and {count} columns, as "
                f"many as the model has classes."
            )
        labels = labels.argmax(axis=1)
    labels = labels.reshape(-1)
    if len(labels) != n:
        raise ShapeError(f"y needs a class for each of the {n} points. Received: shape {np.shape(y)}.")
    known = np.isin(labels, np.arange(count))
    if not known.all():
        raise DataError(
            f"the model answers the classes 0 to {count - 1}, so y must hold these. Received, for instance: "
            f"{labels[~known][0].item()!r}. Number the classes: np.unique(y, return_inverse=True)[1]."
        )
    return labels.astype(np.int64)


def _names(names: Sequence[str] | None, count: int) -> list[str]:
    if names is None:
        return [f"class {k}" for k in range(count)]
    if len(names) != count:
        raise DataError(f"names must name each of the {count} classes. Received: {list(names)!r}.")
    return list(map(str, names))


def _range(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places along one axis, a little beyond the data on both sides."""
    low, high = values.min(), values.max()
    beyond = MARGIN * (high - low) or 1.0
    return np.linspace(low - beyond, high + beyond, GRID)

"""How good a classifier's answers are, in figures. The numbers behind them are ``chainrule.nn.scores``'s."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..errors import ShapeError
from ..nn import scores
from ..nn.scores import class_pair
from .style import GREY, axes_for, figure_of, pen, tidy

__all__ = ["confusion_matrix", "roc"]


@overload
def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    labels: Sequence[Any] | None = ...,
    normalize: bool = ...,
    ax: None = ...,
) -> Figure: ...
@overload
def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    labels: Sequence[Any] | None = ...,
    normalize: bool = ...,
    *,
    ax: Axes,
) -> Axes: ...
def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    labels: Sequence[Any] | None = None,
    normalize: bool = False,
    ax: Axes | None = None,
) -> Axes | Figure:
    """How often each class was taken for each: a row for each true class, a column for each answer.

    Args:
        y_true: (n,) or (n, 1) classes.
        y_pred: the classes that were answered (not probabilities), same length.
        labels: the classes, in the order to draw them. Where the classes are the integers 0, 1, ... and
            ``labels`` are strings, they are names: ``labels[0]`` is what to call class 0.
        normalize: write shares of the true class in percent, so that each row adds up to 100.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        ShapeError: the lengths do not fit, or there are fewer names than classes.
        DataError: see :func:`chainrule.nn.scores.confusion_matrix`.

    >>> figure = confusion_matrix([0, 0, 1], [0, 1, 1], labels=["malignant", "benign"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1', '1', '0', '1']
    """
    counts, names = _count(y_true, y_pred, labels)
    k = len(names)
    total = counts.sum(axis=1, keepdims=True)
    # Shades are shares of the row even where counts are written, so a rare class reads as well as a frequent
    # one, and grow with the square root, so that a few wrong answers in a hundred can be seen.
    shares = counts / np.maximum(total, 1)
    size = max(3.2, 1.2 + 0.52 * k)
    axes = axes_for(ax, size + 0.6, size)
    axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=1))
    for i, j in np.ndindex(k, k):
        words = str(counts[i, j])
        if normalize:
            words = f"{shares[i, j]:.1%}" if total[i, 0] else "–"
        colour = "white" if shares[i, j] > 0.5 else "black" if counts[i, j] else GREY
        axes.text(j, i, words, ha="center", va="center", color=colour, fontsize=11 if k < 5 else 9)
    correct = np.trace(counts) / counts.sum()
    tidy(axes, f"Confusion matrix: {correct:.1%} correct", "answer", "true class")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xticks(range(k), names)
    axes.set_yticks(range(k), names)
    return axes if ax is not None else figure_of(axes)


@overload
def roc(y_true: ArrayLike, score: ArrayLike, label: str | None = ..., ax: None = ...) -> Figure: ...
@overload
def roc(y_true: ArrayLike, score: ArrayLike, label: str | None = ..., *, ax: Axes) -> Axes: ...
def roc(y_true: ArrayLike, score: ArrayLike, label: str | None = None, ax: Axes | None = None) -> Axes | Figure:
    """The ROC curve of a classifier with two classes, with the area under it in the legend.

    Called again on the same axes, it adds a curve with a pen of its own, so that classifiers can be compared.

    Args:
        y_true: (n,) or (n, 1) of 0 and 1; 1 is what is looked for.
        score: (n,) or (n, 1), larger for "more likely 1", such as the probability.
        label: name of the classifier for the legend.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        ShapeError, DataError: see :func:`chainrule.nn.scores.roc_curve`.

    >>> figure = roc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['AUC = 0.8750', 'guessing (AUC = 0.5)']
    """
    false_positives, true_positives, _ = scores.roc_curve(y_true, score)
    area = f"AUC = {scores.roc_auc(y_true, score):.4f}"
    axes = axes_for(ax, 4.6, 4.4)
    curves = [line for line in axes.lines if line.get_gid() == "roc"]
    name = f"{label} ({area})" if label else area
    style = pen(len(curves), len(false_positives))
    axes.plot(false_positives, true_positives, label=name, gid="roc", **style)
    if not curves:
        (guess,) = axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2, gid="guessing")
        guess.set_label("guessing (AUC = 0.5)")
    tidy(axes, "ROC curve", "false positive rate", "true positive rate")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    handles = sorted(axes.get_legend_handles_labels()[0], key=lambda line: line.get_gid() == "guessing")
    axes.legend(handles=handles, frameon=False, loc="lower right")
    return axes if ax is not None else figure_of(axes)


def _count(y_true: ArrayLike, y_pred: ArrayLike, labels: Sequence[Any] | None) -> tuple[NDArray[np.int64], list[str]]:
    """The counts, and what to call the classes."""
    true, pred = class_pair(y_true, "y_true", y_pred, "y_pred")
    if labels is not None and true.dtype.kind == "i" and all(isinstance(label, str) for label in labels):
        found = np.union1d(true, pred).tolist()
        if not set(found) <= set(range(len(labels))):
            raise ShapeError(
                f"labels {list(labels)!r} name the classes 0 to {len(labels) - 1}, but those that occur are "
                f"{found!r}. Give one name for each class, or the classes themselves."
            )
        return scores.confusion_matrix(true, pred, range(len(labels))), list(labels)
    counts = scores.confusion_matrix(true, pred, labels)
    return counts, [str(label) for label in (np.union1d(true, pred) if labels is None else labels)]

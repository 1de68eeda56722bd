"""How a training went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..errors import DataError
from .style import new_figure, pen, tidy

__all__ = ["history"]

VALIDATION = "val_"


def history(history: Any, figure: Figure | None = None) -> Figure:
    """Loss and metrics over the epochs, a panel for each, training and validation in one panel.

    Args:
        history: what ``fit`` returned, or its ``.history``: a dictionary from names to one number an epoch,
            such as ``{"loss": [...], "accuracy": [...], "val_loss": [...], "val_accuracy": [...]}``.
        figure: an empty figure to draw on; a new one if not given.

    Returns:
        The figure, with one axes for each measure, loss first. Epochs are counted from 1.

    Raises:
        DataError: there is nothing to draw, or an entry is not a list of numbers, one an epoch.

    >>> figure = history({"loss": [0.9, 0.4, 0.2], "val_loss": [1.0, 0.6, 0.5]})
    >>> [axes.get_title() for axes in figure.axes]
    ['Loss']
    """
    curves = _curves(history)
    epochs = _epochs(history, len(next(iter(curves.values()))))
    names = sorted(dict.fromkeys(name.removeprefix(VALIDATION) for name in curves), key="loss".__ne__)
    figure = new_figure(4.4 * len(names), 3.4) if figure is None else figure
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        _panel(axes, name, curves, epochs)
    return figure


def _panel(axes: Axes, name: str, curves: Mapping[str, np.ndarray], epochs: np.ndarray) -> None:
    """One measure: the training curve and, where there is one, the validation curve."""
    for number, (key, kind) in enumerate([(name, "training"), (VALIDATION + name, "validation")]):
        if key in curves:
            label = f"{kind} ({curves[key][-1]:.4g} at the end)"
            axes.plot(epochs, curves[key], label=label, **pen(number, len(epochs)))
    words = name.replace("_", " ")
    tidy(axes, words[:1].upper() + words[1:], "epoch", words)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.legend(frameon=False)


def _curves(history: Any) -> dict[str, np.ndarray]:
    """The measured numbers by name, checked."""
    recorded = getattr(history, "history", history)
    if not isinstance(recorded, Mapping):
        raise DataError(
            f"history must be what fit() returned, or a dictionary such as {{'loss': [0.9, 0.4]}}. "
            f"Received: {type(history).__name__}."
        )
    if not any(np.size(values) for values in recorded.values()):
        raise DataError("history is empty: there is no epoch to draw. Call fit() with epochs of at least 1.")
    curves = {}
    for name, values in recorded.items():
        array = np.asarray(values)
        if array.ndim != 1 or array.dtype.kind not in "biuf":
            raise DataError(f"history[{name!r}] must be a list of numbers, one an epoch. Received: {values!r}.")
        curves[str(name)] = array.astype(float)
    lengths = {name: len(values) for name, values in curves.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"all entries of history must have one number an epoch. Received lengths: {lengths}.")
    return curves


def _epochs(history: Any, count: int) -> np.ndarray:
    """Numbers of the epochs, from 1; ``fit`` counts them from 0."""
    epoch: Sequence[int] | None = getattr(history, "epoch", None)
    if epoch is None or len(epoch) != count:
        epoch = range(count)
    return np.asarray(epoch) + 1

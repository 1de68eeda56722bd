"""Which of many networks is best, by what was recorded at the end of training."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...errors import DataError, UnknownNameError
from .. import losses

__all__ = ["VALIDATION", "larger_is_better", "monitored", "order"]

VALIDATION = "val_"
MODES = ("auto", "min", "max")


def monitored(names: Iterable[str], monitor: str | None) -> str:
    """Return the measure to judge by: ``monitor``, or where that is None ``val_loss`` if it is recorded, else ``loss``.

    Raises:
        UnknownNameError: it is not recorded.

    >>> monitored(["loss", "val_loss"], None)
    'val_loss'
    """
    known = list(names)
    if monitor is None:
        monitor = "val_loss" if "val_loss" in known else "loss"
    if monitor not in known:
        raise UnknownNameError("measure", monitor, known)
    return monitor


def larger_is_better(monitor: str, mode: str = "auto") -> bool:
    """Return whether more of a measure is better.

    Args:
        monitor: its name; ``val_`` before it changes nothing.
        mode: ``"max"`` or ``"min"`` says so; ``"auto"`` knows it, as Keras's callbacks do, of every loss and of
            accuracies and areas under curves, by their names.

    Raises:
        UnknownNameError: there is no such mode.
        DataError: the name does not tell.

    >>> larger_is_better("val_accuracy"), larger_is_better("loss"), larger_is_better("mae")
    (True, False, False)
    """
    if mode not in MODES:
        raise UnknownNameError("mode", mode, MODES)
    if mode != "auto":
        return mode == "max"
    name = monitor.removeprefix(VALIDATION).lower()
    if name == "loss":
        return False
    if "acc" in name or "auc" in name:
        return True
    try:
        losses.get(monitor.removeprefix(VALIDATION))
    except UnknownNameError:
        raise DataError(
            f"whether more or less of {monitor!r} is better cannot be told from its name. Say mode='max' or mode='min'."
        ) from None
    return False


def order(values: np.ndarray, larger: bool) -> np.ndarray:
    """Return the places of (n,) values from best to worst; of equals the first, and last what is not finite.

    >>> order(np.array([0.2, np.nan, 0.1, 0.2]), larger=False)
    array([2, 0, 3, 1])
    """
    sorted_by = np.where(np.isfinite(values), -values if larger else values, np.nan)
    return np.argsort(sorted_by, kind="stable")

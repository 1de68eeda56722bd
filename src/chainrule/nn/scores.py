"""How good are the answers? Counts and curves that judge a classifier, as plain numbers.

Every function takes (n,) or (n, 1), so what ``model.predict`` returns for a single output can be given as it
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError, ShapeError

__all__ = ["confusion_matrix", "roc_auc", "roc_curve"]


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, labels: Sequence[Any] | None = None) -> NDArray[np.int64]:
    """How often each class was taken for each.

    Args:
        y_true: (n,) or (n, 1) classes: integers, booleans or strings.
        y_pred: the classes that were answered, same length. Not probabilities: say ``p > 0.5`` for one
            output, ``p.argmax(axis=1)`` for several.
        labels: the classes in the order of the rows; if not given, all that occur, sorted.

    Returns:
        int64 (k, k): entry ``[i, j]`` counts the samples of true class ``i`` that were called ``j``. The
        correct answers are on the diagonal.

    Raises:
        ShapeError: ``y_true`` and ``y_pred`` differ in length or are not columns.
        DataError: they are empty, hold probabilities, mix numbers with strings, or hold a class that
            ``labels`` does not name; or ``labels`` names a class twice.

    >>> confusion_matrix([0, 0, 1, 1, 1], [0, 1, 1, 1, 0])
    array([[1, 1],
           [1, 2]])
    """
    true, pred = class_pair(y_true, "y_true", y_pred, "y_pred")
    classes = np.unique(np.concatenate([true, pred])) if labels is None else class_column(labels, "labels")
    if len(np.unique(classes)) != len(classes):
        raise DataError(f"labels must name each class once. Received: {labels!r}.")
    rows, columns = _positions(true, classes, "y_true"), _positions(pred, classes, "y_pred")
    k = len(classes)
    return np.bincount(rows * k + columns, minlength=k * k).reshape(k, k).astype(np.int64)


def roc_curve(
    y_true: ArrayLike, score: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The receiver operating characteristic: what each threshold on ``score`` finds, and at what price.

    Samples with the same score pass a threshold together, so they make one step.

    Args:
        y_true: (n,) or (n, 1) of 0 and 1 (or booleans), with both present; 1 is what is looked for.
        score: (n,) or (n, 1) numbers, larger for "more likely 1", such as the probability.

    Returns:
        Three float64 arrays of equal length, one entry for each threshold, from strict to lenient:
        the share of the 0s that are called 1 (false positive rate), the share of the 1s that are called 1
        (true positive rate), and the threshold, where ``score >= threshold`` means "called 1". The first
        threshold is infinity, which calls nothing 1. As scikit-learn's ``roc_curve(...,
        drop_intermediate=False)``.

    Raises:
        ShapeError: the two differ in length or are not columns.
        DataError: ``y_true`` holds something else than 0 and 1 or only one of them, or ``score`` is not
            finite.

    Source: T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), algorithm 1.

    >>> false_positives, true_positives, thresholds = roc_curve([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    >>> false_positives, true_positives, thresholds
    (array([0. , 0. , 0.5, 1. ]), array([0. , 0.5, 1. , 1. ]), array([inf, 0.8, 0.4, 0.1]))
    """
    false_positives, true_positives, thresholds = _roc_counts(y_true, score)
    return false_positives / false_positives[-1], true_positives / true_positives[-1], thresholds


def roc_auc(y_true: ArrayLike, score: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a random 1 scores above a random 0, ties counted half.

    It is summed in whole numbers, so ties are exact and only the last division rounds. 1 is perfect, 0.5 is
    guessing. Arguments and errors are those of :func:`roc_curve`.

    Source: the area equals the Mann-Whitney statistic; J. A. Hanley and B. J. McNeil, Radiology 143 (1982).

    >>> roc_auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    0.875
    """
    false_positives, true_positives, _ = _roc_counts(y_true, score)
    doubled = int(np.sum(np.diff(false_positives) * (true_positives[1:] + true_positives[:-1])))
    return doubled / (2 * int(false_positives[-1]) * int(true_positives[-1]))


def _roc_counts(
    y_true: ArrayLike, score: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of false and of true positives at each threshold, and the thresholds."""
    true, marks = class_column(y_true, "y_true"), column(score, "score")
    _check_lengths(true, "y_true", marks, "score")
    if marks.dtype.kind not in "biuf" or not np.isfinite(marks).all():
        raise DataError("score must hold finite numbers, one for each sample, such as probabilities.")
    if true.dtype.kind == "U" or not np.array_equal(np.unique(true), [0, 1]):
        found = ", ".join(repr(value) for value in np.unique(true)[:5].tolist())
        raise DataError(
            f"y_true must hold 0s and 1s, and both of them. Received: {found}. "
            f"To judge one class against the rest, give y_true == that_class."
        )
    order = np.argsort(-marks.astype(np.float64), kind="stable")
    marks, hits = marks[order].astype(np.float64), true[order].astype(np.int64)
    last_of_ties = np.flatnonzero(np.append(np.diff(marks) != 0, True))
    true_positives = np.cumsum(hits)[last_of_ties]
    false_positives = last_of_ties + 1 - true_positives
    return (
        np.append(0, false_positives),
        np.append(0, true_positives),
        np.append(np.inf, marks[last_of_ties]),
    )


def column(values: ArrayLike, name: str) -> NDArray[Any]:
    """``values`` as (n,)."""
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        hint = " Take p.argmax(axis=1) for the class." if array.ndim == 2 else ""
        raise ShapeError(f"{name} must have shape (n,) or (n, 1). Received: {array.shape}.{hint}")
    return array


def class_column(values: ArrayLike, name: str) -> NDArray[Any]:
    """``values`` as (n,) integers or strings; probabilities and the like are refused."""
    array = column(values, name)
    if array.dtype.kind == "O" and all(isinstance(value, str) for value in array):
        array = array.astype(str)
    if array.dtype.kind == "U":
        return array
    if array.dtype.kind not in "biuf":
        raise DataError(f"{name} must hold integers or strings. Received: dtype {array.dtype}.")
    if array.dtype.kind == "f":
        broken = array[~np.isfinite(array) | (array != np.rint(array))]
        if broken.size:
            raise DataError(
                f"{name} must hold classes, whole numbers or strings. Received: {broken[0]}. "
                f"To turn probabilities into classes take p > 0.5, or p.argmax(axis=1) for several outputs."
            )
    return array.astype(np.int64)


def class_pair(a: ArrayLike, name_a: str, b: ArrayLike, name_b: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """True and answered classes as :func:`class_column` gives them, equally long and named alike."""
    first, second = class_column(a, name_a), class_column(b, name_b)
    _check_lengths(first, name_a, second, name_b)
    if first.dtype.kind != second.dtype.kind:
        raise DataError(
            f"{name_a} and {name_b} must name classes alike, both by numbers or both by strings. "
            f"Received: {name_a} with {first[0].item()!r}, {name_b} with {second[0].item()!r}."
        )
    return first, second


def _check_lengths(a: NDArray[Any], name_a: str, b: NDArray[Any], name_b: str) -> None:
    if len(a) != len(b):
        raise ShapeError(f"{name_a} and {name_b} must be equally long. Received: {len(a)} and {len(b)} entries.")
    if not len(a):
        raise DataError(f"{name_a} and {name_b} are empty; there is nothing to count.")


def _positions(values: NDArray[Any], classes: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Where each value stands in ``classes``."""
    order = np.argsort(classes)
    near = order[np.searchsorted(classes, values, sorter=order).clip(max=len(classes) - 1)]
    strangers = values[classes[near] != values]
    if strangers.size:
        raise DataError(f"{name} holds {strangers[0].item()!r}, which labels={classes.tolist()!r} does not name.")
    return near

"""Are the classes about equally frequent, and labels that are numbers of about size 1?"""

from __future__ import annotations

import numpy as np

from .case import Case, Skip, listing, number, percent
from .outputs import CLASS_NUMBERS, NUMBERS, ONE_HOT, YES_NO, row_of
from .report import SERIOUS, WARNING, Finding

__all__ = ["imbalanced_labels", "unscaled_labels"]

# How many times as frequent as the rarest class the commonest is. At 10 to 1 a network that always gives the same
# answer is right in nine of ten cases, and its accuracy looks good. Tumours, 63 to 37, are far from that.
UNEVEN = 10.0
VERY_UNEVEN = 100.0

# A new network answers with numbers of about size 1, and an optimizer such as Adam moves each weight by no more than
# its learning rate: to labels of this size it is a long way.
LARGE = 100.0


def counts_of_classes(case: Case) -> np.ndarray:
    """How many rows each class has.

    Raises:
        Skip: the labels are no classes, or several yes-or-no questions a row.
    """
    row, y = row_of(case), case.y
    if row is CLASS_NUMBERS and y.dtype.kind in "iu":
        return np.bincount(y.ravel(), minlength=case.units)
    if row is ONE_HOT and np.isin(y, (0, 1)).all():
        return np.asarray(y.reshape(-1, case.units).sum(axis=0), dtype=np.int64)
    if row is YES_NO and case.units == 1 and np.isin(y, (0, 1)).all():
        return np.bincount(y.ravel().astype(np.int64), minlength=2)
    raise Skip


def imbalanced_labels(case: Case) -> Finding | None:
    """Classes with very few rows, or none. details: ``counts``, the rows of each class."""
    counts = counts_of_classes(case)
    one_class = np.count_nonzero(counts) == 1
    if counts.sum() < 2 or (counts.max() < UNEVEN * max(counts.min(), 1) and not one_class):
        return None  # a class without a row counts as one: where rows are few, it may be missing by chance
    share = counts.max() / counts.sum()
    missing, rare = np.flatnonzero(counts == 0), np.flatnonzero((counts > 0) & (counts * UNEVEN <= counts.max()))
    lines = [f"class {counts.argmax()}: {counts.max()} of {counts.sum()} rows ({percent(share)})"]
    if rare.size:
        lines.append(f"rare: {listing([f'class {c}: {counts[c]} rows' for c in rare], 5)}")
    if missing.size:
        lines.append(f"without a row: class {listing(list(missing), 10)}")
    lines.append(f"Always answering {counts.argmax()} would be right in {percent(share)} of the rows.")
    return Finding(
        "imbalanced-labels",
        SERIOUS if one_class or share > VERY_UNEVEN / (1 + VERY_UNEVEN) else WARNING,
        "All labels are the same" if one_class else "Some classes are rare",
        where="y",
        evidence=lines,
        why="Every row counts the same in the loss, so a rare class hardly moves the weights.",
        remedy=_remedy(one_class, missing.size > 0, case.units),
        details={"counts": counts},
    )


def _remedy(one_class: bool, missing: bool, units: int) -> str:
    if one_class:
        return "See whether the data were split before they were shuffled: with one class there is nothing to learn."
    repeat = "Repeat rare rows (np.repeat, in the training data only), and "
    judge = 'judge by metrics=["AUC"]' if units == 1 else "judge by cr.insight.confusion_matrix"
    fewer = " Give the last layer a unit only for classes that occur." if missing else ""
    return f"{repeat}{judge}, not by accuracy.{fewer}"


def unscaled_labels(case: Case) -> Finding | None:
    """Labels of a regression that are large. details: ``rms``, their root mean square."""
    if row_of(case) is not NUMBERS:
        raise Skip
    y = case.y.astype(np.float64)
    rms = float(np.sqrt(np.mean(y**2)))
    if rms < LARGE:
        return None
    return Finding(
        "labels-not-standardised",
        WARNING,
        "The labels are large",
        where="y",
        evidence=[f"They go from {number(y.min())} to {number(y.max())}, mean {number(y.mean())}."],
        why="A new network answers with numbers of about size 1: it has far to go, and its first gradients are huge.",
        remedy=(
            "y_train, y_test = cr.datasets.standardise(y_train, y_test), and bring answers back: "
            "model.predict(x) * std + mean."
        ),
        details={"rms": rms},
    )

"""Do the output function, the loss and the labels belong together?

The lecture's table of output functions:

=====================  ===============  ==================================================
labels                 output function  loss
=====================  ===============  ==================================================
any numbers            linear           mean squared (or absolute) error
yes or no, 0 or 1      sigmoid          binary cross-entropy
one of several         softmax          categorical cross-entropy; ``sparse_`` for numbers
=====================  ===============  ==================================================

In each row (but for the absolute error) the derivative of the loss by ``z`` is ``a - y``: the output function's slope
cancels. C. M. Bishop, *Pattern Recognition and Machine Learning* (2006), section 5.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...nn import activations, losses
from .case import Case, Skip, activation_name, number
from .report import HINT, SERIOUS, WARNING, Finding

__all__ = ["loss_mismatch", "unreachable_labels"]

DIFFERENCE = (losses.MeanSquaredError, losses.MeanAbsoluteError)
CATEGORICAL = (losses.CategoricalCrossentropy, losses.SparseCategoricalCrossentropy)
CROSS_ENTROPY = (losses.BinaryCrossentropy, *CATEGORICAL)

# Between what an output function answers. Those that are missing answer anything, or nearly.
RANGES = {
    activations.sigmoid: (0.0, 1.0),
    activations.softmax: (0.0, 1.0),
    activations.tanh: (-1.0, 1.0),
    activations.relu: (0.0, np.inf),
    activations.softplus: (0.0, np.inf),
    activations.elu: (-1.0, np.inf),
}
ROUNDING = 1e-6  # of the labels' spread, by which they may be beyond


class Row(NamedTuple):
    """A row of the table: what the labels are, and what they want."""

    labels: str
    wanted: str
    code: str


NUMBERS = Row("numbers", "Linear regression wants a linear output and the mean squared error", 'Dense({k}), loss="mse"')
YES_NO = Row(
    "0 or 1",
    "Logistic regression wants a sigmoid and binary cross-entropy",
    'Dense({k}, activation="sigmoid"), loss="binary_crossentropy"',
)
ONE_HOT = Row(
    "one-hot rows",
    "Softmax regression wants a softmax and categorical cross-entropy",
    'Dense({k}, activation="softmax"), loss="categorical_crossentropy"',
)
CLASS_NUMBERS = Row(
    "class numbers",
    "Softmax regression wants a softmax and categorical cross-entropy",
    'Dense({k}, activation="softmax"), loss="sparse_categorical_crossentropy"',
)


def row_of(case: Case) -> Row:
    """The row of the table that the labels belong to; the loss decides where they fit several."""
    y = case.y
    zeros_and_ones = bool(np.isin(y, (0, 1)).all())
    if isinstance(case.loss, losses.SparseCategoricalCrossentropy) or (y.ndim < len(case.model.output_shape)):
        return CLASS_NUMBERS
    if case.units == 1:
        return YES_NO if zeros_and_ones or isinstance(case.loss, losses.BinaryCrossentropy) else NUMBERS
    if isinstance(case.loss, losses.CategoricalCrossentropy) or (zeros_and_ones and bool((y.sum(axis=-1) == 1).all())):
        return ONE_HOT
    return YES_NO if zeros_and_ones or isinstance(case.loss, losses.BinaryCrossentropy) else NUMBERS


def loss_mismatch(case: Case) -> Finding | None:
    """The output function and the loss do not belong together, or not with these labels."""
    if case.loss is None:
        raise Skip("Call model.compile(optimizer=..., loss=...) first.")
    output = case.output_function
    if output not in activations.ACTIVATIONS.values() or not isinstance(case.loss, (*DIFFERENCE, *CROSS_ENTROPY)):
        raise Skip  # a function of the user's own may be anything
    row = row_of(case)
    fault = _fault(case, output, row)
    if fault is None:
        return None
    severity, why = fault
    name, units = activation_name(output), f"{case.units} unit" + "s" * (case.units > 1)
    logits = " with from_logits=True" if getattr(case.loss, "from_logits", False) else ""
    code = row.code.format(k=max(case.units, 2) if row is CLASS_NUMBERS or row is ONE_HOT else case.units)
    return Finding(
        "loss-mismatch",
        severity,
        "The loss does not fit the output function",
        where=case.seen.layers[-1].name,
        evidence=[f"output: {name}, {units}; loss: {case.loss.name}{logits}; labels: {row.labels}."],
        why=why,
        remedy=f"{row.wanted}: {code}.",
        details={"output": name, "loss": case.loss.name, "labels": row.labels},
    )


def _fault(case: Case, output: object, row: Row) -> tuple[str, str] | None:
    """How bad it is and why, or None if the two belong together."""
    if output is activations.softmax and case.units == 1:
        return SERIOUS, "The softmax of one number is always 1, whatever the input."
    if isinstance(case.loss, DIFFERENCE):
        return _of_difference(output, row)
    if case.loss.from_logits:  # type: ignore[union-attr]  # every cross-entropy has it
        return _of_logits(output)
    return _of_probabilities(case, output)


def _of_difference(output: object, row: Row) -> tuple[str, str] | None:
    """Mean squared or absolute error."""
    if output is activations.softmax or (output is activations.sigmoid and row is not NUMBERS):
        return WARNING, (
            "The derivative of this loss by z has the output function's slope as a factor. Where an answer is sure and "
            "wrong, the slope is nearly 0, and so nothing is learned from the worst mistakes."
        )
    if row is NUMBERS:
        return None
    if output is activations.linear:
        return HINT, "It works, but also punishes answers that are right and more than sure, and 1.7 is no probability."
    return WARNING, "The labels say yes or no; this output function does not answer with a probability."


def _of_logits(output: object) -> tuple[str, str] | None:
    """Cross-entropy that applies the sigmoid or softmax itself."""
    if output is activations.linear:
        return None
    if output is activations.sigmoid or output is activations.softmax:
        return SERIOUS, "from_logits=True applies the output function in the loss, so that it is applied twice."
    return WARNING, "from_logits=True expects z as it is, any number; this output function leaves some of them out."


def _of_probabilities(case: Case, output: object) -> tuple[str, str] | None:
    """Cross-entropy of probabilities."""
    categorical = isinstance(case.loss, CATEGORICAL)
    if output is activations.sigmoid and categorical:
        return WARNING, "Each sigmoid answers for itself, so the answers of a row do not add up to 1 as classes must."
    if output is activations.softmax and not categorical:
        return HINT, "A softmax picks one class of several; this loss takes every unit for a question of its own."
    if output is activations.sigmoid or output is activations.softmax:
        return None
    return SERIOUS, (
        "Cross-entropy takes the logarithm of a probability. This output function also answers with numbers that are "
        "none; they are capped, and where they are capped nothing is learned."
    )


def unreachable_labels(case: Case) -> Finding | None:
    """Labels beyond what the output function can answer."""
    output = case.output_function
    if output not in RANGES or row_of(case) in (CLASS_NUMBERS, ONE_HOT):
        raise Skip
    low, high = RANGES[output]
    slack = ROUNDING * float(np.ptp(case.y))
    beyond = (case.y < low - slack) | (case.y > high + slack)
    if not beyond.any():
        return None
    name = activation_name(output)
    reach = f"above {low:g}" if high == np.inf else f"from {low:g} to {high:g}"
    share = float(beyond.mean())
    return Finding(
        "unreachable-labels",
        SERIOUS,
        "The output function cannot reach the labels",
        where=case.seen.layers[-1].name,
        evidence=[
            f"{name} answers with numbers {reach}; labels go from {number(case.y.min())} to {number(case.y.max())}.",
            f"{np.count_nonzero(beyond)} of {case.y.size} labels are out of reach.",
        ],
        why="The network can only push the answer to its limit, where the slope is 0 and learning stops.",
        remedy=f"{NUMBERS.wanted}: {NUMBERS.code.format(k=case.units)}. Or bring the labels into that range.",
        details={"share": share},
    )

"""Health: what is wrong with a network or its data, how one can tell, and what to do about it.

``diagnose`` looks at a model with its data and returns a ``Report`` of ``Finding``\\ s, worst first.

- ``case``: what is looked at. ``report``: what is said.
- ``outputs``: the loss and the output function. ``inputs``, ``labels``, ``rows``: the data.
- ``gradients``, ``units``: what a pass shows layer by layer. ``rate``: the learning rate. ``history``: the curves.

Every threshold is a named constant at the head of its file, with its source or what it was measured on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from . import gradients, history, inputs, labels, outputs, rate, rows, units
from .case import Case, Skip
from .report import Finding, Report

if TYPE_CHECKING:
    from ...nn.callbacks import History
    from ...nn.model import Model

__all__ = ["CHECKS", "Check", "Finding", "Report", "diagnose"]


class Check(NamedTuple):
    """Something that is looked at: what it is called, what may be found, and the function that looks."""

    looks_at: str
    identifiers: tuple[str, ...]
    find: Callable[[Case], Finding | None]


# The likelier cause first: what stands further down is often brought about by what stands above.
CHECKS = (
    Check("output function and loss", ("loss-mismatch",), outputs.loss_mismatch),
    Check("range of the labels", ("unreachable-labels",), outputs.unreachable_labels),
    Check("scale of the inputs", ("inputs-not-standardised",), inputs.unscaled_inputs),
    Check("scale of the labels", ("labels-not-standardised",), labels.unscaled_labels),
    Check("NaN and infinity", ("not-finite",), gradients.values_not_finite),
    Check(
        "learning rate",
        ("learning-rate-too-high", "learning-rate-too-low"),
        rate.learning_rate,
    ),
    Check(
        "gradients across depth",
        ("vanishing-gradients", "exploding-gradients"),
        gradients.gradients_across_depth,
    ),
    Check("dead relu units", ("dead-units",), units.dead_units),
    Check("saturated units", ("saturated-units",), units.saturated_units),
    Check("rows shared by training and test", ("shared-rows",), rows.shared_rows),
    Check("overfitting", ("overfitting",), history.overfitting),
    Check("balance of the classes", ("imbalanced-labels",), labels.imbalanced_labels),
    Check("constant features", ("constant-features",), inputs.constant_features),
    Check("length of training", ("unfinished-training",), history.unfinished_training),
)


def diagnose(
    model: Model, x: Any, y: Any, *, validation_data: tuple[Any, Any] | None = None, history: History | None = None
) -> Report:
    """Look at a network with its data and say what is wrong with them.

    The network may be new or trained; it is left as it is. Of more than 2000 rows as many are passed through it, spread
    evenly and always the same; scale, labels and double rows are judged on them all. Without ``compile``, what needs a
    loss is left out.

    Args:
        model: a model with one output.
        x, y: training data, as for ``fit``.
        validation_data: ``(x, y)`` that the training data should have no rows in common with.
        history: the curves of a training; by default those of the model's latest ``fit``.

    Returns:
        The report: ``print`` it, or see ``Report``. A finding says what was seen and what to write instead.

    Raises:
        ShapeError, DataError: the data do not fit the model.

    >>> from chainrule import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1, activation="sigmoid", name="answer")], name="loan")
    >>> model.compile("adam", "mse")
    >>> report = diagnose(model, [[0.2, 4100.0], [0.7, 3900.0], [0.1, 5200.0]], [0, 1, 0])
    >>> [finding.identifier for finding in report]
    ['inputs-not-standardised', 'loss-mismatch']
    >>> print(report["loss-mismatch"].remedy)
    Logistic regression wants a sigmoid and binary cross-entropy: Dense(1, activation="sigmoid"),
    loss="binary_crossentropy".
    """
    case = Case(model, x, y, validation_data, history)
    findings: list[Finding] = []
    checked: list[str] = []
    skipped: dict[str, str] = {}
    for check in CHECKS:
        try:
            finding = check.find(case)
        except Skip as skip:
            if skip.advice:
                skipped[check.looks_at] = skip.advice
            continue
        checked.append(check.looks_at)
        findings += [finding] if finding else []
    return Report(findings, checked, skipped, f"{model.name}, {case.looked_at}")

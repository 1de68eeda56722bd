"""The table of output functions: each pair of output function and loss is judged as the lecture has it."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.insight.health import diagnose, outputs
from chainrule.layers import Dense
from chainrule.losses import BinaryCrossentropy, CategoricalCrossentropy

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 2))
YES_NO = np.arange(60) % 2
CLASSES = np.arange(60) % 3
ONE_HOT = np.eye(3)[CLASSES]
MANY = (RNG.random((60, 3)) < 0.5).astype(float)
REAL = RNG.standard_normal(60)
SHARES = RNG.random(60)

FINE, HINT, WARNING, SERIOUS = None, "hint", "warning", "serious"
LOGISTIC, SOFTMAX, LINEAR = "Logistic regression wants", "Softmax regression wants", "Linear regression wants"

TABLE = [
    # output, units, loss, labels, verdict, what the remedy says
    ("linear", 1, "mse", REAL, FINE, ""),
    ("linear", 1, "mae", REAL, FINE, ""),
    ("relu", 1, "mse", np.abs(REAL), FINE, ""),
    ("tanh", 1, "mse", np.tanh(REAL), FINE, ""),
    ("tanh", 1, "mse", 2 * YES_NO - 1, FINE, ""),
    ("sigmoid", 1, "mse", SHARES, FINE, ""),
    ("sigmoid", 1, "binary_crossentropy", YES_NO, FINE, ""),
    ("sigmoid", 1, "binary_crossentropy", SHARES, FINE, ""),
    ("sigmoid", 3, "binary_crossentropy", MANY, FINE, ""),
    ("softmax", 3, "categorical_crossentropy", ONE_HOT, FINE, ""),
    ("softmax", 3, "sparse_categorical_crossentropy", CLASSES, FINE, ""),
    ("linear", 1, BinaryCrossentropy(from_logits=True), YES_NO, FINE, ""),
    ("linear", 3, CategoricalCrossentropy(from_logits=True), ONE_HOT, FINE, ""),
    ("sigmoid", 1, "mse", YES_NO, WARNING, LOGISTIC),
    ("sigmoid", 3, "mse", ONE_HOT, WARNING, SOFTMAX),
    ("softmax", 3, "mse", ONE_HOT, WARNING, SOFTMAX),
    ("softmax", 3, "mae", SHARES[:, None] * np.ones(3) / 3, WARNING, LINEAR),
    ("tanh", 1, "mse", YES_NO, WARNING, LOGISTIC),
    ("relu", 1, "mse", YES_NO, WARNING, LOGISTIC),
    ("linear", 1, "mse", YES_NO, HINT, LOGISTIC),
    ("linear", 3, "mse", ONE_HOT, HINT, SOFTMAX),
    ("softmax", 1, "binary_crossentropy", YES_NO, SERIOUS, LOGISTIC),
    ("softmax", 1, "mse", YES_NO, SERIOUS, LOGISTIC),
    ("softmax", 1, "mse", REAL, SERIOUS, LINEAR),
    ("linear", 1, "binary_crossentropy", YES_NO, SERIOUS, LOGISTIC),
    ("relu", 1, "binary_crossentropy", YES_NO, SERIOUS, LOGISTIC),
    ("tanh", 1, "binary_crossentropy", YES_NO, SERIOUS, LOGISTIC),
    ("linear", 3, "categorical_crossentropy", ONE_HOT, SERIOUS, SOFTMAX),
    ("relu", 3, "sparse_categorical_crossentropy", CLASSES, SERIOUS, SOFTMAX),
    ("sigmoid", 3, "categorical_crossentropy", ONE_HOT, WARNING, SOFTMAX),
    ("sigmoid", 3, "sparse_categorical_crossentropy", CLASSES, WARNING, SOFTMAX),
    ("softmax", 3, "binary_crossentropy", ONE_HOT, HINT, SOFTMAX),
    ("softmax", 3, "binary_crossentropy", MANY, HINT, LOGISTIC),
    ("sigmoid", 1, BinaryCrossentropy(from_logits=True), YES_NO, SERIOUS, LOGISTIC),
    ("softmax", 3, CategoricalCrossentropy(from_logits=True), ONE_HOT, SERIOUS, SOFTMAX),
    ("relu", 1, BinaryCrossentropy(from_logits=True), YES_NO, WARNING, LOGISTIC),
]


def report(output, units, loss, labels, separate=False):
    last = [Dense(units), cr.layers.Activation(output)] if separate else [Dense(units, activation=output)]
    model = cr.Sequential([cr.Input((2,)), Dense(4, "tanh"), *last])
    model.compile("adam", loss)
    return diagnose(model, X, labels)


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize(("output", "units", "loss", "labels", "verdict", "wanted"), TABLE)
def test_every_row_of_the_table(output, units, loss, labels, verdict, wanted, separate):
    found = report(output, units, loss, labels, separate)
    assert "output function and loss" in found.checked
    assert (found["loss-mismatch"].severity if "loss-mismatch" in found else None) == verdict
    if verdict:
        assert found["loss-mismatch"].remedy.startswith(wanted)
        assert output in found["loss-mismatch"].evidence[0]


def test_what_the_remedy_says_is_fine():
    """The code in a remedy, taken at its word, is not accused."""
    for output, units, loss, labels, verdict, _ in TABLE:
        if verdict is FINE:
            continue
        code = report(output, units, loss, labels)["loss-mismatch"].remedy.split(": ", 1)[1].removesuffix(".")
        layer, loss = code.split(", loss=")
        model = cr.Sequential([cr.Input((2,)), eval(layer, {"Dense": Dense})])
        model.compile("adam", loss.strip('"'))
        assert "loss-mismatch" not in diagnose(model, X, labels), code


def test_a_table_with_a_wrong_row_is_caught(monkeypatch):
    monkeypatch.setattr(outputs, "CATEGORICAL", (BinaryCrossentropy,))
    assert "loss-mismatch" in report("softmax", 3, "categorical_crossentropy", ONE_HOT)


@pytest.mark.parametrize(
    ("output", "labels", "reachable"),
    [
        ("sigmoid", 3 * SHARES, False),
        ("sigmoid", SHARES, True),
        ("tanh", 2 * REAL, False),
        ("relu", REAL, False),
        ("relu", np.abs(REAL), True),
        ("softplus", np.abs(REAL), True),
        ("linear", 100 * REAL, True),
        ("elu", REAL - 1, False),
    ],
)
def test_labels_out_of_reach(output, labels, reachable):
    found = report(output, 1, "mse", labels)
    assert ("unreachable-labels" not in found) == reachable
    if not reachable:
        low, high = outputs.RANGES[getattr(cr.activations, output)]
        share = np.mean((labels < low) | (labels > high))
        assert found["unreachable-labels"].details["share"] == pytest.approx(share, abs=0.05)


def test_functions_of_the_users_own_are_left_alone():
    def mine(y_true, y_pred):
        return np.mean((y_true - y_pred) ** 4, axis=-1)

    assert "output function and loss" not in report("sigmoid", 1, mine, YES_NO).checked
    assert "output function and loss" not in report(lambda z: z / (1 + np.abs(z)), 1, "mse", YES_NO).checked

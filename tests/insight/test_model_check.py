"""check_grad of a network: every layer, loss and activation agrees with central differences; faults are named."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, NotCompiledError, ShapeError
from chainrule.nn import activations

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 4))


def network(*layers, loss="binary_crossentropy", **options):
    model = cr.Sequential([cr.Input((4,), **options), *layers])
    model.compile(loss=loss)
    return model


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gelu", "softplus", "elu", "silu", "relu"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_passes_weight_by_weight(activation, dtype):
    model = network(cr.layers.Dense(5, activation), cr.layers.Dense(1, "sigmoid"), dtype=dtype)
    before = [slot.value.copy() for slot in model.weight_slots]
    check = cr.check_grad(model, X, [0, 1, 1, 0, 1, 0])
    assert check.passed, str(check)
    assert [one.name for one in check.arguments] == [slot.path for slot in model.weight_slots]
    for slot, value in zip(model.weight_slots, before, strict=True):
        assert slot.value.dtype == dtype
        np.testing.assert_array_equal(slot.value, value)


@pytest.mark.parametrize(
    ("last", "loss", "y"),
    [
        (cr.layers.Dense(3, "softmax"), "sparse_categorical_crossentropy", [0, 1, 2, 0, 1, 2]),
        (cr.layers.Dense(2), "mse", RNG.standard_normal((6, 2))),
        (cr.layers.Dense(1, "sigmoid"), lambda t, p: ((t - p) ** 2).mean(), [0, 1, 0, 1, 0, 1]),
    ],
    ids=["softmax", "linear", "own loss"],
)
def test_losses_and_dropout(last, loss, y):
    assert cr.check_grad(network(cr.layers.Dense(4, "tanh"), cr.layers.Dropout(0.5), last, loss=loss), X, y)


def test_a_saturated_network_is_right_too():
    model = network(cr.layers.Dense(1, "sigmoid", kernel_initializer=cr.initializers.Constant(30.0)))
    assert cr.check_grad(model, X, [0, 1, 1, 0, 1, 0])


def test_a_trained_network_is_not_accused():
    """Its loss is small, its units are near their kinks, its gradients differ by orders of magnitude."""
    result = cr.course.recitation.run(epochs=30, verbose=0)
    x, y = result.data.x_train, result.data.y_train
    for start in range(0, 80, 8):
        check = cr.check_grad(result.model, x[start : start + 8], y[start : start + 8])
        assert check.passed, str(check)


def test_frozen_weights_are_left_out():
    model = network(cr.layers.Dense(3, "tanh"), cr.layers.Dense(1, "sigmoid"))
    model.layers[0].trainable = False
    assert [one.name.split("/")[1] for one in cr.check_grad(model, X, [0, 1, 1, 0, 1, 0]).arguments] == [
        "kernel",
        "bias",
    ]


class Louder(cr.layers.Layer):
    """Does in training what it does not do in use."""

    def call(self, inputs, training=False):
        return 3 * inputs if training else inputs


def test_the_loss_is_that_of_training_for_layers_that_tell_it_from_use():
    assert cr.check_grad(network(cr.layers.Dense(3, "tanh"), Louder(), cr.layers.Dense(1), loss="mse"), X, np.ones(6))


def test_weights_that_are_no_numbers_are_not_checked_off():
    model = network(cr.layers.Dense(1), loss="mse")
    model.layers[-1].kernel[0, 0] = np.nan
    check = cr.check_grad(model, X, np.ones(6))
    assert not check
    assert "derivative nan" in str(check)


def test_a_unit_at_its_kink_is_named():
    model = network(cr.layers.Dense(2, "relu", bias_initializer="zeros"), cr.layers.Dense(1), loss="mse")
    x = X.copy()
    x[0] = 0  # both units are exactly at 0 for this sample
    check = cr.check_grad(model, x, np.arange(1.0, 7.0))
    assert check.passed
    assert "crosses a kink at [0]" in str(check)


def test_a_wrong_rule_is_found(monkeypatch):
    from chainrule.graph.rules import RULES

    monkeypatch.setitem(RULES, np.tanh, (lambda g, y, x: g * (1 - y),))
    model = network(cr.layers.Dense(3, activations.tanh), cr.layers.Dense(1), loss="mse")
    check = cr.check_grad(model, X, np.arange(6.0))
    verdicts = dict(line.split(": ", 1) for line in str(check).splitlines())
    first, last = (layer.name for layer in model.layers[-2:])
    assert verdicts[f"{first}/kernel"].startswith("DIFFERS")
    assert "worst at [" in verdicts[f"{first}/kernel"]
    assert verdicts[f"{last}/kernel"].startswith("agrees")


def test_what_is_missing_is_said():
    with pytest.raises(NotCompiledError):
        cr.check_grad(cr.Sequential([cr.Input((4,)), cr.layers.Dense(1)]), X, np.arange(6.0))
    with pytest.raises(ShapeError):
        cr.check_grad(network(cr.layers.Dense(1)), X[:, :3], np.arange(6.0))
    with pytest.raises(DataError, match=r"check_grad\(model, x, y\)"):
        cr.check_grad(network(cr.layers.Dense(1)), X)
    frozen = network(cr.layers.Dense(1), loss="mse")
    frozen.trainable = False
    with pytest.raises(DataError, match="no weights that are trained"):
        cr.check_grad(frozen, X, np.arange(6.0))

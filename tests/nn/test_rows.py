"""Layers that look at several rows, at their number, or through views: results are those of the plain computation."""

from __future__ import annotations

import gc
import linecache

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError
from chainrule.layers import Activation, Dense, Input

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(64, 4)), RNG.normal(size=(64, 1))


def network(*layers):
    model = cr.Sequential([Input((4,), dtype="float64"), *layers])
    model.compile(cr.optimizers.SGD(0.1), "mse")
    return model


def expected_step(model, f, rows):
    """Weights after one full-batch step, by ``cr.grad`` of the whole written as one function."""
    weights = model.get_weights()
    gradients = cr.grad(lambda w: ((f(X[:rows], w) - Y[:rows]) ** 2).mean())(weights)
    return [w - 0.1 * g for w, g in zip(weights, gradients, strict=True)]


LAYERS = {
    "flip": lambda h: np.flip(h * 2.0, axis=1) * np.exp(h),
    "branch on the number of rows": lambda h: h * 2 if h.shape[0] >= 32 else h,
    "least of the number of rows": lambda h: h / min(32, h.shape[0]) * 10,
    "centred": lambda h: h - h.mean(axis=0),
    "softmax over rows": lambda h: np.exp(h) / np.exp(h).sum(axis=0),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_step_is_that_of_the_plain_computation(name):
    layer = LAYERS[name]
    model = network(Dense(3000, activation="tanh"), Activation(layer), Dense(1))

    def f(x, w):
        return layer(np.tanh(x @ w[0] + w[1])) @ w[2] + w[3]

    expected = expected_step(model, f, 64)
    model.fit(X, Y, batch_size=64, epochs=1, verbose=0)
    for found, right in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12)


def test_a_view_that_is_forgotten_is_caught(monkeypatch):
    from chainrule.graph import buffers

    monkeypatch.setattr(buffers, "VIEWS", buffers.VIEWS - {np.flip})
    with pytest.raises(AssertionError):
        test_a_step_is_that_of_the_plain_computation("flip")


def test_the_loss_of_outputs_that_share_a_softmax_over_rows():
    model = network(Dense(2), Activation(lambda z: np.exp(z) / np.exp(z).sum(axis=0)))
    model.optimizer.learning_rate = 0.0
    y = RNG.random((64, 2))
    history = model.fit(X, y, batch_size=16, shuffle=False, verbose=0)
    batches = [np.mean((model(X[i : i + 16]) - y[i : i + 16]) ** 2) for i in range(0, 64, 16)]
    assert history.history["loss"][0] == pytest.approx(np.mean(batches))


def test_predict_keeps_rows_together_that_see_each_other():
    x = RNG.normal(size=(20_000, 4))
    x[:50] = 0
    model = network(Activation(lambda h: h - h.mean(axis=0)), Dense(64), Dense(1))
    np.testing.assert_allclose(model.predict(x), model(x), atol=1e-10)


@pytest.mark.parametrize(("last", "name"), [("sigmoid", "a2"), ("softmax", "a2"), ("linear", "z2")])
def test_the_program_of_use_goes_to_the_outputs(last, name):
    model = network(Dense(3, activation="tanh"), Dense(2, activation=last))
    source = model.program().source
    assert f"out={name})" in source
    assert "exp(" in source or last == "linear"
    np.testing.assert_allclose(model.predict(X), model(X), atol=1e-12)


def test_the_program_of_use_is_shown():
    model = network(Dense(3, activation="relu"), Dense(1))
    assert "a1 = np.maximum(z1, 0" in model.program().source
    model.fit(X, Y, verbose=0)
    assert "dW1" in model.program(training=True).source
    assert "dW1" not in str(model.program())


def test_programs_leave_nothing_behind():
    model = network(Dense(1))
    model.predict(X)
    gc.collect()
    before = len(linecache.cache)
    for _ in range(5):
        model.predict(X)
    gc.collect()
    assert len(linecache.cache) <= before


def test_a_failing_fit_leaves_numpys_error_state_alone():
    class Broken(cr.optimizers.Optimizer):
        def update(self, w, dw, state, learning_rate, step):
            return w - learning_rate * dw / len(dw), {}

    model = network(Dense(1))
    model.compile(Broken(0.1), "mse")
    before = np.geterr()
    with pytest.raises(DataError, match="whatever their number"):
        model.fit(X, Y, verbose=0)
    assert np.geterr() == before


def test_a_moment_that_never_comes_is_refused():
    class Batches(cr.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            pass

    with pytest.raises(DataError, match="on_train_batch_end would never be called"):
        network(Dense(1)).fit(X, Y, callbacks=[Batches()], verbose=0)


class Running(cr.Layer):
    """A layer that wants to keep a running mean in a weight, in ``call``."""

    begun = False

    def build(self, input_shape):
        self.mean = self.add_weight((input_shape[-1],), "zeros", trainable=False)

    def call(self, inputs):
        if self.begun:
            self.mean = 0.9 * self.mean + 0.1 * inputs.mean(axis=0)
        return inputs - self.mean


def test_a_weight_that_call_assigns_to_is_refused():
    layer = Running()
    model = network(layer, Dense(1))
    model.fit(X, Y, verbose=0)
    layer.begun = True
    with pytest.raises(DataError, match="assigns to its weight mean"):
        model.fit(X, Y, verbose=0)

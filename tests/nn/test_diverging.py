"""Losses that are large and right, losses that are no number, and training that is interrupted."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DivergedError
from chainrule.nn.callbacks import Callback
from chainrule.nn.fitting import diverged
from chainrule.nn.fitting.task import Task
from chainrule.nn.layers import Activation, Dense, Dropout, Layer
from chainrule.nn.optimizers import SGD, Adam

RNG = np.random.default_rng(5)
N = 50
X = RNG.normal(size=(N, 3)).astype("float32")
Y = RNG.integers(0, 2, N)


def network(*layers, loss="mse", optimizer=None, features=3, dtype="float32", metrics=None):
    model = cr.Sequential([cr.Input((features,), dtype=dtype), *layers])
    model.compile(optimizer=optimizer or SGD(0.1), loss=loss, metrics=metrics)
    return model


def fit(model, x=X, y=Y, **options):
    return model.fit(x, y, **({"verbose": 0, "batch_size": 10, "shuffle": False} | options))


def diverges(model, x=X, y=Y, **options):
    """Fit, and return the error after checking that the model has kept its last good weights and works."""
    last = Last(model)
    with pytest.raises(DivergedError) as caught:
        fit(model, x, y, callbacks=[last], **options)
    for good, now in zip(last.weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(good, now)
    assert len(model.history.epoch) == caught.value.epoch
    assert all(np.isfinite(values).all() for values in model.history.history.values())
    assert np.isfinite(np.concatenate([w.ravel() for w in model.get_weights()])).all()
    message = str(caught.value)
    assert f"epoch {caught.value.epoch + 1}, batch {caught.value.batch + 1}" in message
    assert "weights of the last good epoch are back" in message
    assert "Try a smaller learning rate" in message
    if caught.value.layer:
        assert repr(caught.value.layer) in message
    return caught.value


class Last(Callback):
    """Keeps the weights of the last good epoch."""

    def __init__(self, model):
        self.weights = model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        self.weights = self.model.get_weights()


class Function(Layer):
    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


# --- exact at saturation ---

LOGITS = [0.0, 1.0, 20.0, 100.0, 1e4, 1e30]


@pytest.mark.parametrize("size", LOGITS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_binary_crossentropy_has_no_cap(size, dtype):
    """Loss ``log(1 + exp(∓z))`` and slope ``sigmoid(z) - y`` for logits of any size, right and wrong alike."""
    x = np.array([[size], [-size], [size], [-size]])
    y = np.array([1, 0, 0, 1])
    model = network(Dense(1, activation="sigmoid", kernel_initializer="ones"), loss="binary_crossentropy",
                    optimizer=SGD(1.0), features=1, dtype=dtype, metrics=["accuracy"])  # fmt: skip
    history = fit(model, x, y).history
    z = x[:, 0]
    exact = np.mean(np.logaddexp(0, np.where(y == 1, -z, z)))
    assert history["loss"] == [pytest.approx(exact, rel=1e-6)]
    with np.errstate(over="ignore"):
        slopes = 1 / (1 + np.exp(-z)) - y
    kernel, bias = model.get_weights()
    assert 1 - kernel.item() == pytest.approx(np.mean(slopes * z), rel=1e-5, abs=1e-6)
    assert bias.item() == pytest.approx(-np.mean(slopes), abs=1e-6)
    assert history["accuracy"] == [0.5]


@pytest.mark.parametrize("size", LOGITS)
@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_softmax_crossentropy_has_no_cap(size, loss):
    x = size * np.array([[1.0, 0.0, -1.0], [1.0, 0.5, 0.0], [0.0, 0.0, 1.0]])
    labels = np.array([0, 2, 1])
    y = labels if loss.startswith("sparse") else np.eye(3)[labels]
    model = network(Dense(3, activation="softmax", kernel_initializer=np.eye(3)), loss=loss, optimizer=SGD(1.0))
    history = fit(model, x, y).history
    top = x.max(axis=1, keepdims=True)
    logs = x - top - np.log(np.exp(x - top).sum(axis=1, keepdims=True))
    assert history["loss"] == [pytest.approx(-logs[np.arange(3), labels].mean(), rel=1e-6)]
    slopes = (np.exp(logs) - np.eye(3)[labels]) / 3
    np.testing.assert_allclose(model.get_weights()[1], -slopes.sum(axis=0), atol=1e-6)
    np.testing.assert_allclose(np.eye(3) - model.get_weights()[0], x.T @ slopes, rtol=1e-5, atol=1e-6)


def test_evaluate_has_no_cap_either():
    x = np.array([[500.0], [-500.0]])
    model = network(Dense(1, activation="sigmoid", kernel_initializer="ones"), loss="binary_crossentropy", features=1)
    assert model.evaluate(x, [0, 0], verbose=0) == pytest.approx(250)
    assert model.predict(x).ravel().tolist() == [1, 0]


def test_a_separate_activation_layer_has_no_cap():
    model = network(Dense(1, kernel_initializer="ones"), Activation("sigmoid"), loss="binary_crossentropy", features=1)
    assert fit(model, [[300.0]], [0]).history["loss"] == [pytest.approx(300)]


def test_a_users_own_epsilon_stays():
    def capped(y, p):
        p = np.clip(p, 1e-3, 1 - 1e-3)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    model = network(Dense(1, activation="sigmoid", kernel_initializer="ones"), loss=capped, features=1)
    assert fit(model, [[300.0]], [0]).history["loss"] == [pytest.approx(-np.log(1e-3), rel=1e-3)]


def test_probabilities_that_are_no_sigmoid_are_kept_off_zero_as_in_keras():
    model = network(Activation(np.abs), loss="binary_crossentropy", features=1)
    assert fit(model, [[0.0]], [1]).history["loss"] == [pytest.approx(-np.log(1e-7), rel=1e-5)]


# --- where it began ---


def test_a_learning_rate_much_too_large():
    model = network(Dense(8, activation="relu"), Dense(1), optimizer=SGD(1e6))
    error = diverges(model, epochs=20)
    assert error.epoch == 0
    assert "it is 1e+06" in str(error)
    assert isinstance(error, ArithmeticError)


def test_good_epochs_before_stay():
    class Later(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 1e12 if epoch == 3 else 0.01

    model = network(Dense(8, activation="relu"), Dense(1), optimizer=SGD(0.01, momentum=0.9), metrics=["mae"])
    last = Last(model)
    with pytest.raises(DivergedError) as caught:
        fit(model, epochs=9, callbacks=[Later(), last], validation_data=(X, Y), shuffle=True)
    assert caught.value.epoch == 3
    assert model.history.epoch == [0, 1, 2]
    assert [len(values) for values in model.history.history.values()] == [3] * 4
    np.testing.assert_array_equal(model.get_weights()[0], last.weights[0])
    model.optimizer.learning_rate = 0.01
    assert fit(model, epochs=2).epoch == [0, 1]
    assert np.isfinite(model.predict(X)).all()


def test_after_divergence_training_continues_as_if_it_had_not_happened():
    """Momentum, Adam's moments and count of steps go back with the weights."""
    for make in (lambda: SGD(0.01, momentum=0.9), lambda: Adam(0.01)):
        straight, stumbled = (network(Dense(4, activation="tanh"), Dense(1), optimizer=make()) for _ in range(2))
        stumbled.set_weights(straight.get_weights())
        for model in (straight, stumbled):
            fit(model, epochs=2)
        stumbled.optimizer.learning_rate = 1e38
        with pytest.raises(DivergedError):
            fit(stumbled, 1e10 * X, epochs=5)
        stumbled.optimizer.learning_rate = 0.01
        for model in (straight, stumbled):
            fit(model, epochs=2)
        for a, b in zip(straight.get_weights(), stumbled.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


CULPRITS = {
    "a dense layer's activation": lambda: [Dense(4, name="first"), Dense(4, activation=np.log, name="culprit")],
    "an activation layer": lambda: [Dense(4, name="first"), Activation(np.log, name="culprit")],
    "a layer of the user's own": lambda: [Dense(4, name="first"), Function(np.sqrt, name="culprit")],
    "the first of all": lambda: [Function(lambda x: np.log(x - 100), name="culprit"), Dense(4, name="second")],
    "one without weights before": lambda: [Dropout(0.0, name="drop"), Activation(np.arccos, name="culprit")],
}


@pytest.mark.parametrize("name", CULPRITS)
def test_the_layer_it_began_in_is_named(name):
    model = network(*CULPRITS[name](), Dense(3, activation="tanh", name="later"), Dense(1, name="last"))
    error = diverges(model, 3 * X)
    assert (error.epoch, error.batch) == (0, 0)
    assert error.layer == "culprit"


def test_a_culprit_inside_a_nested_model_is_named():
    inner = cr.Sequential([cr.Input((4,)), Dense(4, name="fine"), Dense(2, activation=np.log, name="culprit")])
    error = diverges(network(Dense(4, name="first"), inner, Dense(1, name="last")))
    assert error.layer in ("culprit", inner.name)


def test_the_batch_it_began_in_is_named():
    """A logarithm that meets a negative number in row 37 only."""
    x = np.abs(X) + 1
    x[37] = -5
    model = network(Function(np.log, name="culprit"), Dense(1, name="last"), optimizer=SGD(0.01))
    error = diverges(model, x, epochs=3)
    assert (error.epoch, error.batch, error.layer) == (0, 3, "culprit")


def test_the_batch_is_found_among_shuffled_rows():
    """The epoch is repeated in the same order: leaving out that batch's rows one by one finds row 37."""
    x = np.abs(X) + 1
    x[37] = -5
    seen = set()
    for seed in range(6):
        model = network(Function(np.log, name="culprit"), Dense(1), optimizer=SGD(0.01))
        order = np.random.default_rng(seed).permutation(N)
        error = diverges(model, x, shuffle=True, seed=seed)
        assert error.batch == list(order).index(37) // 10
        seen.add(error.batch)
    assert len(seen) > 1


def test_a_loss_that_is_no_number_from_the_start():
    """The outputs are fine and so are all gradients; only the loss is not."""

    def log_of_negative(y, p):
        return np.log(p - 100)[:, 0]

    error = diverges(network(Dense(1, name="last"), loss=log_of_negative), epochs=2)
    assert (error.epoch, error.batch, error.layer) == (0, 0, None)
    assert "loss" in str(error).partition("began in")[2]


def test_a_loss_that_overflows_in_one_batch():
    y = np.zeros(N)
    y[27] = 1e25  # whose square is beyond float32
    error = diverges(network(Dense(1, name="last"), optimizer=SGD(1e-20)), 0 * X, y)
    assert (error.epoch, error.batch) == (0, 2)


def test_weights_that_overflow_in_the_last_step():
    """The loss of the epoch is still a number, the weights are not."""
    model = network(Dense(1, name="last"), optimizer=SGD(1e38))
    error = diverges(model, 1e4 * X, batch_size=N)
    assert (error.epoch, error.batch) == (0, 0)
    assert "weights" in str(error).partition("began in")[2]


@pytest.mark.parametrize("seed", range(5))
def test_dropout_draws_the_same_masks_when_the_epoch_is_repeated(seed):
    """Row 37 does harm only where it is kept; the repetition of the epoch finds it in the same batch."""
    x = np.abs(X) + 1
    x[37] = [-50, 0, 0]
    bend = Function(lambda x: np.log(1 + x), name="culprit")
    model = network(Dropout(0.7), Dropout(0.3, seed=1), bend, Dense(1), optimizer=SGD(0.001))
    last = Last(model)
    with pytest.raises(DivergedError) as caught:
        fit(model, x, seed=seed, epochs=60, callbacks=[last])
    assert (caught.value.batch, caught.value.layer) == (3, "culprit")
    np.testing.assert_array_equal(model.get_weights()[0], last.weights[0])


def test_nan_in_row_blocks_on_threads(monkeypatch):
    from chainrule.engines.numpy_engine import blocks

    monkeypatch.setattr(blocks, "THREADED_WORK", 0)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1)
    x = np.abs(RNG.normal(size=(2000, 3))) + 1
    x[1500] = -5
    model = network(Function(np.log, name="culprit"), Dense(1), optimizer=SGD(0.001))
    error = diverges(model, x, np.zeros(2000), batch_size=1000)
    assert (error.batch, error.layer) == (1, "culprit")


def test_evaluate_and_predict_report_what_they_find():
    """They do not train, so they return what comes out."""
    model = network(Function(lambda x: np.log(x - 100)), Dense(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(model.evaluate(X, Y, verbose=0))
        assert np.isnan(model.predict(X)).all()


def test_divergence_warns_of_nothing_on_the_way():
    for activation in (np.log, np.exp, "relu"):
        model = network(Dense(4), Activation(activation), Dense(1), optimizer=SGD(1e6))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(DivergedError):
                fit(model, 10 * X, epochs=20)


def test_a_validation_loss_that_is_no_number_stops_nothing():
    x = np.abs(X) + 1
    model = network(Function(np.log), Dense(1), optimizer=SGD(0.01))
    history = fit(model, x, epochs=2, validation_data=(-x, Y)).history
    assert np.isnan(history["val_loss"]).all()
    assert np.isfinite(history["loss"]).all()


def test_looking_in_the_wrong_place_is_caught(monkeypatch):
    """If finding the culprit returned the first layer without looking, the tests above would fail."""
    monkeypatch.setattr(diverged, "_find_first", lambda *given: (0, "z1 of layer 'first'", "first"))
    for test in (test_the_batch_it_began_in_is_named, test_the_batch_is_found_among_shuffled_rows):
        with pytest.raises(AssertionError):
            test()
    with pytest.raises(AssertionError):
        test_the_layer_it_began_in_is_named("a dense layer's activation")


def test_weights_not_put_back_are_caught(monkeypatch):
    monkeypatch.setattr(Task, "restore", lambda self, snapshot: None)
    with pytest.raises(AssertionError):
        test_a_learning_rate_much_too_large()


# --- Ctrl-C ---


class Interrupt(Callback):
    def __init__(self, moment, epoch=2):
        self.moment, self.epoch = moment, epoch

    def on_epoch_begin(self, epoch, logs=None):
        if (self.moment, self.epoch) == ("begin", epoch):
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None):
        if (self.moment, self.epoch) == ("end", epoch):
            raise KeyboardInterrupt

    def on_train_end(self, logs=None):
        self.ended = True


def is_usable(model):
    assert np.isfinite(model.predict(X)).all()
    np.testing.assert_allclose(model.predict(X), model(X), rtol=1e-5, atol=1e-6)
    before = model.history
    history = fit(model, epochs=2)
    assert history.epoch == [0, 1]
    assert model.history is history is not before


@pytest.mark.parametrize(("moment", "epochs"), [("begin", [0, 1]), ("end", [0, 1, 2])])
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_interrupted_by_a_callback(moment, epochs, verbose):
    model = network(Dense(4, activation="relu"), Dense(1), optimizer=Adam(0.01), metrics=["mae"])
    watch = Interrupt(moment)
    with pytest.raises(KeyboardInterrupt):
        fit(model, epochs=9, callbacks=[watch], validation_data=(X, Y), verbose=verbose)
    assert model.history.epoch == epochs
    assert [len(values) for values in model.history.history.values()] == [len(epochs)] * 4
    assert watch.ended
    is_usable(model)


@pytest.mark.parametrize("at", [0, 7])
def test_interrupted_inside_a_step(monkeypatch, at):
    """Five steps an epoch; the eighth is in the middle of the second epoch."""
    from chainrule.engines.numpy_engine import Stepper

    original, count = Stepper.step, iter(range(100))

    def step(self, *args):
        if next(count) == at:
            raise KeyboardInterrupt
        return original(self, *args)

    monkeypatch.setattr(Stepper, "step", step)
    model = network(Dense(4, activation="relu"), Dense(1), optimizer=Adam(0.01))
    begin = model.get_weights()
    with pytest.raises(KeyboardInterrupt):
        fit(model, epochs=9)
    assert model.history.epoch == ([0] if at else [])
    assert np.array_equal(begin[0], model.get_weights()[0]) == (at == 0)
    monkeypatch.setattr(Stepper, "step", original)
    is_usable(model)


def test_interrupted_by_the_users_own_function():
    """Ctrl-C may arrive anywhere, such as in a metric after an epoch."""
    model = network(Dense(1))

    def metric(y_true, y_pred):
        if model.history is not None and model.history.epoch == [0]:
            raise KeyboardInterrupt
        return 0.0

    model.compile(SGD(0.1), "mse", metrics=[metric])
    with pytest.raises(KeyboardInterrupt):
        fit(model, epochs=5)
    assert model.history.epoch == [0]
    model.compile(SGD(0.1), "mse")
    is_usable(model)


def test_any_other_error_leaves_a_usable_model():
    class Broken(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("no space left")

    model = network(Dense(1))
    with pytest.raises(RuntimeError, match="no space left"):
        fit(model, epochs=5, callbacks=[Broken()])
    assert model.history.epoch == [0]
    is_usable(model)


def test_errstate_is_as_before_after_an_interruption():
    before = np.geterr()
    with pytest.raises(KeyboardInterrupt):
        fit(network(Dense(1)), epochs=5, callbacks=[Interrupt("end")])
    assert np.geterr() == before

"""Training on JAX where something is unusual: it still ends as on NumPy, or says why not before it starts."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DivergedError, EngineError
from chainrule.nn.callbacks import Callback
from chainrule.nn.fitting.by_jax import JaxEpochs
from chainrule.nn.layers import Dense, Layer
from chainrule.nn.metrics import BinaryAccuracy, Metric
from chainrule.nn.optimizers import SGD, Adam, Optimizer

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("jax_device")

RNG = np.random.default_rng(7)
X = RNG.normal(size=(22, 4))
Y = np.sin(X[:, :1])


def network(*layers):
    return cr.Sequential([cr.Input((4,)), *(layers or (Dense(3, activation="tanh"), Dense(1)))])


def both(build, optimizer=lambda: SGD(0.1), loss="mse", metrics=lambda model: ["mae"], callbacks=None, **options):
    """Train on both engines from the same start; ``callbacks`` and ``metrics`` make them anew for each."""
    ends = []
    for engine in ("jax", "numpy"):
        cr.utils.set_random_seed(5)
        model = build()
        model.compile(optimizer(), loss, metrics=metrics(model), engine=engine)
        options = {"batch_size": 8, "epochs": 4, "verbose": 0, "seed": 1} | options
        history = model.fit(X, Y, callbacks=callbacks() if callbacks else None, **options)
        assert history.engine == engine
        ends.append((model, history))
    return ends


def assert_alike(ends):
    (model, history), (other, other_history) = ends
    for weight, expected in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-6)
    assert list(history.history) == list(other_history.history)
    for name, values in history.history.items():
        np.testing.assert_allclose(values, other_history.history[name], rtol=1e-5, err_msg=name)
        assert {type(value) for value in values} == {float}


# --- networks ---


class First(Layer):
    """No weights: the first number of each row."""

    def call(self, inputs):
        return inputs[:, :1]


def frozen():
    model = network()
    model.trainable = False
    return model


def root_of_the_mean(y_true, y_pred):
    return np.sqrt(np.mean((y_true - y_pred) ** 2))


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize("loss", ["mse", root_of_the_mean])
@pytest.mark.parametrize("build", [frozen, lambda: network(First())], ids=["frozen", "without weights"])
def test_nothing_to_train(build, loss, optimizer):
    assert_alike(both(build, optimizer, loss, validation_split=0.3))


def in_pairs(y_true, y_pred):
    """Two rows after the other belong together."""
    return (((y_true - y_pred).reshape(-1, 2).sum(axis=1)) ** 2).mean()


def test_a_loss_that_wants_an_even_number_of_rows():
    assert_alike(both(network, loss=in_pairs, validation_data=(X[:6], Y[:6])))


# --- optimizers ---


class Clipped(Optimizer):
    """Shortens the gradient of all weights together, and remembers how often it has been called."""

    slots = ("moved", "count")

    def update(self, w, dw, state, learning_rate, step):
        moved = 0.9 * state["moved"] + dw / np.maximum(np.linalg.norm(dw), 0.1)
        return w - learning_rate * moved / (1 + state["count"]), {"moved": moved, "count": step}


def test_an_update_that_looks_at_all_weights_and_keeps_a_number():
    assert_alike(both(network, lambda: Clipped(0.1)))


# --- metrics of one's own ---


class Counting(Metric):
    def __init__(self):
        super().__init__("counting")
        self.calls = 0

    def call(self, y_true, y_pred):
        self.calls += 1
        return np.abs(y_true - y_pred).mean() * self.calls


class Halving(Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate *= 0.5


def learning_rate_of(model):
    def rate(y_true, y_pred):
        return model.optimizer.learning_rate

    return rate


def size_of_the_weights_of(model):
    def size(y_true, y_pred):
        return np.mean(y_pred) * 0 + np.abs(model.layers[0].kernel).sum()

    return size


@pytest.mark.parametrize(
    "metrics",
    [
        lambda model: [learning_rate_of(model)],
        lambda model: [size_of_the_weights_of(model), "mae"],
        lambda model: ["mae", Counting()],
        lambda model: [BinaryAccuracy(threshold=0.2), lambda y_true, y_pred: np.abs(y_true - y_pred)],
    ],
    ids=["the learning rate", "the weights", "calls", "an array"],
)
@pytest.mark.parametrize("callbacks", [None, lambda: [Halving()]], ids=["alone", "watched"])
def test_metrics_of_ones_own_see_what_they_see_on_numpy(metrics, callbacks):
    assert_alike(both(network, metrics=metrics, callbacks=callbacks, validation_split=0.3))


@pytest.mark.parametrize("metrics", [lambda model: [Counting()], lambda model: []], ids=["one's own", "none"])
def test_nothing_to_judge_on_the_device(metrics):
    assert_alike(both(network, loss=root_of_the_mean, metrics=metrics, validation_split=0.3))
    assert_alike(both(network, loss=root_of_the_mean, metrics=metrics))


# --- callbacks that write weights ---


def writing_at(moment, layer):
    """A callback that changes the weights of a layer at a moment."""

    def change(self, *args, **kwargs):
        weights = self.model.layers[layer].get_weights()
        self.model.layers[layer].set_weights([0.5 * weight + 0.1 for weight in weights])

    return type("Writing", (Callback,), {moment: change})


MOMENTS = ["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"]


def first_layer_frozen():
    model = network()
    model.layers[0].trainable = False
    return model


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("layer", [0, 1], ids=["frozen", "trained"])
def test_weights_that_callbacks_write_are_those_that_train(moment, layer):
    make = writing_at(moment, layer)
    assert_alike(both(first_layer_frozen, callbacks=lambda: [make()], validation_split=0.3))


def test_a_device_that_goes_on_with_its_own_weights_is_noticed(monkeypatch):
    monkeypatch.setattr(JaxEpochs, "_is_known", lambda self: True)
    with pytest.raises(AssertionError):
        test_weights_that_callbacks_write_are_those_that_train("on_epoch_begin", 1)


# --- interrupts ---


class Interrupting:
    """Numbers that are still being computed when the interrupt comes."""

    def __array__(self, dtype=None, copy=None):
        raise KeyboardInterrupt


def test_an_interrupt_while_the_device_computes_leaves_what_was_reported(monkeypatch):
    """Epochs that ran ahead are in the weights only if they are in the history."""
    cr.utils.set_random_seed(5)
    model = network()
    model.compile(SGD(0.1), "mse", engine="jax")
    model.fit(X, Y, batch_size=8, epochs=64, verbose=0, seed=1)
    expected = model.get_weights()
    cr.utils.set_random_seed(5)
    model = network()
    model.compile(SGD(0.1), "mse", engine="jax")
    run, calls = JaxEpochs._call, []

    def interrupted(self, *args):
        calls.append(args)
        if len(calls) == 2:
            right = self._run
            self._run = lambda *given: (right(*given)[0], Interrupting(), [])
        return run(self, *args)

    monkeypatch.setattr(JaxEpochs, "_call", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=8, epochs=200, verbose=0, seed=1)
    assert len(model.history.epoch) == 64
    for weight, right in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weight, right)


# --- what JAX cannot run, or is told not to ---


class SortedInUse(Layer):
    def call(self, inputs, training=False):
        return inputs if training else np.sort(inputs, axis=-1)


def test_what_only_the_validation_runs_is_refused_before_training(without_sorting):
    model = network(SortedInUse(), Dense(1))
    model.compile("sgd", "mse", engine="jax")
    with pytest.raises(EngineError, match=r"np\.sort"):
        model.fit(X, Y, validation_split=0.3, verbose=0)
    assert model.history is None
    assert model.fit(X, Y, verbose=0).engine == "jax"  # it is not needed to train


def test_auto_takes_numpy_for_it(without_sorting, monkeypatch):
    from chainrule.nn.fitting import engine

    monkeypatch.setattr(engine, "SECONDS_TO_COMPILE", 0.0)
    monkeypatch.setattr(engine, "SECONDS_TO_IMPORT", 0.0)
    model = network(SortedInUse(), Dense(1))
    model.compile("sgd", "mse")
    assert "np.sort" in model.fit(X, Y, validation_split=0.3, verbose=0).engine_reason


def test_a_jax_that_does_not_start(monkeypatch):
    from chainrule.nn.fitting import engine

    def broken(*args):
        raise RuntimeError("Unable to initialize backend 'abacus'.")

    monkeypatch.setattr(jax, "device_put", broken)
    monkeypatch.setattr(engine, "SECONDS_TO_COMPILE", 0.0)
    monkeypatch.setattr(engine, "SECONDS_TO_IMPORT", 0.0)
    model = network()
    model.compile("sgd", "mse")
    history = model.fit(X, Y, verbose=0)
    assert history.engine == "numpy"
    assert "does not start. It says: Unable to initialize backend 'abacus'. " in history.engine_reason
    model.compile("sgd", "mse", engine="jax")
    with pytest.raises(EngineError, match="engine='numpy'"):
        model.fit(X, Y, verbose=0)


@pytest.fixture
def setting():
    """Changes a setting of JAX's for everybody, as users may, until the test ends."""
    before = {}

    def change(name, value):
        before[name] = getattr(jax.config, name)
        jax.config.update(name, value)

    yield change
    for name, value in before.items():
        jax.config.update(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jax_numpy_dtype_promotion", "strict"),
        ("jax_numpy_rank_promotion", "raise"),
        ("jax_enable_x64", True),
        ("jax_disable_jit", True),
        ("jax_default_matmul_precision", "bfloat16"),
    ],
)
def test_whatever_is_set_for_other_programs(name, value, setting):
    setting(name, value)
    assert_alike(both(network, validation_split=0.3, epochs=2))
    assert getattr(jax.config, name) == value


def test_who_looks_for_nans_elsewhere_is_told_where_they_began(setting):
    setting("jax_debug_nans", True)
    with pytest.raises(DivergedError, match="it began in"):
        both(lambda: network(Dense(6, activation="relu"), Dense(1)), lambda: SGD(5.0), epochs=99)


def test_an_epoch_run_ahead_that_ends_in_no_numbers():
    """It ends as if the epochs before had been all that was asked for; those after it were never drawn."""

    def trained(epochs):
        cr.utils.set_random_seed(5)
        model = network(Dense(1))
        model.compile(SGD(0.95), "mse", engine="jax")
        with suppress(DivergedError):
            model.fit(X, Y, batch_size=8, epochs=epochs, verbose=0)
        return model, cr.nn.random.generator().random()

    model, drawn = trained(500)
    epochs = len(model.history.epoch)
    assert 64 < epochs < 300
    assert epochs % 64  # in the midst of those that one call runs
    expected, next_draw = trained(epochs)
    assert drawn == next_draw
    assert model.history.history == expected.history.history
    for weight, right in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, right)

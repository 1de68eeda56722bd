"""The NumPy engine: row blocks, threads, buffers and long vectors change the speed of a step, never its result."""

from __future__ import annotations

import threading
import tracemalloc
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from threadpoolctl import threadpool_info

import chainrule as cr
from chainrule.engines.numpy_engine import Stepper, blocks, stepper
from chainrule.graph import buffers
from chainrule.graph.batch import Shapes
from chainrule.graph.node import constant, make, placeholder
from chainrule.nn.callbacks import Callback
from chainrule.nn.layers import Activation, Concatenate, Dense, Dropout, Layer
from chainrule.nn.optimizers import SGD, Adam

RNG = np.random.default_rng(17)
N, FEATURES, UNITS = 5000, 200, 128
X = RNG.normal(size=(N, FEATURES)).astype("float32")
CLASSES = RNG.integers(0, 3, N)
LABELS = {
    "binary_crossentropy": (CLASSES > 0).astype("float32"),
    "categorical_crossentropy": np.eye(3, dtype="float32")[CLASSES],
    "sparse_categorical_crossentropy": CLASSES,
    "mse": RNG.normal(size=(N, 2)).astype("float32"),
    "mae": RNG.normal(size=(N, 2)).astype("float32"),
}
OUTPUTS = {"binary_crossentropy": (1, "sigmoid"), "mse": (2, None), "mae": (2, None)}


@pytest.fixture
def engine(monkeypatch):
    """Sets how many threads share a batch and how large their blocks are, whatever the machine."""

    def settings(cores, block_bytes=1 << 20, work=0):
        monkeypatch.setattr(stepper, "cores", lambda: cores)
        monkeypatch.setattr(blocks, "THREADED_WORK", work)
        monkeypatch.setattr(blocks, "BLOCK_BYTES", block_bytes)

    return settings


def one_block(engine):
    engine(1, work=float("inf"))


def network(*layers, features=FEATURES, dtype="float32"):
    return cr.Sequential([cr.Input((features,), dtype=dtype), *layers])


def start(model):
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape) / max(1, w.shape[0]) ** 0.5 for w in model.get_weights()])
    return model


def trained(model, x=X, y=LABELS["binary_crossentropy"], *, loss="binary_crossentropy", optimizer=None, **options):
    """Train from a fixed start; return the weights and the losses."""
    start(model).compile(optimizer or SGD(0.5), loss, metrics=["mse"])
    history = model.fit(x, y, **({"batch_size": len(x), "epochs": 2, "shuffle": False, "verbose": 0} | options))
    return [*model.get_weights(), np.array(history.history["loss"]), np.array(history.history["mse"])]


def same(a, b, tolerance=2e-6):
    for i, (p, q) in enumerate(zip(a, b, strict=True)):
        assert np.abs(p - q).max() <= tolerance * max(np.abs(q).max(), 1e-30), i


def deep():
    return network(Dense(UNITS, activation="tanh"), Dense(30, activation="relu"), Dense(1, activation="sigmoid"))


# --- a large batch against JAX ---

JAX_ACTIVATIONS = {
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "elu": jax.nn.elu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "softmax": jax.nn.softmax,
}
JAX_LOSSES = {
    "binary_crossentropy": lambda y, z: (jax.nn.softplus(z) - y[:, None] * z).mean(),
    "categorical_crossentropy": lambda y, z: -(y * jax.nn.log_softmax(z)).sum(axis=1).mean(),
    "sparse_categorical_crossentropy": lambda y, z: -(jnp.eye(3)[y] * jax.nn.log_softmax(z)).sum(axis=1).mean(),
    "mse": lambda y, z: ((y - z) ** 2).mean(),
    "mae": lambda y, z: abs(y - z).mean(),
}


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("tanh", "binary_crossentropy"),
        ("relu", "categorical_crossentropy"),
        ("gelu", "sparse_categorical_crossentropy"),
        ("sigmoid", "mse"),
        ("elu", "mae"),
        ("softmax", "mse"),
    ],
)
@pytest.mark.parametrize("cores", [1, 3])
def test_a_step_on_a_large_batch_is_jaxs(engine, activation, loss, cores):
    engine(cores, 1 << 19)
    units, last = OUTPUTS.get(loss, (3, "softmax"))
    model = start(network(Dense(UNITS, activation=activation), Dense(units, activation=last)))
    before = model.get_weights()
    model.compile(SGD(1000.0), loss)  # a step much longer than the weights, so that it can be read off them
    value = model.fit(X, LABELS[loss], batch_size=N, verbose=0).history["loss"][0]
    exact, gradients = jax_step(activation, loss)
    assert value == pytest.approx(exact, rel=1e-5)
    same([(b - w) / 1000 for b, w in zip(before, model.get_weights(), strict=True)], gradients, 3e-5)


@cache
def jax_step(activation, loss):
    units, _ = OUTPUTS.get(loss, (3, None))
    weights = start(network(Dense(UNITS), Dense(units))).get_weights()

    def f(weights):
        W1, b1, W2, b2 = weights
        return JAX_LOSSES[loss](LABELS[loss], JAX_ACTIVATIONS[activation](X @ W1 + b1) @ W2 + b2)

    value, gradients = jax.value_and_grad(f)(weights)
    return float(value), [np.asarray(g) for g in gradients]


# --- blocks and threads ---


@pytest.mark.parametrize("cores", [1, 2, 8])
@pytest.mark.parametrize("block_bytes", [1, 1 << 18, 1 << 30])  # blocks of 256 rows, of 512, of the whole batch
def test_any_blocks_on_any_threads_give_one_blocks_result(engine, cores, block_bytes):
    engine(cores, block_bytes)
    result = trained(deep())
    one_block(engine)
    same(result, trained(deep()))


@pytest.mark.parametrize("cores", [2, 4, 16])
@pytest.mark.parametrize("rest", [1, 255, 257, 700])
def test_a_short_last_batch_with_fewer_blocks_than_threads(engine, cores, rest):
    """What a thread left behind in the batch before must not be added again."""
    x, y = X[: 3000 + rest], LABELS["binary_crossentropy"][: 3000 + rest]
    one_block(engine)
    expected = trained(deep(), x, y, batch_size=3000)
    engine(cores, 1)
    same(trained(deep(), x, y, batch_size=3000), expected)


def test_threads_do_not_race(engine):
    engine(4, 1)
    first = trained(deep())
    for _ in range(5):
        same(trained(deep()), first, 1e-6)


def test_several_inputs_and_frozen_layers_in_blocks(engine):
    def model():
        a, b = cr.Input((FEATURES,)), cr.Input((4, 5))
        left = Dense(20, activation="tanh", trainable=False)(a)
        right = cr.layers.Flatten()(Dense(6, activation="relu")(b))
        return cr.Model([a, b], Dense(1, activation="sigmoid")(Concatenate()([left, right])))

    x = [X, X[:, :20].reshape(-1, 4, 5)]
    y = LABELS["binary_crossentropy"]

    def fit():
        m = start(model())
        m.compile(SGD(0.5), "binary_crossentropy")
        history = m.fit(x, y, batch_size=N, epochs=2, shuffle=False, verbose=0)
        return [*m.get_weights(), np.array(history.history["loss"])]

    one_block(engine)
    expected = fit()
    engine(3, 1)
    same(fit(), expected)


def test_dropout_masks_are_cut_with_the_rows(engine):
    def model():
        return network(Dense(UNITS, activation="tanh"), Dropout(0.4), Dense(1, activation="sigmoid"))

    one_block(engine)
    expected = trained(model(), seed=3)
    engine(3, 1)
    same(trained(model(), seed=3), expected)


def test_blocks_that_are_not_added_up_are_caught(engine, monkeypatch):
    one_block(engine)
    expected = trained(deep())
    engine(2, 1)
    original = Stepper._share
    monkeypatch.setattr(
        Stepper, "_share", lambda self, worker, starts, *rest: original(self, worker, starts[:1], *rest)
    )
    with pytest.raises(AssertionError):
        same(trained(deep()), expected)


# --- what must not be cut ---


class Function(Layer):
    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def centred():
    centre = Function(lambda x: x - x.mean(axis=0))
    return network(Dense(20, activation="tanh"), centre, Dense(1, activation="sigmoid"))


DECEIVING = {
    "ordinary": X,
    "first rows of zeros": np.where(np.arange(N)[:, None] < 100, 0, X),
    "first rows alike": np.where(np.arange(N)[:, None] < 100, X[:1], X),
    "tiny numbers": X * np.float32(1e-8),
}


@pytest.mark.parametrize("name", DECEIVING)
@pytest.mark.parametrize("scale", [1, 1e-7])
def test_rows_that_see_each_other_stay_together(engine, name, scale):
    """Centring within the batch, on data whose first rows, or whose small gradients, do not show it."""
    x = DECEIVING[name].astype("float32")

    def loss(y, p):
        return scale * np.square(y - p)[:, 0]

    one_block(engine)
    expected = trained(centred(), x, loss=loss, optimizer=SGD(0.5 / scale))
    engine(3, 1)
    same(trained(centred(), x, loss=loss, optimizer=SGD(0.5 / scale)), expected, 1e-5)


def balanced(y, p):
    """Each class counts alike, whatever its share of the batch: one number a row, but of all rows."""
    share = np.mean(y)
    return np.square(y - p)[:, 0] * (y[:, 0] / (share + 0.01) + (1 - y[:, 0]) / (1.01 - share))


def test_a_loss_a_row_that_needs_the_whole_batch(engine):
    """Sorted labels: the first rows are all of one class and show nothing."""
    y = np.sort(LABELS["binary_crossentropy"])
    one_block(engine)
    expected = trained(deep(), X, y, loss=balanced)
    engine(3, 1)
    same(trained(deep(), X, y, loss=balanced), expected)


def test_rows_that_see_each_other_only_when_they_are_large(engine):
    x = X.copy()
    x[3000] *= 1000

    def model():
        bounded = Function(lambda x: x / np.maximum(1, np.max(np.abs(x), axis=0) / 50))
        return network(bounded, Dense(20, activation="tanh"), Dense(1, activation="sigmoid"))

    one_block(engine)
    expected = trained(model(), x)
    engine(3, 1)
    same(trained(model(), x), expected)
    ours = start(model())
    np.testing.assert_allclose(ours.predict(x), ours(x), rtol=1e-4, atol=1e-6)


def test_predict_keeps_rows_together_that_see_each_other(engine):
    engine(1, 1)
    x = DECEIVING["first rows of zeros"].astype("float32")
    model = start(centred())
    np.testing.assert_allclose(model.predict(x), model(x), rtol=1e-4, atol=1e-6)


def test_a_loss_over_all_rows_stays_whole(engine):
    def spread(y, p):
        return np.mean(np.square(y - p)) - 0.5 * np.square(np.mean(p)) + np.var(p)

    one_block(engine)
    expected = trained(deep(), loss=spread)
    engine(3, 1)
    same(trained(deep(), loss=spread), expected)


# --- buffers ---


@pytest.mark.parametrize("large", [64, 1 << 14, 1 << 60])
def test_buffers_do_not_change_results(engine, monkeypatch, large):
    """Nearly everything in buffers, large results, nothing: in float64, to the last places."""
    monkeypatch.setattr(buffers, "LARGE", large)
    x, y = X[:600].astype("float64"), LABELS["mse"][:600]

    def model():
        a = cr.Input((FEATURES,), dtype="float64")
        b = Dense(30, activation="tanh")(a)
        c = Dense(30, activation="softplus")(b)
        d = cr.layers.Add()([b, c, Dense(30, activation="gelu")(c)])
        return cr.Model(a, Dense(2)(Concatenate()([Activation("softmax")(d), b])))

    result = trained(model(), x, y, loss="mse", batch_size=250, epochs=3, optimizer=SGD(0.1, momentum=0.9))
    expected = plain_training(model(), x, y)
    same(result[: len(expected)], expected, 1e-11)


def plain_training(model, x, y):
    """The same training by ``cr.value_and_grad`` of the plain forward pass, without the engine."""
    from chainrule.nn.layers import substitute

    weights = [np.array(w, dtype="float64") for w in start(model).get_weights()]
    velocity = [np.zeros_like(w) for w in weights]

    def loss(weights, x, y):
        with substitute(model.weight_slots, weights):
            return np.mean(np.square(model.forward(x) - y))

    gradient = cr.grad(loss)
    for _ in range(3):
        for first in range(0, 600, 250):
            dw = gradient(weights, x[first : first + 250], y[first : first + 250])
            velocity = [0.9 * v - 0.1 * d for v, d in zip(velocity, dw, strict=True)]
            weights = [w + v for w, v in zip(weights, velocity, strict=True)]
    return weights


def test_outputs_of_every_batch_are_kept_until_the_epochs_metrics():
    """A step must not leave its outputs where the next one writes."""
    model = start(network(Dense(UNITS, activation="tanh"), Dense(40)))
    model.compile(SGD(0.0), "mse", metrics=["mae"])
    y = np.tile(LABELS["mse"], (1, 20))
    history = model.fit(X, y, batch_size=700, verbose=0, epochs=2).history
    p = np.tanh(X @ model.layers[0].kernel + model.layers[0].bias) @ model.layers[1].kernel + model.layers[1].bias
    assert history["mae"] == pytest.approx([np.abs(p - y).mean()] * 2, rel=1e-5)
    assert history["loss"] == pytest.approx([np.square(p - y).mean()] * 2, rel=1e-5)


@pytest.mark.parametrize("length", [1, 100, 30_000])
@pytest.mark.parametrize(
    "make",
    [lambda: SGD(0.1), lambda: SGD(0.1, 0.9), lambda: SGD(0.1, 0.9, nesterov=True), lambda: Adam(0.1)],
    ids=["sgd", "momentum", "nesterov", "adam"],
)
def test_updates_of_long_vectors_are_the_optimizers_own(make, length):
    """The program, in place and with buffers, against the optimizer's function called on arrays."""
    x = np.ones((1, 1))
    model = cr.Sequential([cr.Input((1,), dtype="float64"), Dense(length, use_bias=False)])
    rng = np.random.default_rng(0)
    w, y = rng.normal(size=(1, length)), rng.normal(size=(1, length))
    model.set_weights([w])
    model.compile(make(), "mse")
    model.fit(x, y, epochs=5, verbose=0)
    optimizer = make()
    state = {name: np.zeros_like(w) for name in optimizer.slots}
    for step in range(1, 6):
        w, state = optimizer.update(w, 2 * (w - y) / length, state, 0.1, float(step))
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-12, atol=1e-15)


# --- memory, threads and settings ---


def peak_of(action):
    """The most memory that ``action`` holds at a time, in bytes: the smaller of two tries."""
    peaks = []
    for _ in range(2):
        tracemalloc.start()
        try:
            action()
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    return min(peaks)


@pytest.mark.parametrize("in_blocks", [True, False])
def test_memory_is_bounded_by_the_activations(engine, in_blocks):
    """A full batch: at most three times the hidden activations beyond data and weights, and far less in blocks."""
    engine(2, work=0 if in_blocks else float("inf"))
    hidden, weights = N * 600 * 4, 4 * FEATURES * 600
    model = network(Dense(600, activation="tanh"), Dense(1, activation="sigmoid"))
    model.compile(SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    y = LABELS["binary_crossentropy"]
    short = peak_of(lambda: model.fit(X, y, batch_size=N, epochs=2, verbose=0))
    assert short < (1 if in_blocks else 3) * hidden + 10 * weights
    assert peak_of(lambda: model.fit(X, y, batch_size=N, epochs=4, verbose=0)) < 1.05 * short
    assert peak_of(lambda: model.predict(X)) < 0.5 * hidden
    assert peak_of(lambda: model.evaluate(X, y, verbose=0)) < 0.5 * hidden


def test_shuffling_does_not_copy_all_the_data(monkeypatch):
    from chainrule.nn.fitting import task

    monkeypatch.setattr(task, "GATHER_BYTES", X.nbytes // 10)
    model = network(Dense(1))
    model.compile(SGD(0.001), "mse")
    assert peak_of(lambda: model.fit(X, LABELS["mse"][:, :1], batch_size=32, verbose=0)) < X.nbytes / 3


def blas_threads():
    return sorted((lib["filepath"], lib["num_threads"]) for lib in threadpool_info() if lib["user_api"] == "blas")


class During(Callback):
    def __init__(self, error=None):
        self.error, self.blas = error, []

    def on_epoch_end(self, epoch, logs=None):
        self.blas.append(blas_threads())
        if self.error:
            raise self.error


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), RuntimeError()])
def test_threads_and_blas_are_left_as_they_were(engine, error, monkeypatch):
    engine(3, 1)
    inside = []
    original = Stepper._share
    monkeypatch.setattr(Stepper, "_share", lambda *args: (inside.append(blas_threads()), original(*args)))
    before, threads = blas_threads(), threading.active_count()
    during = During(error)
    if error is None:
        trained(deep(), callbacks=[during])
    else:
        with pytest.raises(type(error)):
            trained(deep(), callbacks=[during])
    assert blas_threads() == before
    assert threading.active_count() == threads
    assert {number for seen in inside for _, number in seen} == {1}
    assert during.blas[0] == before  # callbacks and validation have all threads


def test_small_batches_start_no_threads(monkeypatch):
    monkeypatch.setattr(stepper, "cores", lambda: 8)
    before = blas_threads()
    during = During()
    trained(deep(), batch_size=32, epochs=1, callbacks=[during])
    assert during.blas == [before]


def test_an_error_on_a_thread_is_raised_by_fit(engine, monkeypatch):
    engine(3, 1)
    main = threading.current_thread()
    original = Stepper._share

    def broken(self, *args):
        if threading.current_thread() is not main:
            raise MemoryError("no room")
        return original(self, *args)

    monkeypatch.setattr(Stepper, "_share", broken)
    threads = threading.active_count()
    with pytest.raises(MemoryError, match="no room"):
        trained(deep())
    assert threading.active_count() == threads


# --- the forward program ---


@pytest.mark.parametrize("block_bytes", [1, 1 << 20, 1 << 30])
@pytest.mark.parametrize("rows", [1, 63, 64, 65, 2000])
def test_predict_in_blocks_of_any_size(engine, block_bytes, rows):
    engine(1, block_bytes)
    model = start(network(Dense(UNITS, activation="tanh"), Dense(3, activation="softmax")))
    np.testing.assert_allclose(model.predict(X[:rows]), model(X[:rows]), rtol=2e-5, atol=1e-7)


def test_the_text_that_runs_can_be_read():
    model = deep()
    trained(model, epochs=1)
    source = model._source
    for line in (
        "def gradients(x, y, n, W1, b1, W2, b2, W3, b3",
        "def update(weights, gradients",
        "out=dW1",
        "z1 += b1",
    ):
        assert line in source
    assert len(source.splitlines()) < 45


def test_the_program_says_the_shapes():
    model = cr.Sequential([cr.Input((3,)), cr.layers.Dense(4, "tanh"), cr.layers.Dense(1)])
    model.compile(loss="mse")
    model.fit(np.zeros((9, 3)), np.zeros(9), batch_size=5, verbose=0)
    lines = [line.split("#") for line in str(model.program(training=True)).splitlines() if "#" in line]
    said = {statement.rpartition("=")[0].strip(): shape.strip() for statement, shape in lines}
    assert said["z1"] == said["a1"] == "(n, 4)"
    assert said["np.dot(x.T, dz1, out"] == "(3, 4)"
    assert len({line.index("#") for line in str(model.program()).splitlines() if "#" in line}) == 1


def test_a_shape_that_is_no_multiple_of_the_rows_is_not_called_n():
    few, more = (placeholder(np.zeros((rows, 3)), "x") for rows in (5, 7))
    doubled = [make(np.concatenate, ([x, x],)) for x in (few, more)]
    longer = [make(np.concatenate, ([x, constant(np.zeros((1, 3)))],)) for x in (few, more)]
    for (a, b), text in ((doubled, "(2n, 3)"), (longer, "(…, 3)")):
        assert Shapes([a], 5, [b], 7).written(a) == text

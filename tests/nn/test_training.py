"""fit, evaluate and predict: held against training written out by hand, and what users may do around it."""

from __future__ import annotations

import copy
import gc
import io
import linecache
import pickle
from contextlib import redirect_stderr

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import NotCompiledError
from chainrule.graph import buffers
from chainrule.nn.callbacks import Callback, History
from chainrule.nn.fitting import task
from chainrule.nn.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten, Layer
from chainrule.nn.optimizers import SGD, Adam

RNG = np.random.default_rng(7)
N = 23
X = RNG.normal(size=(N, 4))
CLASSES = RNG.integers(0, 3, N)
BINARY = (CLASSES > 0).astype(float)
SINE = np.sin(X[:, :1])


def network(*layers, features=4, dtype="float64"):
    return cr.Sequential([cr.Input((features,), dtype=dtype), *layers])


def classifier(dtype="float64"):
    return network(Dense(6, activation="relu"), Dense(3, activation="softmax"), dtype=dtype)


def compiled(model, optimizer=None, loss="mse", metrics=None):
    model.compile(optimizer=optimizer or SGD(0.1), loss=loss, metrics=metrics)
    return model


def fit(model, x=X, y=SINE, **options):
    return model.fit(x, y, **({"verbose": 0, "batch_size": 8} | options))


def apart(a, b):
    return max(float(np.abs(p - q).max(initial=0)) for p, q in zip(a, b, strict=True))


# --- by hand: relu, softmax, cross-entropy, Adam ---


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def by_hand(weights, batch, epochs, rate=0.05):
    """Train the classifier on X with Adam in plain loops, as a textbook would; return weights and losses."""
    weights = [np.array(w) for w in weights]
    m, v = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    losses, step = [], 0
    for _ in range(epochs):
        total = 0.0
        for start in range(0, N, batch):
            x, labels = X[start : start + batch], CLASSES[start : start + batch]
            W1, b1, W2, b2 = weights
            z1 = x @ W1 + b1
            a1 = np.maximum(z1, 0)
            p = softmax(a1 @ W2 + b2)
            total -= np.log(p[np.arange(len(x)), labels]).sum()
            dz2 = (p - np.eye(3)[labels]) / len(x)
            dz1 = dz2 @ W2.T * (z1 > 0)
            gradients = [x.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)]
            step += 1
            for i, g in enumerate(gradients):
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g * g
                m_hat = m[i] / (1 - 0.9**step)
                # Keras's epsilon stands beside the root of the uncorrected v
                v_root = (np.sqrt(v[i]) + 1e-7) / np.sqrt(1 - 0.999**step)
                weights[i] = weights[i] - rate * m_hat / v_root
        losses.append(total / N)
    return weights, losses


@pytest.mark.parametrize("batch", [1, 2, 8, 11, N - 1, N, N + 9])  # 2, 11 and N - 1 leave a last batch of one row
@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_any_batch_size_gives_what_is_computed_by_hand(batch, loss):
    model = compiled(classifier(), Adam(0.05), loss)
    weights, losses = by_hand(model.get_weights(), min(batch, N), 4)
    y = CLASSES if loss.startswith("sparse") else np.eye(3)[CLASSES]
    history = fit(model, y=y, batch_size=batch, epochs=4, shuffle=False)
    assert apart(model.get_weights(), weights) < 1e-12
    np.testing.assert_allclose(history.history["loss"], losses, rtol=1e-12)
    p = softmax(np.maximum(X @ weights[0] + weights[1], 0) @ weights[2] + weights[3])
    np.testing.assert_allclose(model.predict(X), p, rtol=1e-10)
    np.testing.assert_allclose(model.evaluate(X, y, verbose=0), -np.log(p[np.arange(N), CLASSES]).mean(), rtol=1e-10)


def test_a_wrong_rate_is_caught():
    model = compiled(classifier(), Adam(0.0501), "sparse_categorical_crossentropy")
    weights, _ = by_hand(model.get_weights(), 8, 1)
    fit(model, y=CLASSES, shuffle=False)
    assert apart(model.get_weights(), weights) > 1e-5


def test_a_batch_size_of_32_is_the_default():
    x, y = np.tile(X, (3, 1)), np.tile(SINE, (3, 1))
    models = [compiled(network(Dense(1))) for _ in range(2)]
    models[1].set_weights(models[0].get_weights())
    for model, options in zip(models, ({}, {"batch_size": 32}), strict=True):
        model.fit(x, y, shuffle=False, verbose=0, **options)
    assert apart(models[0].get_weights(), models[1].get_weights()) == 0


def test_float32_models_stay_float32():
    model = compiled(classifier("float32"), Adam(), "sparse_categorical_crossentropy")
    fit(model, y=CLASSES, epochs=2)
    assert {w.dtype for w in model.get_weights()} == {np.dtype("float32")}
    assert model.predict(X).dtype == np.float32


# --- order of the rows, seeds ---


def test_shuffled_epochs_see_every_row_once():
    """With one weight and a loss linear in the output, an epoch's sum of steps does not depend on the order."""
    model = network(Dense(1, use_bias=False))
    model.compile(SGD(1.0), lambda y, p: p[:, 0] * 1.0)
    before = model.get_weights()[0]
    fit(model, batch_size=1, epochs=3)
    np.testing.assert_allclose(model.get_weights()[0], before - 3 * X.sum(axis=0)[:, None], rtol=1e-12)


def trained_with(seed=None, model=None, **options):
    model = model or compiled(network(Dense(5, activation="tanh"), Dropout(0.3), Dense(1)))
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    fit(model, epochs=2, seed=seed, **options)
    return model.get_weights()


def test_a_seed_makes_fit_repeatable():
    assert apart(trained_with(3), trained_with(3)) == 0
    assert apart(trained_with(3), trained_with(4)) > 1e-4
    assert apart(trained_with(), trained_with()) > 1e-4


def test_set_random_seed_makes_everything_repeatable():
    def everything():
        cr.utils.set_random_seed(5)
        model = compiled(network(Dense(5, activation="tanh"), Dropout(0.3), Dense(1)))
        fit(model, epochs=2)
        return model.get_weights()

    assert apart(everything(), everything()) == 0


def test_a_seeded_fit_leaves_the_librarys_source_alone():
    cr.utils.set_random_seed(5)
    expected = Dense(3)
    expected.build((None, 4))
    cr.utils.set_random_seed(5)
    model = compiled(network(Dense(1, kernel_initializer="ones"), Dropout(0.5)))
    fit(model, seed=0)
    layer = Dense(3)
    layer.build((None, 4))
    np.testing.assert_array_equal(layer.kernel, expected.kernel)


def test_without_shuffle_the_seed_does_not_matter():
    model = compiled(network(Dense(1)))
    assert apart(trained_with(1, model, shuffle=False), trained_with(2, model, shuffle=False)) == 0


def test_gathering_rows_in_parts_changes_nothing(monkeypatch):
    model = compiled(network(Dense(5, activation="tanh"), Dense(1)))
    whole = trained_with(1, model)
    for size in (1, 1000):  # one batch at a time, several
        monkeypatch.setattr(task, "GATHER_BYTES", size)
        assert apart(trained_with(1, model), whole) == 0


# --- dropout ---


def test_dropout_acts_in_training_only():
    model = compiled(network(Dropout(0.5), Dense(1, kernel_initializer="ones")), SGD(0.0))
    np.testing.assert_allclose(model.predict(X), X.sum(axis=1, keepdims=True))
    history = fit(model, epochs=3)
    assert len(set(history.history["loss"])) == 3  # other masks each time, though the weights stand still
    exact = float(np.mean((X.sum(axis=1, keepdims=True) - SINE) ** 2))
    assert model.evaluate(X, SINE, verbose=0) == pytest.approx(exact)
    assert min(abs(np.array(history.history["loss"]) - exact)) > 1e-3
    np.testing.assert_allclose(model.predict(X), X.sum(axis=1, keepdims=True))


def test_two_dropout_layers_draw_masks_of_their_own():
    x = np.ones((2000, 1))
    model = network(Dropout(0.5), Dropout(0.5), features=1)

    def loss(y, p):
        return (p - y)[:, 0]

    model.compile(SGD(0.1), loss)
    history = model.fit(x, 0 * x, batch_size=2000, epochs=20, verbose=0, seed=0)
    seen = np.array(history.history["loss"])
    # Each row gives 4 with probability 1/4, else 0: mean 1, variance 3. One mask for both layers would give 2.
    assert abs(seen.mean() - 1) < 5 * np.sqrt(3 / 40_000)
    assert len(set(seen)) > 10


def test_the_gradient_goes_through_the_mask():
    """A weight moves only by rows whose feature was kept; the mean step is that without dropout."""
    x = np.ones((4000, 1))
    model = network(Dropout(0.25), Dense(1, use_bias=False, kernel_initializer="zeros"), features=1)
    model.compile(SGD(1.0), lambda y, p: p[:, 0] * 1.0)
    model.fit(x, x, batch_size=4000, verbose=0, seed=1)
    step = -model.get_weights()[0].item()
    assert step != 1
    assert step == pytest.approx(1, abs=5 * np.sqrt(0.25 / 0.75 / 4000))


def test_dropout_with_a_seed_of_its_own_repeats():
    def losses():
        model = compiled(network(Dropout(0.5, seed=3), Dense(1, kernel_initializer="ones")), SGD(0.0))
        return fit(model, epochs=3, shuffle=False).history["loss"]

    assert losses() == losses()


def test_masks_of_the_short_last_batch_fit():
    model = compiled(network(Dense(50), Dropout(0.5), Dense(1)), SGD(0.001))
    assert np.isfinite(fit(model, batch_size=22, epochs=3).history["loss"]).all()


# --- functions and classes of the user's own ---


def test_a_custom_activation_trains_as_the_built_in_one():
    a = compiled(network(Dense(5, activation="softplus"), Dense(1)), Adam(0.01))
    b = compiled(network(Dense(5, activation=lambda z: np.log(1 + np.exp(z))), Dense(1)), Adam(0.01))
    b.set_weights(a.get_weights())
    for model in (a, b):
        fit(model, epochs=5, shuffle=False)
    assert apart(a.get_weights(), b.get_weights()) < 1e-12


PER_SAMPLE = {
    "a row": lambda y, p: np.square(y - p)[:, 0],
    "a column": lambda y, p: np.square(y - p),
    "mean over the last axis": lambda y, p: np.mean((y - p) ** 2, axis=-1),
    "mean over the rows": lambda y, p: np.mean((y - p) ** 2, axis=0),
}
PER_BATCH = {
    "mean": lambda y, p: np.mean(np.square(y - p)),
    "sum over len": lambda y, p: np.sum((y - p) ** 2) / len(y),
    "sum over shape": lambda y, p: ((y - p) ** 2).sum() / y.shape[0],
    "sum over size": lambda y, p: ((y - p) ** 2).sum() / np.size(y),
    "len as a number": lambda y, p: np.sum((y - p) ** 2) * float(1 / len(y)),
    "an array as long": lambda y, p: np.sum((y - p) ** 2 * np.full((len(y), 1), 1 / len(y))),
}


@pytest.mark.parametrize("loss", (PER_SAMPLE | PER_BATCH).values(), ids=(PER_SAMPLE | PER_BATCH).keys())
@pytest.mark.parametrize("batch", [8, N])
def test_a_custom_loss_is_the_built_in_one(loss, batch):
    a = compiled(network(Dense(5, activation="tanh"), Dense(1)))
    b = compiled(network(Dense(5, activation="tanh"), Dense(1)), loss=loss)
    b.set_weights(a.get_weights())
    first, second = (fit(model, epochs=3, shuffle=False, batch_size=batch) for model in (a, b))
    assert apart(a.get_weights(), b.get_weights()) < 1e-12
    np.testing.assert_allclose(second.history["loss"], first.history["loss"], rtol=1e-12)
    assert b.evaluate(X, SINE, verbose=0) == pytest.approx(a.evaluate(X, SINE, verbose=0), rel=1e-12)


def test_a_count_hidden_in_a_constant_is_seen():
    """The program's text is the same for every batch size, but an array in it is not."""
    y = np.tile(SINE, (1, 10))
    a = compiled(network(Dense(10)), loss=lambda y, p: ((y - p) ** 2).sum() / len(y))
    b = compiled(network(Dense(10)), loss=lambda y, p: ((y - p) ** 2 * np.full(10, 1 / len(y))).sum())
    b.set_weights(a.get_weights())
    for model in (a, b):
        fit(model, y=y, shuffle=False)
    assert apart(a.get_weights(), b.get_weights()) < 1e-12


def test_a_count_that_only_the_loss_sees_is_seen():
    model = compiled(network(Dense(1)), SGD(0.0), lambda y, p: np.mean((y - p) ** 2) + len(y))
    plain = float(np.mean((model.predict(X) - SINE) ** 2))
    assert fit(model, batch_size=N).history["loss"][0] == pytest.approx(plain + N)


def test_a_loss_of_one_number_is_averaged_over_the_rows():
    """Batches of 8, 8 and 7 rows count by their rows, as in Keras."""
    model = compiled(network(Dense(1)), SGD(0.0), lambda y, p: np.mean(np.abs(y - p)))
    exact = float(np.mean(np.abs(model.predict(X) - SINE)))
    assert fit(model).history["loss"][0] == pytest.approx(exact)


def test_a_custom_metric_and_a_metric_class():
    class Worst(cr.metrics.Metric):
        def call(self, y_true, y_pred):
            return np.abs(y_true - y_pred).max()

    def bias(y_true, y_pred):
        return (y_pred - y_true).mean()

    model = compiled(network(Dense(1)), SGD(0.0), metrics=[Worst("worst"), bias, "mae"])
    history = fit(model, validation_data=(X[:5], SINE[:5]))
    error = model.predict(X) - SINE
    expected = {"worst": np.abs(error).max(), "bias": error.mean(), "mae": np.abs(error).mean()}
    for name, value in expected.items():
        assert history.history[name] == [pytest.approx(value)]
    assert history.history["val_bias"] == [pytest.approx(error[:5].mean())]
    scores = model.evaluate(X, SINE, verbose=0, return_dict=True)
    assert list(scores) == ["loss", "worst", "bias", "mae"] == model.metrics_names
    assert scores["worst"] == pytest.approx(expected["worst"])


def test_training_metrics_are_those_of_the_outputs_before_each_step():
    """As in Keras: what the batches gave as they came, not what the final weights would give."""
    model = compiled(network(Dense(1)), SGD(0.5), metrics=["mse"])
    history = fit(model, epochs=2, shuffle=False)
    assert history.history["mse"] == pytest.approx(history.history["loss"])
    assert history.history["loss"][0] != pytest.approx(model.evaluate(X, SINE, verbose=0)[0], rel=1e-3)


class Bend(Layer):
    """Slope 1 above 0 and a learned one below, with a scale that stays: a scalar weight and one not trained."""

    def build(self, input_shape):
        self.slope = self.add_weight((), "zeros")
        self.scale = self.add_weight((input_shape[-1],), "ones", trainable=False)

    def call(self, inputs):
        return (np.maximum(inputs, 0) + self.slope * np.minimum(inputs, 0)) * self.scale


def test_a_custom_layer_learns_its_slope():
    x = np.linspace(-1, 1, 40)[:, None]
    model = compiled(network(Bend(), features=1), SGD(0.5))
    model.fit(x, np.where(x > 0, x, 0.3 * x), epochs=100, batch_size=7, verbose=0)
    slope, scale = model.get_weights()
    assert slope == pytest.approx(0.3, abs=1e-6)
    assert scale == 1


MIX = RNG.normal(size=(7, 9)) / 3
# each spelled in two ways, the second keeping the rows on the first axis all along
LAYERS = {
    "transposed": (
        lambda x: (np.tanh(x.T) * 2).T,
        lambda x: 2 * np.tanh(x),
    ),
    "normalised": (
        lambda x: (x.T / (1 + np.sum(x * x, axis=1))).T,
        lambda x: x / (1 + np.sum(x * x, axis=1, keepdims=True)),
    ),
    "ones": (
        lambda x: np.concatenate([x, np.ones((len(x), 1))], axis=1),
        lambda x: np.concatenate([x, x[:, :1] * 0 + 1], axis=1),
    ),
    "stacked": (
        lambda x: np.stack([x, x**2], axis=2),
        lambda x: np.concatenate([x[..., None], x[..., None] ** 2], axis=-1),
    ),
    "columns": (
        lambda x: np.stack([np.sin(x[:, 0]), x[:, 1]]).T,
        lambda x: np.concatenate([np.sin(x[:, :1]), x[:, 1:2]], axis=1),
    ),
    "einsum": (
        lambda x: np.einsum("ni,nj->nij", x, x),
        lambda x: x[:, :, None] * x[:, None, :],
    ),
    "flat": (
        lambda x: np.reshape(np.tanh(x.ravel()), (-1, 9)),
        lambda x: np.tanh(x),
    ),
    "product from the left": (
        lambda x: np.tanh(MIX @ np.tanh(x.T)).T,
        lambda x: np.tanh(np.tanh(x) @ MIX.T),
    ),
}


class Function(Layer):
    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("rows", [N, 2001])
def test_rows_may_be_any_axis_inside_a_layer(name, rows):
    """Small and large batches, and a last one of a single row: however the layer is spelled, the same comes out."""
    x, y = np.resize(X, (rows, 4)), np.resize(SINE, (rows, 1))
    results = []
    for function in LAYERS[name]:
        model = compiled(network(Dense(9), Function(function), Flatten(), Dense(1)), SGD(0.01))
        rng = np.random.default_rng(2)
        model.set_weights([rng.normal(size=w.shape) / 3 for w in model.get_weights()])
        history = fit(model, x, y, batch_size=rows - 1, epochs=2, shuffle=False, validation_data=(x[:5], y[:5]))
        losses = [np.array(values) for values in history.history.values()]
        results.append([*model.get_weights(), *losses, model.predict(x), model(x)])
    assert apart(*results) < 1e-9
    assert apart(results[0][-1:], results[0][-2:-1]) < 1e-9


def correlation(y, p):
    y, p = y - np.mean(y), p - np.mean(p)
    return 1 - np.sum(y * p) / np.sqrt(np.sum(y * y) * np.sum(p * p))


OVER_ROWS = {
    "every second row": lambda y, p: np.mean(np.square(p[::2] - y[::2])),
    "neighbours": lambda y, p: np.mean(np.square(p[1:] - p[:-1] - y[1:] + y[:-1])),
    "all pairs": lambda y, p: np.mean(np.square(p - p.T - (y - y.T))),
    "all pairs, flat": lambda y, p: np.mean(np.square(np.ravel(p - p.T) - np.ravel(y - y.T))),
    "pairs of rows": lambda y, p: np.mean(np.square(p[::2] - p[1::2] - y[::2] + y[1::2])),  # an even number of them
    "in order": lambda y, p: np.mean(np.square(np.sort(p, axis=0) - np.sort(y, axis=0))),
    "correlation": correlation,
}


@pytest.mark.parametrize("name", OVER_ROWS)
@pytest.mark.parametrize("large", [64, 16_384])
def test_a_loss_may_look_at_all_rows_of_a_batch(monkeypatch, name, large):
    """Against the derivative of the same function on each batch, taken without programs and buffers."""
    monkeypatch.setattr(buffers, "LARGE", large)
    loss, rows, batch = OVER_ROWS[name], 220, 150
    x, y = np.resize(X, (rows, 4)) + np.linspace(0, 1, rows)[:, None], np.resize(SINE, (rows, 1))
    model = compiled(network(Dense(1)), SGD(0.1), loss)
    W, b = model.get_weights()
    total = 0.0
    for part in (slice(0, batch), slice(batch, rows)):
        f = lambda W, b, x=x[part], y=y[part]: loss(y, x @ W + b)
        value, (dW, db) = cr.value_and_grad(f, argnums=(0, 1))(W, b)
        W, b, total = W - 0.1 * dW, b - 0.1 * db, total + float(value) * len(x[part]) / rows
    history = fit(model, x, y, batch_size=batch, shuffle=False)
    assert apart(model.get_weights(), [W, b]) < 1e-12
    assert history.history["loss"] == [pytest.approx(total, rel=1e-10)]


def test_a_layer_that_sees_all_rows_is_trained_on_its_batch():
    """Centring within the batch; the reference takes the derivative by hand."""
    model = compiled(network(Function(lambda x: x - x.mean(axis=0)), Dense(1, use_bias=False)), SGD(0.1))
    w = model.get_weights()[0]
    fit(model, batch_size=10, shuffle=False)
    for start in range(0, N, 10):
        x, y = X[start : start + 10], SINE[start : start + 10]
        x = x - x.mean(axis=0)
        w = w - 0.1 * x.T @ (2 * (x @ w - y)) / len(x)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-12)


class PreviousGradient(cr.optimizers.Optimizer):
    """Optimistic gradient descent: the new weight needs the old state, and the state keeps the last two gradients."""

    slots = ("last", "before_last")

    def update(self, w, dw, state, learning_rate, step):
        new = w - learning_rate * (2 * dw - state["last"]) + 0.01 * learning_rate * state["before_last"]
        return new, {"last": dw, "before_last": state["last"]}


@pytest.mark.parametrize("units", [1, 5000])  # small, and large enough for buffers
def test_a_custom_optimizer_may_use_its_old_state(units):
    model = compiled(network(Dense(units, use_bias=False)), PreviousGradient(0.05))
    w = model.get_weights()[0]
    last = before = np.zeros_like(w)
    y = np.tile(SINE, units)
    fit(model, y=y, batch_size=N, epochs=4, shuffle=False)
    for _ in range(4):
        g = X.T @ (2 * (X @ w - y)) / N / units
        w, last, before = w - 0.05 * (2 * g - last) + 0.0005 * before, g, last
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-10)


# --- weights that stay, weights that are shared ---


def test_frozen_layers_do_not_move():
    model = network(Dense(5, activation="tanh"), Dense(4, trainable=False), Dense(1))
    compiled(model, Adam(0.1))
    before = model.get_weights()
    fit(model, epochs=2)
    moved = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert moved == [True, True, False, False, True, True]


def test_a_model_without_anything_to_train():
    model = network(Dense(5), Dense(1))
    model.trainable = False
    compiled(model, Adam())
    before = model.get_weights()
    history = fit(model, epochs=2, shuffle=False)
    assert apart(before, model.get_weights()) == 0
    assert history.history["loss"][0] == pytest.approx(model.evaluate(X, SINE, verbose=0))
    bare = compiled(network(Function(lambda x: x[:, :1])))
    assert fit(bare).history["loss"] == [pytest.approx(np.mean((X[:, :1] - SINE) ** 2))]


def test_a_weight_the_loss_does_not_need_stays():
    class Unused(Layer):
        def build(self, input_shape):
            self.w = self.add_weight((3,), "ones")

        def call(self, inputs):
            return inputs

    model = compiled(network(Unused(), Dense(1)), Adam(0.1))
    fit(model)
    np.testing.assert_array_equal(model.get_weights()[0], 1)


def test_a_part_of_a_model_sees_the_trained_weights():
    x = cr.Input((4,), dtype="float64")
    hidden = Dense(5, activation="tanh")(x)
    whole, part = compiled(cr.Model(x, Dense(1)(hidden))), cr.Model(x, hidden)
    before = part.predict(X)
    fit(whole, epochs=3)
    W, b = whole.get_weights()[:2]
    np.testing.assert_allclose(part.predict(X), np.tanh(X @ W + b), rtol=1e-12)
    np.testing.assert_allclose(part(X), part.predict(X), rtol=1e-12)
    assert apart([before], [part.predict(X)]) > 1e-3


def test_layers_shared_by_two_models_stay_in_step():
    shared = Dense(5, activation="tanh")
    models = []
    for _ in range(2):
        x = cr.Input((4,), dtype="float64")
        models.append(compiled(cr.Model(x, Dense(1)(shared(x))), Adam(0.01)))
    for first, second in (models, models[::-1], models):
        before = shared.get_weights()
        fit(first, epochs=2)
        assert apart(before, shared.get_weights()) > 1e-3
        for model in (first, second):
            W, b, V, c = model.get_weights()
            np.testing.assert_array_equal(W, shared.kernel)
            np.testing.assert_allclose(model.predict(X), np.tanh(X @ W + b) @ V + c, rtol=1e-12)


def test_a_layer_used_twice_gets_the_sum_of_its_gradients():
    x = cr.Input((4,), dtype="float64")
    layer = Dense(4, use_bias=False)
    model = compiled(cr.Model(x, Add()([layer(x), layer(layer(x))])), SGD(0.1))
    W = model.get_weights()[0]
    y = np.tile(SINE, 4)
    fit(model, y=y, batch_size=N, shuffle=False)
    d = 2 * (X @ W + X @ W @ W - y) / (4 * N)
    g = X.T @ d + (X @ W).T @ d + X.T @ (d @ W.T)
    np.testing.assert_allclose(model.get_weights()[0], W - 0.1 * g, rtol=1e-10)


def test_weights_set_between_fits_are_trained():
    model = compiled(classifier(), Adam(0.05), "sparse_categorical_crossentropy")
    fit(model, y=CLASSES)
    start = [np.full_like(w, 0.1) + np.arange(w.size).reshape(w.shape) / 30 for w in model.get_weights()]
    model.set_weights(start)
    model.compile(Adam(0.05), "sparse_categorical_crossentropy")  # a new start for Adam, too
    fit(model, y=CLASSES, epochs=3, shuffle=False)
    assert apart(model.get_weights(), by_hand(start, 8, 3)[0]) < 1e-12
    kept = model.get_weights()
    kept[0][...] = 0
    assert model.get_weights()[0].any()


def test_compile_forgets_the_optimizers_state_and_fit_keeps_it():
    def after(compile_again):
        model = compiled(network(Dense(1, kernel_initializer="ones")), SGD(0.01, momentum=0.9))
        fit(model, epochs=2, shuffle=False)
        if compile_again:
            compiled(model, SGD(0.01, momentum=0.9))
        fit(model, epochs=2, shuffle=False)
        return model.get_weights()

    model = compiled(network(Dense(1, kernel_initializer="ones")), SGD(0.01, momentum=0.9))
    fit(model, epochs=4, shuffle=False)
    assert apart(after(False), model.get_weights()) < 1e-14
    assert apart(after(True), model.get_weights()) > 1e-4


def test_one_optimizer_may_serve_two_models():
    optimizer = Adam(0.05)
    models = [compiled(classifier(), optimizer, "sparse_categorical_crossentropy") for _ in range(2)]
    starts = [model.get_weights() for model in models]
    for _ in range(2):  # in turns
        for model in models:
            fit(model, y=CLASSES, shuffle=False)
    for model, begin in zip(models, starts, strict=True):
        assert apart(model.get_weights(), by_hand(begin, 8, 2)[0]) < 1e-12


def test_a_layer_frozen_later_keeps_its_own_momentum_apart():
    """The optimizer's memory belongs to weights, not to places in a vector."""
    model = network(Dense(4, use_bias=False), Dense(4, use_bias=False), Dense(1, use_bias=False))
    compiled(model, SGD(0.1, momentum=0.9))
    model.layers[1].trainable = False
    fit(model, batch_size=N, epochs=3)
    model.layers[0].trainable, model.layers[1].trainable = False, True
    W = model.get_weights()
    fit(model, batch_size=N)
    h = X @ W[0]
    dh = 2 * (h @ W[1] @ W[2] - SINE) / N @ W[2].T
    step = model.get_weights()[1] - W[1]
    np.testing.assert_allclose(step, -0.1 * h.T @ dh, rtol=1e-10)  # its first step: no momentum yet


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_after_training_is_trained_on_its_own(clone):
    model = compiled(classifier(), Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit(model, y=CLASSES, shuffle=False)
    before, other = model.get_weights(), clone(model)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    fit(other, y=CLASSES, shuffle=False)
    assert apart(before, model.get_weights()) == 0
    fit(model, y=CLASSES, shuffle=False)
    assert apart(other.get_weights(), model.get_weights()) == 0


def test_weights_held_outside_follow_set_weights_but_not_each_other():
    """Training moves weights to other places in memory; what the user got from get_weights stays."""
    model = compiled(network(Dense(1)))
    held = model.get_weights()
    copies = [w.copy() for w in held]
    fit(model)
    assert apart(held, copies) == 0


# --- predict and evaluate ---


def test_predict_of_several_outputs_and_inputs():
    a, b = cr.Input((3,), dtype="float64"), cr.Input((1,), dtype="float64")
    hidden = Dense(2)(Concatenate()([a, b]))
    model = cr.Model([a, b], [hidden, Dense(1, activation="sigmoid")(hidden), a])
    results = model.predict([X[:, :3], X[:, 3]])
    assert [r.shape for r in results] == [(N, 2), (N, 1), (N, 3)]
    for result, plain in zip(results, model([X[:, :3], X[:, 3:]]), strict=True):
        np.testing.assert_allclose(result, plain, rtol=1e-12)


@pytest.mark.parametrize("rows", [1, 2, 63, 64, 65, 8193, 20_000])
def test_predict_of_any_number_of_rows(rows):
    model = network(Dense(40, activation="gelu"), Dense(3, activation="softmax"))
    x = np.resize(X, (rows, 4)) * np.linspace(0, 1, rows)[:, None]
    np.testing.assert_allclose(model.predict(x), model(x), rtol=1e-12)


def test_predict_does_not_change_earlier_results():
    model = network(Dense(40, activation="tanh"), Dense(3))
    first = model.predict(X)
    kept = first.copy()
    model.predict(-X)
    np.testing.assert_array_equal(first, kept)
    first[...] = 0
    np.testing.assert_array_equal(model.predict(X), kept)


def test_predict_needs_no_compile_but_fit_and_evaluate_do():
    model = network(Dense(1))
    assert model.predict(X).shape == (N, 1)
    for use in (model.fit, model.evaluate):
        with pytest.raises(NotCompiledError, match=r"model.compile\(optimizer=..., loss=..., metrics="):
            use(X, SINE)


def test_evaluate_returns_a_number_a_list_or_a_dict(capsys):
    model = compiled(network(Dense(1)))
    assert isinstance(model.evaluate(X, SINE, verbose=0), float)
    model = compiled(model, metrics=["mae"])
    values = model.evaluate(X, SINE)
    assert f"loss: {values[0]:.4f}" in capsys.readouterr().out
    assert model.evaluate(X, SINE, verbose=0, return_dict=True) == dict(zip(["loss", "mae"], values, strict=True))
    assert capsys.readouterr().out == ""


def test_a_nested_model_is_trained_from_outside():
    inner = network(Dense(5, activation="tanh"), Dense(4))
    model = compiled(network(inner, Dense(1)))
    before = inner.get_weights()
    fit(model, epochs=2)
    assert apart(before, inner.get_weights()) > 1e-4
    np.testing.assert_allclose(model.predict(X), model(X), rtol=1e-12)


def test_a_subclass_of_model_trains():
    class Mine(cr.Model):
        def __init__(self):
            super().__init__(dtype="float64")
            self.hidden, self.out = Dense(5, activation="tanh"), Dense(1)

        def call(self, inputs, training=False):
            return self.out(self.hidden(inputs))

    model = compiled(Mine())
    first = fit(model, epochs=20).history["loss"]
    assert first[-1] < first[0]


# --- history ---


def test_history():
    model = compiled(classifier(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    assert model.history is None
    history = fit(model, y=CLASSES, epochs=5, initial_epoch=2, validation_split=0.25)
    assert isinstance(history, History)
    assert model.history is history
    assert history.epoch == [2, 3, 4]
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert all(type(value) is float for values in history.history.values() for value in values)
    assert history.params["epochs"] == 5
    assert "3 epochs" in repr(history)


def test_no_epochs_give_an_empty_history():
    model = compiled(network(Dense(1)))
    before = model.get_weights()
    assert fit(model, epochs=0).history == {}
    assert fit(model, epochs=2, initial_epoch=2).epoch == []
    assert apart(before, model.get_weights()) == 0


@pytest.mark.parametrize(
    ("units", "activation", "y", "expected"),
    [
        (1, "sigmoid", BINARY, "binary_accuracy"),
        (3, "softmax", CLASSES, "sparse_categorical_accuracy"),
        (3, "softmax", CLASSES[:, None], "sparse_categorical_accuracy"),
        (3, "softmax", np.eye(3)[CLASSES], "categorical_accuracy"),
    ],
)
def test_accuracy_means_the_one_that_fits(units, activation, y, expected):
    loss = {
        "b": "binary_crossentropy",
        "s": "sparse_categorical_crossentropy",
        "c": "categorical_crossentropy",
    }
    model = network(Dense(units, activation=activation))
    history = fit(compiled(model, SGD(0.0), loss[expected[0]], ["accuracy", expected]), y=y).history
    assert history["accuracy"] == history[expected]
    scores = model.evaluate(X, y, verbose=0, return_dict=True)
    assert scores["accuracy"] == scores[expected]


def test_fit_says_which_accuracy_it_is(capsys):
    model = compiled(classifier(), SGD(0.1), "sparse_categorical_crossentropy", ["accuracy"])
    history = fit(model, y=CLASSES, verbose=2)
    assert "'accuracy' is SparseCategoricalAccuracy" in capsys.readouterr().out
    assert history.params["accuracy"] == "SparseCategoricalAccuracy"
    assert fit(compiled(network(Dense(1)), metrics=["mae"]), verbose=2).params["accuracy"] is None
    assert "accuracy" not in capsys.readouterr().out


# --- callbacks ---


class Recorder(Callback):
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __getattribute__(self, attribute):
        if attribute.startswith("on_"):
            return lambda *args: self.log.append((self.name, attribute, *args[:1]))
        return super().__getattribute__(attribute)


def test_callbacks_are_told_in_order():
    log = []
    fit(compiled(network(Dense(1))), epochs=2, callbacks=[Recorder(log, "a"), Recorder(log, "b")])
    moments = [("on_train_begin",), ("on_epoch_begin", 0), ("on_epoch_end", 0), ("on_epoch_begin", 1)]
    moments += [("on_epoch_end", 1), ("on_train_end",)]
    assert log == [(name, *moment) for moment in moments for name in ("a", "b")]


def test_a_callback_sees_model_logs_and_params_and_may_change_the_rate():
    seen = {}

    class Watch(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.1 if epoch == 0 else 0.0

        def on_epoch_end(self, epoch, logs=None):
            seen[epoch] = (dict(logs), self.model.history.epoch[:], self.model.get_weights())

    model = compiled(network(Dense(1)), metrics=["mae"])
    watch = Watch()
    fit(model, epochs=3, callbacks=[watch], validation_data=(X, SINE))
    assert set(seen[0][0]) == {"loss", "mae", "val_loss", "val_mae"}
    assert seen[1][1] == [0, 1]  # History was told first
    assert apart(seen[0][2], seen[2][2]) == 0
    assert watch.model is model
    assert watch.params["epochs"] == 3
    assert watch.params["steps"] == 3


def test_stop_training_ends_after_the_epoch():
    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    model = compiled(network(Dense(1)))
    assert fit(model, epochs=9, callbacks=[Stop()]).epoch == [0, 1]
    assert fit(model, epochs=2).epoch == [0, 1]  # and does not outlast the fit


def test_a_callback_may_look_at_the_model_and_set_its_weights():
    losses = []

    class Reset(Callback):
        def on_epoch_end(self, epoch, logs=None):
            losses.append(self.model.evaluate(X, SINE, verbose=0))
            self.model.set_weights(self.start)

    model, reset = compiled(network(Dense(1))), Reset()
    reset.start = model.get_weights()
    history = fit(model, epochs=3, callbacks=[reset], shuffle=False)
    assert len(set(history.history["loss"])) == 1
    assert len(set(losses)) == 1
    assert apart(model.get_weights(), reset.start) == 0


# --- what is printed ---


@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
def test_verbose(capsys, verbose):
    model = compiled(network(Dense(1)), metrics=["mae"])
    stderr = io.StringIO()
    with redirect_stderr(stderr):
        history = fit(model, epochs=3, verbose=verbose)
    out = capsys.readouterr().out
    loss = f"{history.history['loss'][-1]:.4f}"
    if verbose == 0:
        assert out == stderr.getvalue() == ""
    elif verbose == 2:
        assert [line.split(" - ")[0] for line in out.splitlines()] == ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"]
        assert f"loss: {loss} - mae: " in out.splitlines()[-1]
    else:
        assert out == f"Engine numpy: {history.engine_reason}.\n"
        assert "3/3" in stderr.getvalue()
        assert f"loss: {loss}" in stderr.getvalue()


# --- odds and ends ---


def test_activation_layers_and_functions_train_alike():
    a = compiled(network(Dense(5, activation="tanh"), Dense(1)))
    b = compiled(network(Dense(5), Activation("tanh"), Dense(1)))
    b.set_weights(a.get_weights())
    for model in (a, b):
        fit(model, epochs=3, shuffle=False)
    assert apart(a.get_weights(), b.get_weights()) < 1e-13


def test_programs_of_the_past_are_forgotten():
    """Thousands of fits and predictions leave no sources behind."""
    model = compiled(network(Dense(1)))

    def use():
        for _ in range(10):
            fit(model)
            model.predict(X)
            model.evaluate(X, SINE, verbose=0)
        gc.collect()
        return sum(name.startswith("<chainrule") for name in linecache.cache)

    assert use() >= use() - 2


def test_data_are_left_as_they_are():
    for dtype in ("float64", "float32", "int16"):
        x, y = (100 * X).astype(dtype), SINE.copy()
        kept = x.copy(), y.copy()
        model = compiled(network(Dense(30, activation="tanh"), Dense(1)))
        fit(model, x, y, epochs=2)
        model.predict(x)
        assert apart(kept, (x, y)) == 0


def test_read_only_data_and_lists_are_welcome():
    x = X.copy()
    x.flags.writeable = False
    for data in (x, x.tolist(), x[::-1][::-1], np.asfortranarray(x)):
        model = compiled(network(Dense(1, kernel_initializer="ones")))
        fit(model, data, SINE[:, 0].tolist(), shuffle=False)
        first = model.get_weights()
        assert apart(first, fit_weights_of_ones()) == 0


def fit_weights_of_ones():
    model = compiled(network(Dense(1, kernel_initializer="ones")))
    fit(model, shuffle=False)
    return model.get_weights()

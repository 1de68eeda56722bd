"""Training held against Keras itself: from the same start, in the same order, the same weights after 50 steps.

Every script below is run twice, with ``keras`` and with ``chainrule`` in its place. Agreement is measured array by
array: the largest difference over the largest entry. All starting weights, biases included, are drawn at random, so
that no array is compared with a largest entry near 0.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import chainrule
from chainrule import regularizers
from chainrule.graph.functions import erf, sigmoid, softplus
from chainrule.graph.rules import RULES
from chainrule.nn import optimizers

ROWS, FEATURES, BATCH, EPOCHS = 50, 6, 10, 10  # five steps an epoch
RNG = np.random.default_rng(20240601)
X = RNG.normal(size=(ROWS, FEATURES)).astype("float32")
CLASSES = RNG.integers(0, 4, ROWS)

# name: units of the last layer, its activation, labels, metrics
PROBLEMS = {
    "binary_crossentropy": (1, "sigmoid", (CLASSES > 1).astype("float32"), ["accuracy", "mse"]),
    "categorical_crossentropy": (4, "softmax", np.eye(4, dtype="float32")[CLASSES], ["accuracy"]),
    "sparse_categorical_crossentropy": (4, "softmax", CLASSES, ["accuracy"]),
    "mse": (3, None, RNG.normal(size=(ROWS, 3)).astype("float32"), ["mae"]),
    "mae": (3, None, RNG.normal(size=(ROWS, 3)).astype("float32"), ["mse"]),
}
OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(0.1),
    "momentum": lambda k: k.optimizers.SGD(0.05, momentum=0.9),
    "nesterov": lambda k: k.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda k: k.optimizers.Adam(),
}
DECAYING = {
    "momentum, decay": lambda k: k.optimizers.SGD(0.05, momentum=0.9, weight_decay=0.2),
    "adamw": lambda k: k.optimizers.AdamW(0.01, weight_decay=0.5),
    "rmsprop, decay": lambda k: k.optimizers.RMSprop(0.01, 0.8, 0.5, 1e-3, True, weight_decay=0.5),
}
ACTIVATIONS = (
    "linear", "sigmoid", "tanh", "relu", "softmax", "elu", "leaky_relu", "softplus", "selu", "gelu", "silu",
)  # fmt: skip


def start(model, seed=1):
    """Random starting weights, as large as a usual initializer's."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, w.shape).astype("float32") / max(1, w.shape[0]) ** 0.5 for w in model.get_weights()]


def relative(ours, theirs):
    return [float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(ours, theirs, strict=True)]


def run(k, build, x, y, *, given=None, **fit):
    """Train ``build(k)`` and return everything there is to compare; ``given`` does more with the trained model."""
    model = build(k)
    begin = start(model)
    model.set_weights(begin)
    history = model.fit(x, y, shuffle=False, verbose=0, **fit)
    moved = [w - b for w, b in zip(model.get_weights(), begin, strict=True)]
    more = given(model) if given else None
    return SimpleNamespace(weights=model.get_weights(), moved=moved, history=history.history, more=more, begin=begin)


def same(ours, theirs, weights=1e-5, moved=5e-5):
    """Weights to 1e-5, and the way they went (which is shorter than they are) to ``moved``."""
    assert max(relative(ours.weights, theirs.weights)) < weights
    assert max(relative(ours.moved, theirs.moved)) < moved
    assert set(ours.history) == set(theirs.history)
    for name, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[name], values, rtol=2e-5, atol=2e-6, err_msg=name)


# --- each loss with each optimizer ---


def small(loss, optimizer):
    units, activation, _, metrics = PROBLEMS[loss]

    def build(k):
        hidden = k.layers.Dense(8, activation="tanh")
        model = k.Sequential([k.Input((FEATURES,)), hidden, k.layers.Dense(units, activation=activation)])
        model.compile(loss=loss, optimizer=(OPTIMIZERS | DECAYING)[optimizer](k), metrics=metrics)
        return model

    return build


def fifty_steps(k, loss, optimizer):
    return run(k, small(loss, optimizer), X, PROBLEMS[loss][2], batch_size=BATCH, epochs=EPOCHS)


@cache
def keras_fifty_steps(loss, optimizer):
    return fifty_steps(keras, loss, optimizer)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", PROBLEMS)
def test_weights_and_history_after_fifty_steps(loss, optimizer):
    same(fifty_steps(chainrule, loss, optimizer), keras_fifty_steps(loss, optimizer))


def test_adam_in_float32_is_closer_to_the_exact_result_than_keras():
    """Keras takes ``1 - beta_2**step`` in float32 and loses three digits in the first steps; here it is a float."""
    units, _, y, _ = PROBLEMS["mse"]

    def wide(k):
        x = k.Input((FEATURES,), dtype="float64")
        model = k.Model(x, k.layers.Dense(units)(k.layers.Dense(8, activation="tanh")(x)))
        model.compile(loss="mse", optimizer=OPTIMIZERS["adam"](k))
        return model

    exact = run(chainrule, wide, X, y, batch_size=BATCH, epochs=EPOCHS)
    assert exact.weights[0].dtype == np.float64
    ours, theirs = fifty_steps(chainrule, "mse", "adam"), keras_fifty_steps("mse", "adam")
    assert max(relative(ours.moved, exact.moved)) < 1e-5
    assert max(relative(theirs.moved, exact.moved)) < 5e-4


@pytest.mark.parametrize("loss", PROBLEMS)
def test_the_optimizers_can_be_told_apart(loss):
    ends = [keras_fifty_steps(loss, optimizer).weights for optimizer in OPTIMIZERS]
    for i, one in enumerate(ends):
        for other in ends[:i]:
            assert max(relative(one, other)) > 1e-3


# --- deliberate faults ---


def test_a_wrong_derivative_is_caught(monkeypatch):
    monkeypatch.setitem(RULES, np.tanh, (lambda g, y, x: g * (1 - y),))
    with pytest.raises(AssertionError):
        same(fifty_steps(chainrule, "mse", "sgd"), keras_fifty_steps("mse", "sgd"))


def test_a_wrong_constant_of_an_optimizer_is_caught(monkeypatch):
    original = optimizers.Adam.__init__
    monkeypatch.setattr(optimizers.Adam, "__init__", lambda self: original(self, beta_1=0.901))
    with pytest.raises(AssertionError):
        same(fifty_steps(chainrule, "mse", "adam"), keras_fifty_steps("mse", "adam"))


def test_nesterov_taken_for_momentum_is_caught():
    with pytest.raises(AssertionError):
        same(fifty_steps(chainrule, "mse", "momentum"), keras_fifty_steps("mse", "nesterov"))


def test_another_order_of_the_rows_is_caught():
    y = PROBLEMS["mse"][2]
    ours = run(chainrule, small("mse", "sgd"), X[::-1], y[::-1], batch_size=BATCH, epochs=EPOCHS)
    with pytest.raises(AssertionError):
        same(ours, keras_fifty_steps("mse", "sgd"))


# --- activations: side by side in one network ---


def branches(k):
    x = k.Input((FEATURES,))
    sides = [k.layers.Dense(5, activation=name)(x) for name in ACTIVATIONS]
    model = k.Model(x, k.layers.Dense(2)(k.layers.Concatenate()(sides)))
    model.compile(loss="mse", optimizer=k.optimizers.SGD(0.05))
    return model


def train_branches(k):
    y = np.stack([X[:, 0] * X[:, 1], np.sin(X[:, 2])], axis=1)
    return run(k, branches, 2 * X, y, batch_size=BATCH, epochs=EPOCHS)


@cache
def keras_branches():
    return train_branches(keras)


def test_hidden_layers_of_each_activation():
    ours, theirs = train_branches(chainrule), keras_branches()
    for i, name in enumerate(ACTIVATIONS):
        part = slice(2 * i, 2 * i + 2)
        assert max(relative(ours.weights[part], theirs.weights[part])) < 1e-5, name
        assert max(relative(ours.moved[part], theirs.moved[part])) < 1e-4, name
    same(ours, theirs)


@pytest.mark.parametrize("function", [np.maximum, np.expm1, sigmoid, softplus, erf], ids=lambda f: f.__name__)
def test_a_wrong_rule_of_an_activation_is_caught(monkeypatch, function):
    wrong = tuple(lambda g, *rest, rule=rule: rule(g, *rest) * 1.01 for rule in RULES[function])
    monkeypatch.setitem(RULES, function, wrong)
    with pytest.raises(AssertionError):
        same(train_branches(chainrule), keras_branches())


# --- a graph of layers: two inputs, a shared layer, Flatten, Concatenate, Add ---


def graph_of_layers(k):
    table, image = k.Input((FEATURES,)), k.Input((3, 2))
    shared = k.layers.Dense(5, activation="tanh")
    flat = k.layers.Flatten()(k.layers.Dense(4, activation="elu")(image))
    left, right = shared(table), shared(k.layers.Dense(FEATURES)(flat))
    joined = k.layers.Concatenate()([k.layers.Add()([left, right, left]), flat, table])
    hidden = k.layers.Activation("relu")(k.layers.Dense(6)(joined))
    model = k.Model([table, image], k.layers.Dense(4, activation="softmax")(hidden))
    model.compile(loss="categorical_crossentropy", optimizer=k.optimizers.SGD(0.05, momentum=0.5), metrics=["accuracy"])
    return model


IMAGES = RNG.normal(size=(ROWS, 3, 2)).astype("float32")


def train_graph(k):
    """Forty rows in batches of eight; the other ten validate."""
    y = PROBLEMS["categorical_crossentropy"][2]

    def afterwards(model):
        return (
            model.evaluate([X[:10], IMAGES[:10]], y[:10], verbose=0),
            np.asarray(model.predict([X[:10], IMAGES[:10]], verbose=0)),
        )

    return run(
        k, graph_of_layers, [X[:40], IMAGES[:40]], y[:40], batch_size=8, epochs=8,
        validation_data=([X[40:], IMAGES[40:]], y[40:]), given=afterwards,
    )  # fmt: skip


@cache
def keras_graph():
    return train_graph(keras)


def test_a_graph_of_layers_is_trained_as_keras_trains_it():
    ours, theirs = train_graph(chainrule), keras_graph()
    same(ours, theirs)
    assert set(ours.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert [len(values) for values in ours.history.values()] == [8] * 4


def test_evaluate_and_predict_after_training():
    ours, theirs = train_graph(chainrule).more, keras_graph().more
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)
    assert ours[1].shape == (10, 4)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4, atol=1e-6)


# --- penalties of all kinds, side by side in one network ---


def cubed(k):
    """A regularizer of one's own, in the functions of each library."""
    ops = np if k is chainrule else k.ops
    return lambda w: 0.02 * ops.sum(ops.abs(w) ** 3)


PENALTIES = {
    "l1": lambda k: {"kernel_regularizer": "l1"},
    "l2": lambda k: {"kernel_regularizer": k.regularizers.L2(0.05)},
    "l1_l2": lambda k: {"kernel_regularizer": k.regularizers.l1_l2(l1=0.01, l2=0.02)},
    "bias": lambda k: {"bias_regularizer": k.regularizers.L1L2(0.03, 0.2), "kernel_regularizer": "l2"},
    "function": lambda k: {"kernel_regularizer": cubed(k)},
    "frozen": lambda k: {"kernel_regularizer": k.regularizers.L2(0.5), "trainable": False},
}


def penalised(k):
    """A hidden layer for each penalty, one that is used twice, and an inner model."""
    x, shared = k.Input((FEATURES,)), k.layers.Dense(FEATURES, "tanh", kernel_regularizer="l2")
    sides = [k.layers.Dense(5, "tanh", **options(k))(x) for options in PENALTIES.values()]
    last = k.layers.Dense(4, "softmax", kernel_regularizer="l1")
    inner = k.Sequential([k.Input((5 * len(PENALTIES) + FEATURES,)), last])
    model = k.Model(x, inner(k.layers.Concatenate()([*sides, shared(shared(x))])))
    model.compile(loss="categorical_crossentropy", optimizer=k.optimizers.SGD(0.1), metrics=["accuracy"])
    return model


def train_penalised(k):
    """Batches of 12, 12, 12 and 4 rows; the other ten validate. Every loss includes the penalty."""
    y = PROBLEMS["categorical_crossentropy"][2]
    return run(
        k, penalised, X[:40], y[:40], batch_size=12, epochs=12, validation_data=(X[40:], y[40:]),
        given=lambda model: (model.evaluate(X, y, verbose=0)[0], [w.shape for w in model.get_weights()]),
    )  # fmt: skip


@cache
def keras_penalised():
    return train_penalised(keras)


def test_penalties_of_all_kinds():
    ours, theirs = train_penalised(chainrule), keras_penalised()
    frozen = [not np.any(moved) for moved in theirs.moved]
    assert sum(frozen) == 2
    assert [not np.any(moved) for moved in ours.moved] == frozen
    assert ours.more[1] == theirs.more[1]
    assert max(relative(ours.weights, theirs.weights)) < 1e-5
    moved = [[w for w, stays in zip(one.moved, frozen, strict=True) if not stays] for one in (ours, theirs)]
    assert max(relative(*moved)) < 5e-5
    np.testing.assert_allclose(ours.more[0], theirs.more[0], rtol=1e-5)
    assert set(ours.history) == set(theirs.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    for name, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[name], values, rtol=2e-5, err_msg=name)


def test_a_penalty_half_as_large_is_caught(monkeypatch):
    monkeypatch.setattr(regularizers.L2, "__call__", lambda self, x: self.l2 * np.sum(np.square(x)) / 2)
    ours, theirs = train_penalised(chainrule), keras_penalised()
    assert np.abs(ours.weights[2] - theirs.weights[2]).max() > 1e-3
    assert np.abs(np.subtract(ours.history["loss"], theirs.history["loss"])).max() > 0.05


def test_a_penalty_of_weights_that_stay_would_be_caught():
    """It would add a constant: as large as the tolerance many times over."""
    frozen = next(
        w for w, moved in zip(keras_penalised().weights, keras_penalised().moved, strict=True) if not moved.any()
    )
    assert 0.5 * np.sum(frozen**2) > 0.01 * keras_penalised().history["loss"][-1]


@pytest.mark.parametrize("optimizer", DECAYING)
def test_weights_that_decay(optimizer):
    same(fifty_steps(chainrule, "mse", optimizer), keras_fifty_steps("mse", optimizer))


def test_a_decay_taken_for_a_penalty_is_caught(monkeypatch):
    """With momentum they are not the same."""
    update = optimizers.SGD.update
    monkeypatch.setattr(optimizers.SGD, "decayed", lambda self, w, learning_rate: w)
    coupled = lambda self, w, dw, *rest: update(self, w, dw + self.weight_decay * w, *rest)
    monkeypatch.setattr(optimizers.SGD, "update", coupled)
    with pytest.raises(AssertionError):
        same(fifty_steps(chainrule, "mse", "momentum, decay"), keras_fifty_steps("mse", "momentum, decay"))


# --- what else fit takes ---


def test_a_last_batch_of_one_row_validation_split_and_weights_that_stay():
    def build(k):
        model = small("binary_crossentropy", "sgd")(k)
        model.layers[0].trainable = False
        model.compile(loss="binary_crossentropy", optimizer=k.optimizers.SGD(0.1), metrics=["accuracy"])
        return model

    y = PROBLEMS["binary_crossentropy"][2]
    options = {
        "batch_size": 17,
        "epochs": 6,
        "initial_epoch": 2,
        "validation_split": 0.3,
    }  # batches of 15, 15 and 5
    ours, theirs = (run(k, build, X, y, **options) for k in (chainrule, keras))
    assert max(relative(ours.weights, theirs.weights)) < 1e-5
    assert not any(np.any(moved) for moved in ours.moved[:2])
    assert all(np.any(moved) for moved in ours.moved[2:])
    assert set(ours.history) == set(theirs.history)
    for name, values in theirs.history.items():
        assert len(ours.history[name]) == 4
        np.testing.assert_allclose(ours.history[name], values, rtol=2e-5, err_msg=name)


@pytest.mark.parametrize("shape", [(ROWS,), (ROWS, 1)], ids=["n", "n_by_1"])
def test_labels_of_either_shape_train_alike(shape):
    _, _, y, _ = PROBLEMS["binary_crossentropy"]
    ours = run(chainrule, small("binary_crossentropy", "sgd"), X, y.reshape(shape), batch_size=BATCH, epochs=EPOCHS)
    same(ours, keras_fifty_steps("binary_crossentropy", "sgd"))


@pytest.mark.parametrize("kind", ["uint8", "int32", "bool", "float64"])
def test_labels_of_any_kind_train_alike(kind):
    y = PROBLEMS["binary_crossentropy"][2].astype(kind)
    ours = run(chainrule, small("binary_crossentropy", "sgd"), X, y, batch_size=BATCH, epochs=EPOCHS)
    same(ours, keras_fifty_steps("binary_crossentropy", "sgd"))


def test_fit_goes_on_where_it_stopped():
    """Ten epochs are five and five more: momentum and Adam's count of steps are kept."""
    y = PROBLEMS["mse"][2]
    for optimizer in ("nesterov", "adam"):
        ours = run(chainrule, small("mse", optimizer), X, y, batch_size=BATCH, epochs=5, given=five_more_epochs)
        assert ours.more.epoch == [5, 6, 7, 8, 9]
        assert max(relative(ours.weights, keras_fifty_steps("mse", optimizer).weights)) < 1e-5


def five_more_epochs(model):
    y = PROBLEMS["mse"][2]
    return model.fit(X, y, batch_size=BATCH, epochs=10, initial_epoch=5, shuffle=False, verbose=0)

"""A later fit uses the graphs of an earlier one only where nothing they were made of has changed."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pytest

import chainrule as cr
from chainrule.nn.fitting import fitting, recall
from chainrule.nn.layers import Dense, Dropout, Layer

X = np.random.default_rng(0).normal(size=(30, 4)).astype("float32")
Y = np.sin(X[:, :1])
FACTOR = 1.0


@pytest.fixture
def traced(monkeypatch):
    """How often a step was traced."""
    seen = []
    original = fitting.trace_step
    monkeypatch.setattr(fitting, "trace_step", lambda *given: seen.append(given) or original(*given))
    return seen


def network(*layers, loss="mse", metrics=("mae",)):
    cr.utils.set_random_seed(0)
    model = cr.Sequential([cr.Input((4,)), *layers])
    model.compile(cr.optimizers.SGD(0.1), loss, metrics=list(metrics), engine="numpy")
    return model


def fit(model, x=X, y=Y, **options):
    return model.fit(x, y, **({"batch_size": 8, "epochs": 2, "verbose": 0, "seed": 1} | options))


def test_a_second_fit_traces_nothing_and_goes_on_the_same(traced):
    model, other = (network(Dense(3, activation="tanh"), Dense(1)) for _ in range(2))
    fit(model)
    fit(model)
    assert len(traced) == 1
    fit(other)
    other._training.recalled = None
    fit(other)
    assert len(traced) == 3
    assert all((a == b).all() for a, b in zip(model.get_weights(), other.get_weights(), strict=True))


def test_to_compile_the_same_once_more_changes_nothing(traced):
    model = network(Dense(3, activation="tanh"), Dense(1))
    for rate in (0.1, 0.2):
        model.compile(cr.optimizers.Adam(rate), "mse", metrics=["mae"], engine="numpy")
        fit(model)
    assert len(traced) == 1


def frozen(model):
    model.layers[0].trainable = False


def activated(model):
    model.layers[0].activation = cr.activations.relu


def penalised(model):
    model.layers[0].kernel_regularizer.l2 = 0.5


def dropped(model):
    model.layers[1].rate = 0.9


def scored(model):
    model.compile(cr.optimizers.SGD(0.1), "mae", engine="numpy")


@pytest.mark.parametrize("change", [frozen, activated, penalised, dropped, scored])
def test_what_has_changed_is_traced_again(traced, change):
    def build():
        return network(Dense(3, activation="tanh", kernel_regularizer=cr.regularizers.L2(0.01)), Dropout(0.2), Dense(1))

    model, fresh = build(), build()
    fit(model)
    change(model)
    fit(model)
    assert len(traced) == 2
    fit(fresh)
    fresh._training.recalled = None  # as if nothing were known
    change(fresh)
    fit(fresh)
    assert all((a == b).all() for a, b in zip(model.get_weights(), fresh.get_weights(), strict=True))


def test_what_stands_around_a_function_of_ones_own_may_change(monkeypatch):
    """It is traced each time: nobody can see that a global name means something else now."""

    class Times(Layer):
        def call(self, inputs):
            return inputs * FACTOR

    losses = []
    model = network(Times(), Dense(1, kernel_initializer="ones"))
    for factor in (1.0, 10.0):
        monkeypatch.setitem(globals(), "FACTOR", factor)
        model.set_weights([np.ones((4, 1)), np.zeros(1)])
        losses.append(fit(model, epochs=1).history["loss"][0])
    assert losses[1] > 10 * losses[0]


@pytest.mark.parametrize(
    "own",
    [
        {"loss": lambda y, p: np.mean((y - p) ** 2, axis=-1)},
        {"metrics": [lambda y, p: np.mean(p)]},
    ],
    ids=["loss", "metric"],
)
def test_losses_and_metrics_of_ones_own_are_traced_each_time(traced, own):
    model = network(Dense(1), **own)
    fit(model)
    fit(model)
    assert len(traced) == 2


def test_other_batches_and_labels_are_traced_for_themselves(traced):
    model = network(Dense(3, activation="softmax"), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    labels = np.arange(30) % 3
    fit(model, y=labels)
    fit(model, y=labels[::-1].copy())
    assert len(traced) == 1
    fit(model, y=labels, batch_size=10)
    assert len(traced) == 2
    fit(model, y=labels[:20], x=X[:20], batch_size=10)
    assert len(traced) == 2
    fit(model, y=labels.astype("int32"))
    assert len(traced) == 3


def test_large_networks_are_not_remembered(traced, monkeypatch):
    monkeypatch.setattr(recall, "MOST_WEIGHTS", 4)
    model = network(Dense(1))
    fit(model)
    fit(model)
    assert len(traced) == 2


def test_nothing_is_kept_of_models_that_are_gone():
    model = network(Dense(1))
    fit(model)
    gone = weakref.ref(model)
    copied = pickle.loads(pickle.dumps(model))
    assert copied._training.recalled is None
    del model
    gc.collect()
    assert gone() is None

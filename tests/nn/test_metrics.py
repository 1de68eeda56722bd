from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_auc_score

import chainrule as cr
from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.nn import losses, metrics


def keras_value(metric, y_true, y_pred) -> float:
    metric.update_state(y_true, y_pred)
    return float(metric.result())


def example(kind: str, n: int = 40, seed: int = 0):
    """Labels and outputs: ``column`` (n, 1), ``flat`` labels for a column, ``onehot``, ``numbers``, …"""
    rng = np.random.default_rng(seed)
    if kind in ("column", "flat"):
        y_true, y_pred = rng.integers(0, 2, (n, 1)), rng.uniform(size=(n, 1))
        return (y_true if kind == "column" else y_true[:, 0]), y_pred.astype("float32")
    if kind == "several":
        return rng.integers(0, 2, (n, 3)), rng.uniform(size=(n, 3)).astype("float32")
    labels = rng.integers(0, 4, n)
    y_pred = rng.uniform(size=(n, 4)).astype("float32")
    return {"numbers": labels, "number column": labels[:, None], "onehot": np.eye(4)[labels]}[kind], y_pred


# ── accuracy ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("dtype", ["int64", "float32"])
@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        ("column", "BinaryAccuracy"),
        ("flat", "BinaryAccuracy"),
        ("several", "BinaryAccuracy"),
        ("onehot", "CategoricalAccuracy"),
        ("numbers", "SparseCategoricalAccuracy"),
        ("number column", "SparseCategoricalAccuracy"),
    ],
)
def test_accuracies_are_those_of_keras(kind, cls, dtype):
    y_true, y_pred = example(kind)
    y_true = y_true.astype(dtype)
    metric, theirs = getattr(metrics, cls)(), getattr(keras.metrics, cls)()
    assert metric(y_true, y_pred) == pytest.approx(keras_value(theirs, y_true, y_pred), rel=1e-6)
    assert metric.name == theirs.name


def test_the_threshold_itself_is_not_above_it():
    assert metrics.BinaryAccuracy()([0, 1], [[0.5], [0.5]]) == 0.5
    assert metrics.BinaryAccuracy(threshold=0.3)([0, 1], [[0.3], [0.4]]) == 1
    assert metrics.BinaryAccuracy()([True, False], [[0.6], [0.6]]) == 0.5


def test_comparing_without_aligning_would_be_caught():
    y_true, y_pred = example("flat")
    broadcast = np.mean((y_pred > 0.5) == y_true)  # n×n comparisons
    assert broadcast != metrics.BinaryAccuracy()(y_true, y_pred)


@pytest.mark.parametrize("kind", ["column", "flat", "several", "onehot", "numbers", "number column"])
def test_accuracy_is_resolved_as_in_keras(kind):
    y_true, y_pred = example(kind)
    y_true = y_true.astype("float32")
    model = keras.Sequential([keras.layers.Activation("linear")])
    model.compile(loss=lambda y, p: 0 * p, metrics=["accuracy"])
    expected = model.evaluate(y_pred, y_true, verbose=0, return_dict=True)["accuracy"]
    assert metrics.get("accuracy")(y_true, y_pred) == pytest.approx(expected, rel=1e-6)
    resolved = metrics.resolve_accuracy((None, *y_true.shape[1:]), (None, *y_pred.shape[1:]), "acc")
    assert resolved(y_true, y_pred) == pytest.approx(expected, rel=1e-6)
    assert resolved.name == "acc"


@pytest.mark.parametrize(
    ("labels", "outputs", "cls"),
    [
        ((None,), (None, 1), metrics.BinaryAccuracy),
        ((None, 1), (None, 1), metrics.BinaryAccuracy),
        ((None,), (None,), metrics.BinaryAccuracy),
        ((None,), (None, 3), metrics.SparseCategoricalAccuracy),
        ((None, 1), (None, 3), metrics.SparseCategoricalAccuracy),
        ((None, 3), (None, 3), metrics.CategoricalAccuracy),
        ((None, 2), (None, 2, 3), metrics.SparseCategoricalAccuracy),
        ((None, 2, 3), (None, 2, 3), metrics.CategoricalAccuracy),
    ],
)
def test_resolve_accuracy(labels, outputs, cls):
    assert type(metrics.resolve_accuracy(labels, outputs)) is cls


@pytest.mark.parametrize("cls", [metrics.BinaryAccuracy, metrics.CategoricalAccuracy, metrics.AUC])
def test_labels_are_never_broadcast(cls):
    with pytest.raises(ShapeError, match=r"outputs' shape \(4, 2\). Received: labels \(4,\)"):
        cls()(np.ones(4), np.ones((4, 2)))


def test_class_numbers_must_be_one_a_sample():
    with pytest.raises(ShapeError, match="one class number a sample"):
        metrics.SparseCategoricalAccuracy()(np.ones((4, 2)), np.ones((4, 2)))


# ── AUC ─────────────────────────────────────────────────────────────────────────────────────────────────────
@given(
    y_true=hnp.arrays(np.int64, 30, elements=st.integers(0, 1)).filter(lambda y: 0 < y.sum() < 30),
    y_pred=hnp.arrays(np.float64, 30, elements=st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9, 1.0])),
)
def test_auc_is_that_of_scikit_learn(y_true, y_pred):
    assert metrics.AUC()(y_true, y_pred[:, None]) == pytest.approx(roc_auc_score(y_true, y_pred), abs=1e-12)


def test_auc_is_near_that_of_keras():
    y_true, y_pred = example("column", n=2000)
    y_pred = 0.5 * y_pred + 0.25 * y_true
    assert metrics.AUC()(y_true, y_pred) == pytest.approx(keras_value(keras.metrics.AUC(), y_true, y_pred), abs=2e-3)


def test_auc_with_ties_counted_in_full_would_be_caught():
    y_true, y_pred = np.array([0, 1]), np.array([0.5, 0.5])
    assert metrics.AUC()(y_true, y_pred) == 0.5 != float(np.mean(y_pred[y_true == 1] >= y_pred[y_true == 0]))


@pytest.mark.parametrize(("y_true", "y_pred"), [([1, 1], [0.1, 0.2]), ([0, 0], [0.1, 0.2]), ([0, 1], [0.1, np.nan])])
def test_auc_of_one_class_or_of_nan_is_nan(y_true, y_pred):
    assert np.isnan(metrics.AUC()(y_true, y_pred))


# ── errors and losses as metrics ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "name", ["mse", "mae", "mean_squared_error", "MeanAbsoluteError", "binary_crossentropy", "bce"]
)
@pytest.mark.parametrize("kind", ["column", "flat", "several"])
def test_errors_are_those_of_keras(name, kind):
    y_true, y_pred = example(kind)
    y_true = y_true.astype("float32")
    expected = keras_value(keras.metrics.get(name), y_true.reshape(y_pred.shape), y_pred)
    assert metrics.get(name)(y_true, y_pred) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "kind"), [("categorical_crossentropy", "onehot"), ("sparse_categorical_crossentropy", "numbers")]
)
def test_categorical_losses_as_metrics(name, kind):
    y_true, y_pred = example(kind)
    assert metrics.get(name)(y_true, y_pred) == pytest.approx(keras_value(keras.metrics.get(name), y_true, y_pred))


def test_results_are_python_floats():
    y_true, y_pred = example("column")
    for name in ("acc", "auc", "mse", "bce"):
        assert type(metrics.get(name)(y_true, y_pred)) is float


def test_no_samples_give_nan():
    assert np.isnan(metrics.BinaryAccuracy()(np.zeros((0, 1)), np.zeros((0, 1))))
    assert np.isnan(metrics.AUC()(np.zeros((0, 1)), np.zeros((0, 1))))


# ── get ─────────────────────────────────────────────────────────────────────────────────────────────────────
NAMES = [
    "accuracy",
    "acc",
    "auc",
    "AUC",
    "mse",
    "MSE",
    "BinaryAccuracy",
    "binary_accuracy",
    "binary_crossentropy",
    "mae",
]


def test_names_are_what_keras_logs():
    model = keras.Sequential([keras.layers.Activation("linear")])
    model.compile(loss="mse", metrics=[*NAMES, keras.metrics.MeanSquaredError()])
    logged = model.evaluate(np.full((2, 1), 0.5), np.array([[0.0], [1.0]]), verbose=0, return_dict=True)
    ours = [metrics.get(name).name for name in [*NAMES, metrics.MeanSquaredError()]]
    assert set(ours) == set(logged) - {"loss"}


def test_get():
    metric = metrics.AUC(name="area")
    assert metrics.get(metric) is metric
    assert (metric.name, metrics.get(metrics.AUC).name) == ("area", "auc")
    assert metrics.get(losses.MeanSquaredError).name == "mean_squared_error"
    assert metrics.get(losses.mean_squared_error).name == "mean_squared_error"
    assert metrics.get(lambda y, p: 0.0).name == "lambda"


def test_a_users_function_and_class():
    def bias(y_true, y_pred):
        return y_pred - y_true

    class Bias(metrics.Metric):
        def call(self, y_true, y_pred):
            return bias(y_true, y_pred)

    for mine in (bias, Bias, Bias(), Bias("b")):
        assert metrics.get(mine)([1.0, 2.0], [[2.0], [5.0]]) == 2
    assert [metrics.get(mine).name for mine in (bias, Bias, Bias("b"))] == ["bias", "Bias", "b"]


def test_get_refuses():
    with pytest.raises(UnknownNameError, match=r"unknown metric 'acuracy'\. Did you mean 'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(UnknownNameError, match="Did you mean 'binary_crossentropy'"):
        metrics.get("binary_crossentrpy")
    with pytest.raises(DataError, match="Received: None"):
        metrics.get(None)


def test_all_is_complete():
    concrete = {cls.__name__ for cls in metrics.METRICS.values()} - {"ResolvedAccuracy"}
    assert set(metrics.__all__) == concrete | {"Metric", "get", "resolve_accuracy"}


@pytest.mark.parametrize(
    ("chosen", "twice"),
    [
        (["mae", "mae"], "'mae'"),
        ([lambda y, p: y - p, lambda y, p: p], "'lambda'"),
        ([metrics.BinaryAccuracy(name="loss")], "'loss'"),
    ],
)
def test_two_of_one_name_would_share_a_place_in_the_history(chosen, twice):
    model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(1)])
    with pytest.raises(DataError, match=f"Received more than once: {twice}"):
        model.compile("sgd", "mse", metrics=chosen)
    model.compile("sgd", "mse", metrics=["mae", metrics.MeanAbsoluteError(name="error")])

"""Any NumPy function becomes an exercise, with checks, hints and a starter."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import DataError, TraceError
from chainrule.exercises import Exercise, check
from chainrule.exercises.starters import learner_source, statement_of


def network(X, y, W, b, v):
    Z = X @ W + b
    A = np.tanh(Z)
    return np.mean((A @ v - y) ** 2)


rng = np.random.default_rng(0)
EXAMPLE = {
    "X": rng.normal(size=(8, 3)),
    "y": rng.normal(size=8),
    "W": rng.normal(size=(3, 4)),
    "b": rng.normal(size=4),
    "v": rng.normal(size=4),
}


@pytest.fixture(scope="module")
def exercise():
    return Exercise.from_function(network, ["v", "Z", "W", "b"], EXAMPLE, axes={"features": 3, "units": 4})


def gradients(X, y, W, b, v, slope=lambda A: 1 - A**2):
    A = np.tanh(X @ W + b)
    dp = 2 * (A @ v - y) / len(y)
    dZ = np.outer(dp, v) * slope(A)
    return {"dv": A.T @ dp, "dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}


def test_a_right_answer_passes(exercise):
    assert check(exercise, gradients).passed
    assert check(exercise, lambda *args: tuple(gradients(*args).values())).passed


def test_a_mistake_is_named_where_it_is(exercise):
    report = check(exercise, lambda *args: gradients(*args, slope=lambda A: 1 - A))
    assert [finding.quantity for finding in report if not finding.passed] == ["dZ"]
    assert report.mistakes == ("wrong-derivative",)


def test_sizes_vary_and_are_named(exercise):
    assert exercise.axes == {"n": 8, "features": 3, "units": 4}
    assert len({tuple(case.sizes.values()) for case in exercise.cases}) > 4
    assert check(exercise, lambda *args: {**gradients(*args), "db": 4 * gradients(*args)["db"]}).mistakes == (
        "stray-constant",
    )
    units = lambda *args: {**gradients(*args), "db": len(args[4]) * gradients(*args)["db"]}
    assert check(exercise, units).mistakes == ("wrong-count",)


def test_one_argument_may_be_returned_by_itself():
    def f(x):
        return np.exp(-(x**2))

    exercise = Exercise.from_function(f, "x", {"x": 0.5}, answer_name="slope")
    assert exercise.function == "slope"
    assert check(exercise, lambda x: -2 * x * np.exp(-(x**2))).passed
    assert check(exercise, lambda x: 2 * x * np.exp(-(x**2))).mistakes == ("sign",)


def test_labels_one_hot_rows_and_probabilities_stay_what_they_are():
    def loss(T, y, p, w):
        return -(np.sum(T * np.log(p)) + np.sum(y * w))

    example = {
        "T": np.eye(3)[[0, 2, 1, 1]],
        "y": np.array([0, 1, 1, 0, 1]),
        "p": rng.uniform(0.1, 0.9, (4, 3)),
        "w": rng.normal(size=5),
    }
    exercise = Exercise.from_function(loss, "p", example)
    for case in exercise.cases:
        T, y, p, w = case.arguments.values()
        assert set(np.unique(T)) == {0, 1}
        assert np.array_equal(T.sum(axis=1), np.ones(len(T)))
        assert set(np.unique(y)) == {0, 1}
        assert ((p > 0) & (p < 1)).all()
        assert w.dtype == float


def test_a_statement_hints_and_a_starter_come_with_it(exercise):
    assert "def network(X, y, W, b, v)" in statement_of(exercise)
    assert len(exercise.hints) == 3
    assert "dW = ...  # answer" in learner_source(exercise)


def test_a_function_that_returns_an_array_is_derived_entry_by_entry():
    exercise = Exercise.from_function(lambda x: np.tanh(x), "x", {"x": rng.normal(size=5)})
    assert check(exercise, lambda x: 1 - np.tanh(x) ** 2).passed


@pytest.mark.parametrize(
    ("wrt", "example", "message"),
    [
        ("q", EXAMPLE, "got 'q'; there are .*W"),
        (["W", "dW"], EXAMPLE, "got 'dW'"),
        ("W", EXAMPLE | {"X": rng.normal(size=(3, 3)), "y": rng.normal(size=3)}, "different lengths"),
    ],
)
def test_bad_input_is_explained(wrt, example, message):
    with pytest.raises(DataError, match=message):
        Exercise.from_function(network, wrt, example)


def test_a_function_that_cannot_be_traced_is_explained():
    with pytest.raises(TraceError):
        Exercise.from_function(lambda x: float(x), "x", {"x": 1.0})


def test_a_function_without_finite_values_is_explained():
    def f(x):
        return np.sum(np.log(x - 1e9))

    with np.errstate(all="ignore"), pytest.raises(DataError, match="finite values"):
        Exercise.from_function(f, "x", {"x": rng.normal(size=4)})

"""Exercises made from a function: what teachers and answers may do, and what a judge must not stumble over."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.exercises import Exercise, check

RNG = np.random.default_rng(1)
DATA = {"X": RNG.normal(size=(8, 3)), "y": RNG.normal(size=8), "w": RNG.normal(size=3)}


def loss(X, y, w):
    Z = X @ w
    return np.mean((Z - y) ** 2)


def columns(x, y, w, u):
    p = 1 / (1 + np.exp(-(w @ x + u)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


COLUMNS = {"x": RNG.normal(size=(5, 8)), "y": np.array([[0, 1, 0, 1, 1, 0, 0, 1]])} | {
    "w": RNG.normal(size=(1, 5)),
    "u": RNG.normal(size=(1, 1)),
}


def test_samples_that_are_columns_are_counted():
    exercise = Exercise.from_function(columns, ["w", "u"], COLUMNS)
    assert exercise.axes["n"] == 8

    def summed(x, y, w, u):
        d = 1 / (1 + np.exp(-(w @ x + u))) - y
        return d @ x.T, d.sum(1, keepdims=True)

    assert check(exercise, summed).mistakes == ("missing-mean",)
    assert check(exercise, lambda *a: [g / a[1].size for g in summed(*a)]).passed


def test_one_row_may_be_a_nested_list():
    exercise = Exercise.from_function(columns, "w", COLUMNS)

    def row(x, y, w, u):
        return ((1 / (1 + np.exp(-(w @ x + u))) - y) @ x.T / y.size).tolist()

    assert check(exercise, row).passed
    assert not check(exercise, lambda *a: [[2 * g for g in row(*a)[0]]]).passed


def test_the_mean_can_only_be_left_to_gradients_that_follow():
    def doubled(X, y, w):
        return 2 * (X @ w - y)

    assert check(Exercise.from_function(loss, "Z", DATA), doubled).mistakes == ("missing-mean",)
    both = Exercise.from_function(loss, ["Z", "w"], DATA)
    assert check(both, lambda X, y, w: (doubled(X, y, w), X.T @ doubled(X, y, w) / len(y))).passed


def test_values_have_no_mean_to_leave():
    def forward(X, y, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        A1 = np.tanh(Z1)
        Z2 = A1 @ W2 + b2
        A2 = 1 / (1 + np.exp(-Z2))
        return len(X) * Z1, A1, Z2, A2, np.mean(np.logaddexp(0, Z2) - y * Z2)

    report = check("forward", forward)
    assert [finding.quantity for finding in report if not finding.passed] == ["Z1"]


@pytest.mark.parametrize("example", [3, 3.0, np.float64(0.5)])
def test_a_whole_number_may_stand_for_a_variable(example):
    exercise = Exercise.from_function(lambda x: x**3, "x", {"x": example}, name="cube")
    assert check(exercise, lambda x: 3 * x**2).passed
    assert not check(exercise, lambda x: 3 * x).passed


def test_lists_are_arrays_and_a_name_given_twice_counts_once():
    exercise = Exercise.from_function(loss, ["w", "w"], DATA | {"w": [1, 2, 4]})
    assert [quantity.name for quantity in exercise.quantities] == ["dw"]
    assert check(exercise, lambda X, y, w: 2 * X.T @ (X @ w - y) / len(y)).passed


def test_a_derivative_that_is_zero_everywhere_can_be_answered_wrongly():
    exercise = Exercise.from_function(lambda x: np.sum(np.sign(x)), "x", {"x": RNG.normal(size=4)}, name="signs")
    assert check(exercise, np.zeros_like).passed
    report = check(exercise, lambda x: x)
    assert not report.passed
    assert report.mistakes == ()


def test_where_computes_what_it_leaves_out_without_a_warning():
    def entropy(x):
        return np.sum(np.where(x > 0, x * np.log(np.abs(x) * (x > 0)), 0))

    x = np.array([0.5, 0.2, 0.9, 1.4])
    assert Exercise.from_function(entropy, "x", {"x": x}, draw=lambda rng, sizes, spread: {"x": x}).cases


@pytest.mark.parametrize(
    ("function", "wrt", "example", "told"),
    [
        (loss, "v", DATA, "'v'"),
        (loss, [], DATA, "got none"),
        (loss, "w", {"X": DATA["X"]}, "missing a required argument: 'y'"),
        (loss, "w", DATA | {"q": 1}, "unexpected keyword argument 'q'"),
        (loss, "w", tuple(DATA.values()), "as a dictionary, got a tuple"),
        (lambda a, b: (a * b, a + b), "a", {"a": 1.0, "b": 2.0}, "one number or array, got a tuple"),
        (lambda a, b: {"c": a * b}, "a", {"a": 1.0, "b": 2.0}, "one number or array, got a dict"),
        (lambda X, w: np.sum(X.reshape(8, 3) @ w), "w", {"X": DATA["X"], "w": DATA["w"]}, "other lengths of axes"),
        (loss, "w", DATA | {"X": RNG.normal(size=(3, 3)), "y": np.ones(3)}, "different lengths"),
    ],
)
def test_what_cannot_be_an_exercise_is_told_at_once(function, wrt, example, told):
    with pytest.raises(DataError, match=told):
        Exercise.from_function(function, wrt, example)


def test_an_axis_has_a_length_of_the_example():
    with pytest.raises(DataError, match=r"lengths that the example has as axes, \[3, 8\]"):
        Exercise.from_function(loss, "w", DATA, axes={"n": 9})


def test_a_mistake_that_the_smallest_case_does_not_show_is_still_known():
    def hinge(X, y, w, b):
        return np.mean(np.maximum(0, 1 - y * (X @ w + b)))

    example = {"X": RNG.normal(size=(8, 5)), "y": np.array([-1, 1, 1, 1, -1, -1, 1, -1]), "w": RNG.normal(size=5)}
    exercise = Exercise.from_function(hinge, ["w", "b"], example | {"b": 0.1})

    def inverted(X, y, w, b):
        off = y * (X @ w + b) > 1
        return -X.T @ (off * y) / len(y), -np.mean(off * y)

    assert check(exercise, inverted).mistakes == ("relu-mask-inverted",)

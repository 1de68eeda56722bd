"""Wrong answers that mistakes of other kinds happen to reproduce, or nearly: they get no name, or the true one."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.exercises import Exercise, check


def relu(z):
    return np.maximum(z, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def recitation(delta=lambda p, y: p - y, back=lambda w_2, w_grad_2: w_2, mask=lambda z: z > 0, hidden=relu, factor=1):
    """An answer to the recitation in matrices, with a slip where one is given."""

    def gradients(x, y, w_1, u_1, w_2, u_2):
        z_1 = w_1 @ x + u_1
        h = hidden(z_1)
        delta_2 = delta(sigmoid(w_2 @ h + u_2), y) / y.shape[1]
        w_grad_2, u_grad_2 = delta_2 @ h.T, delta_2.sum(1, keepdims=True)
        delta_1 = back(w_2, w_grad_2).T @ delta_2 * mask(z_1)
        return delta_2, w_grad_2, u_grad_2, delta_1, factor * delta_1 @ x.T, delta_1.sum(1, keepdims=True)

    return gradients


def named(report):
    return {finding.quantity: finding.mistakes for finding in report if not finding.passed}


def test_labels_that_are_forgotten_are_not_a_missing_term_with_a_missing_factor():
    report = check("recitation-matrix", recitation(delta=lambda p, y: p))
    assert named(report) == {"delta_2": ()}
    assert named(check("recitation-matrix", recitation(delta=lambda p, y: y - p))) == {"delta_2": ("sign",)}


def test_after_an_unknown_mistake_a_doubled_gradient_is_doubled_and_not_off_by_the_number_of_samples():
    report = check("recitation-matrix", recitation(mask=lambda z: z > -0.5, factor=2))
    assert named(report) == {"delta_1": (), "w_grad_1": ("stray-constant",)}
    assert "2 times" in next(finding for finding in report if finding.quantity == "w_grad_1").message


@pytest.mark.parametrize("rate", [1.0, 0.1])
def test_a_weight_that_was_changed_is_named_itself(rate):
    report = check("recitation-matrix", recitation(back=lambda w, gradient: w - rate * gradient))
    assert named(report) == {"delta_1": ("updated-before-use",)}
    assert "before it was used: w_2." in next(f for f in report if not f.passed).message


def test_a_slope_of_minus_one_is_no_leak():
    assert named(check("recitation-matrix", recitation(mask=lambda z: np.where(z > 0, 1, -1)))) == {"delta_1": ()}
    leaky = check("recitation-matrix", recitation(mask=lambda z: np.where(z > 0, 1, 0.2)))
    assert named(leaky) == {"delta_1": ("relu-leaky",)}


def test_an_activation_left_out_in_the_forward_pass_alone_is_one_mistake_with_loops_too():
    whole = recitation(hidden=lambda z: z)

    def four(*arguments):
        _, w_grad_2, u_grad_2, _, w_grad_1, u_grad_1 = whole(*arguments)
        return w_grad_2, u_grad_2, w_grad_1, u_grad_1

    report = check("recitation-loops", four)
    assert report.mistakes == ("activation-missing",)
    assert [finding.message for finding in report][1:] == ["The same mistake shows here."] * 3


def test_another_output_activation_is_named():
    def tanh_output(x, y, w_1, u_1, w_2, u_2):
        z_1 = w_1 @ x + u_1
        h = relu(z_1)
        delta_2 = (np.tanh(w_2 @ h + u_2) - y) / y.shape[1]
        delta_1 = w_2.T @ delta_2 * (z_1 > 0)
        return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1)[:, None]

    report = check("recitation-matrix", tanh_output)
    assert named(report) == {"delta_2": ("wrong-activation",)}
    assert "tanh in place of sigmoid of z_2" in next(f for f in report if not f.passed).message


RNG = np.random.default_rng(0)
DATA = {"X": RNG.normal(size=(8, 5)), "y": RNG.normal(size=8), "w": RNG.normal(size=5)}


def ridge(X, y, w):
    return np.mean((X @ w - y) ** 2) + 0.3 * np.sum(w**2)


def huber(X, y, w):
    r = X @ w - y
    return np.mean(np.where(np.abs(r) <= 1, 0.5 * r**2, np.abs(r) - 0.5))


def squared(X, y, w):
    Z = X @ w
    return np.mean((Z - y) ** 2)


def test_a_penalty_of_the_function_s_own_with_another_factor_is_not_one_that_nobody_asked_for():
    exercise = Exercise.from_function(ridge, "w", DATA)
    assert check(exercise, lambda X, y, w: 2 * X.T @ (X @ w - y) / len(y) + 0.6 * w).passed
    for factor in (0.3, 1.2):
        report = check(exercise, lambda X, y, w, factor=factor: 2 * X.T @ (X @ w - y) / len(y) + factor * w)
        assert named(report) == {"dw": ()}
    report = check(exercise, lambda X, y, w: 2 * X.T @ (X @ w - y) / len(y))
    assert named(report) == {"dw": ("path-missing",)}


def test_only_the_sign_of_the_residual_is_no_pair_of_mistakes():
    exercise = Exercise.from_function(huber, "w", DATA)
    assert named(check(exercise, lambda X, y, w: X.T @ np.sign(X @ w - y) / len(y))) == {"dw": ()}


def test_a_power_that_is_not_lowered_is_not_taken_at_its_result():
    exercise = Exercise.from_function(squared, ["Z", "w"], DATA)

    def not_lowered(X, y, w):
        dZ = 2 * (X @ w - y) ** 2 / len(y)
        return dZ, X.T @ dZ

    assert named(check(exercise, not_lowered)) == {"dZ": ()}


def test_a_difference_that_is_all_in_one_case_is_not_an_epsilon():
    def mean_bias(X, y, w, b):
        e = X @ w + b - y
        db = 2 * e.mean()
        return 2 * X.T @ e / len(y), db * (1 + 3e-5 * (len(y) == 8))

    assert named(check("linear-regression", mean_bias)) == {"db": ()}

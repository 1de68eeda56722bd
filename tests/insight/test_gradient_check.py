"""check_grad: right derivatives pass, wrong ones are found at the right entry, kinks are told apart."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import TraceError

X = np.array([0.5, -1.5, 2.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.exp(x).sum(),
        lambda x: (x**3).sum() * 1e6,
        lambda x: np.tanh(x).prod() * 1e-6,
        lambda x: np.linalg.norm(x),
        lambda x: (0 * x).sum(),
    ],
)
def test_right_derivatives_pass(f):
    check = cr.check_grad(f, X)
    assert check.passed
    assert bool(check)
    assert check.arguments[0].compared == 3


def test_every_floating_argument_is_checked_and_others_left_alone():
    weights = {"W": np.ones((2, 3)), "b": np.ones(2)}
    check = cr.check_grad(lambda w, x, k: (w["W"] @ x + w["b"]).sum() * k, weights, X, 3)
    assert [one.name for one in check.arguments] == ["w_W", "w_b", "x"]
    assert check


def test_float32_arguments_are_checked_in_float64():
    assert cr.check_grad(lambda x: np.sin(x).sum(), X.astype(np.float32))


@pytest.mark.parametrize("factor", [2.0, -1.0, 1.001, 0.0])
def test_a_wrong_derivative_is_found_where_it_is_wrong(factor):
    def hand(x):
        slope = 2 * x
        slope[1] *= factor
        return slope

    check = cr.check_grad(lambda x: (x**2).sum(), X, derivative=hand)
    assert not check
    index, claimed, difference = check.arguments[0].worst
    assert index == (1,)
    assert claimed == pytest.approx(-3 * factor)
    assert difference == pytest.approx(-3)
    assert "DIFFERS" in str(check)
    assert "[1]" in str(check)


def test_a_kink_is_named_and_not_taken_for_a_mistake():
    check = cr.check_grad(lambda x: np.maximum(x, 0).sum(), np.array([-1.0, 0.0, 1.0]))
    assert check.passed
    assert check.arguments[0].kinks == [(1,)]
    assert "crosses a kink at [1]" in str(check)


def test_a_wrong_slope_beside_a_kink_is_still_wrong():
    check = cr.check_grad(lambda x: np.maximum(x, 0).sum(), np.array([1.0, 0.0]), derivative=lambda x: np.zeros(2))
    assert not check
    assert check.arguments[0].worst[0] == (0,)


def test_large_arrays_are_sampled_and_arguments_left_unchanged():
    x = np.linspace(-1, 1, 5000)
    before = x.copy()
    check = cr.check_grad(lambda x: np.sin(x).sum(), x)
    assert check
    assert check.arguments[0].compared == 400
    assert np.array_equal(x, before)


def test_nothing_to_derive_by_is_an_error():
    with pytest.raises(TraceError, match=r"2\.0 for 2"):
        cr.check_grad(lambda k: k * 1.0, np.array([1, 2]))


@pytest.mark.parametrize("claimed", [np.nan, np.inf])
def test_what_is_no_number_never_agrees(claimed):
    check = cr.check_grad(lambda x: (x**2).sum(), X, derivative=lambda x: x * 0 + claimed)
    assert not check
    assert f"derivative {claimed}" in str(check)


def test_a_function_that_is_no_number_is_not_checked_off():
    with np.errstate(invalid="ignore"):
        assert not cr.check_grad(lambda x: np.sqrt(x).sum(), np.array([-1.0]), derivative=lambda x: x)


def test_a_smooth_function_is_evaluated_four_times_an_entry():
    calls = []

    def f(x):
        calls.append(1)
        return (x**2).sum()

    cr.check_grad(f, X, derivative=lambda x: 2 * x)
    assert len(calls) == 1 + 4 * X.size


def test_a_kink_a_little_way_off_does_not_matter():
    check = cr.check_grad(lambda x: np.maximum(x, 0).sum(), np.array([1e-5, -1e-5, 3e-6, 1e-4]))
    assert check.passed
    assert not check.arguments[0].kinks


def test_a_slope_beyond_both_sides_of_a_kink_is_wrong():
    at_kink = np.array([0.0])
    for slope, right in ((0.5, True), (1.0, True), (2.0, False), (-0.1, False)):
        check = cr.check_grad(lambda x: np.maximum(x, 0).sum(), at_kink, derivative=lambda x, s=slope: np.array([s]))
        assert check.passed == right

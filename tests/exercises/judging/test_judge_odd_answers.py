"""Answers that are odd: another order of summing at each call, a result missing in some cases, a kink, huge numbers."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.exercises import check


def regression(X, y, w, b):
    e = X @ w + b - y
    return 2 * X.T @ e / len(y), 2 * e.mean()


def test_another_order_of_the_samples_at_each_call_is_right_in_float32():
    rng = np.random.default_rng()

    def shuffled(X, y, w, b):
        order = rng.permutation(len(y))
        X, y, w = (one.astype(np.float32) for one in (X[order], y[order], w))
        return regression(X, y, w, np.float32(b))

    assert check("linear-regression", shuffled).passed


def test_random_results_are_told():
    report = check("linear-regression", lambda X, y, w, b: (np.random.default_rng().normal(size=len(w)), b))
    assert "two different results" in report.findings[0].message


def test_a_result_that_is_missing_in_some_cases_is_missing_from_those():
    def sometimes(X, y, w, b):
        dw, db = regression(X, y, w, b)
        return {"dw": dw, "db": db} if len(y) == 8 else {"dw": dw}

    message = next(finding for finding in check("linear-regression", sometimes) if not finding.passed).message
    assert "the dictionary has 'dw'." in message


@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_any_slope_at_a_kink_is_right(at_zero):
    assert check("relu_derive", lambda z: np.heaviside(z, at_zero)).passed


@pytest.mark.parametrize(("at_zero", "mistakes"), [(7.0, ()), (np.nan, ("log-of-zero",))])
def test_a_wrong_value_at_a_kink_alone_is_found(at_zero, mistakes):
    report = check("relu_derive", lambda z: np.where(z == 0, at_zero, z > 0))
    assert not report.passed
    assert report.mistakes == mistakes
    assert report.findings[0].message.startswith("Not a finite number" if mistakes else "Right but at exactly 0")


@pytest.mark.parametrize("factor", [1e300, 1e-300, -1e307, np.inf, np.nan])
def test_huge_and_tiny_numbers_are_judged_without_a_warning(factor):
    with np.errstate(all="raise"):
        report = check("linear-regression", lambda *a: [factor * one for one in regression(*a)])
    assert not report.passed

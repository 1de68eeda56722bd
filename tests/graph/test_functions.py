from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from chainrule.graph import functions as fn
from chainrule.graph.functions import erf, logsumexp, probability, scatter_add, sigmoid, softmax, softplus

MATRICES = hnp.arrays(np.float64, (3, 4), elements=st.floats(-700, 700))
LINE = np.concatenate([np.linspace(-7, 7, 40_001), [0.46875, -0.46875, 1e-300, 1e300]])


# ── erf ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_erf_in_double_precision():
    expected = scipy.special.erf(LINE)
    np.testing.assert_allclose(erf(LINE), expected, rtol=1e-15, atol=0)
    assert erf(LINE[:100]) == pytest.approx([math.erf(x) for x in LINE[:100]], rel=1e-15)


def test_erf_in_single_precision():
    x = np.linspace(-7, 7, 40_001, dtype=np.float32)
    assert erf(x).dtype == np.float32
    np.testing.assert_allclose(erf(x), scipy.special.erf(x.astype(float)), rtol=5e-7, atol=0)


@pytest.mark.parametrize("position", range(5))
def test_a_wrong_digit_in_erf_would_be_caught(monkeypatch, position):
    numerator, denominator = fn._ERF_NEAR
    typo = (*numerator[:position], numerator[position] * (1 + 1e-6), *numerator[position + 1 :])
    monkeypatch.setattr(fn, "_ERF_NEAR", (typo, denominator))
    with pytest.raises(AssertionError):
        test_erf_in_double_precision()


def test_erf_at_the_ends_and_on_other_types():
    np.testing.assert_array_equal(erf(np.array([np.inf, -np.inf, 0.0])), [1.0, -1.0, 0.0])
    assert np.isnan(erf(np.nan))
    assert np.signbit(erf(-0.0))
    assert erf(1) == erf(1.0) == erf(np.array(1))
    assert erf(np.ones((2, 0), np.float32)).shape == (2, 0)
    with np.errstate(all="raise", under="ignore"):
        assert erf(np.float32(3e38)) == 1


@given(st.floats(-10, 10))
def test_erf_is_odd_and_bounded(x):
    assert erf(-x) == -erf(x)
    assert abs(erf(x)) <= 1


# ── sigmoid and softplus ────────────────────────────────────────────────────────────────────────────────────
@given(MATRICES)
def test_sigmoid_and_softplus_against_scipy(x):
    np.testing.assert_allclose(sigmoid(x), scipy.special.expit(x), rtol=1e-14, atol=0)
    np.testing.assert_allclose(softplus(x), -scipy.special.log_expit(-x), rtol=1e-14, atol=0)


@pytest.mark.filterwarnings("error")
def test_far_from_zero_nothing_overflows():
    x = np.array([-1e4, 1e4], np.float32)
    np.testing.assert_array_equal(sigmoid(x), np.array([0, 1], np.float32))
    np.testing.assert_array_equal(softplus(x), np.array([0, 1e4], np.float32))
    np.testing.assert_array_equal(softmax(x), np.array([0, 1], np.float32))
    np.testing.assert_array_equal(logsumexp(x), np.float32(1e4))


# ── softmax and logsumexp ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
@given(x=MATRICES)
def test_softmax_and_logsumexp_against_scipy(axis, x):
    np.testing.assert_allclose(softmax(x, axis=axis), scipy.special.softmax(x, axis=axis), rtol=1e-12)
    for keepdims in (False, True):
        found = logsumexp(x, axis=axis, keepdims=keepdims)
        expected = scipy.special.logsumexp(x, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        assert np.shape(found) == np.shape(expected)


def test_softmax_along_the_wrong_axis_would_be_caught():
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(softmax(x).sum(axis=1), 1)
    assert not np.allclose(softmax(x, axis=0).sum(axis=1), 1)


# ── probability ─────────────────────────────────────────────────────────────────────────────────────────────
def test_probability_keeps_logarithms_finite():
    p = np.array([0.0, 1e-9, 0.5, 1.0])
    np.testing.assert_array_equal(probability(p), [1e-7, 1e-7, 0.5, 1 - 1e-7])
    assert np.isfinite(np.log(1 - probability(p.astype(np.float32)))).all()


# ── scatter_add ─────────────────────────────────────────────────────────────────────────────────────────────
@given(st.lists(st.integers(-4, 3), max_size=8))
def test_scatter_add_is_the_transpose_of_picking(places):
    index = np.array(places, dtype=int)
    like, values = np.arange(1.0, 5.0), np.arange(1.0, len(places) + 1.0)
    assert np.sum(scatter_add(like, index, values) * like) == np.sum(values * like[index])


def test_scatter_add_counts_repeated_places():
    index = np.array([0, 2, 2])
    overwriting = np.zeros(3)
    overwriting[index] = 1  # the mistake that scatter_add is there to avoid
    assert scatter_add(np.zeros(3), index, np.ones(3)).tolist() == [1, 0, 2] != overwriting.tolist()


# ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("function", [erf, logsumexp, probability, sigmoid, softmax, softplus])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(function, dtype):
    assert function(np.ones((2, 3), dtype)).dtype == dtype


def test_all_is_complete():
    public = {name for name, value in vars(fn).items() if hasattr(value, "__wrapped__")}
    assert set(fn.__all__) == public | {"is_entrywise"}

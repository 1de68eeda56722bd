"""Standardising: numbers of the training set only, and no division by zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chainrule.datasets import standardise
from chainrule.errors import DataError, ShapeError

TABLES = arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=st.floats(-1e6, 1e6, width=32))


@given(TABLES)
def test_the_training_set_has_mean_zero_and_spread_one_or_none(x):
    (z,) = standardise(x)
    constant = x.min(axis=0) == x.max(axis=0)
    assert np.all(np.abs(z[:, constant]) < 1e-9)
    varied = z[:, ~constant & (x.std(axis=0) > 1e-6 * np.abs(x).max())]
    assert np.allclose(varied.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(varied.std(axis=0), 1)


def test_nothing_is_learned_from_the_other_sets():
    train, test = np.array([[0.0], [2.0]]), np.array([[10.0], [20.0]])
    leaking = standardise(np.concatenate([train, test]))[0][2:]
    assert standardise(train, test)[1].tolist() == [[9.0], [19.0]]
    assert not np.allclose(leaking, [[9.0], [19.0]])


def test_a_constant_feature_is_only_shifted():
    train, test = standardise(np.full((3, 1), 0.1), [[0.1], [1.1]])
    assert np.allclose(train, 0, atol=1e-12)
    assert np.allclose(test, [[0.0], [1.0]], atol=1e-12)


def test_as_many_sets_come_back_as_were_given_and_the_arguments_are_left_alone():
    x = np.array([[1.0], [3.0]])
    assert len(standardise(x, x, x)) == 3
    assert x.tolist() == [[1.0], [3.0]]


@pytest.mark.parametrize(
    ("given_dtype", "expected"), [("float32", "float32"), ("float64", "float64"), ("uint8", "float64")]
)
def test_dtypes(given_dtype, expected):
    x = np.array([[0], [200]], given_dtype)
    assert [z.dtype for z in standardise(x, x.astype("float64"))] == [expected, expected]


def test_images_are_scaled_pixel_by_pixel():
    images = np.arange(3 * 2 * 2).reshape(3, 2, 2)
    assert np.allclose(standardise(images)[0].mean(axis=0), np.zeros((2, 2)))


def test_what_cannot_be_standardised_is_refused():
    x = np.ones((2, 3))
    with pytest.raises(ShapeError, match=r"needs the features of x_train, \(3,\).*set 2: \(4,\)"):
        standardise(x, np.ones((2, 4)))
    with pytest.raises(DataError, match="no rows"):
        standardise(np.ones((0, 3)))
    with pytest.raises(DataError, match="set 2 holds NaN or infinity"):
        standardise(x, [[1.0, np.nan, 1.0]])
    with pytest.raises(DataError, match="array of numbers"):
        standardise([["a", "b"]])

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import chainrule as cr
from chainrule.errors import DataError, UnknownNameError
from chainrule.nn import activations

NAMES = sorted(activations.ACTIVATIONS)
POINTS = np.concatenate([np.linspace(-6, 6, 48), [-1000.0, -30.0, 30.0, 1000.0]]).reshape(4, 13)

# With their arguments: what is called, what Keras calls it, and the arguments.
VARIANTS = [(name, {}) for name in NAMES] + [
    ("elu", {"alpha": 0.5}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("leaky_relu", {"negative_slope": 1.5}),
    ("gelu", {"approximate": True}),
    ("softmax", {"axis": 0}),
]
WITH_ARGUMENTS = pytest.mark.parametrize(("name", "arguments"), VARIANTS)


def of_keras(name: str):
    return getattr(keras.activations, "silu" if name == "swish" else name)


@WITH_ARGUMENTS
def test_value_is_keras(name, arguments):
    expected = np.asarray(of_keras(name)(POINTS.astype("float32"), **arguments))
    np.testing.assert_allclose(activations.get(name)(POINTS, **arguments), expected, rtol=2e-6, atol=2e-6)


@WITH_ARGUMENTS
def test_derivative_is_that_of_keras(name, arguments):
    import jax

    weights = np.random.default_rng(0).normal(size=POINTS.shape)

    def total(function):
        return lambda x: (function(x, **arguments) * weights).sum()

    # Keras's softmax overflows nowhere, but at 1000 its derivative and ours are both exactly 0
    expected = jax.grad(total(of_keras(name)))(POINTS.astype("float32"))
    found = cr.grad(total(activations.get(name)))(POINTS)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_derivative_is_the_central_difference(name):
    function, x = activations.get(name), np.linspace(-3, 3, 24).reshape(4, 6) + 0.01
    weights, direction = np.random.default_rng(1).normal(size=(2, *x.shape))
    step = 1e-6

    def total(x):
        return np.sum(function(x) * weights)

    expected = (total(x + step * direction) - total(x - step * direction)) / (2 * step)
    assert np.sum(cr.grad(total)(x) * direction) == pytest.approx(expected, rel=1e-7, abs=1e-8)


def test_a_wrong_derivative_would_be_caught():
    weights = np.arange(1.0, 5.0)
    x = np.array([-2.0, -0.5, 0.5, 2.0])
    right = cr.grad(lambda x: np.sum(activations.elu(x) * weights))(x)
    forgot_the_slope = weights * np.where(x > 0, 1, activations.elu(x))  # elu' is elu + 1 below 0
    assert not np.allclose(right, forgot_the_slope)
    np.testing.assert_allclose(right, weights * np.where(x > 0, 1, np.exp(x)))


@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky_relu", 1.0), ("elu", 1.0), ("gelu", 0.5)])
def test_slope_at_zero(name, slope):
    assert cr.grad(lambda x: activations.get(name)(x).sum())(np.zeros(3)) == pytest.approx([slope] * 3)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_shape_are_kept(name, dtype):
    x = np.ones((3, 2), dtype)
    y = activations.get(name)(x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    assert cr.grad(lambda x: activations.get(name)(x).sum())(x).dtype == x.dtype


@pytest.mark.parametrize("name", NAMES)
@given(x=hnp.arrays(np.float32, (2, 3), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_never_overflows(name, x):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(activations.get(name)(x)).all()


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu
    assert activations.get(np.sin) is np.sin
    with pytest.raises(UnknownNameError, match="Did you mean 'leaky_relu'"):
        activations.get("leakyrelu")
    with pytest.raises(DataError, match="Received: 3"):
        activations.get(3)


def test_all_is_complete():
    assert set(activations.__all__) == {*NAMES, "get"}

"""Activation functions with weight and bias, and their derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError, UnknownNameError


def curves(*args, **options):
    """x, the neuron's values and its derivative, as drawn."""
    ax = plots.activation(*args, **options).axes[0]
    value, slope = (line for line in ax.lines if not line.get_label().startswith("_"))
    return value.get_xdata(), value.get_ydata(), slope.get_ydata()


@pytest.mark.parametrize(("weight", "bias"), [(1.0, 0.0), (2.5, -1.0), (-1, 3)])
def test_tanh_and_the_chain_rule(weight, bias):
    x, y, slope = curves("tanh", weight, bias)
    assert np.allclose(y, np.tanh(weight * x + bias))
    assert np.allclose(slope, weight * (1 - y**2))


def test_forgetting_the_inner_derivative_would_be_noticed():
    x, y, slope = curves("tanh", 2.5, -1.0)
    assert not np.allclose(slope, 1 - y**2)
    assert not np.allclose(slope, 2.5 * (1 - np.tanh(x) ** 2))


@pytest.mark.parametrize("name", ["linear", "sigmoid", "relu", "elu", "gelu", "silu", "softplus", "selu", "leaky_relu"])
def test_slopes_are_central_differences(name):
    x, y, slope = curves(name, 1.5, 0.2)
    differences = (y[2:] - y[:-2]) / (x[2:] - x[:-2])
    smooth = np.abs(1.5 * x[1:-1] + 0.2) > 0.05
    assert np.allclose(slope[1:-1][smooth], differences[smooth], atol=1e-3)


def test_any_function_of_plain_numpy_can_be_drawn():
    def bump(z):
        return np.exp(-(z**2))

    x, y, slope = curves(bump, limit=2.0)
    assert (x[0], x[-1]) == (-2.0, 2.0)
    assert np.allclose(slope, -2 * x * y)


@pytest.mark.parametrize(
    ("weight", "bias", "written"),
    [(1, 0, "x"), (2, -1, "2x − 1"), (-1, 0.5, "−x + 0.5"), (-0.5, 0, "−0.5x"), (0, 3, "0x + 3")],
)
def test_the_legend_writes_the_neuron(weight, bias, written):
    legend = plots.activation("tanh", weight, bias).axes[0].get_legend()
    assert [t.get_text() for t in legend.get_texts()] == [f"tanh({written})", "its derivative by x"]


def test_title_and_axes():
    ax = plots.activation(lambda z: z**2, weight=2, bias=-1).axes[0]
    assert ax.get_title() == "f(2x − 1)"
    assert ax.get_xlabel() == "x"
    assert ax.get_xlim() == (-5, 5)


def test_unknown_names_get_a_hint():
    with pytest.raises(UnknownNameError, match="Did you mean 'tanh'"):
        plots.activation("tahn")


@pytest.mark.parametrize("function", ["softmax", lambda z: z.sum(), lambda z: z - z.mean()])
def test_what_is_not_elementwise_is_refused(function):
    with pytest.raises(DataError, match="one number for each x by itself"):
        plots.activation(function)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": float("nan")}, "weight must be a finite number"),
        ({"bias": "big"}, "bias must be a finite number. Received: 'big'"),
        ({"limit": 0}, "limit must be above 0"),
    ],
)
def test_bad_numbers_are_refused(options, message):
    with pytest.raises(DataError, match=message):
        plots.activation("tanh", **options)

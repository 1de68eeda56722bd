"""Weights as images or as a heat map."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule import Input, Model, Sequential, plots
from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.layers import Concatenate, Dense, Flatten


@pytest.fixture
def digits():
    return Sequential(
        [Input((784,)), Dense(20, "tanh", name="first"), Dense(100, name="second"), Dense(1, name="last")]
    )


def images(figure):
    return [axes.images[0] for axes in figure.axes if axes.get_title().startswith("unit ")]


def test_784_inputs_are_images_of_28_by_28(digits):
    figure = plots.weights(digits)
    kernel = digits.layers[0].kernel
    assert len(images(figure)) == 16
    for unit, image in enumerate(images(figure)):
        np.testing.assert_array_equal(image.get_array(), kernel[:, unit].reshape(28, 28))
    assert figure.get_suptitle() == "first: weights of 16 of 20 units"


def test_rows_of_the_kernel_instead_of_columns_would_be_noticed(digits):
    image = images(plots.weights(digits))[1]
    assert not np.allclose(image.get_array(), digits.layers[0].kernel.reshape(20, 28, 28)[1])


def test_all_images_share_one_scale_centred_on_zero(digits):
    scales = {(image.norm.vmin, image.norm.vmax) for image in images(plots.weights(digits, count=5))}
    ((low, high),) = scales
    assert low == -high
    assert high == pytest.approx(np.abs(digits.layers[0].kernel[:, :5]).max())


def test_there_is_one_colour_bar(digits):
    figure = plots.weights(digits, count=4)
    assert [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()] == ["weight"]
    assert len(figure.axes) == 5


def test_count_is_at_most_the_units(digits):
    figure = plots.weights(digits, count=99)
    assert len(images(figure)) == 20
    assert figure.get_suptitle() == "first: weights of 20 units"


def test_inputs_that_are_no_square_become_a_heat_map():
    model = Sequential([Input((30,)), Dense(10, "relu", name="hidden"), Dense(1)])
    figure = plots.weights(model)
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), model.layers[0].kernel)
    assert axes.get_title() == "hidden: weights  (30×10)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("unit", "input")
    assert axes.images[0].norm.vmin == -axes.images[0].norm.vmax


def test_a_few_inputs_are_no_image_though_their_number_is_a_square():
    assert not images(plots.weights(Sequential([Input((4,)), Dense(3)])))


def test_later_layers_are_heat_maps_though_their_inputs_are_a_square(digits):
    assert not images(plots.weights(digits, "last"))
    assert not images(plots.weights(digits, 1))


def test_a_shape_makes_images_of_any_layer(digits):
    figure = plots.weights(digits, "last", shape=(4, 25))
    np.testing.assert_array_equal(images(figure)[0].get_array(), digits.layers[2].kernel.reshape(4, 25))
    assert figure.get_suptitle() == "last: weights of 1 unit"


def test_the_shape_is_taken_from_an_input_of_two_axes():
    model = Sequential([Input((6, 9)), Flatten(), Dense(2)])
    assert images(plots.weights(model))[0].get_array().shape == (6, 9)


def test_the_layer_itself_can_be_given(digits):
    a, b = plots.weights(digits, digits.layers[0]), plots.weights(digits)
    np.testing.assert_array_equal(images(a)[3].get_array(), images(b)[3].get_array())


def test_models_with_branches():
    x = Input((64,), name="pixels")
    model = Model(x, Dense(1)(Concatenate()([Dense(3)(x), Dense(2)(x)])))
    assert images(plots.weights(model))[0].get_array().shape == (8, 8)


def test_bad_layers_are_refused(digits):
    with pytest.raises(UnknownNameError, match="Did you mean 'first'"):
        plots.weights(digits, "frist")
    flat = Sequential([Input((2, 2)), Flatten(name="flat")])
    with pytest.raises(DataError, match="no layer with a matrix of weights"):
        plots.weights(flat)
    with pytest.raises(DataError, match=r"'flat'.*must have one matrix.*none"):
        plots.weights(flat, "flat")
    with pytest.raises(DataError, match=r"built model.*Input"):
        plots.weights(Sequential([Dense(3)]))


@pytest.mark.parametrize("shape", [(28, 29), (784,), "big", (-28, -28), ("a", "b"), (28.0, 28.0)])
def test_shapes_that_do_not_fit_are_refused(digits, shape):
    with pytest.raises(ShapeError, match="height times width = 784"):
        plots.weights(digits, shape=shape)


def test_no_units_are_refused(digits):
    with pytest.raises(DataError, match=r"at least 1\. Received: 0"):
        plots.weights(digits, count=0)
    with pytest.raises(DataError, match=r"count should be a whole number .* Received: 1\.5"):
        plots.weights(digits, count=1.5)

"""Arrays as heat maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from chainrule import plots
from chainrule.errors import DataError
from chainrule.plots.scales import colours_for
from chainrule.plots.style import BLUE, GREY, RED
from chainrule.plots.values import block_means


def panels(values, **options):
    """The axes that hold an array or a number, without the colour bars."""
    return [axes for axes in plots.heat_maps(values, **options).axes if axes.get_title()]


def drawn(axes):
    return np.ma.filled(axes.images[0].get_array().astype(float), np.nan)


def test_each_array_is_drawn_as_it_is():
    matrix, vector = np.array([[1.0, -2.0, 0.0], [0.5, 3.0, -0.1]]), np.array([1.0, 2.0])
    first, second = panels({"W1": matrix, "b1": vector})
    np.testing.assert_array_equal(drawn(first), matrix)
    np.testing.assert_array_equal(drawn(second), [vector])
    assert [axes.get_title() for axes in (first, second)] == ["W1  (2×3)", "b1  (2)"]


def test_a_transposed_picture_would_be_noticed():
    matrix = np.arange(6.0).reshape(2, 3)
    (axes,) = panels({"x": matrix})
    assert drawn(axes).shape != matrix.T.shape
    assert axes.get_ylim() == (1.5, -0.5)  # row 0 on top
    assert axes.get_xlim() == (-0.5, 2.5)


def test_numbers_are_text():
    for axes in panels({"loss": np.float32(-0.25), "db2": np.array([[-0.25]])}):
        assert [text.get_text() for text in axes.texts] == ["−0.25"]
        assert not axes.images
    assert axes.get_title() == "db2  (1×1)"


def test_signed_numbers_are_centred_on_white():
    (axes,) = panels({"z": np.array([[-1.0, 0.0, 3.0]])})
    left, middle, right = axes.images[0].to_rgba(np.array([-3.0, 0.0, 3.0]))[:, :3]
    assert middle.tolist() == [1, 1, 1]
    assert left[0] > left[2]  # reddish
    assert right[2] > right[0]  # bluish


def test_numbers_that_are_not_negative_begin_at_white():
    (axes,) = panels({"a": np.array([[0.0, 5.0]])})
    assert axes.images[0].to_rgba(np.array([0.0]))[0, :3].tolist() == [1, 1, 1]
    assert axes.images[0].norm.vmin == 0
    assert axes.images[0].norm.vmax == 5


def test_half_of_the_scale_is_the_plain_colour():
    cmap, norm = colours_for(np.array([-2.0, 2.0]))
    np.testing.assert_allclose([cmap(norm(1.0))[:3], cmap(norm(-1.0))[:3]], [to_rgb(BLUE), to_rgb(RED)], atol=0.02)


def test_zeros_are_white_and_have_a_scale():
    (axes,) = panels({"zeros": np.zeros((2, 2))})
    assert (axes.images[0].to_rgba(np.zeros((2, 2)))[..., :3] == 1).all()


def test_what_is_not_finite_is_grey_and_counted():
    values = np.array([[1.0, np.nan], [np.inf, -np.inf]])
    (axes,) = panels({"z": values})
    assert axes.get_title() == "z  (2×2)\n3 not finite"
    image = axes.images[0]
    colours = image.cmap(image.norm(image.get_array()))[..., :3]
    for place in ((0, 1), (1, 0), (1, 1)):
        np.testing.assert_allclose(colours[place], to_rgb(GREY), atol=1e-6)


def test_booleans_and_integers_are_numbers():
    first, second = panels({"mask": np.array([[True, False]]), "y": np.array([[3], [1]])})
    np.testing.assert_array_equal(drawn(first), [[1, 0]])
    np.testing.assert_array_equal(drawn(second), [[3], [1]])


def test_further_axes_are_laid_out_in_a_row():
    images = np.arange(24.0).reshape(2, 3, 4)
    (axes,) = panels({"images": images})
    assert axes.get_title() == "images  (2×3×4)"
    np.testing.assert_array_equal(drawn(axes), images.reshape(2, 12))


# --- large arrays ---


def test_large_arrays_are_block_means_and_say_so():
    large = np.arange(10 * 1000.0).reshape(10, 1000)
    (axes,) = panels({"x": large})
    assert axes.get_title() == "x  (10×1000)\nmeans of blocks of 1×3"
    assert drawn(axes)[2, 5] == large[2, 15:18].mean()
    assert drawn(axes)[2, -1] == large[2, 999]  # the rest of 1000 after 333 blocks
    assert axes.get_xlim() == (-0.5, 999.5)


def test_leaving_entries_out_instead_of_averaging_would_be_noticed():
    large = np.zeros((1, 1000))
    large[0, 1::3] = 9.0
    (axes,) = panels({"x": large})
    assert drawn(axes)[0, 0] == 3.0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 12))
def test_block_means_weighted_by_their_sizes_add_up_to_the_mean(rows, columns, most):
    table = np.random.default_rng(0).normal(size=(rows, columns))
    means, (height, width) = block_means(table, most)
    assert max(means.shape) <= most
    for i, j in np.ndindex(means.shape):
        block = table[i * height : (i + 1) * height, j * width : (j + 1) * width]
        np.testing.assert_allclose(means[i, j], block.mean())


def test_signs_that_cancel_in_a_block_keep_the_signed_scale():
    alternating = np.tile([1.0, -1.0], 500)[np.newaxis]
    (axes,) = panels({"z": alternating})
    assert axes.images[0].norm.vmin < 0


# --- the grid ---


def test_the_grid_has_no_more_columns_than_asked():
    values = {f"v{i}": np.zeros((2, 2)) for i in range(5)}
    spec = [axes.get_subplotspec().get_gridspec().get_geometry() for axes in panels(values, columns=2)]
    assert set(spec) == {(3, 2)}


def test_a_pass_is_drawn_by_its_names():
    from chainrule import Input, Sequential
    from chainrule.layers import Dense

    model = Sequential([Input((2,)), Dense(3, "relu"), Dense(1)])
    model.compile(loss="mse")
    seen = model.look(np.ones((4, 2)), np.ones(4))
    titles = [axes.get_title() for axes in seen.plot("a1", "dW1", "loss").axes if axes.get_title()]
    assert titles == ["a1  (4×3)", "dW1  (2×3)", "loss"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "arrays by name"),
        ([np.zeros(2)], "arrays by name"),
        ({"x": np.array(["a"])}, "x must hold real numbers"),
        ({"x": np.zeros((0, 3))}, r"x is empty.*\(0, 3\)"),
        ({"x": np.zeros(2) * 1j}, "x must hold real numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(values, message):
    with pytest.raises(DataError, match=message):
        plots.heat_maps(values)


def test_no_columns_are_refused():
    with pytest.raises(DataError, match="at least one column"):
        plots.heat_maps({"x": np.zeros(2)}, columns=0)
